import Serving
import Simulation
import Units

extension BenchmarkCase {
  /// One vLLM instance that serves prompts and answers with its batch near the limit and memory nearly full.
  static func colocated(requests: Int) throws -> BenchmarkCase {
    // 256 requests of 1,000 + 500 tokens on average, in blocks of 16.
    let blocks = 256 * 1500 / 16 * 104 / 100
    let pool = EnginePool(
      scheduler: .vLLM(), limits: EngineLimits(maxRequests: 256, maxBatchedTokens: 8192, lag: 1),
      memory: EngineMemory(blockTokens: 16, blocks: blocks),
      durations: EngineDurations(
        kinds: 1, ranks: 1, requestLimit: 256, tokenLimit: 8192, contextLimit: blocks * 16,
        EngineDurations.Model(
          decode: { .milliseconds(8 + 0.02 * Double($0)) },
          shared: { tokens, _ in .milliseconds(8 + 0.02 * Double(tokens)) },
          head: { .milliseconds(0.002 * Double($0)) }, host: { .milliseconds(0.005 * Double($0)) },
          core: { _, _, context in .milliseconds(20e-6 * Double(context)) },
          chunk: { _, new, cached in .milliseconds(0.02 + 1e-6 * Double(new * (cached + new / 2))) })))
    // A request takes about 1,000 steps of 23 ms beside 255 others: 11 a second.
    return BenchmarkCase(
      name: "vLLM, 1,000 in and out",
      requests: SyntheticRequests(
        count: requests, rate: 9.0, prompt: 1000, output: 1000, blocks: 0, families: 100_000),
      configuration: try ServingConfiguration(
        engines: [pool],
        objectives: .init(timeToFirstToken: Span(.milliseconds(1000)), timePerOutputToken: Span(.milliseconds(50))),
        seed: Seed(1)),
      limits: Limits(requestsPerSecond: 200_000, megabytes: 300, allocations: 5, ratio: 25))
  }
}
