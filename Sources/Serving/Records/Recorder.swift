import Simulation
import Units

/// The one seam between what happens and what is told of it: sums and distributions, the timeline, and records of
/// requests. Nothing that the simulation decides depends on it, but for the ends of the timeline's intervals, at which
/// long runs stop.
struct Recorder {
  var statistics = ServingStatistics()
  var timeline: TimelineRecorder
  var records: [RequestRecord] = []
  let observers: ServingObservers
  let keepsRecords: Bool
  /// Whether someone looks at levels, and what they were told last.
  let tellsLevels: Bool
  var toldLevels: TimelineRecorder.Levels?
  /// Of each pool of engines.
  var pools: [EnginePoolStatistics]

  init(observers: ServingObservers, start: Instant, enginePools: Int) {
    self.observers = observers
    keepsRecords = observers.requests != nil
    tellsLevels = observers.levels != nil
    timeline = TimelineRecorder(start: start)
    statistics.firstArrival = start
    pools = [EnginePoolStatistics](repeating: EnginePoolStatistics(), count: enginePools)
  }

  // MARK: Engines

  mutating func queued(_ change: Int) { timeline.levels.prefillQueue += change }

  /// Requests that the plan of a step admits.
  mutating func admitted(
    _ list: [Int32], role: EnginePool.Role, prefixUnitTokens unit: Int, _ slots: RequestSlots
  ) {
    for slot in list where slots.engine[Int(slot)].stage != .waiting {
      timeline.levels.prefillQueue -= 1
      let request = slots.engine[Int(slot)]
      guard request.preemptions == 0, role != .decode else { continue }
      let prompt = Int(slots[slot].promptTokens)
      statistics.scheduledPromptTokens += prompt
      timeline.current.inputTokens += prompt
      statistics.lookedUpBlocks += Int(slots[slot].blockCount)
      statistics.hitBlocks += unit > 0 ? Int(request.computed) / unit : 0
      statistics.cachedTokens += Int(request.computed)
      timeline.current.cachedTokens += Int(request.computed)
    }
  }

  mutating func preempted(_ count: Int, pool: Int) {
    pools[pool].preemptions += count
    timeline.levels.prefillQueue += count
  }

  mutating func began() { timeline.levels.busyPrefills += 1 }

  /// A run of steps of an instance has ended.
  mutating func ended(
    _ run: EngineInstance.Run, chunks: [EngineInstance.Chunk], pool: Int, instance: Int, step: Int, now: Int64
  ) {
    let length = now - run.start
    timeline.levels.busyPrefills -= 1
    pools[pool].busy += Int128(length)
    pools[pool].runs += 1
    pools[pool].steps += run.count
    timeline.current.stepTime += Double(length)
    timeline.current.steps += run.count
    if !chunks.isEmpty {
      pools[pool].mixedSteps += 1
      for chunk in chunks {
        pools[pool].computedTokens += Int(chunk.tokens)
        let new = Int(chunk.tokens)
        pools[pool].computedPairs += new * Int(chunk.before) + new * (new + 1) / 2
        pools[pool].chunks += 1
      }
    }
    observers.engineRuns?(
      EngineRun(
        instance: instance, step: step, start: Instant(picoseconds: run.start),
        first: Span(picoseconds: run.first), increment: Span(picoseconds: run.increment), count: run.count))
  }

