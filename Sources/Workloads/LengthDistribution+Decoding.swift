import Formats
import Units

extension LengthDistribution: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case mean, coefficientOfVariation, minimum, maximum, values, weights
  }

  /// From a whole number; from `{mean, coefficientOfVariation, minimum: 1, maximum: 2147483647}`; from
  /// `{minimum, maximum}` for all between them; or from `{values: [128, 1024], weights: [3, 1]}`.
  public init(from decoder: any Decoder) throws {
    if let fixed = try? decoder.singleValueContainer().decode(Int.self) {
      self = .fixed(try Self.checked(fixed))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decodeIfPresent(Double.self, forKey: .mean)
    let variation = try container.decodeIfPresent(Double.self, forKey: .coefficientOfVariation)
    let least = try container.decodeIfPresent(Int.self, forKey: .minimum).map(Self.checked)
    let most = try container.decodeIfPresent(Int.self, forKey: .maximum).map(Self.checked)
    let values = try container.decodeIfPresent([Int].self, forKey: .values)
    let weights = try container.decodeIfPresent([Double].self, forKey: .weights)
    if let values {
      self = try Self.empirical(values, weights)
      return
    }
    let minimum = least ?? 1
    let maximum = most ?? Int32.max
    guard minimum <= maximum else {
      throw Problem("", "minimum \(minimum) is above maximum \(maximum)", wayOut: "exchange the two")
    }
    guard let mean else {
      guard variation == nil, least != nil, most != nil else {
        throw Problem(
          "", "there is no mean", wayOut: "give mean and coefficientOfVariation, or minimum and maximum, or values")
      }
      self = .uniform(minimum: minimum, maximum: maximum)
      return
    }
    guard mean >= 1, mean <= Double(Int32.max) else {
      throw Problem("", "mean \(mean) is not between 1 and 2147483647 tokens", wayOut: "give the mean in tokens")
    }
    guard let variation else {
      throw Problem("", "coefficientOfVariation is missing", wayOut: "give standard deviation / mean, such as 0.5")
    }
    guard 0...100 ~= variation else {
      throw Problem(
        "", "coefficientOfVariation \(variation) is not between 0 and 100",
        wayOut: "give standard deviation / mean, such as 0.5")
    }
    self = .lognormal(mean: mean, coefficientOfVariation: variation, minimum: minimum, maximum: maximum)
  }

  private static func empirical(_ values: [Int], _ weights: [Double]?) throws -> LengthDistribution {
    let tokens = try values.map(checked)
    let weights = weights ?? [Double](repeating: 1, count: tokens.count)
    guard !tokens.isEmpty, weights.count == tokens.count else {
      throw Problem(
        "", "\(weights.count) weights are given for \(tokens.count) values", wayOut: "give one weight for each value")
    }
    let sum = weights.reduce(0, +)
    guard weights.allSatisfy({ $0 >= 0 && $0 <= 1e15 }), sum > 0 else {
      throw Problem("", "weights are not numbers from zero on", wayOut: "give how often each value comes")
    }
    var total = 0.0
    let cumulative = weights.map { weight in
      total += weight
      return total / sum
    }
    return .empirical(values: tokens, cumulative: cumulative.dropLast() + [1])
  }

  private static func checked(_ tokens: Int) throws -> Int32 {
    guard tokens >= 1, let tokens = Int32(exactly: tokens) else {
      throw Problem("", "\(tokens) is not between 1 and 2147483647 tokens", wayOut: "give a length in tokens")
    }
    return tokens
  }
}

extension SharedPrefixes: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case groups, share, tokens }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    groups = try container.decode(Int.self, forKey: .groups)
    let share = try container.decodeIfPresent(Double.self, forKey: .share)
    let tokens = try container.decodeIfPresent(Int.self, forKey: .tokens)
    guard 1...1_000_000_000 ~= groups else {
      throw Problem("", "\(groups) groups are not between 1 and 10^9", wayOut: "give how many prefixes there are")
    }
    guard (share == nil) != (tokens == nil) else {
      throw Problem("", "a prefix has a share of the prompt or tokens", wayOut: "give one of share and tokens")
    }
    guard 0...1 ~= share ?? 0 else {
      throw Problem("", "share \(share ?? 0) is not between 0 and 1", wayOut: "give the prefix's share of the prompt")
    }
    guard 0...100_000_000 ~= tokens ?? 0 else {
      throw Problem("", "\(tokens ?? 0) tokens are not between 0 and 10^8", wayOut: "give the prefix's length")
    }
    self.share = share ?? 0
    self.tokens = tokens ?? 0
  }
}
