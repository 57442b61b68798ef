import Units

/// One value that is not opened further.
struct NodeScalar: SingleValueDecodingContainer {
  let decoder: NodeDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }
  private var node: Node { decoder.node }

  func decodeNil() -> Bool { node.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard let truth = node.truth else { throw mismatch(type) }
    return truth
  }

  /// Any scalar, so that a name may look like a number.
  func decode(_ type: String.Type) throws -> String {
    guard let text = node.text else { throw mismatch(type) }
    return text
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard let number = node.number, number.isFinite else { throw mismatch(type) }
    return number
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try whole(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try whole(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try whole(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try whole(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try whole(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try whole(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try whole(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try whole(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try whole(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try whole(type) }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try decoder.run.value(type, of: node, at: codingPath)
  }

  /// Digits with an optional sign and `_`, or a number such as `1e6` that is whole.
  private func whole<I: FixedWidthInteger & Decodable>(_ type: I.Type) throws -> I {
    guard case .scalar(let text, quoted: false) = node.content else { throw mismatch(type) }
    if let value = I(text) ?? I(text.filter { $0 != "_" }) { return value }
    guard let number = node.number else { throw mismatch(type) }
    if let value = I(exactly: number) { return value }
    if number < 0 && I.min == 0 { throw node.located("\(text) is negative", wayOut: "give a number from 0 on") }
    if number != number.rounded() { throw mismatch(type) }
    throw node.located("\(text) is out of range", wayOut: "give a number from \(I.min) to \(I.max)")
  }

  private func mismatch<T: Decodable>(_ type: T.Type) -> Located {
    let wanted = expectation(of: type)
    if case .scalar(let text, quoted: true) = node.content, type != String.self {
      return node.located("there is the text \"\(text)\" where \(wanted) was expected", wayOut: "remove the quotes")
    }
    return node.located("there is \(node.kindName) where \(wanted) was expected", wayOut: "give \(wanted)")
  }
}

/// How a sentence calls the values of a type.
func expectation(of type: Any.Type) -> String {
  switch type {
  case is Bool.Type: "true or false"
  case is String.Type: "text"
  case is Double.Type, is Float.Type: "a number"
  case is any FixedWidthInteger.Type: "a whole number"
  case let quantity as any HasUnit.Type: "a value with its unit, such as '\(quantity.example)'"
  default: choices(of: type).map { "one of \($0.joined(separator: ", "))" } ?? "a value"
  }
}

/// A type whose values are written with a unit.
protocol HasUnit {
  static var example: String { get }
  static var symbol: String { get }
  static var one: Self { get }
}

extension Quantity: HasUnit {
  static var example: String { "3 \(D.baseSymbol)" }
  static var symbol: String { D.baseSymbol }
  static var one: Self { Self(1) }
}
