import Simulation

/// How many tokens a generated prompt or answer has.
public enum LengthDistribution: Hashable, Sendable {
  case fixed(Int32)
  /// Every whole number from minimum to maximum equally likely.
  case uniform(minimum: Int32, maximum: Int32)
  /// Lognormal of this mean and coefficient of variation, rounded, then held between minimum and maximum, which moves
  /// the mean where they cut.
  case lognormal(mean: Double, coefficientOfVariation: Double, minimum: Int32, maximum: Int32)
  /// One of these values; `cumulative` is the share of each and those before it, the last one 1.
  case empirical(values: [Int32], cumulative: [Double])

  /// The lengths that are drawn from, where they are listed.
  public var values: [Int32]? { if case .empirical(let values, _) = self { values } else { nil } }
  /// How often each of `values` is drawn, of 1 in all.
  public var weights: [Double]? {
    guard case .empirical(_, let cumulative) = self else { return nil }
    return zip(cumulative, [0] + cumulative).map { $0 - $1 }
  }

  func sample(_ stream: inout RandomStream) -> Int32 {
    switch self {
    case .fixed(let tokens): return tokens
    case .uniform(let minimum, let maximum):
      let width = UInt64(Int64(maximum) - Int64(minimum) + 1)
      return Int32(truncatingIfNeeded: Int64(minimum) + Int64(stream.next().multipliedFullWidth(by: width).high))
    case .lognormal(let mean, let variation, let minimum, let maximum):
      let distribution = Distribution.lognormal(mean: mean, coefficientOfVariation: variation)
      let drawn = distribution.sample(&stream).rounded()
      return drawn >= Double(maximum) ? maximum : max(minimum, Int32(drawn))
    case .empirical(let values, let cumulative):
      return values[Self.place(of: stream.uniform(), in: cumulative)]
    }
  }

  /// The first index whose share is not below `share`.
  static func place(of share: Double, in cumulative: [Double]) -> Int {
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] < share { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// vLLM's `--random-range-ratio`: whole numbers from ⌊length·(1 − ratio)⌋ to ⌈length·(1 + ratio)⌉, from 1 on.
  ///
  /// Nil where the ratio is not from 0 to below 1, or the length is none.
  public static func around(_ length: Int, ratio: Double) -> LengthDistribution? {
    guard length >= 1, ratio >= 0, ratio < 1 else { return nil }
    let low = max(1, (Double(length) * (1 - ratio)).rounded(.down))
    let high = (Double(length) * (1 + ratio)).rounded(.up)
    guard high <= Double(Int32.max) else { return nil }
    return ratio == 0 ? .fixed(Int32(length)) : .uniform(minimum: Int32(low), maximum: Int32(high))
  }

  /// SGLang's `--random-range-ratio`: whole numbers from ⌊length·ratio⌋, at least 1, to the length.
  ///
  /// Nil where the ratio is not from 0 to 1, or the length is none.
  public static func upTo(_ length: Int, ratio: Double) -> LengthDistribution? {
    guard 1...Int(Int32.max) ~= length, 0...1 ~= ratio else { return nil }
    let low = Int32(max(1, (Double(length) * ratio).rounded(.down)))
    return low == length ? .fixed(low) : .uniform(minimum: low, maximum: Int32(length))
  }
}

/// Prompts that begin with the same tokens, as under common system prompts or documents.
public struct SharedPrefixes: Hashable, Sendable {
  /// Different prefixes; each request has one of them, all equally likely.
  public var groups: Int
  /// Share of the prompt's tokens that is the prefix, 0 … 1; whole blocks of it are shared.
  public var share: Double
  /// Tokens of a prefix that comes before the prompt's own, as vLLM's `--random-prefix-len`; then `share` is 0.
  public var tokens: Int

  public init(groups: Int, share: Double = 0, tokens: Int = 0) {
    self.groups = groups
    self.share = share
    self.tokens = tokens
  }
}
