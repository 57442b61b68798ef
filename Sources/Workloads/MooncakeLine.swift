import Formats

/// A line of Mooncake's JSONL: `{"timestamp": 3000, "input_length": 7, "output_length": 5, "hash_ids": [0, 1]}`.
///
/// `timestamp` in milliseconds; keys in any order; `hash_ids` and `priority` may be absent; other keys are passed over.
struct MooncakeLine {
  /// Tokens in each block of `hash_ids`, as Mooncake publishes them.
  static let tokensPerBlock = 512

  private var scanner: ByteScanner
  private var line = TraceLine()
  private var seen: UInt8 = 0

  private static let timestamp: UInt8 = 1
  private static let prompt: UInt8 = 2
  private static let output: UInt8 = 4

  /// Reads one line and appends its hashes to `hashes`, which on a fault has some of them.
  static func read(
    _ bytes: UnsafeRawBufferPointer, tokensPerBlock: Int, hashes: inout [UInt64]
  ) throws(LineFault) -> TraceLine {
    var reader = MooncakeLine(scanner: ByteScanner(bytes))
    let before = hashes.count
    try reader.readObject(&hashes)
    let blocks = (Int(reader.line.promptTokens) + tokensPerBlock - 1) / tokensPerBlock
    let found = hashes.count - before
    guard found <= blocks else {
      throw LineFault("\(found) hash_ids are more than the \(blocks) blocks of \(tokensPerBlock) tokens it has")
    }
    return reader.line
  }

  private init(scanner: ByteScanner) { self.scanner = scanner }

  private mutating func readObject(_ hashes: inout [UInt64]) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "{")) else { throw LineFault("is not a JSON object") }
    if !scanner.take(UInt8(ascii: "}")) {
      repeat { try readMember(&hashes) } while try continues(until: UInt8(ascii: "}"))
    }
    guard scanner.isAtEnd() else { throw LineFault("goes on after the end of its JSON object") }
    guard seen == Self.timestamp | Self.prompt | Self.output else {
      if seen & Self.timestamp == 0 { throw LineFault("has no timestamp") }
      throw LineFault(seen & Self.prompt == 0 ? "has no input_length" : "has no output_length")
    }
  }

  /// After an element: true at a comma, false at the closing byte.
  @inline(__always) private mutating func continues(until closing: UInt8) throws(LineFault) -> Bool {
    if scanner.take(UInt8(ascii: ",")) { return true }
    if scanner.take(closing) { return false }
    throw broken()
  }

  private mutating func broken() -> LineFault {
    let isEnd = scanner.isAtEnd()
    let column = scanner.position + 1
    let isCut = isEnd || (scanner.peek() == UInt8(ascii: "\"") && scanner.string() == nil)
    return LineFault(isCut ? "ends in the middle" : "is not valid JSON at column \(column)")
  }

  @inline(__always) private mutating func readMember(_ hashes: inout [UInt64]) throws(LineFault) {
    guard let key = scanner.key() else { throw broken() }
    if key.isEqual(to: "timestamp") {
      guard let time = scanner.milliseconds() else {
        throw LineFault("timestamp is not a number of milliseconds from zero on")
      }
      line.seconds = time.seconds
      line.picoseconds = time.picoseconds
      seen |= Self.timestamp
    } else if key.isEqual(to: "input_length") {
      line.promptTokens = try scanner.tokens("input_length")
      seen |= Self.prompt
    } else if key.isEqual(to: "output_length") {
      line.outputTokens = try scanner.tokens("output_length")
      seen |= Self.output
    } else if key.isEqual(to: "priority") {
      guard let value = scanner.integer(), let priority = Int32(exactly: value) else {
        throw LineFault("priority is not a whole number of 32 bits")
      }
      line.priority = priority
    } else if key.isEqual(to: "hash_ids") {
      try readHashes(&hashes)
    } else {
      guard scanner.skipValue() else { throw broken() }
    }
  }

  @inline(__always) private mutating func readHashes(_ hashes: inout [UInt64]) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "[")) else { throw LineFault("hash_ids is not a list") }
    if scanner.take(UInt8(ascii: "]")) { return }
    repeat {
      guard let hash = scanner.hash() else {
        if scanner.isAtEnd() { throw broken() }
        throw LineFault("hash_ids has what is no whole number of 64 bits")
      }
      hashes.append(hash)
    } while try continues(until: UInt8(ascii: "]"))
  }
}
