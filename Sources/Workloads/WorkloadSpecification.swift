import Formats
import Simulation
import Units

/// The `workload:` of a scenario: a trace, or requests drawn from distributions.
public struct WorkloadSpecification: Hashable, Sendable {
  /// A catalog name, a path, or `-` for standard input; nil to generate requests.
  public var trace: String?
  /// The number of requests to generate, or the most to take of a trace.
  public var prompts: Int?
  /// Requests that arrive before this time are left out, and times count from it; after `rateScale`.
  public var from: Seconds?
  /// Only requests that arrive before this time are taken, counted after `rateScale` and from `from`.
  public var duration: Seconds?
  /// Arrivals come so many times as fast.
  public var rateScale: Double
  /// Most requests in flight at once; nil for no limit.
  ///
  /// With a limit a request is sent at its arrival or, if later, when a place becomes free, and its times count from
  /// there (vLLM's `--max-concurrency`). A closed loop is this limit with every arrival at zero.
  public var maxConcurrency: Int?
  /// Tokens in each hashed block: of a trace (told by its lengths if absent), or of generated prompts (no hashes if
  /// absent).
  public var blockTokens: Int?
  /// Requests per second, `inf` for all at once; nil: at the trace's own times, or generated ones all at once.
  public var requestRate: Double?
  /// How requests arrive at `requestRate`.
  public var arrivals: ArrivalKind
  /// Shape of the gamma distribution of gaps, as in vLLM; 1 is Poisson.
  public var burstiness: Double?
  /// A rate that grows or falls over the requests, in place of `requestRate`.
  public var rampUp: RampUp?
  /// Answers of generated requests, or in place of those of a trace.
  public var outputTokens: LengthDistribution?
  /// Conversations whose turns wait for each other.
  public var sessions: Sessions?
  /// What of the run is left out of latencies and rates.
  public var statistics: StatisticsWindow?

  // Of a trace.

  /// Where it is not to be told by the first lines.
  public var format: TraceFormat?
  /// What arrival times count, where the trace does not say it.
  public var clock: ClockUnit?
  /// Names of columns, or of keys of JSON lines.
  public var columns: TraceColumns
  /// Reads all requests and sorts them by arrival.
  public var sort: Bool
  /// Bytes of text that make a token, where prompts are words.
  public var bytesPerToken: Double?
  /// Spreads arrivals that share one tick of the log's clock.
  public var spread: Bool
  /// Counts damaged lines and goes on.
  public var skipBad: Bool
  /// How many times the trace is played.
  public var rounds: Int
  /// Prompts have so many times the tokens.
  public var inputScale: Double
  /// Answers have so many times the tokens.
  public var outputScale: Double

  // Of generated requests.

  /// Prompt tokens; of a later turn of a conversation those that are new.
  public var inputTokens: LengthDistribution?
  /// What prompts have in common.
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
    columns = TraceColumns()
    sort = false
    spread = false
    skipBad = false
    rounds = 1
    inputScale = 1
    outputScale = 1
    arrivals = .poisson
  }
}

extension WorkloadSpecification {
  /// A rate from one value to another, vLLM's `--ramp-up-strategy`.
  public struct RampUp: Hashable, Sendable, Decodable {
    /// Requests per second of the first request and of the last.
    public var from, to: Double
    /// Absent: linear.
    public var strategy: Strategy?
    public enum Strategy: String, Sendable, CaseIterable, Codable { case linear, exponential }
    enum CodingKeys: String, CodingKey, CaseIterable { case from, to, strategy }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decode(PositiveNumber.self, forKey: .from).value
      to = try container.decode(PositiveNumber.self, forKey: .to).value
      strategy = try container.decodeIfPresent(Strategy.self, forKey: .strategy)
    }
  }

  /// Conversations, of a trace or generated.
  public struct Sessions: Hashable, Sendable, Decodable {
    /// Turns of a generated conversation.
    public var turns: LengthDistribution?
    /// From an answer to the next question; of a trace where it does not say it. Absent: none.
    public var thinkTime: ThinkTime?
    /// Whether a turn waits for the answer before it; absent: yes.
    public var waits: Bool?
    enum CodingKeys: String, CodingKey, CaseIterable { case turns, thinkTime, waits }
  }

  /// What counts: requests that arrive from the one time until before the other.
  public struct StatisticsWindow: Hashable, Sendable, Decodable {
    /// From the first arrival on; absent: 0.
    public var warmUp: Seconds?
    /// So many first requests are left out.
    public var warmUpRequests: Int?
    /// From the first arrival on; absent: to the end.
    public var until: Seconds?
    enum CodingKeys: String, CodingKey, CaseIterable { case warmUp, warmUpRequests, until }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      warmUp = try container.decodeIfPresent(PositiveTime.self, forKey: .warmUp)?.value
      warmUpRequests = try container.decodeIfPresent(PositiveCount.self, forKey: .warmUpRequests)?.value
      until = try container.decodeIfPresent(PositiveTime.self, forKey: .until)?.value
      if let warmUp, let until, warmUp >= until {
        throw Problem("", "warmUp \(warmUp) is not before until \(until)", wayOut: "give a later until")
      }
    }
  }
}

extension WorkloadSpecification: HasStandIn {
  public static var standIn: Self { Self(trace: "-") }
}

