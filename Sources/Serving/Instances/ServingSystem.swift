import Hardware
import Simulation
import Units
import Workloads

/// The prefill–decode–caching system as a value: events go in, what follows from them is scheduled.
///
/// All that is due at one instant is handled in one round: ends of decode steps, of transfers, of prefill iterations,
/// arrivals; then prefill instances begin iterations, waiting requests get decode ranks, and decode instances begin
/// steps, each by index. `Documentation/Models/Serving.md` has the definitions.
///
/// Its clock belongs to the caller, who says when time goes on and what arrives:
///
///     var system = ServingSystem(configuration)
///     system.advance(to: Instant(picoseconds: 5_000_000_000))  // 5 ms, not before the last call
///     system.arrive(promptTokens: 1000, outputTokens: 200)
///     try system.finish()
///     print(system.outcome().statistics.endToEnd.summary().p99)
///
/// Ignored: `maxConcurrency` (the caller holds requests back), failures of hardware.
public struct ServingSystem {
  enum Event: Sendable {
    case decodeStepFinished(instance: Int32)
    case transferFinished(slot: Int32)
    case prefillFinished(instance: Int32)
    /// A run of an engine's steps has ended, unless it was cut short meanwhile.
    case engineStepped(instance: Int32, generation: Int32)
    case engineReceived(slot: Int32)
    /// A request has passed an engine's front end.
    case received(slot: Int32)
    /// An idle engine looks up again.
    case engineWoken(instance: Int32)

    /// Order within an instant; requests in the order in which they arrived.
    func order(_ slots: RequestSlots) -> Int {
      switch self {
      case .decodeStepFinished(let instance), .engineStepped(let instance, _): Int(instance)
      case .transferFinished(let slot), .engineReceived(let slot): 1 << 48 + slots.states[Int(slot)].number
      case .prefillFinished(let instance): 2 << 48 + Int(instance)
      case .received(let slot): 3 << 48 + slots.states[Int(slot)].number
      case .engineWoken(let instance): 4 << 48 + Int(instance)
      }
    }
  }

  var configuration: ServingConfiguration
  var agenda = Agenda<Event>()
  var now: Int64 = 0
  /// Whether all that follows from what happened up to now has begun.
  var isSettled = true
  /// Up to where runs of engines' steps may go on.
  var runLimit: Int64 = .max
  var slots = RequestSlots()
  var prefills: [PrefillInstance]
  var decodes: [DecodeInstance]
  /// None, one shared by all, or one for each prefill instance.
  var caches: [BlockCache]
  var recorder: Recorder
  /// Of the trace, at its end.
  var skipped = SkippedLines()
  /// Engines that plan step by step; those of pools that take arrivals, then those that decode only.
  var engines: [EngineInstance] = []
  let entryEngines: Range<Int>
  let decodeEngines: Range<Int>
  var changedEngines: ChangedSet
  var unitHashes: [UInt64] = []
  /// Of the pools, by number, and of the one that only decodes.
  let cutsPrompts: [Bool]
  let firstTokenRule: Engine.FirstToken
  /// The clock would go beyond `Instant.horizon` and has stopped.
  var hasPassedHorizon = false
  /// Routed round-robin so far.
  var turns = 0
  /// Instances that may have something to begin at this instant.
  var changedPrefills: ChangedSet
  var changedDecodes: ChangedSet
  let speculationStream: RandomStream
  /// Longest step under which a rank still admits, from the objective; nil asks nothing.
  let stepLimit: Int64?
  let decodeCapacityBlocks: Int
  let tokensPerStep: Double
  var simultaneous: [Event] = []
  /// Requests that have left since the caller looked last, where it asks for them.
  var tellsDepartures = false
  var departures: [(request: Int, instant: Int64)] = []

