import Formats

/// What the keys of a trace of JSON lines mean.
struct JSONDialect {
  /// Absent: arrival times are passed over.
  var clock: ClockUnit?
  /// 0: hashes are passed over.
  var tokensPerBlock: Int
  var needsOutputs = true
  /// Of a prompt given as text; absent where text is no prompt.
  var bytesPerToken: Double?
  /// Keys other than Mooncake's.
  var names: Names?

  struct Names {
    let arrival, prompt, output, session, hashes: [UInt8]
    init?(_ columns: TraceColumns) {
      guard !columns.all.isEmpty else { return nil }
      arrival = Array((columns.arrival ?? "timestamp").utf8)
      prompt = Array((columns.prompt ?? "input_length").utf8)
      output = Array((columns.output ?? "output_length").utf8)
      session = Array((columns.session ?? "session_id").utf8)
      hashes = Array((columns.hashes ?? "hash_ids").utf8)
    }
  }
}

/// A line such as Mooncake's: `{"timestamp": 3000, "input_length": 7, "output_length": 5, "hash_ids": [0, 1]}`.
///
/// Keys in any order; `hash_ids`, `priority`, `session_id`, `delay`, `chat_id` and `parent_chat_id` may be absent;
/// other keys are passed over.
struct JSONLine {
  private enum Key { case arrival, prompt, output, hashes, priority, session, delay, chat, parent, text, other }

  private let dialect: JSONDialect
  private var scanner: ByteScanner
  private var line = TraceLine()
  private var chat: Int?
  private var parent: Int?
  private var seen: UInt8 = 0

  private static let timestamp: UInt8 = 1
  private static let prompt: UInt8 = 2
  private static let output: UInt8 = 4
  private static let delay: UInt8 = 8

  /// A line, and the chats that it links.
  struct Parsed {
    var line: TraceLine
    var chat: Int?
    var parent: Int?
  }

  /// Reads one line and appends its hashes to `hashes`, which on a fault has some of them.
  static func read(
    _ bytes: UnsafeRawBufferPointer, _ dialect: JSONDialect, hashes: inout [UInt64]
  ) throws(LineFault) -> Parsed {
    var reader = JSONLine(dialect: dialect, scanner: ByteScanner(bytes))
    let before = hashes.count
    try reader.readObject(&hashes)
    let found = hashes.count - before
    if found > 0 {
      let blocks = (Int(reader.line.promptTokens) + dialect.tokensPerBlock - 1) / dialect.tokensPerBlock
      guard found <= blocks else {
        throw LineFault(
          "\(found) hash_ids are more than the \(blocks) blocks of \(dialect.tokensPerBlock) tokens it has")
      }
    }
    return Parsed(line: reader.line, chat: reader.chat, parent: reader.parent)
  }

  private init(dialect: JSONDialect, scanner: ByteScanner) {
    self.dialect = dialect
    self.scanner = scanner
  }

