import Simulation
import Testing
import Units
import Workloads

@testable import Serving

/// A slow chip: tables of durations change at the caller's clock. Hand-computable worlds in milliseconds.
@Suite struct DurationSwapTests {
  private static let millisecond: Int64 = 1_000_000_000
  private func instant(_ milliseconds: Double) -> Instant {
    Instant(picoseconds: Int64(milliseconds * Double(Self.millisecond)))
  }

  /// Every step takes as long.
  private func durations(_ milliseconds: Double, ranks: Int = 1, requests: Int = 64) -> EngineDurations {
    EngineDurations(
      kinds: 1, ranks: ranks, requestLimit: requests, tokenLimit: 64, contextLimit: 1000,
      EngineDurations.Model(
        decode: { _ in .milliseconds(milliseconds) }, shared: { _, _ in .milliseconds(milliseconds) },
        core: { _, _, _ in .zero }, chunk: { _, _, _ in .zero }))
  }

  private func pool(instances: Int = 1) -> EnginePool {
    var pool = EngineWorlds.pool(.vLLM(), budget: 64)
    pool.instances = instances
    pool.durations = durations(1)
    return pool
  }

  @Test("a step under way keeps its duration, the next one has the new one, and a run of steps is cut for it")
  func engines() throws {
    // The prompt ends at 1 ms, tokens follow each millisecond; from 3.5 ms on a step takes 2 ms, from 8 ms on 1 again.
    for lookAhead in [Span.zero, Span(.seconds(1))] {
      var tokens: [Double] = []
      var system = ServingSystem(
        try ServingConfiguration(engines: [pool()], seed: Seed(1)),
        observing: ServingObservers(tokens: { _, instant, _ in tokens.append(instant.sinceStart.value * 1000) }))
      system.arrive(promptTokens: 8, outputTokens: 9)
      system.advance(to: instant(3.5), lookAhead: lookAhead)
      try system.replaceDurations(ofPool: 0, with: durations(2))
      system.advance(to: instant(8), lookAhead: lookAhead)
      try system.replaceDurations(ofPool: 0, with: durations(1))
      try system.finish()
      let expected: [Double] = [1, 2, 3, 4, 6, 8, 9, 10, 11]
      #expect(zip(tokens, expected).allSatisfy { abs($0 - $1) < 1e-9 } && tokens.count == expected.count)
    }
  }

  @Test("one slow instance is slow alone")
  func oneInstance() throws {
    var records: [RequestRecord] = []
    var system = ServingSystem(
      try ServingConfiguration(engines: [pool(instances: 2)], seed: Seed(1)),
      observing: ServingObservers(requests: { records += $0 }))
    try system.replaceDurations(ofPool: 0, instance: 1, with: durations(3))
    for _ in 0..<2 { system.arrive(promptTokens: 8, outputTokens: 4) }
    try system.finish()
    records.sort { $0.number < $1.number }
    #expect(records.map(\.finished) == [instant(4), instant(12)])
  }

  @Test("a table of other requests, kinds or ranks is refused, and nothing changes")
  func refusal() throws {
    var system = ServingSystem(try ServingConfiguration(engines: [pool()], seed: Seed(1)))
    for wrong in [durations(2, ranks: 2), durations(2, requests: 63)] {
      #expect(throws: Problems.self) { try system.replaceDurations(ofPool: 0, with: wrong) }
    }
    system.arrive(promptTokens: 8, outputTokens: 4)
    try system.finish()
    #expect(system.outcome().statistics.endToEnd.mean == .milliseconds(4))
  }