extension WorkloadSpecification: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case trace, prompts, from, duration, rateScale, maxConcurrency, blockTokens
    case format, clock, columns, sort, bytesPerToken, spread, skipBad, rounds = "repeat", inputScale, outputScale
    case requestRate, arrivals, burstiness, rampUp, inputTokens, outputTokens, prefixes, sessions, statistics
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func count(_ key: CodingKeys) throws -> Int? {
      try container.decodeIfPresent(PositiveCount.self, forKey: key)?.value
    }
    func number(_ key: CodingKeys) throws -> Double? {
      try container.decodeIfPresent(PositiveNumber.self, forKey: key)?.value
    }
    func time(_ key: CodingKeys) throws -> Seconds? {
      try container.decodeIfPresent(PositiveTime.self, forKey: key)?.value
    }
    self.init(trace: try container.decodeIfPresent(String.self, forKey: .trace), prompts: try count(.prompts))
    from = try time(.from)
    duration = try time(.duration)
    rateScale = try number(.rateScale) ?? 1
    maxConcurrency = try count(.maxConcurrency)
    blockTokens = try count(.blockTokens)
    format = try container.decodeIfPresent(TraceFormat.self, forKey: .format)
    clock = try container.decodeIfPresent(ClockUnit.self, forKey: .clock)
    columns = try container.decodeIfPresent(TraceColumns.self, forKey: .columns) ?? TraceColumns()
    sort = try container.decodeIfPresent(Bool.self, forKey: .sort) ?? false
    bytesPerToken = try container.decodeIfPresent(BytesPerToken.self, forKey: .bytesPerToken)?.value
    spread = try container.decodeIfPresent(Bool.self, forKey: .spread) ?? false
    skipBad = try container.decodeIfPresent(Bool.self, forKey: .skipBad) ?? false
    rounds = try count(.rounds) ?? 1
    inputScale = try number(.inputScale) ?? 1
    outputScale = try number(.outputScale) ?? 1
    requestRate = try container.decodeIfPresent(RequestRate.self, forKey: .requestRate)?.value
    let kind = try container.decodeIfPresent(ArrivalKind.self, forKey: .arrivals)
    burstiness = try number(.burstiness)
    rampUp = try container.decodeIfPresent(RampUp.self, forKey: .rampUp)
    inputTokens = try container.decodeIfPresent(LengthDistribution.self, forKey: .inputTokens)
    outputTokens = try container.decodeIfPresent(LengthDistribution.self, forKey: .outputTokens)
    prefixes = try container.decodeIfPresent(SharedPrefixes.self, forKey: .prefixes)
    sessions = try container.decodeIfPresent(Sessions.self, forKey: .sessions)
    statistics = try container.decodeIfPresent(StatisticsWindow.self, forKey: .statistics)
    arrivals = kind ?? (burstiness == nil ? .poisson : .gamma)
    let problems = self.problems(arrivalsGiven: kind != nil)
    guard problems.isEmpty else { throw Problems(problems) }
  }
}

extension ThinkTime: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable { case mean, coefficientOfVariation }

  /// From a time, or from `{mean: 8 s, coefficientOfVariation: 1}`.
  public init(from decoder: any Decoder) throws {
    if let fixed = try? decoder.singleValueContainer().decode(Seconds.self) {
      self.init(mean: fixed)
    } else {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        mean: try container.decode(Seconds.self, forKey: .mean),
        coefficientOfVariation: try container.decode(Double.self, forKey: .coefficientOfVariation))
    }
    guard 0...9.1e6 ~= mean.value else {
      throw Problem("", "\(mean) is not between 0 and 106 days", wayOut: "give a time such as 10 s")
    }
    guard 0...100 ~= coefficientOfVariation else {
      throw Problem(
        "", "coefficientOfVariation \(coefficientOfVariation) is not between 0 and 100",
        wayOut: "give standard deviation / mean, such as 1")
    }
  }
}

/// A whole number from 1 to 10¹².
struct PositiveCount: Decodable {
  let value: Int
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Int.self)
    guard 1...1_000_000_000_000 ~= value else {
      throw Problem("", "\(value) is not between 1 and 10^12", wayOut: "give a whole number from 1 on")
    }
  }
}

/// From 10⁻⁹ to 10⁹, so that rates and scales stay exact ratios.
struct PositiveNumber: Decodable {
  let value: Double
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Double.self)
    guard value > 0 else { throw Problem("", "\(value) is not above 0", wayOut: "give a positive number") }
    guard 1e-9...1e9 ~= value else {
      throw Problem("", "\(value) is not between 10^-9 and 10^9", wayOut: "give a positive number")
    }
  }
}

/// A positive number, or `inf` for all at once.
struct RequestRate: Decodable {
  let value: Double
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self), ["inf", ".inf", "infinity"].contains(text.lowercased()) {
      value = .infinity
    } else {
      value = try PositiveNumber(from: decoder).value
    }
  }
}

/// From 0.1 to 1000.
struct BytesPerToken: Decodable {
  let value: Double
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Double.self)
    guard 0.1...1000 ~= value else {
      throw Problem("", "\(value) bytes are no token", wayOut: "give about 4 for English")
    }
  }
}

/// From a picosecond to 106 days.
struct PositiveTime: Decodable {
  let value: Seconds
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Seconds.self)
    guard 1e-12...9.1e6 ~= value.value else {
      throw Problem("", "\(value) is not between 1 ps and 106 days", wayOut: "give a positive time such as 10 min")
    }
  }
}
