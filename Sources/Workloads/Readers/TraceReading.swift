/// How a trace is to be read, where it does not say so itself or says it wrong.
public struct TraceReading: Hashable, Sendable {
  /// Absent: told by the first lines.
  public var format: TraceFormat?
  /// What arrival times count; absent: as the format has it, or as the numbers say.
  public var clock: ClockUnit?
  /// Tokens in a hashed block; absent: told by lengths and numbers of hashes.
  public var blockTokens: Int?
  /// Which column, or key of a JSON line, has what.
  public var columns = TraceColumns()
  /// Counts damaged lines and goes on.
  public var skipBad = false
  /// Reads all requests and sorts them by arrival: memory for all of them.
  public var sorts = false
  /// Bytes of text that make a token, where prompts are given as text.
  public var bytesPerToken: Double?
  /// Whether arrival times and answers' lengths are asked for; else a trace without them is read too.
  public var needsClock = true
  public var needsOutputs = true

  public init(skipBad: Bool = false, clock: ClockUnit? = nil) {
    self.skipBad = skipBad
    self.clock = clock
  }
}

/// Names of columns, or of keys of a JSON line.
public struct TraceColumns: Hashable, Sendable, Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable { case arrival, prompt, output, session, hashes }

  /// When a request arrives.
  public var arrival: String?
  /// The prompt's tokens.
  public var prompt: String?
  /// The answer's tokens.
  public var output: String?
  /// Requests of one conversation have the same.
  public var session: String?
  /// Hashes of the prompt's leading blocks, of JSON lines.
  public var hashes: String?
  public init() {}

  var all: [String] { [arrival, prompt, output, session, hashes].compactMap { $0 } }
}

/// What a trace was found to be, and what told so.
public struct TraceDescription: Codable, Sendable, Hashable {
  public var format: TraceFormat
  /// Absent where requests have no arrival times.
  public var clock: ClockUnit?
  /// What told the clock's unit.
  public var clockBasis: String
  /// Tokens in a hashed block; 0 where requests have no hashes.
  public var tokensPerBlock: Int
  /// What told the block's size.
  public var blockBasis: String
}
