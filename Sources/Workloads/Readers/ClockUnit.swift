import Formats

/// What the arrival times of a trace count.
public enum ClockUnit: String, Sendable, CaseIterable, Codable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"
  /// A day and a time of day, `2023-11-16 18:15:46.6805900`.
  case date

  /// Units in a second, and digits of a unit's fraction down to a picosecond.
  fileprivate var scale: (perSecond: UInt64, places: Int) {
    switch self {
    case .seconds, .date: (1, 12)
    case .milliseconds: (1_000, 9)
    case .microseconds: (1_000_000, 6)
    case .nanoseconds: (1_000_000_000, 3)
    }
  }

  public var name: String {
    switch self {
    case .seconds: "seconds"
    case .milliseconds: "milliseconds"
    case .microseconds: "microseconds"
    case .nanoseconds: "nanoseconds"
    case .date: "days and times of day"
    }
  }

  /// Told by a number that counts from 1970: seconds, milliseconds … of the years 2001 to 2286.
  static func sinceEpoch(_ value: Double) -> ClockUnit? {
    switch value {
    case 1e9..<1e10: .seconds
    case 1e12..<1e13: .milliseconds
    case 1e15..<1e16: .microseconds
    case 1e18..<1e19: .nanoseconds
    default: nil
    }
  }
}

extension ByteScanner {
  /// A time of this unit, fraction and exponent allowed, as seconds and picoseconds; nil if there is no such number, or
  /// it is negative or beyond 64 bits.
  mutating func time(_ unit: ClockUnit) -> (seconds: Int64, picoseconds: Int64)? {
    skipBlanks()
    let start = position
    let (perSecond, places) = unit.scale
    var whole: UInt64 = 0
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      if overflow || carry { return nil }
      whole = sum
      position += 1
    }
    var part: Int64 = 0
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      if position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 {
        guard let fraction = fraction(places: places) else { return nil }
        part = fraction
      } else if position == start + 1 {
        return nil
      }
    }
    guard position > start else { return nil }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position = start
      return slowTime(perSecond)
    }
    let seconds = Int64(truncatingIfNeeded: whole / perSecond)
    guard seconds >= 0 else { return nil }
    return (seconds, Int64(whole % perSecond * (1_000_000_000_000 / perSecond)) + part)
  }

  private mutating func slowTime(_ perSecond: UInt64) -> (seconds: Int64, picoseconds: Int64)? {
    guard let value = double(), value >= 0 else { return nil }
    let seconds = value / Double(perSecond)
    guard seconds < 1e17 else { return nil }
    let whole = seconds.rounded(.down)
    let part = ((seconds - whole) * 1e12).rounded()
    return part >= 1e12 ? (Int64(whole) + 1, 0) : (Int64(whole), Int64(part))
  }
}
