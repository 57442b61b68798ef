import Formats
import Units

extension HuggingFaceFamily {
  /// Layers that a search has pruned one by one (DeciLM, Nemotron): each with or without attention, with groups of
  /// heads and a feed-forward width of its own, or a linear layer in the place of either.
  func blockLayers(_ key: String, from reader: inout ConfigReader) -> [LayerGroup] {
    let blocks = reader.field(key)?.elements ?? []
    let hidden = reader.count("hidden_size")
    let heads = reader.count("num_attention_heads", maximum: 4096)
    if blocks.isEmpty || blocks.count > 1024 {
      reader.fail(key, "does not list layers", wayOut: "see the config.json of the model's makers")
    }
    var layers: [LayerGroup] = []
    for block in blocks.prefix(1024) {
      var layer = LayerGroup(count: 1, attention: .absent, feedForward: .absent, normsPerLayer: 0)
      if let attention = block.field("attention"), !Self.isTrue(attention, "no_op") {
        layer.normsPerLayer += 1
        if Self.isTrue(attention, "replace_with_linear") {
          layer.otherParameters += hidden * hidden
        } else {
          layer.attention = .grouped(Self.blockAttention(attention, heads: heads, hidden: hidden, from: &reader))
        }
      }
      if let feedForward = block.field("ffn"), !Self.isTrue(feedForward, "no_op") {
        layer.normsPerLayer += 1
        if Self.isTrue(feedForward, "replace_with_linear") {
          layer.otherParameters += hidden * hidden
        } else {
          layer.feedForward = .dense(intermediateSize: Self.width(feedForward, hidden: hidden, from: &reader))
        }
      }
      layers.append(layer)
    }
    return Self.merged(layers)
  }

  private static func blockAttention(
    _ block: Node, heads: Int, hidden: Int, from reader: inout ConfigReader
  ) -> GroupedQueryAttention {
    let group = block.field("n_heads_in_group")?.text.flatMap { Int($0) } ?? 0
    if group < 1 || !heads.isMultiple(of: max(1, group)) {
      reader.fail(
        "block_configs", "n_heads_in_group \(group) does not divide \(heads) heads",
        wayOut: "see the config.json of the model's makers")
    }
    let window = block.field("window_length")?.text.flatMap { Int($0) }
    return GroupedQueryAttention(
      heads: heads, keyValueHeads: max(1, heads / max(1, group)),
      headDimension: reader.optionalCount("head_dim", maximum: 4096) ?? max(1, hidden / heads),
      hasInputBias: reader.flag("attention_bias"), hasOutputBias: reader.flag("attention_bias"),
      visibility: window.map { .window(min(max(1, $0), 1 << 40)) } ?? .full)
  }

  /// Two thirds of the multiple that is given, up to the next 256; or the width itself.
  private static func width(_ block: Node, hidden: Int, from reader: inout ConfigReader) -> Int {
    if let width = block.field("intermediate_size")?.text.flatMap({ Int($0) }), width > 0, width <= 1 << 18 {
      return width
    }
    guard let factor = block.field("ffn_mult")?.text.flatMap({ Double($0) }), factor > 0, factor <= 64 else {
      reader.fail("block_configs", "a layer has no ffn_mult", wayOut: "see the config.json of the model's makers")
      return 1
    }
    let width = Int(2 * factor * Double(hidden) / 3)
    return (width + 255) / 256 * 256
  }

  private static func isTrue(_ node: Node, _ key: String) -> Bool {
    ["true", "True"].contains(node.field(key)?.text ?? "")
  }
}
