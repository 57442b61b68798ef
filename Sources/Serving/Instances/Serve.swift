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
  /// The system after the last request has left: a caller that knows all arrivals, and holds back those for which there
  /// is no place.
  static func run(
    _ source: any RequestSource, under configuration: ServingConfiguration, observing observers: ServingObservers
  ) throws -> ServingSystem {
    var arrivals = ArrivalStream(source)
    try arrivals.check(configuration)
    try arrivals.refill()
    let start = arrivals.nextInstant
    var system = ServingSystem(configuration, observing: observers, start: start == .never ? .zero : start)
    let places = configuration.maxConcurrency ?? .max
    var talks = Conversations()
    while arrivals.nextInstant != .never || !talks.isEmpty {
      if system.inFlight < places {
        // Where a turn waits for an answer, every departure may be the one.
        let next = min(arrivals.nextInstant, talks.nextInstant)
        if next == .never, system.inFlight == 0 { break }
        system.advance(
          to: max(system.clock, next), lookAhead: .unbounded, stoppingBelow: talks.waiting > 0 ? system.inFlight : 0)
      } else {
        system.advance(to: .never, lookAhead: .unbounded, stoppingBelow: places)
      }
      try system.checkHorizon()
      guard system.inFlight < places else { break }
      system.hear(&talks)
      while system.inFlight < places, min(arrivals.nextInstant, talks.nextInstant) <= system.clock {
        if talks.nextInstant <= arrivals.nextInstant {
          system.send(&talks)
        } else if arrivals.isTurn {
          talks.read(arrivals.position, of: arrivals.batch)
          if try arrivals.advance() { try system.report() }
        } else {
          system.arrive(arrivals.position, of: arrivals.batch)
          if try arrivals.advance() { try system.report() }
        }
      }
    }
    try system.finish()
    system.skipped = arrivals.skipped
    return system
  }
}

extension ServingSystem {
  /// Tells conversations which requests have left.
  fileprivate mutating func hear(_ talks: inout Conversations) {
    for (request, instant) in departures { talks.ended(request, at: instant) }
    departures.removeAll(keepingCapacity: true)
  }

  /// Sends the turn that is due.
  fileprivate mutating func send(_ talks: inout Conversations) {
    tellsDepartures = true
    guard let turn = talks.take(as: recorder.statistics.offered) else { return }
    turn.hashes.withUnsafeBufferPointer {
      arrive(prompt: turn.prompt, output: turn.output, hashes: $0, priority: turn.priority)
    }
    hear(&talks)
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

  /// Whether the next request is a turn of a conversation.
  var isTurn: Bool { position < batch.sessions.count && batch.sessions[position] != 0 }

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

  func check(_ configuration: ServingConfiguration) throws {
    let cache = configuration.cache
    let finds = cache.scope != .none || configuration.engines.contains { $0.memory.prefixUnitTokens > 0 }
    if finds, cache.tokensPerBlock > 0, source.tokensPerBlock > 0, source.tokensPerBlock != cache.tokensPerBlock {
      throw Problem(
        "workload.blockTokens",
        "\(cache.tokensPerBlock) was assumed and is not the trace's block of \(source.tokensPerBlock) tokens",
        wayOut: "give \(source.tokensPerBlock)")
    }
  }
}
