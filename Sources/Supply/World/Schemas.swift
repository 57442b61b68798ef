import Formats
import Units

// Forms of values that read their own text.

extension CalendarDay: HasSchema {
  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    .either([
      .text(pattern: "^[0-9]{4}(-[0-9]{2}){0,2}$", examples: ["2025", "2025-04", "2025-04-09"]), .type("integer"),
    ])
  }
}

extension Period: HasSchema {
  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    let examples = ["2026H1", "2026Q3", "2026-12", "2025-02..2025-04"]
    return .either([.text(pattern: "^[0-9]{4}", examples: examples), .type("integer")])
  }
}

extension SupplyMeasure.Names: HasSchema {
  public static func schema(in builder: SchemaBuilder) -> SchemaValue { .type("string") }
}

extension Uncertainty: HasSchema {
  /// A number, a date, `2 to 5`, three quantiles, or a distribution by its name.
  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    let number = SchemaValue.fields([.init(name: "type", value: .list([.text("number"), .text("string")]))])
    let ends = ["low", "mid", "high"]
    let quantiles = SchemaValue.type("object")
      .adding("properties", .fields(ends.map { .init(name: $0, value: number) }))
      .adding("required", .list(ends.map(SchemaValue.text))).adding("additionalProperties", .truth(false))
    let named = kinds.map { kind in
      SchemaValue.Field(
        name: kind.name,
        value: .list(of: number, atLeast: kind.numbers ?? 1, atMost: kind.numbers)
          .described(kind.meaning))
    }
    let distribution = SchemaValue.type("object").adding("properties", .fields(named))
      .adding("additionalProperties", .truth(false)).adding("minProperties", .whole(1))
      .adding("maxProperties", .whole(1))
    return .either([number, quantiles, distribution])
  }
}

extension Amount: HasSchema {
  /// As an uncertainty, or the name of a parameter.
  public static func schema(in builder: SchemaBuilder) -> SchemaValue { builder.value(of: Uncertainty.self) }
}

extension Trajectory: HasSchema {
  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    let amount = builder.value(of: Amount.self)
    let date = builder.value(of: CalendarDay.self)
    let properties = parts.map { part in
      let value: SchemaValue =
        switch part.form {
        case .amount: amount
        case .amounts: .either([amount, .list(of: amount)])
        case .amountsByDate: .type("object").adding("additionalProperties", amount)
        case .date: date
        case .truth: .type("boolean")
        }
      return SchemaValue.Field(name: part.name, value: value.described(part.meaning))
    }
    let path = SchemaValue.type("object").adding("properties", .fields(properties))
      .adding("additionalProperties", .truth(false))
    return .either([amount, path])
  }
}

extension Placed: HasSchema {
  static var isTransparent: Bool { true }
  static func schema(in builder: SchemaBuilder) -> SchemaValue { builder.value(of: Value.self) }
}
