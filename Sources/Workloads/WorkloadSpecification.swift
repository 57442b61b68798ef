import Formats
import Simulation
import Units

/// The `workload:` of a scenario: a trace, or requests drawn from distributions.
public struct WorkloadSpecification: Hashable, Sendable {
  /// A catalog name, a file's path, or `-` for standard input; nil to generate requests.
  public var trace: String?
  /// The number of requests to generate, or the most to take of a trace.
  public var prompts: Int?
  /// Only requests that arrive before this time are taken, counted after `rateScale`.
  public var duration: Seconds?
  /// Arrivals come so many times as fast.
  public var rateScale: Double
  /// Most requests in flight at once; nil for no limit.
  ///
  /// With a limit a request is sent at its arrival or, if later, when a place becomes free, and its times count from
  /// there (vLLM's `--max-concurrency`). A closed loop is this limit with every arrival at zero.
  public var maxConcurrency: Int?
  /// Tokens in each hashed block: of a Mooncake trace (512 if absent), or of generated prompts (no hashes if absent).
  public var blockTokens: Int?

  // Of a trace; a generated workload passes over the first two.

  /// Spreads arrivals that share one tick of the log's clock.
  public var spread: Bool
  /// Counts damaged lines and goes on.
  public var skipBad: Bool
  /// How many times the trace is played.
  public var rounds: Int

  // Of generated requests.

  /// Requests per second; nil sends all at once, as fast as `maxConcurrency` lets them.
  public var requestRate: Double?
  /// How generated requests arrive.
  public var arrivals: ArrivalKind
  /// Shape of the gamma distribution of gaps, as in vLLM; 1 is Poisson.
  public var burstiness: Double?
  public var inputTokens: LengthDistribution?
  public var outputTokens: LengthDistribution?
  public var prefixes: SharedPrefixes?

  public enum ArrivalKind: String, Sendable, CaseIterable, Codable { case poisson, constant, gamma }

  /// All of a trace, as it is.
  public init(trace: String) {
    self.init(trace: trace, prompts: nil)
  }

  /// Generated requests.
  public init(
    prompts: Int, requestRate: Double?, inputTokens: LengthDistribution, outputTokens: LengthDistribution,
    arrivals: ArrivalKind = .poisson
  ) {
    self.init(trace: nil, prompts: prompts)
    self.requestRate = requestRate
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.arrivals = arrivals
  }

  private init(trace: String?, prompts: Int?) {
    self.trace = trace
    self.prompts = prompts
    rateScale = 1
    spread = false
    skipBad = false
    rounds = 1
    arrivals = .poisson
  }
}

extension WorkloadSpecification: HasStandIn {
  public static var standIn: Self { Self(trace: "-") }
}

