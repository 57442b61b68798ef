import Simulation
import Units

/// What a workload of mean lengths asks of each pool, as a share of what the pool can do; arithmetic, not simulation.
public struct LoadEstimate: Sendable, Hashable {
  /// Requests per second that all prefill instances can take in full batches.
  public var prefillCapacity: Double
  /// Requests per second that decode can take at the largest batch that memory, the limit and the objective allow.
  public var decodeCapacity: Double
  /// Requests on a rank at that batch.
  public var decodeRequestsPerRank: Int
  /// What holds that batch: "limit", "memory" or "objective".
  public var decodeBatchLimit: String

  /// Prefill and decode share the same instances, so that both capacities are the deployment's.
  public var isShared = false

  /// Means over the requests of a workload.
  public struct Workload: Sendable, Hashable {
    public var promptTokens: Double
    public var outputTokens: Double
    /// Share of the prompt tokens that the cache is expected to hold.
    public var hitRate: Double
    /// Pairs of tokens that prefill attends to; grows with the square of the lengths, so long prompts weigh more than
    /// the mean.
    public var attentionPairs: Double
    public init(promptTokens: Double, outputTokens: Double, hitRate: Double, attentionPairs: Double) {
      self.attentionPairs = attentionPairs
      self.promptTokens = promptTokens
      self.outputTokens = outputTokens
      self.hitRate = hitRate
    }

    /// No longer than a model goes, or than two million tokens: longer requests are refused, and cost nothing.
    func upTo(_ maxModelLength: Int) -> Self {
      let longest = Double(min(maxModelLength, Self.longestContext))
      var capped = self
      capped.promptTokens = min(promptTokens, longest)
      capped.outputTokens = min(outputTokens, longest)
      capped.attentionPairs = min(attentionPairs, longest * longest)
      return capped
    }

    private static let longestContext = 1 << 21
  }

  public init(of workload: Workload, on configuration: ServingConfiguration) {
    prefillCapacity = Self.prefillRate(workload, configuration.prefill)
    let batch = Self.largestBatch(workload, configuration)
    decodeRequestsPerRank = batch.requests
    decodeBatchLimit = batch.limit
    let decode = configuration.decode
    let step = Self.step(of: batch.requests, workload, decode)
    let steps = max(1, (workload.outputTokens - 1) / decode.speculation.tokensPerStep)
    let running = Double(batch.requests * decode.ranksPerInstance * decode.instances)
    decodeCapacity = running / (steps * step.value)
  }

  /// The load of the busier pool at a rate in requests per second.
  public func load(atRate rate: Double) -> Double { rate / min(prefillCapacity, decodeCapacity) }

  private static func prefillRate(_ workload: Workload, _ prefill: ServingConfiguration.Prefill) -> Double {
    let fresh = max(1, workload.promptTokens * (1 - workload.hitRate))
    let cached = workload.promptTokens - fresh
    let requests = Double(prefill.maxBatchedTokens) / fresh
    let work = PrefillDurations.Work(
      newTokens: prefill.maxBatchedTokens,
      attentionPairs: Int(requests * workload.attentionPairs),
      cachedTokens: Int(requests * cached), requests: max(1, Int(requests)))
    return Double(prefill.instances) * requests / prefill.durations.duration(of: work).seconds.value
  }

  private static func step(of requests: Int, _ workload: Workload, _ decode: ServingConfiguration.Decode) -> Seconds {
    let context = Double(requests) * (workload.promptTokens + workload.outputTokens / 2)
    let quanta = Int64(context * Double(DecodeDurations.quantaPerToken))
    return decode.durations.duration(requests: requests, quanta: quanta).seconds
  }

  private static func largestBatch(
    _ workload: Workload, _ configuration: ServingConfiguration
  ) -> (requests: Int, limit: String) {
    let decode = configuration.decode
    let whole = workload.promptTokens + workload.outputTokens
    var requests = decode.maxRequestsPerRank
    var limit = "limit"
    let fitting = max(1, Int(Double(decode.keyValueTokensPerRank) / whole))
    if fitting < requests { (requests, limit) = (fitting, "memory") }
    guard let objective = configuration.objectives.timePerOutputToken else { return (requests, limit) }
    let longest = objective.seconds * decode.speculation.tokensPerStep
    while requests > 1, step(of: requests, workload, decode) > longest {
      requests -= 1
      limit = "objective"
    }
    return (requests, limit)
  }
}
