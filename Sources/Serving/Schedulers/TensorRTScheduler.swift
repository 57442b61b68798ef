/// TensorRT-LLM's in-flight batching: what fits in memory is decided first, then what fits in the step's tokens.
/// Source: cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp and microBatchScheduler.cpp,
/// _torch/pyexecutor/py_executor.py.
///
/// Whether memory is kept for whole answers (guaranteed no evict) or grows and pauses requests (maximum utilisation) is
/// the memory's `reservesOutput`. Left out: equal progress of chunks, prompts that wait for another's blocks,
/// priorities.
public struct TensorRTScheduler: StepScheduler {
  /// Whether prompts may be cut, and the multiple of tokens to which they are (the block).
  public var isChunked: Bool
  /// Steps that prompts are held at most while fewer than `waitShare` of the step's tokens are wanted; 0 holds none.
  public var waitSteps: Int
  public var waitShare: Double
  /// Attention data parallelism: prompts wait until every rank has one, at most so many steps; nil does not wait.
  public var balance: Balance?

  public struct Balance: Sendable, Hashable {
    /// Steps that prompts are held at most.
    public var timeoutSteps: Int
    /// Steps that prompts are held after every rank has one, while all ranks decode.
    public var batchingSteps: Int
    public init(timeoutSteps: Int = 50, batchingSteps: Int = 10) {
      self.timeoutSteps = timeoutSteps
      self.batchingSteps = batchingSteps
    }
  }

  /// Steps that prompts have been held, for either reason, and whether they are in the step that follows.
  private var heldSteps = 0
  private var readySteps = 0
  private var isHeld = false
  private var isReady = false
  /// The instance's steps when these counters were set.
  private var countedTo = 0

  var name: String { "TensorRT-LLM" }
  var cutsPrompts: Bool { isChunked }
  func chunkLimit(_ limits: EngineLimits) -> (field: String, tokens: Int)? {
    isChunked ? ("maxBatchedTokens", limits.maxBatchedTokens) : nil
  }

  public init(isChunked: Bool = false, waitSteps: Int = 0, waitShare: Double = 0, balance: Balance? = nil) {
    self.isChunked = isChunked
    self.waitSteps = waitSteps
    self.waitShare = waitShare
    self.balance = balance
  }

  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64) {
    if isHeld { heldSteps += instance.steps - countedTo }
    if isReady { readySteps += instance.steps - countedTo }
    (isHeld, isReady) = (false, false)
    countedTo = instance.steps
    let admits = admitsPrompts(&instance, slots)
    for rank in instance.ranks.indices {
      pause(&instance, rank, &slots)
      instance.addDecodes(of: rank, &slots)
      guard admits else { continue }
      var budget = instance.limits.maxBatchedTokens
      if instance.plan.decodes[rank] { budget -= instance.ranks[rank].decodeTokens }
      addPrompts(&instance, rank, &budget, &slots, now)
      // Those left may be held from the next plan on.
      let hasLeft = !instance.ranks[rank].waiting.isEmpty || !instance.ranks[rank].prefilling.isEmpty
      if hasLeft, waitSteps > 0 || balance != nil { instance.plan.stableSteps = 1 }
    }
  }

  // MARK: Waiting on purpose

  private mutating func admitsPrompts(_ instance: inout EngineInstance, _ slots: RequestSlots) -> Bool {
    if instance.ranks.count > 1 { return balance.map { balanced(&instance, $0) } ?? true }
    guard waitSteps > 0 else { return true }
    let rank = instance.ranks[0]
    if rank.waiting.isEmpty || rank.decoding + rank.joining.count == 0 || !rank.prefilling.isEmpty {
      heldSteps = 0
      return true
    }
    var wanted = rank.decodeTokens
    for slot in rank.waiting {
      wanted += instance.rest(slot, slots)
      if Double(wanted) >= waitShare * Double(instance.limits.maxBatchedTokens) { break }
    }
    if Double(wanted) >= waitShare * Double(instance.limits.maxBatchedTokens) || heldSteps >= waitSteps {
      heldSteps = 0
      return true
    }
    isHeld = true
    instance.plan.stableSteps = min(instance.plan.stableSteps, waitSteps - heldSteps)
    return false
  }

  private mutating func balanced(_ instance: inout EngineInstance, _ balance: Balance) -> Bool {
    var (withPrompts, decoding) = (0, 0)
    for rank in instance.ranks {
      if !rank.prefilling.isEmpty || (!rank.waiting.isEmpty && rank.freeSeats > 0) { withPrompts += 1 }
      if rank.decoding + rank.joining.count > 0 { decoding += 1 }
    }
    let all = instance.ranks.count
    if withPrompts == 0 || decoding < all {
      (heldSteps, readySteps) = (0, 0)
      return true
    }
    if withPrompts == all {
      heldSteps = 0
      if readySteps >= balance.batchingSteps {
        readySteps = 0
        return true
      }
      isReady = true
      instance.plan.stableSteps = min(instance.plan.stableSteps, balance.batchingSteps - readySteps)
      return false
    }
    readySteps = 0
    if heldSteps + 1 >= balance.timeoutSteps {
      heldSteps = 0
      return true
    }
    isHeld = true
    instance.plan.stableSteps = min(instance.plan.stableSteps, balance.timeoutSteps - 1 - heldSteps)
    return false
  }

  // MARK: Capacity and tokens

  /// Pauses those started last until the next decode step's blocks are free.
  private func pause(_ instance: inout EngineInstance, _ index: Int, _ slots: inout RequestSlots) {
    while instance.ranks[index].decodeNeed(slots) > instance.ranks[index].memory.free {
      let victim = QueueOrder.firstCome.victim(last: instance.ranks[index].last, slots)
      instance.preempt(victim, on: index, &slots)
      instance.ranks[index].waiting.prepend(victim)
    }
  }

  private func addPrompts(
    _ instance: inout EngineInstance, _ index: Int, _ budget: inout Int, _ slots: inout RequestSlots, _ now: Int64
  ) {
    for slot in instance.ranks[index].prefilling {
      let tokens = chunk(instance.rest(slot, slots), budget, instance.layout.blockTokens)
      if tokens == 0 { return }
      if instance.ranks[index].chunkNeed(slot, tokens: tokens, slots) > instance.ranks[index].memory.free { return }
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      budget -= tokens
    }
    while budget > 0, instance.ranks[index].freeSeats > 0, let slot = instance.ranks[index].waiting.first {
      let units = instance.ranks[index].found(slot, slots)
      let found = units * instance.layout.prefixUnitTokens
      let target = Int(slots.engine[Int(slot)].target)
      let tokens = chunk(target - found, budget, instance.layout.blockTokens)
      if tokens == 0 { return }
      if instance.ranks[index].admissionNeed(slot, units: units, tokens: target, slots)
        > instance.ranks[index].freeBlocks(slot, units: units, slots)
      {
        return
      }
      instance.admitFirst(of: index, units: units, tokens: found + tokens, &slots, now: now)
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      budget -= tokens
    }
  }

  /// Tokens of a prompt's rest that a budget lets through: all; or, where prompts may be cut, a multiple of the unit.
  private func chunk(_ rest: Int, _ budget: Int, _ unit: Int) -> Int {
    if rest <= budget { return rest }
    return isChunked ? max(0, budget) / unit * unit : 0
  }
}
