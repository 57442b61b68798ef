/// A type that refuses the values which decoding would go on with, and has one of its own.
public protocol HasStandIn {
  static var standIn: Self { get }
}

/// Some value of a type, so that decoding can go on past a fault; nil if the type takes none that we can think of.
func standIn<T: Decodable>(for type: T.Type) -> T? {
  if let own = type as? any HasStandIn.Type { return own.standIn as? T }
  if let quantity = type as? any HasUnit.Type { return quantity.one as? T }
  if let cases = type as? any CaseIterable.Type, let first = firstCase(cases) as? T { return first }
  if type == Node.self { return Node(.scalar("", quoted: false), at: Place(file: "", line: 0)) as? T }
  return try? T(from: StandInDecoder())
}

private func firstCase<C: CaseIterable>(_ type: C.Type) -> C? { C.allCases.first }

private struct NoStandIn: Error {}

/// Answers every question of a `Decodable` type: ones, empty lists, nothing for optionals.
struct StandInDecoder: Decoder {
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(StandInFields<Key>())
  }
  func unkeyedContainer() -> any UnkeyedDecodingContainer { StandInElements() }
  func singleValueContainer() -> any SingleValueDecodingContainer { StandInScalar() }
}

private struct StandInFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [] }
  func contains(_ key: Key) -> Bool { false }
  func decodeNil(forKey key: Key) -> Bool { true }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    guard let value = standIn(for: type) else { throw NoStandIn() }
    return value
  }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key) -> KeyedDecodingContainer<N> {
    KeyedDecodingContainer(StandInFields<N>())
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { StandInElements() }
  func superDecoder() -> any Decoder { StandInDecoder() }
  func superDecoder(forKey key: Key) -> any Decoder { StandInDecoder() }
}

struct StandInElements: UnkeyedDecodingContainer {
  var codingPath: [any CodingKey] { [] }
  var count: Int? { 0 }
  var isAtEnd: Bool { true }
  var currentIndex: Int { 0 }
  func decodeNil() -> Bool { true }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { throw NoStandIn() }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type) throws -> KeyedDecodingContainer<N> { throw NoStandIn() }
  func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NoStandIn() }
  func superDecoder() throws -> any Decoder { throw NoStandIn() }
}

private struct StandInScalar: SingleValueDecodingContainer {
  var codingPath: [any CodingKey] { [] }
  func decodeNil() -> Bool { true }
  func decode(_ type: Bool.Type) -> Bool { false }
  func decode(_ type: String.Type) -> String { "?" }
  func decode(_ type: Double.Type) -> Double { 1 }
  func decode(_ type: Float.Type) -> Float { 1 }
  func decode(_ type: Int.Type) -> Int { 1 }
  func decode(_ type: Int8.Type) -> Int8 { 1 }
  func decode(_ type: Int16.Type) -> Int16 { 1 }
  func decode(_ type: Int32.Type) -> Int32 { 1 }
  func decode(_ type: Int64.Type) -> Int64 { 1 }
  func decode(_ type: UInt.Type) -> UInt { 1 }
  func decode(_ type: UInt8.Type) -> UInt8 { 1 }
  func decode(_ type: UInt16.Type) -> UInt16 { 1 }
  func decode(_ type: UInt32.Type) -> UInt32 { 1 }
  func decode(_ type: UInt64.Type) -> UInt64 { 1 }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    guard let value = standIn(for: type) else { throw NoStandIn() }
    return value
  }
}
