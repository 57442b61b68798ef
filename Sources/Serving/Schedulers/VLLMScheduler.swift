/// vLLM's V1 scheduler: no phases, one token budget that running requests fill first, in order of admission, then
/// waiting ones. Source: vllm/v1/core/sched/scheduler.py and kv_cache_manager.py, releases 0.8.5 to 0.33.0.
///
/// Left out: encoder budgets, grammars and adapters, hybrid cache groups. A decoding request takes part with all of its
/// draft tokens or not at all.
public struct VLLMScheduler: StepScheduler {
  public var order: QueueOrder
  /// Whether a prompt may be cut where the budget ends.
  public var isChunked: Bool
  /// Most tokens of a chunk; nil for no limit (`long_prefill_token_threshold`).
  public var chunkLimit: Int?
  /// Whether a request is admitted only if its whole prompt would fit now (from 0.19), or its first chunk (before).
  public var reservesWholePrompt: Bool
  /// Blocks that stay free when a request is admitted beside others (`watermark`, from 0.24).
  public var watermarkBlocks: Int

  var name: String { "vLLM" }
  var cutsPrompts: Bool { isChunked }

  public init(
    order: QueueOrder = .firstCome, isChunked: Bool = true, chunkLimit: Int? = nil, reservesWholePrompt: Bool = true,
    watermarkBlocks: Int = 0
  ) {
    self.order = order
    self.isChunked = isChunked
    self.chunkLimit = chunkLimit
    self.reservesWholePrompt = reservesWholePrompt
    self.watermarkBlocks = watermarkBlocks
  }

  func enqueue(_ slot: Int32, in rank: inout EngineRank, _ slots: RequestSlots) {
    order.enqueue(slot, in: &rank, slots)
  }

  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64) {
    for rank in instance.ranks.indices {
      var budget = instance.limits.maxBatchedTokens
      if !continueTogether(&instance, rank, &budget, &slots) {
        var pass = OneByOne(instance: instance, rank: rank, budget: budget, chunkLimit: chunkLimit, order: order)
        pass.run(&instance, &slots)
        if pass.hasPreempted { continue }
        budget = pass.budget
      }
      admit(&instance, rank, &budget, &slots, now)
    }
  }

  /// Where all running requests get what they want: gives it to them; false where they do not.
  private func continueTogether(
    _ instance: inout EngineInstance, _ index: Int, _ budget: inout Int, _ slots: inout RequestSlots
  ) -> Bool {
    let decodeTokens = instance.ranks[index].decodeTokens
    if decodeTokens > budget { return false }
    var need = instance.ranks[index].decodeNeed(slots)
    var left = budget - decodeTokens
    var sizes: [Int] = []
    if !instance.ranks[index].prefilling.isEmpty {
      guard prefillingIsLast(instance.ranks[index].prefilling, last: instance.ranks[index].last, slots) else {
        return false
      }
      for slot in instance.ranks[index].prefilling {
        let tokens = min(left, chunkLimit ?? .max, instance.rest(slot, slots))
        left -= tokens
        need += instance.ranks[index].chunkNeed(slot, tokens: tokens, slots)
        sizes.append(tokens)
      }
    }
    if need > instance.ranks[index].memory.free { return false }
    instance.addDecodes(of: index, &slots)
    for place in sizes.indices where sizes[place] > 0 {
      instance.addChunk(instance.ranks[index].prefilling[place], rank: index, tokens: sizes[place], &slots)
    }
    budget = left
    return true
  }

  /// Whether those whose prompts are not computed stand at the end of the list, so that the budget reaches all others.
  private func prefillingIsLast(_ prefilling: [Int32], last: Int32, _ slots: RequestSlots) -> Bool {
    var slot = last
    for expected in prefilling.reversed() {
      while slot >= 0, slots.engine[Int(slot)].stage == .receiving { slot = slots.engine[Int(slot)].before }
      if slot != expected { return false }
      slot = slots.engine[Int(slot)].before
    }
    return true
  }

  /// Waiting requests, until one must wait on.
  private func admit(
    _ instance: inout EngineInstance, _ index: Int, _ budget: inout Int, _ slots: inout RequestSlots, _ now: Int64
  ) {
    while budget > 0, instance.ranks[index].freeSeats > 0, let slot = instance.ranks[index].waiting.first {
      let units = instance.layout.prefixUnitTokens == 0 ? 0 : instance.ranks[index].found(slot, slots)
      let target = Int(slots.engine[Int(slot)].target)
      let found = units * instance.layout.prefixUnitTokens
      var tokens = min(target - found, chunkLimit ?? .max)
      if !isChunked, tokens > budget { return }
      tokens = min(tokens, budget)
      let free = instance.ranks[index].freeBlocks(slot, units: units, slots)
      let asked = reservesWholePrompt ? target : found + tokens
      let need = instance.ranks[index].admissionNeed(slot, units: units, tokens: asked, slots)
      let kept = instance.ranks[index].running > 0 ? watermarkBlocks : 0
      if need + kept > free { return }
      instance.admitFirst(of: index, units: units, tokens: found + tokens, &slots, now: now)
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      budget -= tokens
    }
  }
}

