/// How an engine decides what a step computes. One value an instance; it keeps what it must remember from step to step.
protocol StepScheduler: Sendable {
  /// The engine's name in messages.
  var name: String { get }
  /// Decides the next step: admits, preempts, and fills `instance.plan`, whose blocks are then taken.
  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64)
  /// Puts a request into a rank's queue.
  func enqueue(_ slot: Int32, in rank: inout EngineRank, _ slots: RequestSlots)
  /// Whether prompts can be cut, so that one longer than a step's tokens can be served.
  var cutsPrompts: Bool { get }
  /// The limit, by its field's name, that must let a block through where prompts are cut to blocks.
  func chunkLimit(_ limits: EngineLimits) -> (field: String, tokens: Int)?
}

extension StepScheduler {
  func enqueue(_ slot: Int32, in rank: inout EngineRank, _ slots: RequestSlots) { rank.waiting.append(slot) }
  func chunkLimit(_ limits: EngineLimits) -> (field: String, tokens: Int)? { nil }
}

/// The scheduler of a pool's instances, with its settings.
public struct EngineScheduler: Sendable {
  var base: any StepScheduler

  public static func vLLM(_ scheduler: VLLMScheduler = VLLMScheduler()) -> Self { Self(base: scheduler) }
  public static func sgLang(_ scheduler: SGLangScheduler = SGLangScheduler()) -> Self { Self(base: scheduler) }
  public static func tensorRT(_ scheduler: TensorRTScheduler = TensorRTScheduler()) -> Self { Self(base: scheduler) }
  public static func ascend(_ scheduler: AscendScheduler = AscendScheduler()) -> Self { Self(base: scheduler) }
  public static func mindIE(_ scheduler: MindIEScheduler = MindIEScheduler()) -> Self { Self(base: scheduler) }

  public var name: String { base.name }
}

/// Which requests go first.
public enum QueueOrder: String, Sendable, Hashable, CaseIterable, Codable {
  /// As they came.
  case firstCome
  /// By priority (smaller first), then as they came.
  case priority
}

extension QueueOrder {
  /// Enters a request behind those that go before it; a preempted one, which goes ahead, before its equals.
  func enqueue(_ slot: Int32, in rank: inout EngineRank, _ slots: RequestSlots, ahead: Bool = false) {
    switch self {
    case .firstCome:
      if ahead { rank.waiting.prepend(slot) } else { rank.waiting.append(slot) }
    case .priority:
      var low = 0
      var high = rank.waiting.count
      while low < high {
        let middle = (low + high) / 2
        if goesBefore(slot, rank.waiting[middle], slots) { high = middle } else { low = middle + 1 }
      }
      rank.waiting.insert(slot, at: low)
    }
  }

  /// By priority, then by order of arrival.
  func goesBefore(_ one: Int32, _ other: Int32, _ slots: RequestSlots) -> Bool {
    let (left, right) = (slots.engine[Int(one)].priority, slots.engine[Int(other)].priority)
    if left != right { return left < right }
    return slots[one].number < slots[other].number
  }

  /// Whom to preempt first: the one admitted last, or the least urgent of all that run; none whose keys and values are
  /// on the way.
  /// `last`: the request that was admitted last.
  func victim(last: Int32, _ slots: RequestSlots) -> Int32 {
    var worst = last
    while slots.engine[Int(worst)].stage == .receiving { worst = slots.engine[Int(worst)].before }
    guard self == .priority else { return worst }
    var slot = slots.engine[Int(worst)].before
    while slot >= 0 {
      if slots.engine[Int(slot)].stage != .receiving, goesBefore(worst, slot, slots) { worst = slot }
      slot = slots.engine[Int(slot)].before
    }
    return worst
  }
}

extension EngineInstance {
  /// Adds a chunk of a running request's prompt to the plan, and takes its blocks, which are free.
  mutating func addChunk(_ slot: Int32, rank: Int, tokens: Int, _ slots: inout RequestSlots) {
    let need = ranks[rank].chunkNeed(slot, tokens: tokens, slots)
    ranks[rank].memory.take(need)
    slots.engine[Int(slot)].blocks += Int32(need)
    let request = slots.engine[Int(slot)]
    let end = Int(request.computed) + tokens
    plan.chunks.append(
      Chunk(
        slot: slot, rank: Int32(rank), tokens: Int32(tokens), before: request.computed,
        isLast: end == Int(request.target)))
    if layout.namesWhenScheduled { ranks[rank].name(slot, upTo: end, &slots) }
  }

  /// Lets all of a rank's decoding requests take part, and takes the blocks that they need, which are free.
  mutating func addDecodes(of rank: Int, _ slots: inout RequestSlots) {
    guard ranks[rank].decoding + ranks[rank].joining.count > 0 else { return }
    ranks[rank].takeDecodeBlocks(&slots)
    plan.decodes[rank] = true
  }

  /// Rest of the prompt that a request has to compute.
  @inline(__always) func rest(_ slot: Int32, _ slots: RequestSlots) -> Int {
    Int(slots.engine[Int(slot)].target - slots.engine[Int(slot)].computed)
  }

  /// Takes the first waiting request of a rank out of its queue and lets it run.
  mutating func admitFirst(
    of rank: Int, units: Int, tokens: Int, _ slots: inout RequestSlots, now: Int64
  ) {
    guard let slot = ranks[rank].waiting.popFirst() else { return }
    ranks[rank].admit(slot, units: units, tokens: tokens, &slots)
    noteAdmission(slot, units: units, rank: rank, &slots, now: now)
  }

  /// What is known of a request as it is admitted first.
  mutating func noteAdmission(_ slot: Int32, units: Int, rank: Int, _ slots: inout RequestSlots, now: Int64) {
    let request = slots.engine[Int(slot)]
    admitted.append(slot)
    guard request.preemptions == 0 else { return }
    slots[slot].scheduled = now
    slots[slot].cachedTokens = request.computed
  }
}
