import Serving
import Simulation
import Units
import Workloads

/// Engines whose step takes a tick and a request of a few tokens, so that a reader can add up.
enum EngineWorlds {
  /// Every step takes 1 s: instants are numbers of steps.
  static func uniform(ranks: Int = 1, requests: Int = 64, tokens: Int = 1024) -> EngineDurations {
    EngineDurations(
      kinds: 1, ranks: ranks, requestLimit: requests, tokenLimit: tokens, contextLimit: 100_000,
      EngineDurations.Model(
        decode: { _ in .seconds(1) }, shared: { _, _ in .seconds(1) }, core: { _, _, _ in .zero },
        chunk: { _, _, _ in .zero }))
  }

  static func pool(
    _ scheduler: EngineScheduler, budget: Int, requests: Int = 64, block: Int = 4, blocks: Int = 10_000,
    reserves: Bool = false, lag: Int = 0, surplus: Bool = false, interval: Int = 1, unit: Int = 0,
    role: EnginePool.Role = .colocated, ranks: Int = 1, routing: EngineRouting = .leastRequests, named: Bool = true,
    speculation: Speculation = .off
  ) -> EnginePool {
    EnginePool(
      role: role, ranks: ranks, routing: routing, scheduler: scheduler,
      limits: EngineLimits(
        maxRequests: requests, maxBatchedTokens: budget, lag: lag, hasSurplusStep: surplus, receiveInterval: interval),
      memory: EngineMemory(
        blockTokens: block, blocks: blocks, reservesOutput: reserves, prefixUnitTokens: unit,
        namesWhenScheduled: named),
      speculation: speculation, durations: uniform(ranks: ranks, requests: requests, tokens: 20_000))
  }

  /// One request: arrival in s, prompt, output.
  typealias Asked = (arrival: Int, prompt: Int, output: Int)

  /// The seconds (steps, where each takes one) at which each request is sent its tokens.
  static func tokens(
    _ requests: [Asked], _ pools: [EnginePool], priorities: [Int32] = [], hashes: [[UInt64]] = []
  ) throws -> [[Int]] {
    try run(requests, pools, priorities: priorities, hashes: hashes).tokens
  }

  /// The tokens, and what became of each request; `hashed`: tokens in a hashed block.
  static func run(
    _ requests: [Asked], _ pools: [EnginePool], priorities: [Int32] = [], hashes: [[UInt64]] = [], hashed: Int = 4,
    transfer: ServingConfiguration.Transfer? = nil
  ) throws -> (tokens: [[Int]], records: [RequestRecord]) {
    var source = ListSource(
      requests: requests.enumerated().map { index, request in
        ListSource.Request(
          arrival: Int64(request.arrival) * 1_000_000_000_000, prompt: request.prompt, output: request.output,
          hashes: hashes.isEmpty ? [] : hashes[index])
      }, tokensPerBlock: hashed)
    source.priorities = priorities
    let configuration = try ServingConfiguration(
      engines: pools, transfer: transfer, tokensPerBlock: hashed, seed: Seed(1))
    var sent = [[Int]](repeating: [], count: requests.count)
    var records: [RequestRecord] = []
    let observers = ServingObservers(
      requests: { records += $0 },
      tokens: { request, instant, total in
        while sent[request].count < total { sent[request].append(Int(instant.picoseconds / 1_000_000_000_000)) }
      })
    _ = try serve(source, under: configuration, observing: observers)
    return (sent, records.sorted { $0.number < $1.number })
  }
}
