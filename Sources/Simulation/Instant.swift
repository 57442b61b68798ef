import Units

/// A point of simulated time, in whole picoseconds since the start of the run (Int64: up to 106 days).
///
/// Integer, so that the sum of many steps is exact and equal instants are equal.
@frozen public struct Instant: Hashable, Comparable, Sendable {
  public var picoseconds: Int64
  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }
  @inlinable public static var zero: Instant { Instant(picoseconds: 0) }
  /// Later than every event.
  @inlinable public static var never: Instant { Instant(picoseconds: .max) }
  @inlinable public static func < (left: Instant, right: Instant) -> Bool { left.picoseconds < right.picoseconds }
  @inlinable public static func + (left: Instant, right: Span) -> Instant {
    Instant(picoseconds: left.picoseconds + right.picoseconds)
  }
  @inlinable public static func - (left: Instant, right: Instant) -> Span {
    Span(picoseconds: left.picoseconds - right.picoseconds)
  }
  /// 100 days: how far runs go. What is scheduled from there still fits into the clock.
  public static let horizon = Instant(picoseconds: 100 * 86_400 * 1_000_000_000_000)
  public var sinceStart: Seconds { Seconds(Double(picoseconds) * 1e-12) }
}

/// A length of simulated time, in whole picoseconds.
@frozen public struct Span: Hashable, Comparable, Sendable {
  public var picoseconds: Int64
  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }
  /// Rounded to the nearest picosecond; at most what the clock holds.
  public init(_ seconds: Seconds) {
    picoseconds = Int64(min(max((seconds.value * 1e12).rounded(), -0x1p63), 0x1p63.nextDown))
  }
  @inlinable public static var zero: Span { Span(picoseconds: 0) }
  @inlinable public static func < (left: Span, right: Span) -> Bool { left.picoseconds < right.picoseconds }
  @inlinable public static func + (left: Span, right: Span) -> Span {
    Span(picoseconds: left.picoseconds + right.picoseconds)
  }
  @inlinable public static func - (left: Span, right: Span) -> Span {
    Span(picoseconds: left.picoseconds - right.picoseconds)
  }
  @inlinable public static func * (left: Int64, right: Span) -> Span { Span(picoseconds: left * right.picoseconds) }
  public var seconds: Seconds { Seconds(Double(picoseconds) * 1e-12) }
}
