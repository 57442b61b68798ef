import Formats
import Simulation

/// What became of one request, for a file of requests and for tests; instants that it never reached are `.never`.
public struct RequestRecord: Sendable, Hashable {
  /// Order of arrival, from 0.
  public var number: Int
  public var outcome: Outcome
  public var promptTokens: Int
  public var outputTokens: Int
  public var cachedTokens: Int
  public var arrival: Instant
  /// Start of its first prefill iteration.
  public var scheduled: Instant
  public var firstToken: Instant
  /// A decode rank was reserved, and its transfer queued.
  public var assigned: Instant
  public var transferred: Instant
  public var finished: Instant
  public var prefillInstance: Int
  /// −1 where it never decoded.
  public var decodeInstance: Int
  public var rank: Int
  /// Its decode steps among those of its instance.
  public var steps: Range<Int>

  public enum Outcome: Int, Sendable, Hashable, CaseIterable {
    case completed
    /// Too many waited at the prefill instance.
    case queueFull
    /// Longer than all the memory of a prefill instance.
    case promptTooLong
    /// Prompt and output together exceed the memory of a decode rank; found out after prefill.
    case contextTooLong
    /// Prompt and output together are longer than the model, or the engine as it is set, allows.
    case beyondModelLength
  }

  public var isCompleted: Bool { outcome == .completed }
}

extension RequestRecord.Outcome: Codable, HasSchema {
  private static let names = allCases.map { "\($0)" }

  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let index = Self.names.firstIndex(of: name) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(name)' is no outcome"))
    }
    self = Self.allCases[index]
  }

  /// By its name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode("\(self)")
  }

  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    .type("string").adding("enum", .list(names.map(SchemaValue.text)))
  }
}

/// Consecutive steps of one decode instance with the same requests: step i lasts `first + i · increment`.
public struct DecodeRun: Sendable, Hashable {
  public var instance: Int
  /// Index of its first step among those of the instance.
  public var step: Int
  public var start: Instant
  public var first: Span
  public var increment: Span
  public var count: Int
  /// Requests in each step; every one is sent at least a token at the step's end.
  public var batch: Int

  /// Start of the `index`-th step after the first; `count` gives the end.
  public func instant(_ index: Int) -> Instant {
    let triangle = Int64(index) * Int64(index - 1) / 2
    return start + Int64(index) * first + triangle * increment
  }
}

/// Who looks on while the simulation runs.
public struct ServingObservers {
  /// Given a thousand records at a time, in the order in which the requests ended.
  public var requests: (([RequestRecord]) throws -> Void)?
  public var decodeRuns: ((DecodeRun) -> Void)?
  /// Runs of engines' steps, as they end.
  public var engineRuns: ((EngineRun) -> Void)?
  /// Every token that an engine sends, at the cost of looking at each request in each step: the request, the instant,
  /// and how many it has by then.
  public var tokens: ((_ request: Int, _ instant: Instant, _ total: Int) -> Void)?
  /// Every step of every instance, in order at each: of engines as it ends, of prefill and decode apart as it begins.
  public var steps: ((StepRecord) -> Void)?
  /// Every request as it leaves, with the instant at which its prompt was computed; `.never` where it was not.
  public var departures: ((RequestRecord, _ prefilled: Instant) -> Void)?
  /// What waits, decodes and is held from an instant on, whenever it changes.
  public var levels: ((LevelRecord) -> Void)?
  /// Called as requests are read, about every thousand, with those arrived so far and the simulated time; throw to
  /// stop.
  public var progress: ((_ arrived: Int, _ now: Instant) throws -> Void)?

  public init(
    requests: (([RequestRecord]) throws -> Void)? = nil, decodeRuns: ((DecodeRun) -> Void)? = nil,
    engineRuns: ((EngineRun) -> Void)? = nil,
    tokens: ((_ request: Int, _ instant: Instant, _ total: Int) -> Void)? = nil,
    steps: ((StepRecord) -> Void)? = nil, departures: ((RequestRecord, _ prefilled: Instant) -> Void)? = nil,
    levels: ((LevelRecord) -> Void)? = nil,
    progress: ((_ arrived: Int, _ now: Instant) throws -> Void)? = nil
  ) {
    self.requests = requests
    self.decodeRuns = decodeRuns
    self.engineRuns = engineRuns
    self.tokens = tokens
    self.steps = steps
    self.departures = departures
    self.levels = levels
    self.progress = progress
  }
}
