import Simulation

/// How many tokens a generated prompt or answer has.
public enum LengthDistribution: Hashable, Sendable {
  case fixed(Int32)
  /// Lognormal of this mean and coefficient of variation, rounded, then held between minimum and maximum, which moves
  /// the mean where they cut.
  case lognormal(mean: Double, coefficientOfVariation: Double, minimum: Int32, maximum: Int32)

  func sample(_ stream: inout RandomStream) -> Int32 {
    switch self {
    case .fixed(let tokens): return tokens
    case .lognormal(let mean, let variation, let minimum, let maximum):
      let distribution = Distribution.lognormal(mean: mean, coefficientOfVariation: variation)
      let drawn = distribution.sample(&stream).rounded()
      return drawn >= Double(maximum) ? maximum : max(minimum, Int32(drawn))
    }
  }
}

/// Prompts that begin with the same tokens, as under common system prompts or documents.
public struct SharedPrefixes: Hashable, Sendable {
  /// Different prefixes; each request has one of them, all equally likely.
  public var groups: Int
  /// Share of the prompt's tokens that is the prefix, 0 … 1; whole blocks of it are shared.
  public var share: Double

  public init(groups: Int, share: Double) {
    self.groups = groups
    self.share = share
  }
}
