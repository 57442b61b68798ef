import DequeModule

/// One rank of an engine: its queue, its running requests and its memory. Requests that decode are kept as sums, so
/// that a step costs work for those that join, leave or are computed only.
struct EngineRank: Sendable {
  /// What the running requests' list and every count is of.
  let limits: EngineLimits
  let layout: EngineMemory
  let widths: [ContextWidth]
  /// Context, and sent tokens, that a request gains in a step, in quanta.
  let quantaPerStep: Int64
  let tokensPerStep: Double
  let drafts: Int
  /// Whether requests decode here.
  let answers: Bool

  var waiting = Deque<Int32>()
  /// The running requests, in order of admission.
  var first: Int32 = -1
  var last: Int32 = -1
  /// Requests admitted and not ended.
  var running = 0
  /// Ended requests whose end the scheduler has not seen: they hold seats and memory.
  var unseen: [Int32] = []
  /// Those of `unseen` that ended with the last step.
  var ended: [Int32] = []
  /// Admitted requests whose prompts are not computed, in order of admission.
  var prefilling: [Int32] = []
  /// Those that decode from the next step on, in the order in which their prompts ended.
  var joining: [Int32] = []
  /// Requests in the sums.
  var decoding = 0
  /// Requests that take part in the next decode step although they have all of their tokens, and what they see.
  var ghosts = 0
  var ghostSums: [Int64]
  /// Σ of what is seen, and how many requests' grow, for each kind of attention.
  var sums: [Int64]
  var growing: [Int]
  var memory: KeyValueMemory
  var growth: GrowthTable
  var calendar = StepCalendar()
  /// Decode steps completed.
  var decodeSteps = 0
  /// When the last of these ended, and the decoding requests that had no part in it.
  var lastDecodeEnd: Int64 = 0
  var late: [Int32] = []
  var admissions = 0
  /// Whether requests have let go of memory since the scheduler last asked.
  var hasFreed = true
  /// Tokens of prompts and contexts of all that wait or run, for routing.
  var load = 0

  init(_ pool: EnginePool) {
    limits = pool.limits
    layout = pool.memory
    widths = pool.contexts
    quantaPerStep = pool.speculation.quantaPerStep
    tokensPerStep = pool.speculation.tokensPerStep
    drafts = pool.speculation.draftTokens
    answers = pool.role != .prefill
    sums = [Int64](repeating: 0, count: widths.count)
    ghostSums = sums
    growing = [Int](repeating: 0, count: widths.count)
    let unit = layout.prefixUnitTokens / layout.blockTokens
    memory = KeyValueMemory(total: layout.blocks, unitBlocks: max(1, unit))
    let perToken = drafts == 0 ? 1 : Int(DecodeDurations.quantaPerToken)
    growth = GrowthTable(
      modulus: layout.blockTokens * perToken, step: drafts == 0 ? 1 : Int(quantaPerStep))
  }

  /// Requests that hold a seat.
  var seats: Int { running + unseen.count + ended.count }
  var freeSeats: Int { limits.maxRequests - seats }
  /// New tokens of all requests that decode in the next step.
  var decodeTokens: Int { (decoding + joining.count) * (1 + drafts) }
  var isIdle: Bool { running == 0 && waiting.isEmpty }

  // MARK: The list of running requests

  mutating func append(_ slot: Int32, _ slots: inout RequestSlots) {
    slots.engine[Int(slot)].before = last
    slots.engine[Int(slot)].after = -1
    if last >= 0 { slots.engine[Int(last)].after = slot } else { first = slot }
    last = slot
    slots.engine[Int(slot)].admission = admissions
    admissions += 1
    running += 1
  }

  mutating func unlink(_ slot: Int32, _ slots: inout RequestSlots) {
    let own = slots.engine[Int(slot)]
    if own.before >= 0 { slots.engine[Int(own.before)].after = own.after } else { first = own.after }
    if own.after >= 0 { slots.engine[Int(own.after)].before = own.before } else { last = own.before }
    running -= 1
  }

  // MARK: Memory

  /// The last quantum, or token, that is filled when a request begins its first decode step.
  @inline(__always) func firstFilled(_ request: EngineRequest, prompt: Int) -> Int {
    let tokens = prompt + Int(request.produced) + drafts
    return (drafts == 0 ? tokens : tokens * Int(DecodeDurations.quantaPerToken)) - 1
  }

  /// Blocks, with those of its prefix units, that a request has after `steps` decode steps of the rank; of one that
  /// decodes.
  @inline(__always) func blocks(of request: EngineRequest, prompt: Int, after steps: Int) -> Int {
    let tokens = prompt + Int(request.base) + drafts
    let start = (drafts == 0 ? tokens : tokens * Int(DecodeDurations.quantaPerToken)) - 1
    return (start + (steps - 1 - request.joined) * growth.step) / growth.modulus + 1
  }

