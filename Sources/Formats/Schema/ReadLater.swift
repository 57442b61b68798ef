/// A part of a file that is kept as written and read as a `Value` later, by a caller who knows more.
public struct ReadLater<Value: Decodable & Sendable>: Decodable, Sendable, HasSchema {
  public var node: Node

  public init(from decoder: any Decoder) throws { node = try Node(from: decoder) }

  public static var isTransparent: Bool { true }
  public static func schema(in builder: SchemaBuilder) -> SchemaValue { builder.value(of: Value.self) }
}
