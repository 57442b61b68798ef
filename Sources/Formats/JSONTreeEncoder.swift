/// Builds a `JSONTree` from what a value encodes.
struct JSONTreeEncoder: Encoder {
  let tree: JSONTree
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .fields = tree.content {} else { tree.content = .fields([]) }
    return KeyedEncodingContainer(JSONFields<Key>(tree: tree, codingPath: codingPath))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .list = tree.content {} else { tree.content = .list([]) }
    return JSONElements(tree: tree, codingPath: codingPath)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalar(tree: tree, codingPath: codingPath) }
}

private struct JSONFields<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let tree: JSONTree
  let codingPath: [any CodingKey]

  private func set(_ key: Key, _ value: JSONTree) {
    guard case .fields(var fields) = tree.content else { return }
    tree.content = .null
    if let index = fields.firstIndex(where: { $0.name == key.stringValue }) {
      fields[index].value = value
    } else {
      fields.append((key.stringValue, value))
    }
    tree.content = .fields(fields)
  }
  private func child(_ key: Key) -> JSONTreeEncoder {
    let child = JSONTree(.null)
    set(key, child)
    return JSONTreeEncoder(tree: child, codingPath: codingPath + [key])
  }

  func encodeNil(forKey key: Key) { set(key, JSONTree(.null)) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { set(key, try .of(value, at: codingPath + [key])) }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key) -> KeyedEncodingContainer<N> {
    child(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { JSONTreeEncoder(tree: tree, codingPath: codingPath) }
  func superEncoder(forKey key: Key) -> any Encoder { child(key) }
}

private struct JSONElements: UnkeyedEncodingContainer {
  let tree: JSONTree
  let codingPath: [any CodingKey]

  var count: Int {
    guard case .list(let elements) = tree.content else { return 0 }
    return elements.count
  }
  private func append(_ value: JSONTree) {
    guard case .list(var elements) = tree.content else { return }
    tree.content = .null
    elements.append(value)
    tree.content = .list(elements)
  }
  private func child() -> JSONTreeEncoder {
    let child = JSONTree(.null)
    append(child)
    return JSONTreeEncoder(tree: child, codingPath: codingPath)
  }

  func encodeNil() { append(JSONTree(.null)) }
  func encode<T: Encodable>(_ value: T) throws {
    append(try .of(value, at: codingPath + [FieldName(intValue: count)]))
  }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type) -> KeyedEncodingContainer<N> {
    child().container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
  func superEncoder() -> any Encoder { child() }
}

private struct JSONScalar: SingleValueEncodingContainer {
  let tree: JSONTree
  let codingPath: [any CodingKey]

  func encodeNil() { tree.content = .null }
  func encode(_ value: Bool) { tree.content = .literal(value ? "true" : "false") }
  func encode(_ value: String) { tree.content = .literal(jsonQuoted(value)) }
  func encode(_ value: Double) { tree.content = value.isFinite ? .literal(jsonNumber(value)) : .null }
  func encode(_ value: Float) { tree.content = value.isFinite ? .literal("\(value)") : .null }
  func encode(_ value: Int) { whole(value) }
  func encode(_ value: Int8) { whole(value) }
  func encode(_ value: Int16) { whole(value) }
  func encode(_ value: Int32) { whole(value) }
  func encode(_ value: Int64) { whole(value) }
  func encode(_ value: UInt) { whole(value) }
  func encode(_ value: UInt8) { whole(value) }
  func encode(_ value: UInt16) { whole(value) }
  func encode(_ value: UInt32) { whole(value) }
  func encode(_ value: UInt64) { whole(value) }
  func encode<T: Encodable>(_ value: T) throws { tree.content = try JSONTree.of(value, at: codingPath).content }

  private func whole(_ value: some BinaryInteger) { tree.content = .literal(String(value)) }
}