  /// Prefill 10 ms, transfer 1 ms, decode steps of 2 ms.
  private func phases() throws -> ServingConfiguration {
    try ServingConfiguration(
      prefill: .init(
        instances: 1, chipsPerInstance: 1, maxBatchedTokens: 1000, keyValueTokens: 10_000,
        durations: PrefillDurations(maxNewTokens: 1024) { .milliseconds(0.1 * Double($0.newTokens)) }),
      decode: .init(
        instances: 1, chipsPerInstance: 1, ranksPerInstance: 1, maxRequestsPerRank: 4, keyValueTokensPerRank: 10_000,
        durations: DecodeDurations(requestLimit: 4, contextLimit: 10_000) { _, _ in .milliseconds(2) }),
      transfer: .init(
        bytesPerToken: 1, latency: .milliseconds(1), egress: .gigabytesPerSecond(1000),
        ingress: .gigabytesPerSecond(1000)),
      cache: .none, seed: Seed(1))
  }

  @Test("iterations of prefill and runs of decode steps take other durations from the next on")
  func phasePools() throws {
    // Context in quanta: a step of 5 ms, and 1 ms for each token beyond the 101 with which the request begins.
    let slow = DecodeDurations(requestLimit: 4, contextLimit: 1 << 13, segmentCount: 1 << 13) { _, tokens in
      .milliseconds(5 + Double(max(0, tokens - 101)))
    }
    for (swap, prefillTwice, finished) in [(1000.0, false, 11 + 6.0), (1000, true, 21 + 6), (13.5, false, 11 + 4 + 7)] {
      var records: [RequestRecord] = []
      var system = ServingSystem(try phases(), observing: ServingObservers(requests: { records += $0 }))
      if prefillTwice {
        system.replacePrefillDurations(
          with: PrefillDurations(maxNewTokens: 1024) { .milliseconds(0.2 * Double($0.newTokens)) })
      }
      system.arrive(promptTokens: 100, outputTokens: 4)
      system.advance(to: instant(swap), lookAhead: Span(.seconds(10)))
      try system.replaceDecodeDurations(with: slow)
      try system.finish()
      // Two steps of 2 ms have begun by 13.5 ms; the third sees 103 tokens: 5 + 2 ms.
      #expect(abs(records[0].finished.sinceStart.value * 1000 - finished) < 1e-3)
    }
  }

  @Test("the same table put in again at any time changes nothing")
  func sameTable() throws {
    for seed in UInt64(1)...100 {
      let world = try SmallWorld(seed: seed)
      let engines = try RandomEngineWorld(RandomEngineWorld.Kind.allCases[Int(seed) % 6], seed: seed)
      for (source, configuration) in [
        (world.source, world.configuration), (engines.source, engines.configuration),
      ] where configuration.maxConcurrency == nil {
        let outcome = try serve(source, under: configuration)
        var draw = Draw(stream: Seed(seed).stream("swaps"))
        var system = ServingSystem(configuration, start: Instant(picoseconds: source.requests[0].arrival))
        for (number, request) in source.requests.enumerated() {
          let way = request.arrival - system.clock.picoseconds
          system.advance(
            to: Instant(picoseconds: system.clock.picoseconds + way / 4 * Int64(draw.between(0, 4))),
            lookAhead: .unbounded)
          try replaceAll(&system)
          system.advance(to: Instant(picoseconds: request.arrival), lookAhead: .unbounded)
          if draw.chance() { try replaceAll(&system) }
          system.arrive(
            promptTokens: request.prompt, outputTokens: request.output, hashes: request.hashes,
            priority: source.priorities.isEmpty ? 0 : source.priorities[number])
        }
        try system.finish()
        let (left, right) = (outcome.statistics, system.outcome().statistics)
        #expect(left.endToEnd == right.endToEnd && left.interTokenLatency == right.interTokenLatency, "seed \(seed)")
        #expect(left.timeToFirstToken == right.timeToFirstToken && left.lastDeparture == right.lastDeparture)
      }
    }
  }

  private func replaceAll(_ system: inout ServingSystem) throws {
    let configuration = system.configuration
    for pool in configuration.engines.indices {
      try system.replaceDurations(ofPool: pool, with: configuration.engines[pool].durations)
    }
    if configuration.engines.isEmpty {
      try system.replaceDecodeDurations(with: configuration.decode.durations)
      system.replacePrefillDurations(with: configuration.prefill.durations)
    }
  }
}
