import Formats

/// A line of AIPerf's `profile_export.jsonl`: a request that it sent, with `metadata`, `metrics` and `error`.
///
/// Arrival is `request_start_ns`, lengths are `input_sequence_length` and `output_sequence_length`; turns of a
/// conversation have its `x_correlation_id`.
struct AIPerfLine {
  private var scanner: ByteScanner
  private var line = TraceLine()
  private var hasArrival = false
  private var isFailed = false
  private let needsOutputs: Bool

  static func read(_ bytes: UnsafeRawBufferPointer, needsOutputs: Bool) throws(LineFault) -> TraceLine {
    var reader = AIPerfLine(scanner: ByteScanner(bytes), needsOutputs: needsOutputs)
    try reader.readObject(depth: 0)
    guard reader.scanner.isAtEnd() else { throw LineFault("goes on after the end of its JSON object") }
    if reader.isFailed { throw LineFault("is of a request that failed") }
    guard reader.hasArrival else { throw LineFault("has no metadata.request_start_ns") }
    guard reader.line.promptTokens > 0 else { throw LineFault("has no metrics.input_sequence_length") }
    guard reader.line.outputTokens > 0 else { throw LineFault("has no metrics.output_sequence_length") }
    return reader.line
  }

  private init(scanner: ByteScanner, needsOutputs: Bool) {
    self.scanner = scanner
    self.needsOutputs = needsOutputs
    if !needsOutputs { line.outputTokens = 1 }
  }

  private mutating func broken() -> LineFault {
    LineFault(scanner.isAtEnd() ? "ends in the middle" : "is not valid JSON at column \(scanner.position + 1)")
  }

  private mutating func readObject(depth: Int) throws(LineFault) {
    guard scanner.take(UInt8(ascii: "{")) else { throw LineFault("is not a JSON object") }
    if scanner.take(UInt8(ascii: "}")) { return }
    repeat {
      guard let key = scanner.key() else { throw broken() }
      try depth == 0 ? readPart(key) : readValue(key)
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { throw broken() }
  }

  private mutating func readPart(_ key: UnsafeRawBufferPointer) throws(LineFault) {
    if scanner.takeNull() { return }
    if key.isEqual(to: "metadata") || key.isEqual(to: "metrics") { return try readObject(depth: 1) }
    isFailed = isFailed || key.isEqual(to: "error")
    guard scanner.skipValue() else { throw broken() }
  }

  private mutating func readValue(_ key: UnsafeRawBufferPointer) throws(LineFault) {
    if key.isEqual(to: "request_start_ns") {
      guard let time = scanner.time(.nanoseconds) else {
        throw LineFault("request_start_ns is not a number of nanoseconds from zero on")
      }
      line.seconds = time.seconds
      line.picoseconds = time.picoseconds
      hasArrival = true
    } else if key.isEqual(to: "x_correlation_id"), let name = scanner.string() {
      line.session = sessionNumber(name)
    } else if key.isEqual(to: "input_sequence_length") {
      line.promptTokens = try readMetric("input_sequence_length")
    } else if key.isEqual(to: "output_sequence_length"), needsOutputs {
      line.outputTokens = try readMetric("output_sequence_length")
    } else {
      guard scanner.skipValue() else { throw broken() }
    }
  }

  /// The `value` of `{"value": 550, "unit": "tokens"}`.
  private mutating func readMetric(_ name: StaticString) throws(LineFault) -> Int32 {
    guard scanner.take(UInt8(ascii: "{")) else { throw LineFault("\(name) has no value") }
    var tokens: Int32?
    repeat {
      guard let key = scanner.key() else { throw broken() }
      if key.isEqual(to: "value") {
        tokens = try scanner.tokens(name)
      } else {
        guard scanner.skipValue() else { throw broken() }
      }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { throw broken() }
    guard let tokens else { throw LineFault("\(name) has no value") }
    return tokens
  }
}
