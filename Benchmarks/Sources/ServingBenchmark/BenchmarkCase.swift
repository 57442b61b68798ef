import Serving
import Simulation
import Units

/// A deployment of the size of CloudMatrix 384 with round step times, and the load that it is given.
struct BenchmarkCase {
  var name: String
  var requests: SyntheticRequests
  var configuration: ServingConfiguration
  var limits: Limits

  /// What the benchmark fails beyond.
  struct Limits {
    var requestsPerSecond: Double
    var megabytes: Double
    /// A request, start-up included.
    var allocations: Double
    /// To the plain stepper's time.
    var ratio: Double
  }

  static func prefillHeavy(requests: Int) throws -> BenchmarkCase { try prefillHeavy(requests: requests, ranks: 320) }
  static func decodeHeavy(requests: Int) throws -> BenchmarkCase { try decodeHeavy(requests: requests, ranks: 320) }
  static func fewPrefillHeavy(_ count: Int) throws -> BenchmarkCase { try prefillHeavy(requests: count, ranks: 8) }
  static func fewDecodeHeavy(_ count: Int) throws -> BenchmarkCase { try decodeHeavy(requests: count, ranks: 8) }

  /// 320 decode ranks; prefill is made fast enough to keep up.
  private static func prefillHeavy(requests: Int, ranks: Int) throws -> BenchmarkCase {
    BenchmarkCase(
      name: "8,000 in, 200 out",
      requests: SyntheticRequests(
        count: requests, rate: 9.3 * Double(ranks), prompt: 8000, output: 200, blocks: 16, families: 100_000),
      configuration: try configuration(ranks: ranks, limit: 48, scope: .shared, context: 400_000),
      limits: Limits(requestsPerSecond: 400_000, megabytes: 150, allocations: 0.1, ratio: 12))
  }

  private static func decodeHeavy(requests: Int, ranks: Int) throws -> BenchmarkCase {
    BenchmarkCase(
      name: "1,000 in, 1,000 out",
      requests: SyntheticRequests(
        count: requests, rate: 3.1 * Double(ranks), prompt: 1000, output: 1000, blocks: 2, families: 100_000),
      configuration: try configuration(ranks: ranks, limit: 64, scope: .shared, context: 200_000),
      limits: Limits(requestsPerSecond: 1_000_000, megabytes: 150, allocations: 0.2, ratio: 25))
  }

  private static func configuration(
    ranks: Int, limit: Int, scope: ServingConfiguration.Cache.Scope, context: Int
  ) throws -> ServingConfiguration {
    let tokensPerSecond = 20e3 * Double(ranks)
    return try ServingConfiguration(
      prefill: .init(
        instances: 6, chipsPerInstance: 16, maxBatchedTokens: 32768, queueLimit: 100_000, keyValueTokens: 20_000_000,
        routing: .prefixAware,
        durations: PrefillDurations(
          maxNewTokens: 32768,
          seconds: { work in
            let reading = Double(work.cachedTokens) * 2e-9
            return Seconds(
              2e-3 + Double(work.newTokens) / tokensPerSecond + Double(work.attentionPairs) * 1e-13 + reading)
          }, power: { _ in .kilowatts(15) }), idlePower: .kilowatts(4)),
      decode: .init(
        instances: 1, chipsPerInstance: ranks / 2, ranksPerInstance: ranks, maxRequestsPerRank: limit,
        keyValueTokensPerRank: context, speculation: Speculation(draftTokens: 1, acceptance: 0.7),
        isObjectiveAware: true,
        durations: DecodeDurations(
          requestLimit: limit, contextLimit: context,
          seconds: { requests, tokens in
            Seconds(
              20e-3 + Double(requests) * 0.2e-3 + Double(max(0, tokens - 50_000)) * 10e-9 + Double(tokens) * 20e-9)
          }, power: { .watts(40_000 + Double($0) * 500) }), idlePower: .kilowatts(30)),
      transfer: .init(
        bytesPerToken: 70_000, latency: .microseconds(50), egress: .gigabytesPerSecond(800),
        ingress: .gigabytesPerSecond(50)),
      cache: .init(scope: scope, capacityBlocks: 1_300_000, tokensPerBlock: 512, bytesPerToken: 70_000),
      objectives: .init(
        timeToFirstToken: Span(.milliseconds(1000)), timePerOutputToken: Span(.milliseconds(50)),
        endToEnd: Span(.seconds(60))),
      seed: Seed(1))
  }
}
