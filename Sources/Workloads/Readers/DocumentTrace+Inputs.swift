import Formats
import Units

extension DocumentTrace {
  /// AIPerf's `inputs.json`: sessions of payloads as they were sent, each with all that was said before; the words of a
  /// payload are its prompt, `max_tokens` its answer.
  mutating func readInputs(_ bytes: UnsafeRawBufferPointer, _ reading: TraceReading) throws(LineFault) {
    guard let bytesPerToken = reading.bytesPerToken else {
      throw LineFault(
        "has words, and no tokenizer is here", wayOut: "give bytesPerToken (--bytes-per-token), about 4 for English")
    }
    guard !reading.needsClock else {
      throw LineFault("has payloads without times", wayOut: "give a request rate, or inf")
    }
    var scanner = ByteScanner(bytes)
    var session: UInt64 = 0
    try Self.fields(&scanner) { (name, scanner) throws(LineFault) in
      guard name.isEqual(to: "data") else { return false }
      try Self.elements(&scanner) { scanner throws(LineFault) in
        session += 1
        try readSession(&scanner, session, bytesPerToken, reading)
      }
      return true
    }
    guard scanner.isAtEnd() else { throw Self.broken(scanner) }
  }

  private mutating func readSession(
    _ scanner: inout ByteScanner, _ session: UInt64, _ bytesPerToken: Double, _ reading: TraceReading
  ) throws(LineFault) {
    var turn = 0
    try Self.fields(&scanner) { (name, scanner) throws(LineFault) in
      guard name.isEqual(to: "payloads") else { return false }
      try Self.elements(&scanner) { scanner throws(LineFault) in
        turn += 1
        let payload = try Self.payload(&scanner, bytesPerToken)
        let place = "session \(session), payload \(turn)"
        guard payload.words > 0 else { return pass(place, "has no words", "it is left out") }
        guard payload.answer > 0 || !reading.needsOutputs else {
          return pass(place, "has no max_tokens", "give outputTokens, or add it")
        }
        var line = TraceLine()
        line.promptTokens = Int32(clamping: payload.words)
        line.outputTokens = Int32(clamping: max(1, payload.answer))
        line.session = session
        line.delay = turn > 1 ? 0 : -1
        line.hasNoClock = true
        append(line)
      }
      return true
    }
  }

  /// Tokens of all words of a payload, and those of the answer.
  private static func payload(
    _ scanner: inout ByteScanner, _ bytesPerToken: Double
  ) throws(LineFault) -> (words: Int, answer: Int) {
    var words = 0
    var answer = 0
    try Self.fields(&scanner) { (name, scanner) throws(LineFault) in
      if name.isEqual(to: "max_tokens") || name.isEqual(to: "max_completion_tokens") || name.isEqual(to: "min_tokens") {
        let start = scanner.position
        if let count = scanner.integer() { answer = max(answer, count) } else { scanner.position = start }
        return scanner.position > start
      }
      if name.isEqual(to: "messages") || name.isEqual(to: "prompt") {
        words += try Self.text(&scanner, bytesPerToken)
        return true
      }
      return false
    }
    return (words, answer)
  }

  /// Tokens of a text, or of all `content` and `text` below a list or object.
  private static func text(_ scanner: inout ByteScanner, _ bytesPerToken: Double, depth: Int = 0) throws(LineFault)
    -> Int
  {
    guard depth < 16 else { throw LineFault("has messages more than 16 deep") }
    if let words = scanner.string() { return words.isEmpty ? 0 : Int(tokens(of: words, bytesPerToken)) }
    var sum = 0
    var list = scanner
    if list.take(UInt8(ascii: "[")) {
      try Self.elements(&scanner) { scanner throws(LineFault) in
        sum += try Self.text(&scanner, bytesPerToken, depth: depth + 1)
      }
    } else if list.take(UInt8(ascii: "{")) {
      try Self.fields(&scanner) { (name, scanner) throws(LineFault) in
        guard name.isEqual(to: "content") || name.isEqual(to: "text") else { return false }
        sum += try Self.text(&scanner, bytesPerToken, depth: depth + 1)
        return true
      }
    } else if !scanner.skipValue() {
      throw Self.broken(scanner)
    }
    return sum
  }

  /// Every field of an object; those that `read` does not take are passed over.
  private static func fields(
    _ scanner: inout ByteScanner,
    _ read: (UnsafeRawBufferPointer, inout ByteScanner) throws(LineFault) -> Bool
  ) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "{")) else { throw Self.broken(scanner) }
    if scanner.take(UInt8(ascii: "}")) { return }
    repeat {
      guard let name = scanner.key() else { throw Self.broken(scanner) }
      if try !read(name, &scanner), !scanner.skipValue() { throw Self.broken(scanner) }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { throw Self.broken(scanner) }
  }

  private static func elements(
    _ scanner: inout ByteScanner, _ read: (inout ByteScanner) throws(LineFault) -> Void
  ) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "[")) else { throw Self.broken(scanner) }
    if scanner.take(UInt8(ascii: "]")) { return }
    repeat { try read(&scanner) } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "]")) else { throw Self.broken(scanner) }
  }
}
