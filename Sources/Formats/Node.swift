import Units

/// A YAML or JSON value that knows where it stands.
public struct Node: Sendable {
  public enum Content: Sendable {
    /// Text as written; `quoted` text is never a number, a truth value or null.
    case scalar(String, quoted: Bool)
    case sequence([Node])
    /// Fields in the order of the file, each name once.
    case mapping([(key: String, value: Node)])
  }

  public var content: Content
  public var place: Place

  public init(_ content: Content, at place: Place) {
    self.content = content
    self.place = place
  }

  /// Absent, `null`, `~` or nothing after the colon.
  public var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// A scalar's text; nil for lists, mappings and null.
  public var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  /// The elements of a list; empty for anything else.
  public var elements: [Node] {
    guard case .sequence(let elements) = content else { return [] }
    return elements
  }

  /// The fields of a mapping in the order of the file; empty for anything else.
  public var fields: [(key: String, value: Node)] {
    guard case .mapping(let fields) = content else { return [] }
    return fields
  }

  /// The value of one field, whose name is taken literally.
  public func field(_ name: String) -> Node? {
    guard case .mapping(let fields) = content else { return nil }
    return fields.first { $0.key == name }?.value
  }

  /// A `Problem` that stands at this value.
  public func problem(_ fault: String, wayOut: String = "") -> Problem {
    Problem(place.description, fault, wayOut: wayOut)
  }

  /// How a sentence calls this kind of value.
  var kindName: String {
    switch content {
    case .scalar(let text, let quoted):
      if isNull { "nothing" } else { quoted ? "the text \"\(text)\"" : "'\(text)'" }
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// Equal in content, wherever they stand; the order of fields does not matter.
extension Node: Hashable {
  public static func == (left: Node, right: Node) -> Bool { left.canonicalText == right.canonicalText }
  public func hash(into hasher: inout Hasher) { hasher.combine(canonicalText) }
}
