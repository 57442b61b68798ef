import Units

/// A type whose form in a file does not follow from the fields that it decodes.
public protocol HasSchema {
  static func schema(in builder: SchemaBuilder) -> SchemaValue
  /// Whether it is written as another type is, and needs no definition of its own.
  static var isTransparent: Bool { get }
}

extension HasSchema {
  public static var isTransparent: Bool { false }
}

/// Makes the JSON schema of a type by decoding it from nothing and noting what it asks for.
///
///     let schema = SchemaBuilder(.file).document(of: Scenario.self, title: "a serving scenario")
///
/// Fields, types, words of enumerations and what is required follow from the type itself; words for the reader are its
/// doc comments. Ignored: what an `init(from:)` checks beyond types, unless the type has a schema of its own.
public final class SchemaBuilder {
  public enum Direction: Sendable {
    /// Of what users write: quantities with their unit, no field beside those known.
    case file
    /// Of what the program writes: quantities in SI units.
    case result
  }
  public let direction: Direction
  /// Words by `Module.Type` or `Module.Type.field`.
  private let descriptions: [String: String]
  private var definitions: [SchemaValue.Field] = []
  /// Types and fields met, as `descriptions` calls them, in the order in which they were met.
  public private(set) var met: [String] = []

  public init(_ direction: Direction, descriptions: [String: String] = [:]) {
    self.direction = direction
    self.descriptions = descriptions
  }

  /// The whole schema of one type; `change` may do something to its root.
  public func document(
    of type: any Decodable.Type, title: String, change: (SchemaValue) -> SchemaValue = { $0 }
  ) -> SchemaValue {
    let root = change(body(of: type))
    guard case .fields(let members) = root else { return root }
    let head: [SchemaValue.Field] = [
      .init(name: "$schema", value: .text("https://json-schema.org/draft/2020-12/schema")),
      .init(name: "title", value: .text(title)),
    ]
    let sorted = definitions.sorted { $0.name < $1.name }
    return .fields(head + members + (sorted.isEmpty ? [] : [.init(name: "$defs", value: .fields(sorted))]))
  }

  /// How a value of a type is written; structs and enumerations by reference to their definition.
  public func value(of type: Any.Type) -> SchemaValue {
    switch type {
    case is Bool.Type: return .type("boolean")
    // In a file a name may look like a number.
    case is String.Type:
      return direction == .result
        ? .type("string") : .fields([.init(name: "type", value: .list([.text("string"), .text("number")]))])
    case is Double.Type, is Float.Type: return .type("number")
    case let whole as any FixedWidthInteger.Type:
      return whole.isSigned ? .type("integer") : .type("integer").adding("minimum", .whole(0))
    case is Node.Type: return .anything
    case let quantity as any HasUnit.Type: return self.quantity(quantity)
    case let list as any ListOfElements.Type: return .list(of: value(of: list.element))
    case let optional as any OptionalValue.Type: return value(of: optional.wrapped).orNull
    case let map as any NamedElements.Type:
      return .type("object").adding("additionalProperties", value(of: map.element))
    default: return reference(to: type)
    }
  }

  private func quantity(_ type: any HasUnit.Type) -> SchemaValue {
    switch direction {
    case .file: .text(pattern: "^ *[-+0-9.]+[-+0-9.eE_]* *[^-+0-9.\\s].*$", examples: [type.example])
    case .result: .type("number").adding("x-unit", .text(type.symbol))
    }
  }

  private func reference(to type: Any.Type) -> SchemaValue {
    if let own = type as? any HasSchema.Type, own.isTransparent { return own.schema(in: self) }
    if let only = single(type) { return value(of: only).described(descriptions[Self.identity(of: type)]) }
    let name = Self.definitionName(of: type)
    if !definitions.contains(where: { $0.name == name }) {
      // Stands in its place before it is made, since a type may hold itself.
      let index = definitions.count
      definitions.append(.init(name: name, value: .anything))
      definitions[index].value = body(of: type)
    }
    return .fields([.init(name: "$ref", value: .text("#/$defs/\(name)"))])
  }

