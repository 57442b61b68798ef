import Serving
import Simulation
import Units
import Workloads

/// Engines whose step takes a tick and a request of a few tokens, so that a reader can add up.
enum EngineWorlds {
  /// Every step takes 1 s: instants are numbers of steps.
  static func uniform(requests: Int = 64, tokens: Int = 1024) -> EngineDurations {
    EngineDurations(
      kinds: 1, ranks: 1, requestLimit: requests, tokenLimit: tokens, contextLimit: 100_000,
      EngineDurations.Model(
        decode: { _ in .seconds(1) }, shared: { _, _ in .seconds(1) }, core: { _, _, _ in .zero },
        chunk: { _, _, _ in .zero }))
  }

  static func pool(
    _ scheduler: EngineScheduler, budget: Int, requests: Int = 64, block: Int = 4, blocks: Int = 10_000,
    reserves: Bool = false, lag: Int = 0, surplus: Bool = false, interval: Int = 1, unit: Int = 0,
    role: EnginePool.Role = .colocated
  ) -> EnginePool {
    EnginePool(
      role: role, scheduler: scheduler,
      limits: EngineLimits(
        maxRequests: requests, maxBatchedTokens: budget, lag: lag, hasSurplusStep: surplus, receiveInterval: interval),
      memory: EngineMemory(blockTokens: block, blocks: blocks, reservesOutput: reserves, prefixUnitTokens: unit),
      durations: uniform(requests: requests, tokens: max(budget, requests)))
  }

  /// What the scheduler does with requests (arrival in s, prompt, output), and the steps in which each is sent its
  /// tokens.
  static func tokens(
    _ requests: [(arrival: Int, prompt: Int, output: Int)], _ pools: [EnginePool], priorities: [Int32] = [],
    hashes: [[UInt64]] = []
  ) throws -> [[Int]] {
    var source = ListSource(
      requests: requests.enumerated().map { index, request in
        ListSource.Request(
          arrival: Int64(request.arrival) * 1_000_000_000_000, prompt: request.prompt, output: request.output,
          hashes: hashes.isEmpty ? [] : hashes[index])
      })
    source.priorities = priorities
    let configuration = try ServingConfiguration(engines: pools, tokensPerBlock: 4, seed: Seed(1))
    var sent = [[Int]](repeating: [], count: requests.count)
    _ = try serve(
      source, under: configuration,
      observing: ServingObservers(tokens: { request, instant, total in
        while sent[request].count < total { sent[request].append(Int(instant.picoseconds / 1_000_000_000_000)) }
      }))
    return sent
  }
}
