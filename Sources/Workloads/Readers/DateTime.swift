import Formats

extension ByteScanner {
  /// A day and a time of day as seconds since 1970 and picoseconds, such as `2023-11-16 18:15:46.6805900`; nil for
  /// anything else.
  ///
  /// A `T` between day and time, an offset (`+00:00`, `Z`) and no fraction are read too.
  mutating func date() -> (seconds: Int64, picoseconds: Int64)? {
    skipBlanks()
    guard let year = digits(width: 4), take(UInt8(ascii: "-")), let month = digits(width: 2),
      take(UInt8(ascii: "-")), let day = digits(width: 2), separatesTime(),
      let hour = digits(width: 2), take(UInt8(ascii: ":")),
      let minute = digits(width: 2), take(UInt8(ascii: ":")), let second = digits(width: 2),
      1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60
    else { return nil }
    var picoseconds: Int64 = 0
    if take(UInt8(ascii: ".")) {
      guard let part = fraction(places: 12) else { return nil }
      picoseconds = part
    }
    guard let offset = offsetSeconds() else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    return (days * 86_400 + hour * 3600 + minute * 60 + second - offset, picoseconds)
  }

  /// A blank or a `T` between day and time.
  private mutating func separatesTime() -> Bool {
    let start = position
    if take(UInt8(ascii: "T")) { return position == start + 1 }
    skipBlanks()
    return position > start
  }

  /// East of Greenwich; nothing written is zero.
  private mutating func offsetSeconds() -> Int64? {
    if isAtEnd() || take(UInt8(ascii: "Z")) { return 0 }
    let isWest = take(UInt8(ascii: "-"))
    guard isWest || take(UInt8(ascii: "+")) else { return 0 }
    guard let hours = digits(width: 2) else { return nil }
    let minutes = take(UInt8(ascii: ":")) ? digits(width: 2) : 0
    guard let minutes, hours < 24, minutes < 60 else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}

/// Days from 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
  let shifted = month <= 2 ? year - 1 : year
  let era = shifted / 400
  let yearOfEra = shifted - era * 400
  let monthFromMarch = month > 2 ? month - 3 : month + 9
  let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
