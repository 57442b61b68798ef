import Formats

/// A line of Azure's public LLM traces: `2023-11-16 18:15:46.6805900,374,44`.
///
/// `TIMESTAMP,ContextTokens,GeneratedTokens`; a `T` between day and time, an offset (`+00:00`, `Z`) and no fraction
/// are read too.
enum AzureLine {
  static let header: StaticString = "TIMESTAMP,ContextTokens,GeneratedTokens"

  static func read(_ bytes: UnsafeRawBufferPointer) throws(LineFault) -> TraceLine {
    var scanner = ByteScanner(bytes)
    var line = TraceLine()
    try readTimestamp(&scanner, into: &line)
    guard scanner.take(UInt8(ascii: ",")) else { throw missing(&scanner, "after TIMESTAMP") }
    line.promptTokens = try scanner.tokens("ContextTokens")
    guard scanner.take(UInt8(ascii: ",")) else { throw missing(&scanner, "after ContextTokens") }
    line.outputTokens = try scanner.tokens("GeneratedTokens")
    guard scanner.isAtEnd() else { throw LineFault("goes on after GeneratedTokens") }
    return line
  }

  private static func missing(_ scanner: inout ByteScanner, _ place: String) -> LineFault {
    LineFault(scanner.isAtEnd() ? "ends \(place)" : "has no comma \(place)")
  }

  @inline(__always) private static func readTimestamp(
    _ scanner: inout ByteScanner, into line: inout TraceLine
  ) throws(LineFault) {
    guard let year = scanner.digits(width: 4), scanner.take(UInt8(ascii: "-")),
      let month = scanner.digits(width: 2), scanner.take(UInt8(ascii: "-")), let day = scanner.digits(width: 2),
      separates(&scanner),
      let hour = scanner.digits(width: 2), scanner.take(UInt8(ascii: ":")),
      let minute = scanner.digits(width: 2), scanner.take(UInt8(ascii: ":")), let second = scanner.digits(width: 2),
      1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60
    else { throw badTimestamp() }
    if scanner.take(UInt8(ascii: ".")) {
      guard let fraction = scanner.fraction(places: 12) else { throw badTimestamp() }
      line.picoseconds = fraction
    }
    let offset = try offsetSeconds(&scanner)
    let days = daysSinceEpoch(year: year, month: month, day: day)
    line.seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
  }

  private static func badTimestamp() -> LineFault {
    LineFault("TIMESTAMP is not written as 2023-11-16 18:15:46.6805900")
  }

  /// A blank or a `T` between day and time.
  @inline(__always) private static func separates(_ scanner: inout ByteScanner) -> Bool {
    let start = scanner.position
    if scanner.take(UInt8(ascii: "T")) { return scanner.position == start + 1 }
    scanner.skipBlanks()
    return scanner.position > start
  }

  /// East of Greenwich; nothing written is zero.
  @inline(__always) private static func offsetSeconds(_ scanner: inout ByteScanner) throws(LineFault) -> Int64 {
    if scanner.peek() == UInt8(ascii: ",") || scanner.take(UInt8(ascii: "Z")) { return 0 }
    let isWest = scanner.take(UInt8(ascii: "-"))
    guard isWest || scanner.take(UInt8(ascii: "+")) else { return 0 }
    guard let hours = scanner.digits(width: 2) else { throw badTimestamp() }
    let minutes = scanner.take(UInt8(ascii: ":")) ? scanner.digits(width: 2) : 0
    guard let minutes, hours < 24, minutes < 60 else { throw badTimestamp() }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// Days from 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
  static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
