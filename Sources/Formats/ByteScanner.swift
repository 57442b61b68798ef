/// Reads numbers and JSON pieces from bytes without allocating; every method skips leading blanks.
///
/// A method that finds something else returns nil or false and leaves the position where it was.
@frozen public struct ByteScanner {
  public let bytes: UnsafeRawBufferPointer
  /// The next byte to read.
  public var position: Int

  @inlinable public init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = 0
  }

  @inlinable public mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
  }

  /// True if only blanks are left.
  @inlinable public mutating func isAtEnd() -> Bool {
    skipBlanks()
    return position >= bytes.count
  }

  /// The next byte that is not blank, which stays to be read.
  @inlinable public mutating func peek() -> UInt8? {
    skipBlanks()
    return position < bytes.count ? bytes[position] : nil
  }

  /// Reads one given byte, such as `UInt8(ascii: ",")`.
  @inlinable public mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// A whole number with an optional minus; nil beyond 64 bits or where a fraction or exponent follows.
  @inlinable public mutating func integer() -> Int? {
    skipBlanks()
    var index = position
    let negative = index < bytes.count && bytes[index] == 45
    if negative { index += 1 }
    let first = index
    var value = 0
    while index < bytes.count {
      let digit = Int(bytes[index]) &- 48
      guard digit >= 0, digit <= 9 else { break }
      // Eighteen digits always fit.
      if index &- first < 18 {
        value = value &* 10 &+ digit
      } else {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(digit)
        if overflow || carry { return nil }
        value = sum
      }
      index &+= 1
    }
    guard index > first else { return nil }
    if index < bytes.count, bytes[index] == 46 || bytes[index] | 32 == 101 { return nil }
    position = index
    return negative ? -value : value
  }

  /// A decimal number, correctly rounded; nil where there is none or it is not finite.
  @inlinable public mutating func double() -> Double? {
    skipBlanks()
    var index = position
    let negative = index < bytes.count && bytes[index] == 45
    if negative { index += 1 }
    var mantissa: UInt64 = 0
    var digits = 0, fraction = 0
    var seenPoint = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 46, !seenPoint {
        seenPoint = true
      } else if byte >= 48, byte <= 57 {
        mantissa = mantissa &* 10 &+ UInt64(byte - 48)
        if mantissa != 0 { digits += 1 }
        if seenPoint { fraction += 1 }
      } else {
        break
      }
      index += 1
    }
    guard index > position + (negative ? 1 : 0) + (seenPoint ? 1 : 0) else { return nil }
    let hasExponent = index < bytes.count && bytes[index] | 32 == 101
    // Both numbers are exact, so that one division rounds once.
    guard !hasExponent, digits <= 15, fraction <= 22 else { return slowDouble() }
    var scale = 1.0
    for _ in 0..<fraction { scale *= 10 }
    position = index
    let value = Double(mantissa) / scale
    return negative ? -value : value
  }

  @usableFromInline mutating func slowDouble() -> Double? {
    var end = position
    while end < bytes.count, "+-.eE0123456789".utf8.contains(bytes[end]) { end += 1 }
    guard let value = Double(String(decoding: bytes[position..<end], as: UTF8.self)), value.isFinite else { return nil }
    position = end
    return value
  }

  /// A JSON string's bytes between the quotes, escapes left as they are; nil if it is not a string or has no end.
  @inlinable public mutating func string() -> UnsafeRawBufferPointer? {
    guard peek() == 34 else { return nil }
    var index = position + 1
    while index < bytes.count, bytes[index] != 34 { index += bytes[index] == 92 ? 2 : 1 }
    guard index < bytes.count else { return nil }
    let text = UnsafeRawBufferPointer(rebasing: bytes[position + 1..<index])
    position = index + 1
    return text
  }

  /// A JSON field's name and its colon.
  @inlinable public mutating func key() -> UnsafeRawBufferPointer? {
    let before = position
    if let name = string(), take(58) { return name }
    position = before
    return nil
  }

  /// Appends the whole numbers of a JSON list to `list`; false if it is not one, then `list` may have grown.
  @inlinable public mutating func integers(into list: inout [Int]) -> Bool {
    let before = position
    guard take(91) else { return false }
    if take(93) { return true }
    while let value = integer() {
      list.append(value)
      if take(44) { continue }
      if take(93) { return true }
      break
    }
    position = before
    return false
  }

  /// Passes over one JSON value of any kind.
  @inlinable public mutating func skipValue() -> Bool {
    let before = position
    var depth = 0
    repeat {
      guard let byte = peek() else {
        position = before
        return false
      }
      switch byte {
      case 34:
        guard string() != nil else {
          position = before
          return false
        }
      case 123, 91:
        depth += 1
        position += 1
      case 125, 93:
        depth -= 1
        position += 1
      case 44, 58:
        guard depth > 0 else {
          position = before
          return false
        }
        position += 1
      default: skipWord()
      }
    } while depth > 0
    if depth < 0 { position = before }
    return depth == 0
  }

  /// Passes over a number, `true`, `false` or `null`.
  @usableFromInline mutating func skipWord() {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case 44, 58, 93, 125, 34, 32, 9: return
      default: position += 1
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True if these bytes are those of `text`.
  @inlinable public func isEqual(to text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    let other = text.utf8Start
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
