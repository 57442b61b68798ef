import Simulation

/// Damage to a file as bytes: numbers and words replaced, lines and stretches cut, doubled, moved, taken from others.
struct TextMutation {
  var stream: RandomStream
  /// Files whose lines and words may come in.
  let others: [[UInt8]]
  static let most = 300_000

  mutating func apply(to bytes: inout [UInt8]) {
    switch stream.below(20) {
    case 0...5: replaceToken(&bytes, isNumber: true)
    case 6...8: replaceToken(&bytes, isNumber: false)
    case 9: cutLines(&bytes)
    case 10: doubleLines(&bytes)
    case 11: moveLine(&bytes)
    case 12, 13: spliceLines(&bytes)
    case 14: insertBytes(&bytes)
    case 15: flip(&bytes)
    case 16: cut(&bytes)
    case 17: indent(&bytes)
    case 18: stretch(&bytes)
    default: nest(&bytes)
    }
    if bytes.count > Self.most { bytes.removeLast(bytes.count - Self.most) }
  }

  // MARK: Tokens

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  private static func isNumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
  }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 32) >= 97 && (byte | 32) <= 122 || byte == UInt8(ascii: "_") || byte >= 128
  }

  /// A number or a word near a random place.
  private mutating func token(in bytes: [UInt8], isNumber: Bool) -> Range<Int>? {
    guard !bytes.isEmpty else { return nil }
    func fits(_ byte: UInt8) -> Bool { isNumber ? Self.isNumeric(byte) : Self.isLetter(byte) }
    let from = stream.below(bytes.count)
    guard
      var start = bytes[from...].firstIndex(where: { isNumber ? Self.isDigit($0) : fits($0) })
        ?? bytes[..<from].firstIndex(where: { isNumber ? Self.isDigit($0) : fits($0) })
    else { return nil }
    while start > 0, fits(bytes[start - 1]) { start -= 1 }
    var end = start
    while end < bytes.count, fits(bytes[end]) { end += 1 }
    return start..<end
  }

  private mutating func replaceToken(_ bytes: inout [UInt8], isNumber: Bool) {
    guard let range = token(in: bytes, isNumber: isNumber) else { return }
    let text = String(decoding: bytes[range], as: UTF8.self)
    bytes.replaceSubrange(range, with: Array((isNumber ? number(for: text) : word(for: text)).utf8))
  }

  /// Something in place of a number: hostile, or near it.
  mutating func number(for text: String) -> String {
    guard let value = Double(text), value.isFinite, stream.below(3) == 0 else { return stream.pick(Hostile.numbers) }
    let near = [value + 1, value - 1, value * 2, value * 10, value * 1000, value / 3, -value, value * 1e6, value / 1e6]
    let changed = stream.pick(near)
    return changed == changed.rounded() && abs(changed) < 1e15 ? "\(Int(changed))" : "\(changed)"
  }

  mutating func word(for text: String) -> String {
    switch stream.below(4) {
    case 0: return stream.pick(Hostile.words)
    case 1: return String(text.dropFirst(1))
    case 2: return text + text
    default:
      let other = stream.pick(others)
      guard let range = token(in: other, isNumber: false) else { return "" }
      return String(decoding: other[range], as: UTF8.self)
    }
  }

  // MARK: Lines

  /// So many lines from a random one on, with their line end.
  private mutating func lines(of bytes: [UInt8], _ count: Int) -> Range<Int> {
    guard !bytes.isEmpty else { return 0..<0 }
    let from = stream.below(bytes.count)
    let start = bytes[..<from].lastIndex(of: 10).map { $0 + 1 } ?? 0
    var end = start
    for _ in 0..<count where end < bytes.count { end = bytes[end...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count }
    return start..<end
  }

  private mutating func cutLines(_ bytes: inout [UInt8]) {
    bytes.removeSubrange(lines(of: bytes, stream.small(20)))
  }

  private mutating func doubleLines(_ bytes: inout [UInt8]) {
    let range = lines(of: bytes, stream.small(4))
    let part = Array(bytes[range])
    let times = stream.isOne(in: 8) ? 2000 : stream.small(20)
    let copies = min(times, max(1, Self.most / max(1, part.count)))
    bytes.insert(contentsOf: (0..<copies).flatMap { _ in part }, at: range.upperBound)
  }

  private mutating func moveLine(_ bytes: inout [UInt8]) {
    let part = lines(of: bytes, 1)
    let line = Array(bytes[part])
    bytes.removeSubrange(part)
    bytes.insert(contentsOf: line, at: lines(of: bytes, 1).lowerBound)
  }

  private mutating func spliceLines(_ bytes: inout [UInt8]) {
    let other = stream.pick(others)
    let part = Array(other[lines(of: other, stream.small(10))])
    let place = lines(of: bytes, 1)
    bytes.replaceSubrange(stream.isOne(in: 2) ? place : place.lowerBound..<place.lowerBound, with: part)
  }

  // MARK: Bytes

  private mutating func insertBytes(_ bytes: inout [UInt8]) {
    bytes.insert(contentsOf: stream.pick(Hostile.bytes), at: stream.below(bytes.count + 1))
  }

  private mutating func flip(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    for _ in 0..<stream.small(6) {
      bytes[stream.below(bytes.count)] =
        stream.isOne(in: 2) ? UInt8(32 + stream.below(95)) : UInt8(stream.below(256))
    }
  }

  private mutating func cut(_ bytes: inout [UInt8]) {
    let start = stream.below(bytes.count + 1)
    let length = stream.isOne(in: 3) ? bytes.count - start : min(bytes.count - start, stream.below(60))
    bytes.removeSubrange(start..<start + length)
  }

  private mutating func indent(_ bytes: inout [UInt8]) {
    let start = lines(of: bytes, 1).lowerBound
    if stream.isOne(in: 2) {
      bytes.insert(contentsOf: [UInt8](repeating: 32, count: stream.small(8)), at: start)
    } else if start < bytes.count, bytes[start] == 32 {
      bytes.remove(at: start)
    }
  }

  /// A stretch many times over.
  private mutating func stretch(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let start = stream.below(bytes.count)
    let part = Array(bytes[start..<min(bytes.count, start + 1 + stream.below(12))])
    let times = stream.pick([2, 3, 10, 100, 1000, 20_000])
    bytes.insert(contentsOf: (0..<min(times, Self.most / part.count)).flatMap { _ in part }, at: start)
  }

  private mutating func nest(_ bytes: inout [UInt8]) {
    let depth = stream.pick([2, 10, 100, 1000, 20_000])
    let opening = stream.pick(["[", "{", "{a: ", "[[", "{\"a\":", "- ", "? ", "&a [", "!a "])
    let closing = opening.hasPrefix("[") || opening.hasPrefix("&") ? "]" : opening.hasPrefix("{") ? "}" : ""
    let place = token(in: bytes, isNumber: stream.isOne(in: 2)) ?? 0..<0
    var text = [UInt8](), end = [UInt8]()
    for _ in 0..<depth {
      text += Array(opening.utf8)
      end += Array(closing.utf8)
    }
    if stream.isOne(in: 4) { end = [] }
    bytes.replaceSubrange(place, with: text + bytes[place] + end)
  }
}