  private mutating func readObject(_ hashes: inout [UInt64]) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "{")) else { throw LineFault("is not a JSON object") }
    if !scanner.take(UInt8(ascii: "}")) {
      repeat { try readMember(&hashes) } while try continues(until: UInt8(ascii: "}"))
    }
    guard scanner.isAtEnd() else { throw LineFault("goes on after the end of its JSON object") }
    if seen & Self.timestamp == 0 {
      // A later turn of a session may have a delay instead.
      guard dialect.clock == nil || seen & Self.delay != 0 && line.session != 0 else {
        throw LineFault("has no \(name(\.arrival, "timestamp"))")
      }
      line.hasNoClock = true
    }
    guard seen & Self.prompt != 0 else { throw LineFault("has no \(name(\.prompt, "input_length"))") }
    if seen & Self.output == 0 {
      guard !dialect.needsOutputs else { throw LineFault("has no \(name(\.output, "output_length"))") }
      line.outputTokens = 1
    }
  }

  private func name(_ path: KeyPath<JSONDialect.Names, [UInt8]>, _ usual: String) -> String {
    dialect.names.map { String(decoding: $0[keyPath: path], as: UTF8.self) } ?? usual
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

  @inline(__always) private func meaning(of key: UnsafeRawBufferPointer) -> Key {
    if let names = dialect.names {
      if key.elementsEqual(names.arrival) { return .arrival }
      if key.elementsEqual(names.prompt) { return .prompt }
      if key.elementsEqual(names.output) { return .output }
      if key.elementsEqual(names.session) { return .session }
      return key.elementsEqual(names.hashes) ? .hashes : .other
    }
    if key.isEqual(to: "timestamp") { return .arrival }
    if key.isEqual(to: "input_length") { return .prompt }
    if key.isEqual(to: "output_length") || key.isEqual(to: "output_tokens") { return .output }
    if key.isEqual(to: "hash_ids") { return .hashes }
    if key.isEqual(to: "priority") { return .priority }
    if key.isEqual(to: "session_id") { return .session }
    if key.isEqual(to: "delay") { return .delay }
    if key.isEqual(to: "chat_id") { return .chat }
    if key.isEqual(to: "parent_chat_id") { return .parent }
    let isText = key.isEqual(to: "prompt") || key.isEqual(to: "text") || key.isEqual(to: "text_input")
    return isText ? .text : .other
  }

  @inline(__always) private mutating func readMember(_ hashes: inout [UInt64]) throws(LineFault) {
    guard let key = scanner.key() else { throw broken() }
    switch meaning(of: key) {
    case .arrival:
      if scanner.takeNull() { return }
      guard let clock = dialect.clock else { return try skipValue() }
      guard let time = clock == .date ? dateText() : scanner.time(clock) else {
        throw LineFault(
          "\(name(\.arrival, "timestamp")) is not "
            + (clock == .date ? "written as 2023-11-16 18:15:46" : "a number of \(clock.name) from zero on"))
      }
      line.seconds = time.seconds
      line.picoseconds = time.picoseconds
      seen |= Self.timestamp
    case .prompt:
      line.promptTokens = try scanner.tokens("input_length")
      seen |= Self.prompt
    case .output:
      guard dialect.needsOutputs else { return try skipValue() }
      line.outputTokens = try scanner.tokens("output_length")
      seen |= Self.output
    case .hashes: try readHashes(&hashes)
    case .other: try skipValue()
    default: try readRest(meaning(of: key))
    }
  }

  private mutating func readRest(_ key: Key) throws(LineFault) {
    if key != .text, scanner.takeNull() { return }
    switch key {
    case .priority:
      guard let value = scanner.integer(), let priority = Int32(exactly: value) else {
        throw LineFault("priority is not a whole number of 32 bits")
      }
      line.priority = priority
    case .delay:
      guard let time = scanner.time(.milliseconds), time.seconds < 106 * 86_400 else {
        throw LineFault("delay is not a number of milliseconds from zero on")
      }
      line.delay = time.seconds * 1_000_000_000_000 + time.picoseconds
      seen |= Self.delay
    case .chat, .parent:
      guard let value = scanner.integer() else {
        throw LineFault("\(key == .chat ? "chat_id" : "parent_chat_id") is not a whole number")
      }
      if key == .chat { chat = value } else { parent = value }
    case .session: try readSession()
    case .text: try readText()
    default: try skipValue()
    }
  }

  private mutating func skipValue() throws(LineFault) {
    guard scanner.skipValue() else { throw broken() }
  }

  private mutating func dateText() -> (seconds: Int64, picoseconds: Int64)? {
    guard let text = scanner.string() else { return nil }
    var inner = ByteScanner(text)
    guard let date = inner.date(), inner.isAtEnd() else { return nil }
    return date
  }

  /// A name in quotes or a number.
  private mutating func readSession() throws(LineFault) {
    if let text = scanner.string() {
      line.session = sessionNumber(text)
      return
    }
    guard scanner.peek() != nil else { throw broken() }
    let start = scanner.position
    try skipValue()
    line.session = sessionNumber(UnsafeRawBufferPointer(rebasing: scanner.bytes[start..<scanner.position]))
  }

  /// Words of a prompt, where lines have no count of tokens.
  private mutating func readText() throws(LineFault) {
    guard let bytesPerToken = dialect.bytesPerToken, let text = scanner.string() else { return try skipValue() }
    if seen & Self.prompt != 0 { return }
    line.promptTokens = tokens(of: text, bytesPerToken)
    seen |= Self.prompt
  }

  @inline(__always) private mutating func readHashes(_ hashes: inout [UInt64]) throws(LineFault) {
    if scanner.takeNull() { return }
    guard dialect.tokensPerBlock > 0 else { return try skipValue() }
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

extension ByteScanner {
  /// Passes over `null`; false for anything else.
  mutating func takeNull() -> Bool {
    guard peek() == UInt8(ascii: "n"), position + 4 <= bytes.count,
      UnsafeRawBufferPointer(rebasing: bytes[position..<position + 4]).isEqual(to: "null")
    else { return false }
    position += 4
    return true
  }
}

/// About how many tokens the text of a JSON string has, at least 1; escapes count as what they stand for.
func tokens(of text: UnsafeRawBufferPointer, _ bytesPerToken: Double) -> Int32 {
  var count = 0
  var index = 0
  while index < text.count {
    if text[index] == UInt8(ascii: "\\") {
      // Four hexadecimal digits stand for two bytes or three; three it is.
      let isCode = index + 1 < text.count && text[index + 1] == UInt8(ascii: "u")
      count += isCode ? 3 : 1
      index += isCode ? 6 : 2
    } else {
      count += 1
      index += 1
    }
  }
  return Int32(clamping: max(1, Int((Double(count) / bytesPerToken).rounded(.up))))
}
