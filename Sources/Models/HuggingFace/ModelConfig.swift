import Formats

/// A `config.json` as its makers publish it, for the schema: of its many fields those that every class needs.
public struct ModelConfig: Decodable, HasSchema {
  public static func schema(in builder: SchemaBuilder) -> SchemaValue {
    let size = SchemaValue.type("integer").adding("minimum", .whole(1))
    let classes = SchemaValue.type("string")
      .adding("enum", .list(HuggingFaceFamily.table.map(\.architectureClass).map(SchemaValue.text)))
    // LongCat counts its double layers under a name of its own, GPT-2 has its own names.
    let names = [
      ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"],
      ["hidden_size", "num_layers", "num_attention_heads", "vocab_size"],
      ["n_embd", "n_layer", "n_head", "vocab_size"],
    ]
    let wholes = names.map { sizes in
      SchemaValue.type("object")
        .adding("properties", .fields(sizes.map { .init(name: $0, value: size) })).adding("required", needed(sizes))
    }
    let nested = SchemaValue.type("object")
      .adding("properties", .fields([.init(name: "text_config", value: wholes[0])]))
      .adding("required", needed(["text_config"]))
    return .either(wholes + [nested]).adding("type", .text("object"))
      .adding("properties", .fields([.init(name: "architectures", value: .list(of: classes, atLeast: 1))]))
      .adding("required", needed(["architectures"]))
  }

  private static func needed(_ names: [String]) -> SchemaValue { .list(names.map(SchemaValue.text)) }
}
