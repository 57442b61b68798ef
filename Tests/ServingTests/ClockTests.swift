import Foundation
import Simulation
import Testing
import Workloads

@testable import Serving

/// 150 worlds of each kind, or 5,000 with SUPERNODE_LONG=1; one alone with SUPERNODE_WORLD=seed.
private let seeds: [UInt64] = {
  let environment = ProcessInfo.processInfo.environment
  if let one = environment["SUPERNODE_WORLD"].flatMap(UInt64.init) { return [one] }
  return Array(1...(environment["SUPERNODE_LONG"] == nil ? 150 : 5000))
}()

/// A batch run and a clock that a caller drives are the same.
@Suite struct ClockTests {
  @Test("a live clock on CloudMatrix's worlds gives the batch run's instants and statistics")
  func phases() throws {
    for seed in seeds {
      let world = try SmallWorld(seed: seed)
      let again = Comment("SUPERNODE_WORLD=\(seed) swift test --filter ClockTests.phases")
      try compare(world.source, world.configuration, seed, again)
    }
  }

  @Test("a live clock on engines' worlds gives the batch run's instants and statistics")
  func engines() throws {
    for kind in RandomEngineWorld.Kind.allCases {
      for seed in seeds {
        let world = try RandomEngineWorld(kind, seed: seed)
        let again = Comment("\(kind): SUPERNODE_WORLD=\(seed) swift test --filter ClockTests.engines")
        try compare(world.source, world.configuration, seed, again)
      }
    }
  }

  private func compare(
    _ source: ListSource, _ configuration: ServingConfiguration, _ seed: UInt64, _ again: Comment
  ) throws {
    let batch = Told()
    let outcome = try serve(source, under: configuration, observing: batch.observers)
    let events = Told()
    try expectEqual(outcome, events.drive(source, configuration) { next, _ in next }, again)
    try #require(events == batch, again)
    // A clock that ticks whether or not something is due; in a closed loop it would see departures late.
    guard configuration.maxConcurrency == nil else { return }
    var draw = Draw(stream: Seed(seed).stream("ticks"))
    let ticks = Told()
    let ticked = try ticks.drive(source, configuration) { next, clock in
      if next == .never { return next }
      // From a sixth of the way to what is known to be due to four times as far.
      let way = (next.picoseconds - clock.picoseconds) / 6 * Int64(draw.between(1, 24))
      return Instant(picoseconds: clock.picoseconds + max(1, way))
    }
    try expectEqual(outcome, ticked, again)
    try #require(ticks == batch, again)
  }

  /// All but what counts events and looks at a queue.
  private func expectEqual(_ batch: ServingOutcome, _ live: ServingOutcome, _ again: Comment) throws {
    let skipped = ["events", "decodeRuns", "runs", "heldByRequests", "heldByMemory", "heldByObjective"]
    func fields(_ value: Any) -> [(label: String, value: Any)] {
      Mirror(reflecting: value).children.map { ($0.label ?? "", $0.value) }.filter { !skipped.contains($0.label) }
    }
    let left = fields(batch.statistics) + batch.pools.flatMap { fields($0) }
    let right = fields(live.statistics) + live.pools.flatMap { fields($0) }
    try #require(left.count == right.count && left.count > 30)
    for (one, other) in zip(left, right) {
      let difference = "\(one.label) of the live run"
      if let histogram = one.value as? LatencyHistogram {
        try #require(histogram == other.value as? LatencyHistogram, "\(difference) (\(again))")
      } else {
        try #require("\(one.value)" == "\(other.value)", "\(difference) (\(again))")
      }
    }
  }

