/// SGLang's scheduler: a batch of prompts goes first whenever one can be formed, else all running requests decode.
/// Source: sglang/srt/managers/scheduler.py, schedule_policy.py, schedule_batch.py, release 0.5.9.
///
/// Left out: priorities, in-batch sharing, hierarchical cache, grammar queues, disaggregated bootstrap.
public struct SGLangScheduler: StepScheduler {
  public enum Policy: String, Sendable, Hashable, CaseIterable, Codable {
    case firstComeFirstServed
    /// Longest found prefix first; as they came where more than 128 wait.
    case longestPrefix
  }

  public var policy: Policy
  /// New tokens of prompts in a step; nil does not cut prompts.
  public var chunkedPrefillSize: Int?
  /// New tokens of prompts in a step, but for a first prompt longer than that.
  public var maxPrefillTokens: Int
  /// Whether running requests decode in steps with prompts too.
  public var mixesDecode: Bool
  /// Share of the wanted output that is kept free for running requests: at first, at last, and less after each decode
  /// step.
  public var firstRatio: Double
  public var lastRatio: Double { firstRatio * 0.14 }
  public var ratioStep: Double { (firstRatio - lastRatio) / 600 }
  /// Most output tokens of a request that count.
  public static let outputClip = 4096
  /// Tokens for each survivor by which the ratio is set after a retraction.
  public static let retractionSteps = 20

  /// By rank: the ratio now, and whether the batch is full until memory is freed.
  private var states: [State] = []
  private struct State: Sendable {
    /// The ratio as it was set, and the rank's decode steps from which on it falls.
    var ratio: Double
    var steps = 0
    var isFull = false
  }

  var name: String { "SGLang" }
  var cutsPrompts: Bool { true }
  func chunkLimit(_ limits: EngineLimits) -> (field: String, tokens: Int)? {
    chunkedPrefillSize.map { ("chunkedPrefillSize", $0) }
  }