  /// Blocks that a request that joins needs for its first decode step beside those it has.
  mutating func joiningNeed(_ slot: Int32, _ slots: RequestSlots) -> Int {
    if layout.reservesOutput { return 0 }
    let request = slots.engine[Int(slot)]
    let all = firstFilled(request, prompt: Int(slots[slot].promptTokens)) / growth.modulus + 1
    let held = Int(request.blocks) - layout.blocksPerRequest + Int(request.units) * memory.unitBlocks
    return max(0, all - held)
  }

  /// Blocks that those who decode, and those who join them, need for the next step.
  mutating func decodeNeed(_ slots: RequestSlots) -> Int {
    if layout.reservesOutput { return 0 }
    var need = growth.blocks(for: 1, after: decodeSteps)
    for slot in joining { need += joiningNeed(slot, slots) }
    return need
  }

  /// Takes the blocks of the next decode step, which are free.
  mutating func takeDecodeBlocks(_ slots: inout RequestSlots) {
    if layout.reservesOutput { return }
    var need = growth.blocks(for: 1, after: decodeSteps)
    for slot in joining {
      let own = joiningNeed(slot, slots)
      slots.engine[Int(slot)].blocks += Int32(own)
      need += own
    }
    memory.take(need)
  }

  /// Blocks that the next `tokens` tokens of a prompt need beside those that the request has.
  mutating func chunkNeed(_ slot: Int32, tokens: Int, _ slots: RequestSlots) -> Int {
    if layout.reservesOutput { return 0 }
    let request = slots.engine[Int(slot)]
    let held = Int(request.blocks) - layout.blocksPerRequest + Int(request.units) * memory.unitBlocks
    return max(0, layout.blocks(for: Int(request.computed) + tokens) - held)
  }

  /// Prefix units here of a request that waits; 0 once some of it is computed.
  mutating func found(_ slot: Int32, _ slots: RequestSlots) -> Int {
    let limit = unitLimit(of: slot, slots)
    if limit == 0 { return 0 }
    return slots.withBlocks(of: slot) { memory.leading($0, limit: limit) }
  }

  /// Blocks that are free for a request that uses its first `units` units.
  mutating func freeBlocks(_ slot: Int32, units: Int, _ slots: RequestSlots) -> Int {
    if units == 0 { return memory.free }
    return memory.free - slots.withBlocks(of: slot) { memory.freeBlocks($0, count: units) }
  }

  /// Blocks that a request takes as it is admitted with its first `units` units found, for `tokens` tokens in all.
  mutating func admissionNeed(_ slot: Int32, units: Int, tokens: Int, _ slots: RequestSlots) -> Int {
    let all = layout.reservesOutput ? wholeLength(slot, slots) : tokens
    return max(0, layout.blocks(for: all) - units * memory.unitBlocks) + layout.blocksPerRequest
  }

  /// Tokens that a request has at most on this rank: in a pool for prefill there is no answer.
  func wholeLength(_ slot: Int32, _ slots: RequestSlots) -> Int {
    if answers { return Int(slots[slot].promptTokens) + Int(slots[slot].outputTokens) + drafts }
    return Int(slots.engine[Int(slot)].target)
  }

  /// Lets a waiting request run, with its first `units` prefix units found and blocks for `tokens` tokens in all.
  mutating func admit(_ slot: Int32, units: Int, tokens: Int, _ slots: inout RequestSlots) {
    let need = admissionNeed(slot, units: units, tokens: tokens, slots)
    if units > 0 { slots.withBlocks(of: slot) { memory.use($0, count: units) } }
    memory.take(need)
    slots.engine[Int(slot)].units = Int32(units)
    slots.engine[Int(slot)].computed = Int32(units * layout.prefixUnitTokens)
    slots.engine[Int(slot)].blocks = Int32(need)
    slots.engine[Int(slot)].stage = .prefilling
    append(slot, &slots)
    prefilling.append(slot)
  }

  /// Makes the prefix units of a prompt's first `tokens` tokens findable.
  mutating func name(_ slot: Int32, upTo tokens: Int, _ slots: inout RequestSlots) {
    if layout.prefixUnitTokens == 0 || slots[slot].blockCount == 0 { return }
    let inPrompt = min(tokens, Int(slots[slot].promptTokens))
    let units = min(Int(slots[slot].blockCount), inPrompt / layout.prefixUnitTokens)
    var unit = Int(slots.engine[Int(slot)].units)
    while unit < units {
      let hash = slots.withBlocks(of: slot) { $0[unit] }
      _ = memory.name(hash)
      slots.engine[Int(slot)].units += 1
      slots.engine[Int(slot)].blocks -= Int32(memory.unitBlocks)
      unit += 1
    }
  }

  /// Prefix units that may be found for a request: at least one token is computed.
  func unitLimit(of slot: Int32, _ slots: RequestSlots) -> Int {
    if layout.prefixUnitTokens == 0 { return 0 }
    return min(Int(slots[slot].blockCount), (Int(slots.engine[Int(slot)].target) - 1) / layout.prefixUnitTokens)
  }

