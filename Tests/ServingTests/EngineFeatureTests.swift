import Simulation
import Testing
import Workloads

@testable import Serving

/// What the random worlds reach: a rule that no world comes to is not compared with the plain engine at all.
@Suite struct EngineFeatureTests {
  enum Feature: String, CaseIterable {
    /// A prompt computed in several steps; a running request that lost its blocks; one that went before an earlier one.
    case chunks, preemption, priority
    /// A prompt partly found; a context beyond a window or a chunk of attention.
    case prefixHits, windows
    /// Several tokens of a request in one step, by a mean share and by position.
    case speculation, acceptanceByPosition
    /// Requests served in several pools, instances, ranks.
    case pools, instances, ranks
    /// Steps that ran as one event; steps planned on what was known a step before; ended requests in one step more.
    case runs, lag, surplus
    case frontEnd, closedLoop, refusals
    /// More new tokens than the table of durations knows.
    case beyondTable
  }

  static func missing(_ kind: RandomEngineWorld.Kind) -> Set<Feature> {
    switch kind {
    case .vLLM: []
    case .sgLang, .tensorRT: [.priority]
    // Whole prompts only, in order.
    case .mindIE, .ascend: [.priority, .chunks]
    // The first pool's instances take all arrivals together.
    case .disaggregated: []
    }
  }

  @Test("each kind of world reaches every feature of its engines", arguments: RandomEngineWorld.Kind.allCases)
  func reached(_ kind: RandomEngineWorld.Kind) throws {
    var counts: [Feature: Int] = [:]
    for seed in UInt64(1)...200 {
      let world = try RandomEngineWorld(kind, seed: seed)
      let oracle = PlainEngine(world.requests, under: world.configuration)
      oracle.run(mostSteps: 100_000)
      let pools = try serve(world.source, under: world.configuration).pools
      for feature in Feature.allCases where has(feature, world.configuration, oracle, pools) {
        counts[feature, default: 0] += 1
      }
    }
    for feature in Feature.allCases {
      let worlds = counts[feature, default: 0]
      let isExpected = !Self.missing(kind).contains(feature)
      #expect(isExpected ? worlds >= 4 : worlds == 0, "\(feature) in \(worlds) of 200 worlds: \(counts)")
    }
  }

  private func has(
    _ feature: Feature, _ configuration: ServingConfiguration, _ oracle: PlainEngine, _ told: [EnginePoolStatistics]
  ) -> Bool {
    let served = oracle.all.filter { $0.outcome == .completed }
    let pools = configuration.engines
    switch feature {
    case .chunks: return oracle.cuts > 0
    case .preemption: return oracle.instances.contains { $0.preemptions > 0 }
    case .priority: return overtakes(served, oracle)
    case .prefixHits: return served.contains { $0.found > 0 }
    case .windows:
      return served.contains { request in
        widths(pools[oracle.instances[request.instance].poolNumber]).contains { $0 < request.prompt + request.output }
      }
    case .speculation, .acceptanceByPosition:
      let isByPosition = feature == .acceptanceByPosition
      return served.contains { request in
        let speculation = oracle.instances[request.instance].pool.speculation
        return speculation.acceptanceByPosition.isEmpty != isByPosition
          && zip(request.tokens, request.tokens.dropFirst()).contains { $0 == $1 }
      }
    case .pools: return Set(served.map { oracle.instances[$0.entry].poolNumber }).count > 1
    case .instances: return Set(served.map(\.instance)).count > 1
    case .ranks: return Set(served.map { [$0.instance, $0.rank] }).count > Set(served.map(\.instance)).count
    case .runs: return told.contains { $0.runs < $0.steps }
    case .lag: return pools.contains { $0.limits.lag > 0 } && served.count > 1
    case .surplus: return pools.contains { $0.limits.hasSurplusStep } && served.contains { $0.output > 1 }
    case .frontEnd: return pools.contains { $0.frontEnd != FrontEnd() }
    case .closedLoop: return oracle.all.contains { $0.arrival != $0.wanted }
    case .refusals: return served.count < oracle.all.count
    case .beyondTable: return oracle.mostTokens > (pools.map(\.durations.tokenLimit).max() ?? 0)
    }
  }

  /// A request that came later was let in first because it is more urgent.
  private func overtakes(_ served: [PlainServed], _ oracle: PlainEngine) -> Bool {
    served.contains { late in
      guard let scheduler = oracle.instances[late.entry].pool.scheduler.base as? VLLMScheduler,
        scheduler.order == .priority
      else { return false }
      return served.contains {
        $0.entry == late.entry && $0.number < late.number && $0.priority > late.priority
          && $0.scheduled ?? 0 > late.scheduled ?? 0
      }
    }
  }

  private func widths(_ pool: EnginePool) -> [Int] {
    pool.contexts.compactMap {
      switch $0 {
      case .full: nil
      case .window(let width), .chunk(let width): width
      }
    }
  }
}