extension WorkloadSpecification: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case trace, prompts, duration, rateScale, maxConcurrency, blockTokens
    case spread, skipBad, rounds = "repeat"
    case requestRate, arrivals, burstiness, inputTokens, outputTokens, prefixes
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func count(_ key: CodingKeys) throws -> Int? {
      try container.decodeIfPresent(PositiveCount.self, forKey: key)?.value
    }
    func number(_ key: CodingKeys) throws -> Double? {
      try container.decodeIfPresent(PositiveNumber.self, forKey: key)?.value
    }
    trace = try container.decodeIfPresent(String.self, forKey: .trace)
    prompts = try count(.prompts)
    duration = try container.decodeIfPresent(PositiveTime.self, forKey: .duration)?.value
    rateScale = try number(.rateScale) ?? 1
    maxConcurrency = try count(.maxConcurrency)
    blockTokens = try count(.blockTokens)
    spread = try container.decodeIfPresent(Bool.self, forKey: .spread) ?? false
    skipBad = try container.decodeIfPresent(Bool.self, forKey: .skipBad) ?? false
    rounds = try count(.rounds) ?? 1
    requestRate = try number(.requestRate)
    let kind = try container.decodeIfPresent(ArrivalKind.self, forKey: .arrivals)
    burstiness = try number(.burstiness)
    inputTokens = try container.decodeIfPresent(LengthDistribution.self, forKey: .inputTokens)
    outputTokens = try container.decodeIfPresent(LengthDistribution.self, forKey: .outputTokens)
    prefixes = try container.decodeIfPresent(SharedPrefixes.self, forKey: .prefixes)
    arrivals = kind ?? (burstiness == nil ? .poisson : .gamma)
    let problems = self.problems(arrivalsGiven: kind != nil)
    guard problems.isEmpty else { throw Problems(problems) }
  }

  /// Fields that do not go together, and fields that are missing beside others.
  private func problems(arrivalsGiven: Bool) -> [Problem] {
    var problems: [Problem] = []
    if trace != nil {
      let generatorFields: [(String, Bool)] = [
        ("requestRate", requestRate != nil), ("arrivals", arrivalsGiven), ("burstiness", burstiness != nil),
        ("inputTokens", inputTokens != nil), ("outputTokens", outputTokens != nil), ("prefixes", prefixes != nil),
      ]
      for (name, isGiven) in generatorFields where isGiven {
        problems.append(
          Problem("", "\(name) is for generated requests, not for a trace", wayOut: "remove it or remove trace"))
      }
      if trace == "-", rounds > 1 {
        problems.append(
          Problem("", "standard input cannot be read \(rounds) times", wayOut: "name a file or remove repeat"))
      }
      return problems
    }
    let needed: [(String, Bool)] = [
      ("prompts", prompts != nil), ("inputTokens", inputTokens != nil), ("outputTokens", outputTokens != nil),
    ]
    let missing = needed.filter { !$0.1 }.map(\.0)
    if missing.count == needed.count, requestRate == nil {
      return [
        Problem(
          "", "there is neither a trace nor what to generate",
          wayOut: "give trace, or requestRate, prompts, inputTokens and outputTokens")
      ]
    }
    if !missing.isEmpty {
      problems.append(
        Problem("", "\(missing.joined(separator: " and ")) to generate is missing", wayOut: "give it, or name a trace"))
    }
    if rounds > 1 {
      problems.append(Problem("", "repeat is for a trace", wayOut: "give more prompts instead"))
    }
    if burstiness != nil, arrivals != .gamma {
      problems.append(Problem("", "burstiness is for gamma arrivals, not \(arrivals)", wayOut: "remove one of the two"))
    }
    if requestRate == nil, arrivalsGiven || burstiness != nil {
      problems.append(
        Problem(
          "", "without requestRate all requests come at once",
          wayOut: "give requestRate, or remove arrivals and burstiness"))
    }
    if prefixes != nil, blockTokens == nil {
      problems.append(
        Problem("", "prefixes are shared by blocks, and there is no blockTokens", wayOut: "give blockTokens: 512"))
    }
    return problems
  }
}

/// A whole number from 1 to 10¹².
private struct PositiveCount: Decodable {
  let value: Int
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Int.self)
    guard 1...1_000_000_000_000 ~= value else {
      throw Problem("", "\(value) is not between 1 and 10^12", wayOut: "give a whole number from 1 on")
    }
  }
}

/// From 10⁻⁹ to 10⁹, so that rates and scales stay exact ratios.
private struct PositiveNumber: Decodable {
  let value: Double
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Double.self)
    guard 1e-9...1e9 ~= value else {
      throw Problem("", "\(value) is not between 10^-9 and 10^9", wayOut: "give a positive number")
    }
  }
}

/// From a picosecond to 106 days.
private struct PositiveTime: Decodable {
  let value: Seconds
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Seconds.self)
    guard 1e-12...9.1e6 ~= value.value else {
      throw Problem("", "\(value) is not between 1 ps and 106 days", wayOut: "give a positive time such as 10 min")
    }
  }
}
