import Simulation
import Units
import Workloads

/// Serves all the requests of `source` and returns what became of them.
///
/// Time and memory: O(1) a request and O(ranks) for each decode step at which something changes; memory for the
/// requests in flight and the cache's blocks. The same answer on every run.
public func serve(
  _ source: any RequestSource, under configuration: ServingConfiguration,
  observing observers: ServingObservers = ServingObservers()
) throws -> ServingOutcome {
  try ServingSystem.run(source, under: configuration, observing: observers).outcome()
}

extension ServingSystem {
  /// The system after the last request has left.
  static func run(
    _ source: any RequestSource, under configuration: ServingConfiguration, observing observers: ServingObservers
  ) throws -> ServingSystem {
    var arrivals = ArrivalStream(source)
    try arrivals.check(configuration.cache)
    try arrivals.refill()
    var system = ServingSystem(configuration, observers: observers, start: arrivals.nextInstant)
    let concurrency = configuration.maxConcurrency ?? .max
    while true {
      let nextArrival = system.slots.inUse < concurrency ? arrivals.nextInstant : .never
      let instant = min(system.agenda.nextInstant, nextArrival).picoseconds
      if instant == .max { break }
      if instant > system.now {
        system.recorder.timeline.advance(to: instant)
        system.now = instant
      }
      if system.agenda.nextInstant.picoseconds == instant { system.handleDueEvents() }
      while system.slots.inUse < concurrency, arrivals.nextInstant.picoseconds <= system.now {
        system.arrive(arrivals.position, of: arrivals.batch)
        if try arrivals.advance() { try system.report() }
      }
      system.begin(nextArrival: system.slots.inUse < concurrency ? arrivals.nextInstant : .never)
    }
    try system.report()
    system.skipped = arrivals.skipped
    return system
  }
}

/// The requests of a source one by one, in batches underneath.
struct ArrivalStream {
  private var source: any RequestSource
  private(set) var batch = RequestBatch()
  private(set) var position = 0
  private var arrived = 0
  private var last = Instant.zero

  init(_ source: any RequestSource) { self.source = source }

  /// Damaged lines passed over so far.
  var skipped: SkippedLines { source.skipped }

  /// When the next request arrives; `.never` at the end.
  var nextInstant: Instant { position < batch.count ? batch.arrivals[position] : .never }

  /// Moves on by one request; true when that took a new batch.
  mutating func advance() throws -> Bool {
    position += 1
    if position < batch.count { return false }
    try refill()
    return true
  }

  mutating func refill() throws {
    arrived += batch.count
    position = 0
    guard try source.read(into: &batch) else { return batch.removeAll() }
    for index in 0..<batch.count {
      let place = "request \(arrived + index + 1)"
      if batch.arrivals[index] < last {
        throw Problem(place, "arrives before the one before it", wayOut: "sort the trace")
      }
      if batch.promptTokens[index] < 1 || batch.outputTokens[index] < 1 {
        throw Problem(place, "has no prompt or no output tokens", wayOut: "leave it out of the trace")
      }
      last = batch.arrivals[index]
    }
  }

  func check(_ cache: ServingConfiguration.Cache) throws {
    if cache.scope != .none, source.tokensPerBlock > 0, source.tokensPerBlock != cache.tokensPerBlock {
      throw Problem(
        "cache.tokensPerBlock", "\(cache.tokensPerBlock) is not the trace's block of \(source.tokensPerBlock) tokens",
        wayOut: "give \(source.tokensPerBlock)")
    }
  }
}

extension ServingSystem {
  /// Gives observers what has been recorded, and word of how far the run is.
  mutating func report() throws {
    if let sink = recorder.observers.requests, !recorder.records.isEmpty {
      try sink(recorder.records)
      recorder.records.removeAll(keepingCapacity: true)
    }
    try recorder.observers.progress?(recorder.statistics.offered, Instant(picoseconds: now))
  }

  func outcome() -> ServingOutcome {
    var statistics = recorder.statistics
    for cache in caches {
      statistics.insertedBlocks += cache.inserted
      statistics.evictedBlocks += cache.evicted
      statistics.residentBlocks += cache.count
    }
    return ServingOutcome(
      configuration: configuration, statistics: statistics, pools: recorder.pools,
      timeline: recorder.timeline.timeline(prefillInstances: prefills.count + engines.count),
      energy: recorder.timeline.totalEnergy,
      peakPower: Watts(Double(recorder.timeline.peakMilliwatts) * 1e-3), skipped: skipped)
  }
}
