import Units

/// Presents a `Node` to Swift's `Decodable`.
struct NodeDecoder: Decoder {
  let node: Node
  let codingPath: [any CodingKey]
  let run: DecodingRun
  let ledger: KeyLedger

  var userInfo: [CodingUserInfoKey: Any] { run.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .mapping = node.content else {
      throw node.located("there is \(node.kindName) where fields were expected", wayOut: fieldsExample(type))
    }
    ledger.accept { Key(stringValue: $0) != nil }
    if let type = type as? any CaseIterable.Type { ledger.offer(keyNames(type)) }
    return KeyedDecodingContainer(NodeFields<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .sequence(let elements) = node.content else {
      throw node.located("there is \(node.kindName) where a list was expected", wayOut: "write '[a, b]' or '- a' lines")
    }
    return NodeElements(decoder: self, elements: elements)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { NodeScalar(decoder: self) }

  /// How to write what should be here: a fact has at least a value and a source.
  private func fieldsExample<Key: CodingKey>(_ type: Key.Type) -> String {
    guard Key(stringValue: "value") != nil, Key(stringValue: "source") != nil, Key(stringValue: "?") == nil else {
      return "write 'field: value' lines"
    }
    return "write '{ value: \(node.text ?? "…"), source: … }'"
  }

  /// Unknown fields of one mapping for which the nearest name is looked for: more are no typing errors.
  private static let mostGuesses = 50

  private func keyNames<C: CaseIterable>(_ type: C.Type) -> [String] {
    C.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
  }

  /// Records fields that nothing asked for and those that were asked for in vain.
  func reportKeys() {
    guard case .mapping(let fields) = node.content else { return }
    let present = Set(fields.map(\.key))
    var guessed: Set<String> = []
    var unknown = 0
    if !run.allowsUnknownKeys && ledger.isUsed {
      let candidates = ledger.names.filter { !present.contains($0) }
      for (key, value) in fields where !ledger.accepts(key) {
        unknown += 1
        // The field meant may be given already: `--set decode.instnaces=2` beside the file's `instances`.
        let near =
          unknown > Self.mostGuesses
          ? nil : Problems.nearest(to: key, among: candidates) ?? Problems.nearest(to: key, among: ledger.names)
        if let near { guessed.insert(near) }
        // The list once is enough.
        let isTold = candidates.isEmpty || unknown > 1
        let wayOut =
          near.map { "did you mean '\($0)'?" }
          ?? (isTold ? "remove it" : "remove it; the other fields are \(candidates.joined(separator: ", "))")
        run.add(value.problem("there is no such field", wayOut: wayOut), line: value.place.line)
      }
    }
    for missing in ledger.missing where !guessed.contains(missing.name) {
      run.add(missing.problem, line: node.place.line)
    }
  }
}

extension NodeDecoder: FactDecoder {
  var isPlainValue: Bool {
    guard case .scalar = node.content else { return false }
    return !node.isNull
  }

  func mayBePlain(_ type: any Decodable.Type) {}

  func acceptsMissingSource() -> Bool {
    guard let folder = run.userInfo[.folderWithSources] as? String,
      folder.isEmpty || !node.place.file.hasPrefix("\(folder)/")
    else { return false }
    run.withoutSource.append(node.place)
    return true
  }
}

/// The field names that the types which read one mapping know, and those that they asked for.
final class KeyLedger {
  private var acceptors: [(String) -> Bool] = []
  private(set) var names: [String] = []
  private(set) var missing: [(name: String, problem: Problem)] = []

  var isUsed: Bool { !acceptors.isEmpty }
  func accept(_ acceptor: @escaping (String) -> Bool) { acceptors.append(acceptor) }
  func acceptEverything() { acceptors.append { _ in true } }
  func accepts(_ name: String) -> Bool { acceptors.contains { $0(name) } }
  func offer(_ more: [String]) { for name in more where !names.contains(name) { names.append(name) } }
  func miss(_ name: String, _ problem: Problem) { missing.append((name, problem)) }
}

/// The fields of a mapping.
private struct NodeFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: NodeDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { decoder.node.fields.compactMap { Key(stringValue: $0.key) } }
  private var run: DecodingRun { decoder.run }

  func contains(_ key: Key) -> Bool {
    decoder.ledger.offer([key.stringValue])
    return decoder.node.field(key.stringValue) != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool { present(key) == nil }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try run.recovering(type) {
      if let node = present(key) { return try run.value(type, of: node, at: codingPath + [key]) }
      let absent = decoder.node.field(key.stringValue)
      if let null = absent, type is any ExpressibleByNilLiteral.Type || type == Node.self {
        return try run.value(type, of: null, at: codingPath + [key])
      }
      let place = absent ?? decoder.node
      let fault = absent == nil ? "the field '\(key.stringValue)' is missing" : "has no value"
      let problem = place.problem(fault, wayOut: "give it \(expectation(of: type))")
      guard run.collecting else { throw Located(problem, line: place.place.line) }
      decoder.ledger.miss(key.stringValue, problem)
      throw DecodingRun.Recorded()
    }
  }

  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let node = present(key) else { return nil }
    do { return try run.value(type, of: node, at: codingPath + [key]) } catch {
      guard run.collecting else { throw error }
      run.record(error)
      run.standIns += 1
      return nil
    }
  }

  private func present(_ key: Key) -> Node? {
    decoder.ledger.offer([key.stringValue])
    guard let node = decoder.node.field(key.stringValue), !node.isNull else { return nil }
    return node
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try nested(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nested(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

  private func nested(_ key: Key) throws -> NodeDecoder {
    guard let node = present(key) else {
      throw decoder.node.located("the field '\(key.stringValue)' is missing", wayOut: "add it")
    }
    return NodeDecoder(node: node, codingPath: codingPath + [key], run: run, ledger: KeyLedger())
  }
}

/// The elements of a list.
private struct NodeElements: UnkeyedDecodingContainer {
  let decoder: NodeDecoder
  let elements: [Node]
  var currentIndex = 0
  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  init(decoder: NodeDecoder, elements: [Node]) {
    self.decoder = decoder
    self.elements = elements
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, elements[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let node = try next()
    let path = codingPath + [FieldName(intValue: currentIndex - 1)]
    let run = decoder.run
    do { return try run.recovering(type) { try run.value(type, of: node, at: path) } } catch {
      // No stand-in: the rest of the list is looked at here, since the caller stops.
      while run.collecting, let rest = try? next() {
        do { _ = try run.value(type, of: rest, at: path) } catch { run.record(error) }
      }
      throw error
    }
  }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
    try nested().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try nested().unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try nested() }

  private mutating func nested() throws -> NodeDecoder {
    let node = try next()
    let path = codingPath + [FieldName(intValue: currentIndex - 1)]
    return NodeDecoder(node: node, codingPath: path, run: decoder.run, ledger: KeyLedger())
  }

  private mutating func next() throws -> Node {
    guard !isAtEnd else {
      throw decoder.node.located("the list has only \(elements.count) elements", wayOut: "add the others")
    }
    currentIndex += 1
    return elements[currentIndex - 1]
  }
}
