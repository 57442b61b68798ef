/// A part of a JSON schema (draft 2020-12); fields keep their order.
public indirect enum SchemaValue: Encodable, Hashable, Sendable {
  case text(String)
  case whole(Int)
  case truth(Bool)
  case list([SchemaValue])
  case fields([Field])

  public struct Field: Hashable, Sendable {
    public var name: String
    public var value: SchemaValue

    public init(name: String, value: SchemaValue) {
      self.name = name
      self.value = value
    }
  }

  /// Anything at all.
  public static var anything: SchemaValue { .fields([]) }

  /// Of one JSON type: `string`, `number`, `integer`, `boolean`, `object`, `array`, `null`.
  public static func type(_ name: String) -> SchemaValue { .fields([Field(name: "type", value: .text(name))]) }

  /// Text of this form.
  public static func text(pattern: String, examples: [String]) -> SchemaValue {
    type("string").adding("pattern", .text(pattern)).adding("examples", .list(examples.map(SchemaValue.text)))
  }

  /// What fits one of several.
  public static func either(_ options: [SchemaValue]) -> SchemaValue {
    options.count == 1 ? options[0] : .fields([Field(name: "anyOf", value: .list(options))])
  }

  /// A list with elements of one form, of so many where that is fixed.
  public static func list(of element: SchemaValue, atLeast: Int? = nil, atMost: Int? = nil) -> SchemaValue {
    var value = type("array").adding("items", element)
    if let atLeast { value = value.adding("minItems", .whole(atLeast)) }
    if let atMost { value = value.adding("maxItems", .whole(atMost)) }
    return value
  }

  /// With a member more, or another value of one that it has.
  public func adding(_ name: String, _ value: SchemaValue) -> SchemaValue {
    guard case .fields(var fields) = self else { return self }
    if let index = fields.firstIndex(where: { $0.name == name }) {
      fields[index].value = value
    } else {
      fields.append(Field(name: name, value: value))
    }
    return .fields(fields)
  }

  /// An object's schema with one property more.
  public func adding(property name: String, _ value: SchemaValue, isRequired: Bool = false) -> SchemaValue {
    guard case .fields(let properties)? = member("properties") else { return self }
    let wider = adding("properties", .fields(properties + [Field(name: name, value: value)]))
    guard isRequired, case .list(let required)? = member("required") else { return wider }
    return wider.adding("required", .list(required + [.text(name)]))
  }

  /// This or null.
  public var orNull: SchemaValue {
    guard case .text(let name)? = member("type") else {
      guard case .fields(var fields) = self else { return self }
      // Words for a reader stay outside.
      let words = fields.firstIndex { $0.name == "description" }.map { fields.remove(at: $0) }
      let either = SchemaValue.either([.fields(fields), .type("null")])
      return words.map { either.adding($0.name, $0.value) } ?? either
    }
    return adding("type", .list([.text(name), .text("null")]))
  }

  /// An object's schema whose properties of these names may be null.
  public func allowingNull(of names: [String]) -> SchemaValue {
    guard case .fields(let properties)? = member("properties") else { return self }
    let wider = properties.map { names.contains($0.name) ? Field(name: $0.name, value: $0.value.orNull) : $0 }
    return adding("properties", .fields(wider))
  }

  /// What a file may say that has the rest from another one: any field, none required.
  public var basedOnAnother: SchemaValue {
    guard case .fields(let properties)? = member("properties") else { return self }
    let base = SchemaValue.type("string").described("An entry that has all fields which this one does not give")
    let open = properties.map { Field(name: $0.name, value: .anything) } + [Field(name: "basedOn", value: base)]
    let over = SchemaValue.type("object").adding("properties", .fields(open))
      .adding("additionalProperties", .truth(false))
    return .fields([
      Field(name: "if", value: .fields([Field(name: "required", value: .list([.text("basedOn")]))])),
      Field(name: "then", value: over), Field(name: "else", value: self),
    ])
  }

  /// With these words for a reader, if there are any.
  public func described(_ words: String?) -> SchemaValue {
    words.map { adding("description", .text($0)) } ?? self
  }

  public func member(_ name: String) -> SchemaValue? {
    guard case .fields(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let text):
      var container = encoder.singleValueContainer()
      try container.encode(text)
    case .whole(let number):
      var container = encoder.singleValueContainer()
      try container.encode(number)
    case .truth(let truth):
      var container = encoder.singleValueContainer()
      try container.encode(truth)
    case .list(let list):
      var container = encoder.unkeyedContainer()
      for value in list { try container.encode(value) }
    case .fields(let fields):
      var container = encoder.container(keyedBy: FieldName.self)
      for field in fields { try container.encode(field.value, forKey: FieldName(stringValue: field.name)) }
    }
  }
}
