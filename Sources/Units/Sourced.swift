/// A fact with where it comes from and, where sources disagree, the range they span.
public struct Sourced<Value: Sendable>: Sendable {
  public var value: Value
  public var low: Value?
  public var high: Value?
  /// Document, table or derivation, as a reader would look it up.
  public var source: String
  /// A vendor or paper read in full, B second outlet, C community, D derived, M from memory (never calibrate on it).
  public var grade: Grade?
  public var note: String?

  public init(
    _ value: Value, low: Value? = nil, high: Value? = nil, source: String, grade: Grade? = nil, note: String? = nil
  ) {
    self.value = value
    self.low = low
    self.high = high
    self.source = source
    self.grade = grade
    self.note = note
  }

  public enum Grade: String, Codable, Sendable, CaseIterable { case A, B, C, D, M }

  enum CodingKeys: String, CodingKey, CaseIterable { case value, low, high, source, grade, note }
}

extension Sourced: Decodable where Value: Decodable {
  public init(from decoder: any Decoder) throws {
    if let plain = try plainFact(Value.self, from: decoder) {
      value = plain
      source = noSource
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    value = try container.decode(Value.self, forKey: .value)
    low = try container.decodeIfPresent(Value.self, forKey: .low)
    high = try container.decodeIfPresent(Value.self, forKey: .high)
    source = try sourceOfFact(in: container, .source, decoder)
    grade = try container.decodeIfPresent(Grade.self, forKey: .grade)
    note = try container.decodeIfPresent(String.self, forKey: .note)
    try checkRange(value, low, high)
  }
}

/// A decoder of files in some of which a number may stand without its source.
public protocol FactDecoder: Decoder {
  /// Whether it may here; asking tells the decoder that a number does.
  func acceptsMissingSource() -> Bool
  /// Whether one value stands here, not fields.
  var isPlainValue: Bool { get }
  /// Told of each fact which type it may have alone.
  func mayBePlain(_ type: any Decodable.Type)
}

/// The source of a number that has none.
public let noSource = "no source is given"

/// A number that stands alone, where a file may leave its source out; nil where fields are to be read.
public func plainFact<Value: Decodable>(_ type: Value.Type, from decoder: any Decoder) throws -> Value? {
  guard let facts = decoder as? any FactDecoder else { return nil }
  facts.mayBePlain(type)
  guard facts.isPlainValue, facts.acceptsMissingSource() else { return nil }
  return try decoder.singleValueContainer().decode(type)
}

/// What a fact says of where it comes from.
public func sourceOfFact<Key: CodingKey>(
  in container: KeyedDecodingContainer<Key>, _ key: Key, _ decoder: any Decoder
) throws -> String {
  if let source = try container.decodeIfPresent(String.self, forKey: key) { return source }
  if let facts = decoder as? any FactDecoder, facts.acceptsMissingSource() { return noSource }
  return try container.decode(String.self, forKey: key)
}

/// Refuses a value outside of the range that is given with it.
public func checkRange<Value>(_ value: Value, _ low: Value?, _ high: Value?) throws {
  func isAbove<C: Comparable>(_ one: C, _ other: Value?) -> Bool { (other as? C).map { one > $0 } ?? false }
  let isLow = (low as? any Comparable).map { isAbove($0, value) } ?? false
  let isHigh = (value as? any Comparable).map { isAbove($0, high) } ?? false
  guard isLow || isHigh else { return }
  throw Problem(
    "", "the value lies \(isLow ? "below its own low" : "above its own high")",
    wayOut: "let low and high be the range that sources span, the value in it")
}

extension Sourced: Encodable where Value: Encodable {}
extension Sourced: Equatable where Value: Equatable {}
extension Sourced: Hashable where Value: Hashable {}