  /// Lets go of everything that a request holds.
  mutating func free(_ slot: Int32, _ slots: inout RequestSlots) {
    let request = slots.engine[Int(slot)]
    memory.giveBack(Int(request.blocks))
    if request.units > 0 { slots.withBlocks(of: slot) { memory.release($0, count: Int(request.units)) } }
    slots.engine[Int(slot)].blocks = 0
    slots.engine[Int(slot)].units = 0
  }

  /// Nameless blocks that a request which decodes holds after `steps` steps, written down as it stops.
  mutating func settleBlocks(_ slot: Int32, after steps: Int, _ slots: inout RequestSlots) {
    if layout.reservesOutput { return }
    let request = slots.engine[Int(slot)]
    growth.add(Int(request.key), -1)
    let all = blocks(of: request, prompt: Int(slots[slot].promptTokens), after: steps)
    let inUnits = Int(request.units) * memory.unitBlocks
    slots.engine[Int(slot)].blocks = Int32(all - inUnits + layout.blocksPerRequest)
  }

  /// The most steps, up to `most`, whose blocks are free when those of the first are taken.
  mutating func stepsWithinMemory(_ most: Int) -> Int {
    // Where a prefix is forgotten, one that waits may find less of its prompt, and fit.
    let free = waiting.isEmpty ? memory.free : memory.freeUntilForgotten
    return 1 + growth.steps(within: free, after: decodeSteps + 1, limit: max(0, most - 1))
  }

  // MARK: Preemption

  /// Blocks that a request which decodes or joins needs for the next step beside those it has.
  mutating func stepNeed(_ slot: Int32, _ slots: RequestSlots) -> Int {
    if layout.reservesOutput { return 0 }
    let request = slots.engine[Int(slot)]
    if request.stage == .joining { return joiningNeed(slot, slots) }
    let prompt = Int(slots[slot].promptTokens)
    return blocks(of: request, prompt: prompt, after: decodeSteps + 1)
      - blocks(of: request, prompt: prompt, after: decodeSteps)
  }

  /// Takes a running request's keys and values; its tokens stay and are computed again with its prompt. `made`: tokens
  /// that its decode steps gave it.
  mutating func preempt(_ slot: Int32, made: Int, _ slots: inout RequestSlots) {
    let request = slots.engine[Int(slot)]
    switch request.stage {
    case .prefilling: prefilling.removeAll { $0 == slot }
    case .joining: joining.removeAll { $0 == slot }
    case .decoding:
      calendar.remove(slot, &slots.engine)
      leaveSums(slot, slots)
      settleBlocks(slot, after: decodeSteps + (request.granted == grants ? 1 : 0), &slots)
      slots.engine[Int(slot)].produced = request.base + Int32(made)
      if !late.contains(slot) { slots.engine[Int(slot)].lastSent = lastDecodeEnd }
      late.removeAll { $0 == slot }
    default: preconditionFailure("only a running request is preempted")
    }
    unlink(slot, &slots)
    free(slot, &slots)
    slots.engine[Int(slot)].stage = .waiting
    slots.engine[Int(slot)].granted = -1
    slots.engine[Int(slot)].target = slots[slot].promptTokens + slots.engine[Int(slot)].produced
    load += Int(slots.engine[Int(slot)].target - request.target)
    slots.engine[Int(slot)].computed = 0
    slots.engine[Int(slot)].preemptions += 1
    hasFreed = true
  }

  /// Takes a decoding request out of the sums for one step of its rank that it does not take part in.
  mutating func pause(_ slot: Int32, _ slots: inout RequestSlots) {
    calendar.remove(slot, &slots.engine)
    leaveSums(slot, slots)
    if !late.contains(slot) {
      slots.engine[Int(slot)].lastSent = lastDecodeEnd
      late.append(slot)
    }
    if !layout.reservesOutput { growth.add(Int(slots.engine[Int(slot)].key), -1) }
  }

  /// Puts it back when that step has ended.
  mutating func resume(_ slot: Int32, _ slots: inout RequestSlots) {
    slots.engine[Int(slot)].joined += 1
    slots.engine[Int(slot)].due += 1
    let request = slots.engine[Int(slot)]
    let prompt = Int(slots[slot].promptTokens)
    addContext(context(of: request, prompt: prompt, steps: decodeSteps - request.joined), sign: 1)
    decoding += 1
    if !layout.reservesOutput {
      let tokens = prompt + Int(request.base) + drafts
      let start = (drafts == 0 ? tokens : tokens * Int(DecodeDurations.quantaPerToken)) - 1
      let filled = start + (decodeSteps - 1 - request.joined) * growth.step
      slots.engine[Int(slot)].key = Int32(growth.key(last: filled, steps: decodeSteps))
      growth.add(Int(slots.engine[Int(slot)].key), 1)
    }
    enterCalendar(slot, &slots)
  }

  /// Counts the plans in which blocks were given to one request after the other.
  var grants = 0
}