  /// The one type of which a type wraps a value, such as a number with limits.
  private func single(_ type: Any.Type) -> Any.Type? {
    guard !(type is any HasSchema.Type), choices(of: type) == nil, let decodable = type as? any Decodable.Type else {
      return nil
    }
    let record = TypeRecord(of: decodable)
    return record.isKeyed || record.alternatives.count != 1 ? nil : record.alternatives[0]
  }

  private func body(of type: Any.Type) -> SchemaValue {
    let id = Self.identity(of: type)
    met.append(id)
    if let own = type as? any HasSchema.Type { return own.schema(in: self).described(descriptions[id]) }
    if let words = choices(of: type) {
      met += words.map { "\(id).\($0)" }
      let told = words.compactMap { word in descriptions["\(id).\(word)"].map { "\(word): \($0)" } }
      let description = ([descriptions[id]].compactMap { $0 } + told).joined(separator: " \u{2022} ")
      return SchemaValue.type("string").adding("enum", .list(words.map(SchemaValue.text)))
        .described(description.isEmpty ? nil : description)
    }
    guard let decodable = type as? any Decodable.Type else { return .anything }
    let record = TypeRecord(of: decodable)
    var options = record.alternatives.map { value(of: $0) }
    if record.isKeyed { options.append(object(record, id)) }
    return options.isEmpty ? .anything.described(descriptions[id]) : .either(options).described(descriptions[id])
  }

  private func object(_ record: TypeRecord, _ id: String) -> SchemaValue {
    let properties = record.fields.map { field in
      let name = "\(id).\(field.name)"
      met.append(name)
      let value = field.type.map { self.value(of: $0) } ?? .anything
      return SchemaValue.Field(name: field.name, value: value.described(descriptions[name]))
    }
    let required = record.fields.filter(\.isRequired).map { SchemaValue.text($0.name) }
    var object = SchemaValue.type("object").adding("properties", .fields(properties))
    if !required.isEmpty { object = object.adding("required", .list(required)) }
    return direction == .file ? object.adding("additionalProperties", .truth(false)) : object
  }

  /// `Serving.Scenario.Pool`: without the arguments of a generic type.
  static func identity(of type: Any.Type) -> String {
    var name = ""
    var depth = 0
    for character in plain(type) {
      if character == "<" { depth += 1 }
      if depth == 0 { name.append(character) }
      if character == ">" { depth -= 1 }
    }
    return name
  }

  /// `Scenario.Pool`, `Sourced-Bytes`: as a pointer may have it.
  private static func definitionName(of type: Any.Type) -> String {
    var words: [Substring] = []
    // An enumeration inside a generic type does not hang on its arguments.
    let name = choices(of: type) == nil ? plain(type) : identity(of: type)
    for part in name.split(whereSeparator: { "<>, ".contains($0) }) {
      let parts = part.split(separator: ".")
      words.append(contentsOf: parts.dropFirst(parts.count > 1 ? 1 : 0))
    }
    guard name.contains("<") else { return words.joined(separator: ".") }
    return words.filter { $0 != "Quantity" }.joined(separator: "-")
  }

  /// Private types are told with an address that differs from run to run.
  private static func plain(_ type: Any.Type) -> String {
    var name = String(reflecting: type)
    while let open = name.firstRange(of: "(unknown context at "),
      let close = name[open.upperBound...].firstIndex(of: ")")
    {
      let end = name.index(after: close)
      name.removeSubrange(open.lowerBound..<(end < name.endIndex && name[end] == "." ? name.index(after: end) : end))
    }
    return name
  }
}

private protocol ListOfElements { static var element: Any.Type { get } }
extension Array: ListOfElements { static var element: Any.Type { Element.self } }
extension Set: ListOfElements { static var element: Any.Type { Element.self } }

private protocol OptionalValue { static var wrapped: Any.Type { get } }
extension Optional: OptionalValue { static var wrapped: Any.Type { Wrapped.self } }

private protocol NamedElements { static var element: Any.Type { get } }
extension NamedValues: NamedElements { static var element: Any.Type { Value.self } }
extension Dictionary: NamedElements { static var element: Any.Type { Value.self } }