  /// Empty at `start`.
  public init(
    _ configuration: ServingConfiguration, observing observers: ServingObservers = ServingObservers(),
    start: Instant = .zero
  ) {
    self.configuration = configuration
    now = start.picoseconds
    recorder = Recorder(observers: observers, start: start, enginePools: configuration.engines.count)
    recorder.statistics.window = configuration.window.map { MeasuredWindow($0, start: start) }
    for (number, pool) in configuration.engines.enumerated() {
      for _ in 0..<pool.instances {
        engines.append(EngineInstance(pool, pool: number, index: engines.count, seed: configuration.seed))
      }
    }
    let entry = configuration.engines.filter { $0.role != .decode }.reduce(0) { $0 + $1.instances }
    entryEngines = 0..<entry
    cutsPrompts = configuration.engines.map(\.scheduler.base.cutsPrompts)
    firstTokenRule = configuration.decodePool?.firstToken ?? .prefill
    decodeEngines = entry..<engines.count
    changedEngines = ChangedSet(count: engines.count)
    prefills = [PrefillInstance](repeating: PrefillInstance(), count: configuration.prefill.instances)
    decodes = [DecodeInstance](
      repeating: DecodeInstance(configuration.decode), count: configuration.decode.instances)
    let cacheCount =
      switch configuration.cache.scope {
      case .none: 0
      case .instance: configuration.prefill.instances
      case .shared: 1
      }
    caches = (0..<cacheCount).map { _ in BlockCache(capacity: configuration.cache.capacityBlocks) }
    changedPrefills = ChangedSet(count: prefills.count)
    changedDecodes = ChangedSet(count: decodes.count)
    speculationStream = configuration.seed.stream("speculation")
    decodeCapacityBlocks = configuration.decode.keyValueTokensPerRank / configuration.decode.blockTokens
    tokensPerStep = configuration.decode.speculation.tokensPerStep
    if configuration.decode.isObjectiveAware, let limit = configuration.objectives.timePerOutputToken {
      stepLimit = Int64(
        clamping: (Int128(limit.picoseconds) * Int128(configuration.decode.speculation.tokensPerStepFixed)) >> 16)
    } else {
      stepLimit = nil
    }
    let idle =
      configuration.prefill.idlePower * Double(configuration.prefill.instances)
      + configuration.decode.idlePower * Double(configuration.decode.instances)
    recorder.timeline.levels.milliwatts =
      Int64((idle.value * 1000).rounded()) + engines.reduce(0) { $0 + $1.milliwatts }
  }

  mutating func handle(_ event: Event) {
    recorder.statistics.events += 1
    switch event {
    case .decodeStepFinished(let instance): finishStep(of: Int(instance))
    case .transferFinished(let slot): finishTransfer(of: slot)
    case .prefillFinished(let instance): finishIteration(of: Int(instance))
    case .engineStepped(let instance, let generation): finishEngineRun(of: Int(instance), generation: generation)
    case .engineReceived(let slot): finishEngineTransfer(of: slot)
    case .received(let slot): finishFrontEnd(of: slot)
    case .engineWoken(let instance): changedEngines.insert(Int(instance))
    }
  }

  /// Handles all that the agenda has for `now`.
  mutating func handleDueEvents() {
    guard let (_, first) = agenda.next() else { return }
    if agenda.nextInstant.picoseconds != now { return handle(first) }
    simultaneous.removeAll(keepingCapacity: true)
    simultaneous.append(first)
    while agenda.nextInstant.picoseconds == now, let (_, event) = agenda.next() { simultaneous.append(event) }
    simultaneous.sort { [slots] in $0.order(slots) < $1.order(slots) }
    for event in simultaneous { handle(event) }
  }

  /// Begins what can begin now. `nextArrival` bounds how far decode may run without looking up.
  mutating func begin(nextArrival: Instant) {
    // Runs that were cut short at this instant end before anyone begins.
    while !engines.isEmpty, agenda.nextInstant.picoseconds == now { handleDueEvents() }
    while let only = changedEngines.only {
      changedEngines.removeAll()
      beginEngineStep(of: only)
    }
    while !changedEngines.isEmpty {
      let changed = changedEngines.sorted()
      changedEngines.removeAll()
      for index in changed { beginEngineStep(of: index) }
    }
    for index in changedPrefills.sorted() { beginIteration(of: index) }
    changedPrefills.removeAll()
    guard !changedDecodes.isEmpty else { return }
    let changed = changedDecodes.sorted()
    for index in changed { assignRanks(of: index) }
    var idle = 0
    for index in changed where !decodes[index].isStepping { idle += 1 }
    let horizon =
      idle > 1 ? now : min(nextArrival.picoseconds, agenda.nextInstant.picoseconds, recorder.timeline.intervalEnd)
    for index in changed where !decodes[index].isStepping { beginSteps(of: index, until: horizon) }
    changedDecodes.removeAll()
  }
}
