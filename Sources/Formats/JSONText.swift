/// JSON of any `Encodable` value: fields in the order in which they are encoded, or sorted; the same bytes on any run.
public enum JSONText {
  /// `pretty` indents by two blanks and ends with a line end; a number that is not finite becomes null.
  ///
  /// Fields are sorted by name unless `sorted` is false; then a `Dictionary` has no order that can be relied on.
  public static func encode(_ value: some Encodable, pretty: Bool = true, sorted: Bool = true) throws -> String {
    let tree = try JSONTree.of(value, at: [])
    var text = ""
    tree.write(to: &text, indent: pretty ? 0 : nil, sorted: sorted)
    return pretty ? text + "\n" : text
  }
}

/// What an `Encodable` value consists of; a reference, since containers are filled after they are handed out.
final class JSONTree {
  enum Content {
    case null
    /// Already as JSON.
    case literal(String)
    case list([JSONTree])
    case fields([(name: String, value: JSONTree)])
  }
  var content: Content
  init(_ content: Content) { self.content = content }

  static func of<T: Encodable>(_ value: T, at path: [any CodingKey]) throws -> JSONTree {
    if let node = value as? Node { return JSONTree(.literal(node.jsonText(sorted: false))) }
    let tree = JSONTree(.null)
    try value.encode(to: JSONTreeEncoder(tree: tree, codingPath: path))
    return tree
  }

  func write(to text: inout String, indent: Int?, sorted: Bool) {
    switch content {
    case .null: text += "null"
    case .literal(let literal): text += literal
    case .list(let elements):
      // Lists of plain values stay on one line.
      let isFlat = elements.allSatisfy { $0.isPlain }
      let deeper = isFlat ? nil : indent.map { $0 + 1 }
      Self.write(elements.count, "[", "]", to: &text, indent: isFlat ? nil : indent, spaced: indent != nil) {
        index, text in
        elements[index].write(to: &text, indent: deeper, sorted: sorted)
      }
    case .fields(var fields):
      if sorted { fields.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
      Self.write(fields.count, "{", "}", to: &text, indent: indent, spaced: false) { index, text in
        text += jsonQuoted(fields[index].name) + (indent == nil ? ":" : ": ")
        fields[index].value.write(to: &text, indent: indent.map { $0 + 1 }, sorted: sorted)
      }
    }
  }

  private var isPlain: Bool {
    switch content {
    case .null, .literal: true
    case .list, .fields: false
    }
  }

  private static func write(
    _ count: Int, _ open: String, _ close: String, to text: inout String, indent: Int?, spaced: Bool,
    _ element: (Int, inout String) -> Void
  ) {
    text += open
    let line = indent.map { "\n" + String(repeating: "  ", count: $0 + 1) }
    for index in 0..<count {
      if index > 0 { text += spaced && line == nil ? ", " : "," }
      text += line ?? ""
      element(index, &text)
    }
    if let indent, count > 0 { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }
}

extension Node: Encodable {
  /// As JSON by `JSONText`; other encoders get lists, mappings and scalars.
  public func encode(to encoder: any Encoder) throws {
    switch content {
    case .scalar(let text, let quoted):
      var container = encoder.singleValueContainer()
      if isNull {
        try container.encodeNil()
      } else if !quoted, let whole = Int(text) {
        try container.encode(whole)
      } else if let number, number.isFinite {
        try container.encode(number)
      } else if let truth {
        try container.encode(truth)
      } else {
        try container.encode(text)
      }
    case .sequence(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .mapping(let fields):
      var container = encoder.container(keyedBy: FieldName.self)
      for field in fields { try container.encode(field.value, forKey: FieldName(stringValue: field.key)) }
    }
  }
}