  /// A rank's decoding requests were sent tokens at the end of each step of the run; before its sums move on.
  mutating func sent(
    _ run: EngineInstance.Run, pool: Int, _ step: DecodeSums, joined: [Int32], late: [Int32], _ slots: RequestSlots
  ) {
    let requests = step.requests
    guard requests > 0 else { return }
    let first = run.instant(1)
    for slot in joined where slots.engine[Int(slot)].base > 0 { recordGap(slot, first, slots) }
    for slot in late { recordGap(slot, first, slots) }
    let others = requests - joined.count - late.count
    if others > 0 {
      statistics.recordGap(Span(picoseconds: first - step.lastEnd), times: others, at: first)
    }
    if run.count > 1 {
      statistics.recordGaps(
        first: run.first + run.increment, increment: run.increment, steps: run.count - 1, times: requests, at: first)
    }
    let steps = Double(run.count)
    pools[pool].decodeSteps += run.count
    pools[pool].decodeRequestSteps += requests * run.count
    pools[pool].contextSteps +=
      (Double(step.context) + Double(step.growth) * (steps - 1) / 2) * steps / Double(DecodeDurations.quantaPerToken)
    timeline.current.outputTokens += Double(requests * run.count) * step.tokensPerStep
  }

  private mutating func recordGap(_ slot: Int32, _ instant: Int64, _ slots: RequestSlots) {
    statistics.recordGap(Span(picoseconds: instant - slots.engine[Int(slot)].lastSent), at: instant)
  }

  /// What is told of a rank's decode steps: requests, context and growth in quanta, mean tokens, the end of the step
  /// before.
  struct DecodeSums {
    var requests: Int
    var context: Int64
    var growth: Int64
    var tokensPerStep: Double
    var lastEnd: Int64
  }

  /// A prompt that was computed again has ended with a token.
  mutating func sentAgain(_ slot: Int32, _ slots: RequestSlots, now: Int64) {
    statistics.recordGap(Span(picoseconds: now - slots.engine[Int(slot)].lastSent), at: now)
  }

  /// A prompt has ended with a token.
  mutating func sentFirst(_ slot: Int32, _ slots: RequestSlots, now: Int64) {
    timeline.current.outputTokens += 1
    if let tokens = observers.tokens {
      tokens(slots[slot].number, Instant(picoseconds: now), Int(slots.engine[Int(slot)].produced))
    }
  }

  /// Tells of every token that a rank's run sends, looking at each request in each step.
  func tell(
    _ rank: EngineRank, _ speculation: Speculation, _ draws: RandomStream, _ run: EngineInstance.Run,
    _ slots: RequestSlots
  ) {
    guard let tokens = observers.tokens else { return }
    var slot = rank.first
    while slot >= 0 {
      let request = slots.engine[Int(slot)]
      if request.stage == .decoding, request.calendarPlace >= 0 {
        let number = slots[slot].number
        for step in 1...run.count {
          let made = rank.decodeSteps - request.joined + step
          let total = Int(request.base) + speculation.tokens(of: number, after: made, draws)
          tokens(number, Instant(picoseconds: run.instant(step)), min(total, Int(slots[slot].outputTokens)))
        }
      }
      slot = request.after
    }
  }
}

/// Sums over the steps of one pool of engines.
public struct EnginePoolStatistics: Sendable {
  public internal(set) var steps = 0
  /// Runs of steps, each one event.
  public internal(set) var runs = 0
  public internal(set) var busy: Int128 = 0
  /// Steps that held prompts.
  public internal(set) var mixedSteps = 0
  public internal(set) var chunks = 0
  public internal(set) var computedTokens = 0
  public internal(set) var computedPairs = 0
  /// Steps of ranks in which requests decoded, and the requests in them.
  public internal(set) var decodeSteps = 0
  public internal(set) var decodeRequestSteps = 0
  /// Tokens of context, summed over decode steps.
  public internal(set) var contextSteps = 0.0
  public internal(set) var preemptions = 0
}

/// Consecutive steps of one engine instance that ran as one event: step i lasts `first + i · increment`.
public struct EngineRun: Sendable, Hashable {
  public var instance: Int
  public var step: Int
  public var start: Instant
  public var first: Span
  public var increment: Span
  public var count: Int

  /// Start of the `index`-th step after the first; `count` gives the end.
  public func instant(_ index: Int) -> Instant {
    let triangle = Int64(index) * Int64(index - 1) / 2
    return start + Int64(index) * first + triangle * increment
  }
}
