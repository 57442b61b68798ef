import Units

/// What a type asks of a decoder: fields by name and type, or values of other types in its place.
final class TypeRecord {
  struct Field {
    var name: String
    /// nil where a name is known and nothing was asked of it.
    var type: Any.Type?
    var isRequired: Bool
  }
  private(set) var fields: [Field] = []
  /// Types that a value may have instead of fields.
  private(set) var alternatives: [Any.Type] = []
  private(set) var isKeyed = false

  init(of type: any Decodable.Type) {
    // A type that checks what it got refuses the stand-ins in the end; what it asked for is known by then.
    _ = try? type.init(from: RecordingDecoder(record: self))
  }

  func open<Key: CodingKey>(_ type: Key.Type) {
    isKeyed = true
    guard let keys = type as? any CaseIterable.Type else { return }
    for name in names(keys) where !fields.contains(where: { $0.name == name }) {
      fields.append(Field(name: name, type: nil, isRequired: false))
    }
  }

  private func names<C: CaseIterable>(_ type: C.Type) -> [String] {
    C.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
  }

  func ask(_ name: String, _ type: Any.Type, isRequired: Bool) {
    if let index = fields.firstIndex(where: { $0.name == name }) {
      fields[index].type = fields[index].type ?? type
      fields[index].isRequired = fields[index].isRequired || isRequired
    } else {
      fields.append(Field(name: name, type: type, isRequired: isRequired))
    }
  }

  func offer(_ type: Any.Type) {
    if !alternatives.contains(where: { $0 == type }) { alternatives.append(type) }
  }
}

private struct Refused: Error {}

/// Notes every question; fields are answered by stand-ins, single values are refused so that a type tries its other
/// forms.
struct RecordingDecoder: Decoder {
  let record: TypeRecord
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    record.open(type)
    return KeyedDecodingContainer(RecordingFields<Key>(record: record))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    record.offer([Node].self)
    return StandInElements()
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { RecordingScalar(record: record) }
}

/// A schema is for the files of all: a number may stand there without its source.
extension RecordingDecoder: FactDecoder {
  var isPlainValue: Bool { false }
  func mayBePlain(_ type: any Decodable.Type) { record.offer(type) }
  func acceptsMissingSource() -> Bool { true }
}

private struct RecordingFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let record: TypeRecord
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [] }
  func contains(_ key: Key) -> Bool { false }
  func decodeNil(forKey key: Key) -> Bool { true }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    record.ask(key.stringValue, type, isRequired: true)
    guard let value = standIn(for: type) else { throw Refused() }
    return value
  }
  private func note<T>(_ type: T.Type, _ key: Key) -> T? {
    record.ask(key.stringValue, type, isRequired: false)
    return nil
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) -> T? { note(type, key) }
  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) -> Bool? { note(type, key) }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) -> String? { note(type, key) }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) -> Double? { note(type, key) }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) -> Float? { note(type, key) }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) -> Int? { note(type, key) }
  func decodeIfPresent(_ type: Int8.Type, forKey key: Key) -> Int8? { note(type, key) }
  func decodeIfPresent(_ type: Int16.Type, forKey key: Key) -> Int16? { note(type, key) }
  func decodeIfPresent(_ type: Int32.Type, forKey key: Key) -> Int32? { note(type, key) }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) -> Int64? { note(type, key) }
  func decodeIfPresent(_ type: UInt.Type, forKey key: Key) -> UInt? { note(type, key) }
  func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) -> UInt8? { note(type, key) }
  func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) -> UInt16? { note(type, key) }
  func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) -> UInt32? { note(type, key) }
  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) -> UInt64? { note(type, key) }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key) throws -> KeyedDecodingContainer<N> {
    throw Refused()
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Refused() }
  func superDecoder() -> any Decoder { RecordingDecoder(record: record) }
  func superDecoder(forKey key: Key) -> any Decoder { StandInDecoder() }
}

private struct RecordingScalar: SingleValueDecodingContainer {
  let record: TypeRecord
  var codingPath: [any CodingKey] { [] }
  func decodeNil() -> Bool { false }
  private func refuse<T>(_ type: T.Type) throws -> T {
    record.offer(type)
    throw Refused()
  }
  func decode(_ type: Bool.Type) throws -> Bool { try refuse(type) }
  func decode(_ type: String.Type) throws -> String { try refuse(type) }
  func decode(_ type: Double.Type) throws -> Double { try refuse(type) }
  func decode(_ type: Float.Type) throws -> Float { try refuse(type) }
  func decode(_ type: Int.Type) throws -> Int { try refuse(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try refuse(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try refuse(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try refuse(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try refuse(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try refuse(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try refuse(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try refuse(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try refuse(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try refuse(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try refuse(type) }
}
