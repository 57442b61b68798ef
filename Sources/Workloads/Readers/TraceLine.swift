import Formats

/// What a line of a trace says, before its clock is made relative to the first.
struct TraceLine {
  /// Whole seconds of the log's clock.
  var seconds: Int64 = 0
  /// And picoseconds, 0 ..< 10¹².
  var picoseconds: Int64 = 0
  var promptTokens: Int32 = 0
  var outputTokens: Int32 = 0
  /// Smaller goes first.
  var priority: Int32 = 0
  /// Requests of one conversation have the same; 0 for none.
  var session: UInt64 = 0
  /// Picoseconds from the answer before to this turn; negative where not said.
  var delay: Int64 = -1
  /// Picoseconds that the answer took in the service that was logged; negative where not said.
  var elapsed: Int64 = -1
  /// Arrives with the line above it, after its delay.
  var hasNoClock = false
}

/// What is wrong with a line, to be told with its place.
struct LineFault: Error {
  var text: String
  /// Where fixing the line is not it.
  var wayOut: String?
  init(_ text: String, wayOut: String? = nil) {
    self.text = text
    self.wayOut = wayOut
  }
}

extension ByteScanner {
  /// The byte here, blank or not; 0 at the end.
  @inline(__always) private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// A count of tokens, 1 ..< 2³¹.
  @inline(__always) mutating func tokens(_ key: StaticString) throws(LineFault) -> Int32 {
    guard let value = integer() else { throw LineFault("\(key) is not a whole number") }
    guard value > 0 else { throw LineFault("\(key) \(value) is not positive") }
    guard value <= Int(Int32.max) else { throw LineFault("\(key) \(value) is more than 2147483647") }
    return Int32(truncatingIfNeeded: value)
  }

  /// A number of exactly `width` digits.
  @inline(__always) mutating func digits(width: Int) -> Int64? {
    guard position + width <= bytes.count else { return nil }
    var value: Int64 = 0
    for index in position..<(position + width) {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    position += width
    return value
  }

  /// Digits after a decimal point, in units of 10^-`places`; further digits are dropped.
  @inline(__always) mutating func fraction(places: Int) -> Int64? {
    let start = position
    var value: Int64 = 0
    var left = places
    while true {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      if left > 0 {
        value = value &* 10 &+ Int64(digit)
        left -= 1
      }
      position += 1
    }
    guard position > start else { return nil }
    for _ in 0..<left { value &*= 10 }
    return value
  }

  /// A whole number of 64 bits, the bits of a negative one as they are; nil if there is none or it is greater.
  @inline(__always) mutating func hash() -> UInt64? {
    skipBlanks()
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let start = position
    var value: UInt64 = 0
    while true {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      if overflow || carry { return nil }
      value = sum
      position += 1
    }
    guard position > start, byte != UInt8(ascii: "."), byte | 0x20 != UInt8(ascii: "e") else { return nil }
    return isNegative ? 0 &- value : value
  }
}
