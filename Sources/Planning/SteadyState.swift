import Units

/// One pool of a steady deployment: instances of one phase, all alike, at their best batch.
public struct PoolChoice: Hashable, Sendable {
  /// Chips in an instance.
  public var chips: Int
  public var tensorParallel: Int
  public var expertParallel: Int
  /// New tokens of an iteration, or requests in a step, for each chip.
  public var batchPerChip: Double
  /// Tokens that a request gains in a step of decode; above 1 with draft tokens.
  public var tokensPerStep: Double
  public var step: Seconds
  /// What one chip carries.
  public var requestsPerSecond: Double
  /// Input power of a chip with its share of hosts, network and losses.
  public var power: Watts
  /// What bounds the step, and what holds the batch.
  public var boundBy: String
  public var batchLimit: String
}

/// A model served for ever at the rate at which neither prefill nor decode waits for the other.
public struct SteadyState: Hashable, Sendable {
  public var model: String
  public var prefill: PoolChoice
  public var decode: PoolChoice
  public var promptTokens: Double
  public var outputTokens: Double

  public var timePerOutputToken: Seconds { decode.step / decode.tokensPerStep }
  /// Share of the chips in prefill: with p and d requests a second on a chip, x p = (1 − x) d.
  public var prefillShare: Double {
    decode.requestsPerSecond / (prefill.requestsPerSecond + decode.requestsPerSecond)
  }
  /// On a chip of the whole: 1 / (1/p + 1/d).
  public var requestsPerSecond: Double { prefillShare * prefill.requestsPerSecond }
  public var inputTokensPerSecond: Double { requestsPerSecond * promptTokens }
  public var outputTokensPerSecond: Double { requestsPerSecond * outputTokens }
  public var tokensPerSecond: Double { inputTokensPerSecond + outputTokensPerSecond }
  public var power: Watts { prefill.power * prefillShare + decode.power * (1 - prefillShare) }
  public var joulesPerToken: Joules { Joules(power.value / tokensPerSecond) }
}

/// What became of the search for a deployment.
public enum ServingVerdict: Sendable {
  case served(SteadyState)
  case rejected(String)

  public var state: SteadyState? {
    if case .served(let state) = self { return state }
    return nil
  }
}
