import Simulation
import Units

// The clock belongs to the caller: a batch run (`serve`), a live server and a test drive the same functions.
extension ServingSystem {
  public var clock: Instant { Instant(picoseconds: now) }

  /// Requests that have arrived and have not left.
  public var inFlight: Int { slots.inUse }

  /// No event is due before; `.never` where none is to come.
  ///
  /// Where something happened at the clock's own instant, what follows from it is known when the clock has moved on
  /// (more requests may arrive at that instant): until then this is the next picosecond.
  public var nextInstant: Instant {
    isSettled ? agenda.nextInstant : Instant(picoseconds: now + 1)
  }

  /// Moves the clock on to `instant`, before which no request arrives, and lets everything happen that is due by then.
  ///
  /// What follows from events and arrivals at the clock's instant (steps that begin) is settled as soon as the clock
  /// leaves it, so that any number of requests may arrive at one instant.
  ///
  /// Steps in which nothing changes run as one event. With a look-ahead of zero none of them goes beyond `instant` but
  /// the one that is under way, so that all that ended by then has been told: a live clock. With a longer one engines'
  /// runs may go on that far beyond, and are cut short when something comes: requests have the same instants, fewer
  /// events are handled, and observers are told of a run when it ends.
  ///
  /// - Parameter instant: not before the clock; `.never` goes on until nothing is due, and leaves the clock there.
  public mutating func advance(to instant: Instant, lookAhead: Span = .zero) {
    advance(to: instant, lookAhead: lookAhead, stoppingBelow: 0)
  }

  /// The same, but returns at the first instant at which fewer than `places` requests are in flight.
  mutating func advance(to instant: Instant, lookAhead: Span, stoppingBelow places: Int) {
    let target = instant.picoseconds
    precondition(target >= now, "the clock does not go back")
    let (limit, isBeyond) = target.addingReportingOverflow(lookAhead.picoseconds)
    runLimit = isBeyond ? .max : limit
    while now < target {
      if !isSettled {
        begin(nextArrival: instant)
        isSettled = true
        if slots.inUse < places { return }
      }
      let next = min(agenda.nextInstant.picoseconds, target)
      if next == .max { return }
      if next > Instant.horizon.picoseconds {
        hasPassedHorizon = true
        return
      }
      if recorder.tellsLevels { tellLevels() }
      recorder.timeline.advance(to: next)
      now = next
      guard agenda.nextInstant.picoseconds == next else { return }
      handleDueEvents()
      isSettled = false
      if slots.inUse < places { return }
    }
  }

  /// Takes in a request at the clock's instant.
  ///
  /// - Parameters:
  ///   - outputTokens: at least 1, as `promptTokens`; when the answer ends is known beforehand.
  ///   - hashes: of the prompt's leading blocks, each of the configuration's tokens.
  ///   - priority: smaller goes first, where an engine serves by priority.
  /// - Returns: the request's number, from 0, by which observers are told of it.
  @discardableResult
  public mutating func arrive(
    promptTokens: Int, outputTokens: Int, hashes: [UInt64] = [], priority: Int32 = 0
  ) -> Int {
    precondition(promptTokens > 0 && outputTokens > 0, "a request has at least one token of each kind")
    let number = recorder.statistics.offered
    hashes.withUnsafeBufferPointer {
      arrive(prompt: Int32(promptTokens), output: Int32(outputTokens), hashes: $0, priority: priority)
    }
    return number
  }

  /// Lets everything happen that is still to come, and gives observers the rest.
  public mutating func finish() throws {
    advance(to: .never, lookAhead: .unbounded)
    try checkHorizon()
    try report()
  }

  /// Throws where the clock has stopped at its horizon with requests to serve.
  func checkHorizon() throws {
    guard hasPassedHorizon else { return }
    throw Problem(
      "workload", "the run passes 100 days of simulated time, with \(recorder.statistics.offered) requests arrived",
      wayOut: "give fewer or shorter requests, a higher rate or concurrency, or more chips")
  }

  /// Gives observers the records of requests that have left, and word of how far the run is; until then they are kept.
  public mutating func report() throws {
    if let sink = recorder.observers.requests, !recorder.records.isEmpty {
      try sink(recorder.records)
      recorder.records.removeAll(keepingCapacity: true)
    }
    try recorder.observers.progress?(recorder.statistics.offered, clock)
  }

  /// What has happened up to the clock.
  public func outcome() -> ServingOutcome {
    var statistics = recorder.statistics
    for cache in caches {
      statistics.insertedBlocks += cache.inserted
      statistics.evictedBlocks += cache.evicted
      statistics.residentBlocks += cache.count
    }
    return ServingOutcome(
      configuration: configuration, statistics: statistics, pools: recorder.pools,
      timeline: recorder.timeline.timeline(
        prefillInstances: prefills.count + engines.count, blocks: configuration.decodingBlocks,
        prefixBlocks: configuration.prefixBlocks),
      energy: recorder.timeline.totalEnergy,
      peakPower: Watts(Double(recorder.timeline.peakMilliwatts) * 1e-3), skipped: skipped,
      hasConversations: tellsDepartures)
  }
}

extension Span {
  /// As far as there is anything.
  static var unbounded: Span { Span(picoseconds: .max) }
}