  public init(
    policy: Policy = .firstComeFirstServed, chunkedPrefillSize: Int? = 8192, maxPrefillTokens: Int = 16384,
    mixesDecode: Bool = false, conservativeness: Double = 1
  ) {
    self.policy = policy
    self.chunkedPrefillSize = chunkedPrefillSize
    self.maxPrefillTokens = maxPrefillTokens
    self.mixesDecode = mixesDecode
    firstRatio = min(1, 0.7 * conservativeness)
  }

  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64) {
    while states.count < instance.ranks.count { states.append(State(ratio: firstRatio)) }
    for rank in instance.ranks.indices {
      if instance.ranks[rank].hasFreed {
        instance.ranks[rank].hasFreed = false
        states[rank].isFull = false
      }
      if mixesDecode, hasPrompts(instance.ranks[rank], states[rank]) {
        makeRoom(&instance, rank, &slots)
        let before = instance.plan.chunks.count
        addPrompts(&instance, rank, &slots, now, decodeTokens: instance.ranks[rank].decodeTokens)
        if instance.plan.chunks.count > before {
          instance.addDecodes(of: rank, &slots)
          continue
        }
      } else if addPrompts(&instance, rank, &slots, now, decodeTokens: 0) {
        continue
      }
      makeRoom(&instance, rank, &slots)
      instance.addDecodes(of: rank, &slots)
    }
  }

  private func hasPrompts(_ rank: EngineRank, _ state: State) -> Bool {
    !rank.prefilling.isEmpty || (!rank.waiting.isEmpty && !state.isFull)
  }

  /// The ratio falls with each decode step; one multiplication, so that it does not matter when it is asked for.
  private func ratio(_ state: State, _ decodeSteps: Int) -> Double {
    if decodeSteps < state.steps { return state.ratio }
    return max(lastRatio, state.ratio - Double(decodeSteps - state.steps) * ratioStep)
  }

  // MARK: Prompts

  /// The step's budget for prompts on a rank.
  private struct Room {
    var total: Double
    var input: Int
    var chunk: Int
    var seats: Int
  }

  /// Whether the step has prompts.
  @discardableResult
  private mutating func addPrompts(
    _ instance: inout EngineInstance, _ index: Int, _ slots: inout RequestSlots, _ now: Int64, decodeTokens: Int
  ) -> Bool {
    guard hasPrompts(instance.ranks[index], states[index]) else { return false }
    let ratio = ratio(states[index], instance.ranks[index].decodeSteps)
    let reserved = reservedTokens(instance.ranks[index], ratio, slots)
    let page = instance.layout.blockTokens
    let decodeNeed = decodeTokens > 0 ? instance.ranks[index].decodeNeed(slots) : 0
    let free = (instance.ranks[index].memory.free - decodeNeed) * page
    var room = Room(
      total: Double(free) - reserved, input: maxPrefillTokens - decodeTokens,
      chunk: (chunkedPrefillSize ?? .max / 2) - decodeTokens, seats: instance.ranks[index].freeSeats)
    let before = instance.plan.chunks.count
    if let slot = instance.ranks[index].prefilling.first {
      let tokens = min(instance.rest(slot, slots), room.chunk)
      let need = instance.ranks[index].chunkNeed(slot, tokens: tokens, slots)
      guard tokens > 0, need <= instance.ranks[index].memory.free - decodeNeed else { return false }
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      spend(&room, tokens: tokens, output: 0, page: page)
      // A prompt that is cut again has the rest of the chunk to itself.
      if instance.plan.chunks.last?.isLast == false { return true }
    }
    if !states[index].isFull { admit(&instance, index, &room, &slots, now, stepBlocks: decodeNeed) }
    if !states[index].isFull, !instance.ranks[index].waiting.isEmpty { instance.plan.stableSteps = 1 }
    return instance.plan.chunks.count > before
  }

  private func spend(_ room: inout Room, tokens: Int, output: Int, page: Int) {
    let whole = (tokens + page - 1) / page * page
    room.total -= Double(whole + output)
    room.input -= whole
    room.chunk -= whole
  }

  /// Tokens kept free for what running requests have still to say.
  private func reservedTokens(_ rank: EngineRank, _ ratio: Double, _ slots: RequestSlots) -> Double {
    var wanted = 0
    var slot = rank.first
    while slot >= 0 {
      let request = slots.engine[Int(slot)]
      if request.stage == .joining || request.stage == .decoding {
        wanted += min(Int(slots[slot].outputTokens) - sent(slot, rank, slots), Self.outputClip)
      }
      slot = request.after
    }
    return Double(wanted) * ratio
  }

  /// Tokens that a running request has been sent; with drafts the mean of its steps.
  private func sent(_ slot: Int32, _ rank: EngineRank, _ slots: RequestSlots) -> Int {
    let request = slots.engine[Int(slot)]
    guard request.stage == .decoding else { return Int(request.produced) }
    let gained = Int64(rank.decodeSteps - request.joined) * rank.quantaPerStep / DecodeDurations.quantaPerToken
    return min(Int(slots[slot].outputTokens), Int(request.base) + Int(gained))
  }

  private mutating func admit(
    _ instance: inout EngineInstance, _ index: Int, _ room: inout Room, _ slots: inout RequestSlots, _ now: Int64,
    stepBlocks: Int
  ) {
    let page = instance.layout.blockTokens
    if policy == .longestPrefix { sortByPrefix(&instance.ranks[index], slots) }
    while let slot = instance.ranks[index].waiting.first {
      if room.seats < 1 { states[index].isFull = true }
      if room.seats < 1 { return }
      let units = instance.ranks[index].found(slot, slots)
      let found = units * instance.layout.prefixUnitTokens
      let request = slots.engine[Int(slot)]
      let new = Int(request.target) - found
      let wanted = instance.role == .prefill ? 1 : Int(slots[slot].outputTokens - request.produced)
      let output = min(wanted, Self.outputClip)
      let used = Double(
        (instance.ranks[index].memory.free - instance.ranks[index].freeBlocks(slot, units: units, slots)) * page)
      if Double(new + output) >= room.total - used {
        // With nothing running it must go, since no one will make room.
        if instance.ranks[index].running > 0 { return states[index].isFull = true }
      }
      let whole = (new + page - 1) / page * page
      if whole >= room.input, instance.plan.chunks.contains(where: { $0.rank == Int32(index) }) { return }
      let tokens = whole <= room.chunk ? new : room.chunk / page * page
      if tokens < 1 { return }
      if instance.ranks[index].admissionNeed(slot, units: units, tokens: found + tokens, slots) + stepBlocks
        > instance.ranks[index].freeBlocks(slot, units: units, slots)
      {
        return states[index].isFull = true
      }
      instance.admitFirst(of: index, units: units, tokens: found + tokens, &slots, now: now)
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      room.seats -= 1
      room.total -= used
      spend(&room, tokens: tokens, output: output, page: page)
      if tokens < new || room.total <= 0 || room.input <= 0 || room.chunk <= 0 { return }
    }
  }

  private func sortByPrefix(_ rank: inout EngineRank, _ slots: RequestSlots) {
    guard rank.waiting.count > 1, rank.waiting.count <= 128 else { return }
    let found = rank.waiting.map { rank.found($0, slots) }
    let order = rank.waiting.indices.sorted { found[$0] != found[$1] ? found[$0] > found[$1] : $0 < $1 }
    let sorted = order.map { rank.waiting[$0] }
    for (place, slot) in sorted.enumerated() { rank.waiting[place] = slot }
  }

  // MARK: Retraction

  /// Retracts running requests until the next decode step's tokens fit: those with the fewest tokens sent, of these the
  /// longest prompts first.
  private mutating func makeRoom(_ instance: inout EngineInstance, _ index: Int, _ slots: inout RequestSlots) {
    guard instance.ranks[index].decodeNeed(slots) > instance.ranks[index].memory.free else { return }
    while instance.ranks[index].decodeNeed(slots) > instance.ranks[index].memory.free {
      let victim = self.victim(instance.ranks[index], slots)
      instance.preempt(victim, on: index, &slots)
      instance.ranks[index].waiting.append(victim)
    }
    instance.ranks[index].hasFreed = false
    states[index].isFull = false
    states[index].ratio = ratioOfSurvivors(instance.ranks[index], slots)
    // The decode step that follows does not count.
    states[index].steps = instance.ranks[index].decodeSteps + 1
  }

  private func victim(_ rank: EngineRank, _ slots: RequestSlots) -> Int32 {
    var best: Int32 = -1
    var least = (sent: Int.max, prompt: Int.min)
    var slot = rank.first
    while slot >= 0 {
      let stage = slots.engine[Int(slot)].stage
      if stage == .joining || stage == .decoding {
        let own = (sent: sent(slot, rank, slots), prompt: Int(slots[slot].promptTokens))
        if own.sent < least.sent || (own.sent == least.sent && own.prompt > least.prompt) {
          (best, least) = (slot, own)
        }
      }
      slot = slots.engine[Int(slot)].after
    }
    return best
  }

  private func ratioOfSurvivors(_ rank: EngineRank, _ slots: RequestSlots) -> Double {
    var (generated, wanted, count) = (0, 0, 0)
    var slot = rank.first
    while slot >= 0 {
      let stage = slots.engine[Int(slot)].stage
      if stage == .joining || stage == .decoding {
        generated += sent(slot, rank, slots)
        wanted += Int(slots[slot].outputTokens)
        count += 1
      }
      slot = slots.engine[Int(slot)].after
    }
    return min(1, Double(generated + Self.retractionSteps * count) / Double(wanted + 1))
  }
}
