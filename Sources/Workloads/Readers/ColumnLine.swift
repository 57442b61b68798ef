import Formats

/// A row of a CSV trace.
struct ColumnLine {
  let header: ColumnHeader
  let clock: ClockUnit?
  /// Whether a row must have an answer's length.
  let needsOutputs: Bool

  func read(_ bytes: UnsafeRawBufferPointer) throws(LineFault) -> TraceLine {
    var line = TraceLine()
    line.hasNoClock = clock == nil
    if !needsOutputs { line.outputTokens = 1 }
    var start = 0
    for (column, role) in header.roles.enumerated() {
      guard start <= bytes.count else { throw LineFault("ends before \(header.names[column])") }
      let end = try fieldEnd(bytes, from: start)
      if let role { try read(role, UnsafeRawBufferPointer(rebasing: bytes[start..<end]), column, into: &line) }
      start = end + 1
    }
    guard start > bytes.count else {
      throw LineFault("has more than the \(header.roles.count) fields of the first line")
    }
    return line
  }

  /// Where a field ends that begins at `start`; a separator in quotes does not end it.
  @inline(__always)
  private func fieldEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(LineFault) -> Int {
    var end = start
    var isQuoted = false
    while end < bytes.count, isQuoted || bytes[end] != header.separator {
      if bytes[end] == UInt8(ascii: "\"") { isQuoted.toggle() }
      end += 1
    }
    if isQuoted { throw LineFault("has a quote that is not closed") }
    return end
  }

  @inline(__always)
  private func read(
    _ role: ColumnHeader.Role, _ field: UnsafeRawBufferPointer, _ column: Int, into line: inout TraceLine
  ) throws(LineFault) {
    var scanner = ByteScanner(Self.unquoted(field))
    switch role {
    case .arrival:
      guard let clock else { return }
      guard let time = clock == .date ? scanner.date() : scanner.time(clock), scanner.isAtEnd() else {
        throw LineFault("\(header.names[column]) \(Self.text(field)) is not \(clock.example)")
      }
      line.seconds = time.seconds
      line.picoseconds = time.picoseconds
    case .prompt: line.promptTokens = try Self.tokens(&scanner, header.names[column], field)
    case .output:
      if needsOutputs { line.outputTokens = try Self.tokens(&scanner, header.names[column], field) }
    case .session: if !scanner.isAtEnd() { line.session = sessionNumber(Self.unquoted(field)) }
    case .elapsed:
      if let time = scanner.time(.seconds), scanner.isAtEnd(), time.seconds < 1_000_000 {
        line.elapsed = time.seconds * 1_000_000_000_000 + time.picoseconds
      }
    case .priority:
      guard let value = scanner.integer(), scanner.isAtEnd(), let priority = Int32(exactly: value) else {
        throw LineFault("\(header.names[column]) is not a whole number of 32 bits")
      }
      line.priority = priority
    case .outcome: break
    }
  }

  /// A count of tokens; one written as `374.0` is read too.
  private static func tokens(
    _ scanner: inout ByteScanner, _ name: String, _ field: UnsafeRawBufferPointer
  ) throws(LineFault) -> Int32 {
    if scanner.isAtEnd() { throw LineFault("\(name) is empty") }
    var value = scanner.integer()
    if value == nil, let number = scanner.double(), number == number.rounded(), abs(number) < 1e15 {
      value = Int(number)
    }
    guard let value, scanner.isAtEnd() else { throw LineFault("\(name) \(text(field)) is not a whole number") }
    guard value > 0 else { throw LineFault("\(name) \(value) is not positive") }
    guard let tokens = Int32(exactly: value) else { throw LineFault("\(name) \(value) is more than 2147483647") }
    return tokens
  }

  private static func unquoted(_ field: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = field.count
    while start < end, field[start] == 32 { start += 1 }
    while end > start, field[end - 1] == 32 { end -= 1 }
    guard end - start > 1, field[start] == UInt8(ascii: "\""), field[end - 1] == UInt8(ascii: "\"") else {
      return UnsafeRawBufferPointer(rebasing: field[start..<end])
    }
    return UnsafeRawBufferPointer(rebasing: field[start + 1..<end - 1])
  }

  /// For a sentence: the field's first bytes that can be printed.
  private static func text(_ field: UnsafeRawBufferPointer) -> String {
    "'" + String(decoding: field.prefix(40).map { 32..<127 ~= $0 ? $0 : UInt8(ascii: "?") }, as: UTF8.self) + "'"
  }
}

extension ClockUnit {
  /// As a value of it looks.
  fileprivate var example: String {
    self == .date ? "written as 2023-11-16 18:15:46.6805900" : "a number of \(name) from zero on"
  }
}

/// A number for a conversation's name, never 0 (64-bit FNV-1a).
func sessionNumber(_ name: UnsafeRawBufferPointer) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return hash == 0 ? 1 : hash
}