  @Test("what begins at an instant is settled when the clock leaves it, so that requests may share the instant")
  func sharedInstant() throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 64)
    let told = Told()
    var system = ServingSystem(
      try ServingConfiguration(engines: [pool], seed: Seed(1)), observing: told.observers)
    #expect(system.nextInstant == .never)
    system.advance(to: .second(5))
    #expect(system.arrive(promptTokens: 8, outputTokens: 3) == 0)
    system.advance(to: .second(5))
    #expect(system.arrive(promptTokens: 8, outputTokens: 2) == 1)
    #expect(system.clock == .second(5) && system.inFlight == 2)
    // Known once the clock has moved: both prompts are one step of 1 s, then they decode together.
    #expect(system.nextInstant.picoseconds == 5_000_000_000_001)
    system.advance(to: system.nextInstant)
    #expect(system.nextInstant == .second(6))
    system.advance(to: .second(6))
    #expect(told.tokens == [[6], [6]])
    system.advance(to: Instant(picoseconds: 7_500_000_000_000))
    #expect(told.tokens == [[6, 7], [6, 7]] && system.inFlight == 1)
    try system.finish()
    #expect(told.tokens == [[6, 7, 8], [6, 7]] && system.inFlight == 0)
    #expect(system.outcome().statistics.completed == 2 && system.nextInstant == .never)
  }

  @Test("with a look-ahead of zero tokens are told as the clock passes them, with a long one when their run ends")
  func lookAhead() throws {
    // The prompt in the first millisecond, then 99 steps of 1 ms, which are one run.
    var pool = EngineWorlds.pool(.vLLM(), budget: 64)
    pool.durations = EngineDurations(
      kinds: 1, ranks: 1, requestLimit: 64, tokenLimit: 64, contextLimit: 1000,
      EngineDurations.Model(
        decode: { _ in .milliseconds(1) }, shared: { _, _ in .milliseconds(1) }, core: { _, _, _ in .zero },
        chunk: { _, _, _ in .zero }))
    let configuration = try ServingConfiguration(engines: [pool], seed: Seed(1))
    for (lookAhead, known) in [(Span.zero, 10), (Span(.seconds(1)), 1)] {
      let told = Told()
      var system = ServingSystem(configuration, observing: told.observers)
      system.arrive(promptTokens: 8, outputTokens: 100)
      system.advance(to: Instant(picoseconds: 10_500_000_000), lookAhead: lookAhead)
      #expect(told.milliseconds == [Array(1...known)])
      // Cut short: the second prompt is computed from 11 ms to 12 ms, with the twelfth step of the first request.
      system.arrive(promptTokens: 8, outputTokens: 1)
      try system.finish()
      #expect(told.milliseconds == [Array(1...100), [12]])
    }
  }
}

/// What observers were told.
private final class Told: Equatable {
  var records: [RequestRecord] = []
  /// Picoseconds by request.
  var instants: [[Int64]] = []
  var latest: Int64 = 0
  var tokens: [[Int]] { instants.map { $0.map { Int($0 / 1_000_000_000_000) } } }
  var milliseconds: [[Int]] { instants.map { $0.map { Int($0 / 1_000_000_000) } } }

  var observers: ServingObservers {
    ServingObservers(
      requests: { self.records += $0 },
      tokens: { request, instant, total in
        while self.instants.count <= request { self.instants.append([]) }
        while self.instants[request].count < total { self.instants[request].append(instant.picoseconds) }
        self.latest = max(self.latest, instant.picoseconds)
      })
  }

  static func == (left: Told, right: Told) -> Bool {
    left.records.map(\.number).sorted() == right.records.map(\.number).sorted()
      && left.records.sorted { $0.number < $1.number } == right.records.sorted { $0.number < $1.number }
      && left.instants == right.instants
  }

  /// A caller that tells of a request at its instant, and moves the clock as `next` says of the instant that is known.
  func drive(
    _ source: ListSource, _ configuration: ServingConfiguration, next: (Instant, _ clock: Instant) -> Instant
  ) throws -> ServingOutcome {
    let places = configuration.maxConcurrency ?? .max
    var system = ServingSystem(
      configuration, observing: observers, start: Instant(picoseconds: source.requests[0].arrival))
    func advance(to limit: Instant) {
      let wanted = next(system.nextInstant, system.clock)
      system.advance(to: max(system.clock, min(limit, wanted)))
      #expect(latest <= system.clock.picoseconds, "a token is told before its time")
    }
    for (number, request) in source.requests.enumerated() {
      let arrival = Instant(picoseconds: request.arrival)
      while system.inFlight >= places { advance(to: .never) }
      while system.clock < arrival { advance(to: arrival) }
      let priority = source.priorities.isEmpty ? 0 : source.priorities[number]
      system.arrive(
        promptTokens: request.prompt, outputTokens: request.output, hashes: request.hashes, priority: priority)
    }
    while system.nextInstant != .never { advance(to: .never) }
    try system.finish()
    return system.outcome()
  }
}

extension Instant {
  fileprivate static func second(_ seconds: Int64) -> Instant { Instant(picoseconds: seconds * 1_000_000_000_000) }
}
