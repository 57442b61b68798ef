import Formats
import Units

extension LengthDistribution: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case mean, coefficientOfVariation, minimum, maximum }

  /// From a whole number, or from `{mean, coefficientOfVariation, minimum: 1, maximum: 2147483647}`.
  public init(from decoder: any Decoder) throws {
    if let fixed = try? decoder.singleValueContainer().decode(Int.self) {
      self = .fixed(try Self.checked(fixed))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decode(Double.self, forKey: .mean)
    let variation = try container.decode(Double.self, forKey: .coefficientOfVariation)
    let minimum = try Self.checked(container.decodeIfPresent(Int.self, forKey: .minimum) ?? 1)
    let maximum = try Self.checked(container.decodeIfPresent(Int.self, forKey: .maximum) ?? Int(Int32.max))
    guard minimum <= maximum else {
      throw Problem("", "minimum \(minimum) is above maximum \(maximum)", wayOut: "exchange the two")
    }
    guard mean >= 1, mean <= Double(Int32.max) else {
      throw Problem("", "mean \(mean) is not between 1 and 2147483647 tokens", wayOut: "give the mean in tokens")
    }
    guard 0...100 ~= variation else {
      throw Problem(
        "", "coefficientOfVariation \(variation) is not between 0 and 100",
        wayOut: "give standard deviation / mean, such as 0.5")
    }
    self = .lognormal(mean: mean, coefficientOfVariation: variation, minimum: minimum, maximum: maximum)
  }

  private static func checked(_ tokens: Int) throws -> Int32 {
    guard tokens >= 1, let tokens = Int32(exactly: tokens) else {
      throw Problem("", "\(tokens) is not between 1 and 2147483647 tokens", wayOut: "give a length in tokens")
    }
    return tokens
  }
}

extension SharedPrefixes: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case groups, share }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    groups = try container.decode(Int.self, forKey: .groups)
    share = try container.decode(Double.self, forKey: .share)
    guard 1...1_000_000_000 ~= groups else {
      throw Problem("", "\(groups) groups are not between 1 and 10^9", wayOut: "give how many prefixes there are")
    }
    guard 0...1 ~= share else {
      throw Problem("", "share \(share) is not between 0 and 1", wayOut: "give the prefix's share of the prompt")
    }
  }
}