/// Serves running requests one by one, in order of admission, preempting where blocks run out.
struct OneByOne {
  let rank: Int
  var budget: Int
  let chunkLimit: Int?
  let order: QueueOrder
  private(set) var hasPreempted = false
  private let perDecode: Int

  init(instance: EngineInstance, rank: Int, budget: Int, chunkLimit: Int?, order: QueueOrder) {
    self.rank = rank
    self.budget = budget
    self.chunkLimit = chunkLimit
    self.order = order
    perDecode = 1 + instance.ranks[rank].drafts
  }

  mutating func run(_ instance: inout EngineInstance, _ slots: inout RequestSlots) {
    instance.ranks[rank].grants += 1
    var slot = instance.ranks[rank].first
    while slot >= 0 {
      if !serve(slot, &instance, &slots) { break }
      slot = slots.engine[Int(slot)].after
    }
    // Those that the budget or the blocks did not reach.
    let grant = instance.ranks[rank].grants
    slot = instance.ranks[rank].first
    while slot >= 0 {
      let request = slots.engine[Int(slot)]
      if request.stage == .joining || request.stage == .decoding {
        if request.granted == grant { instance.plan.decodes[rank] = true } else { instance.plan.skipped.append(slot) }
      }
      slot = slots.engine[Int(slot)].after
    }
  }

  /// False where the request itself was preempted, which ends the pass.
  private mutating func serve(_ slot: Int32, _ instance: inout EngineInstance, _ slots: inout RequestSlots) -> Bool {
    let stage = slots.engine[Int(slot)].stage
    if stage == .receiving { return true }
    let isPrompt = stage == .prefilling
    let want = isPrompt ? min(instance.rest(slot, slots), chunkLimit ?? .max, budget) : perDecode
    if want == 0 || want > budget { return true }
    let need =
      isPrompt
      ? instance.ranks[rank].chunkNeed(slot, tokens: want, slots) : instance.ranks[rank].stepNeed(slot, slots)
    while instance.ranks[rank].memory.free < need {
      let victim = order.victim(last: instance.ranks[rank].last, slots)
      if victim != slot { takeBack(victim, &instance, slots) }
      instance.preempt(victim, on: rank, &slots)
      order.enqueue(victim, in: &instance.ranks[rank], slots, ahead: true)
      hasPreempted = true
      if victim == slot { return false }
    }
    if isPrompt {
      instance.addChunk(slot, rank: rank, tokens: want, &slots)
    } else {
      instance.ranks[rank].memory.take(need)
      if stage == .joining { slots.engine[Int(slot)].blocks += Int32(need) }
    }
    slots.engine[Int(slot)].granted = instance.ranks[rank].grants
    budget -= want
    return true
  }

  /// A victim that was served in this pass gives its tokens back.
  private mutating func takeBack(_ victim: Int32, _ instance: inout EngineInstance, _ slots: RequestSlots) {
    guard slots.engine[Int(victim)].granted == instance.ranks[rank].grants else { return }
    if let place = instance.plan.chunks.firstIndex(where: { $0.slot == victim }) {
      budget += Int(instance.plan.chunks[place].tokens)
      instance.plan.chunks.remove(at: place)
    } else {
      budget += perDecode
    }
  }
}
