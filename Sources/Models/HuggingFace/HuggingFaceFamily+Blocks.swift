import Formats
import Units

/// What few classes have beside known parts.
extension HuggingFaceFamily {
  /// Layers whose sizes were found by search, each from its own object (Nemotron's pruned models); nil where the class
  /// has none.
  func blocks(from reader: inout ConfigReader) -> [LayerGroup]? {
    guard let key = patterns.lazy.compactMap({ if case .blocks(let key) = $0 { key } else { nil } }).first else {
      return nil
    }
    let blocks = reader.field(key)?.elements ?? []
    if blocks.isEmpty || blocks.count > 1024 {
      reader.fail(key, "does not list from 1 to 1024 layers", wayOut: "see the config.json of the model's makers")
      return []
    }
    if let count = reader.optionalCount("num_hidden_layers", maximum: 1024), count != blocks.count {
      reader.fail(
        key, "lists \(blocks.count) layers, and num_hidden_layers is \(count)",
        wayOut: "see the config.json of the model's makers")
    }
    return blocks.map { block($0, key: key, from: &reader) }
  }

  private func block(_ node: Node, key: String, from reader: inout ConfigReader) -> LayerGroup {
    let heads = reader.count("num_attention_heads", maximum: 4096)
    let hiddenSize = reader.count("hidden_size")
    var shape = LayerGroup(count: 1, attention: .absent, feedForward: .absent, normsPerLayer: 0)
    func isSet(_ part: Node?, _ flag: String) -> Bool { part?.field(flag)?.text.map { $0 == "true" } ?? false }
    let attention = node.field("attention")
    let feedForward = node.field("ffn")
    // One matrix in place of a part keeps the part's norm.
    let linear = [attention, feedForward].count { isSet($0, "replace_with_linear") }
    shape.otherParameters = linear * hiddenSize * hiddenSize
    shape.normsPerLayer = linear
    if !isSet(attention, "no_op"), !isSet(attention, "replace_with_linear") {
      let group = attention?.field("n_heads_in_group")?.text.flatMap { Int($0) } ?? 1
      if group < 1 || !heads.isMultiple(of: group) {
        reader.fail(
          key, "n_heads_in_group \(group) does not divide num_attention_heads \(heads)",
          wayOut: "see the config.json of the model's makers")
      }
      let window = attention?.field("window_length")?.text.flatMap { Int($0) } ?? 0
      shape.attention = .grouped(
        GroupedQueryAttention(
          heads: heads, keyValueHeads: max(1, heads / max(1, group)),
          headDimension: reader.optionalCount("head_dim", maximum: 4096) ?? max(1, hiddenSize / heads),
          hasInputBias: false, visibility: window > 0 ? .window(min(window, 1 << 40)) : .full))
      shape.normsPerLayer += 1
    }
    if !isSet(feedForward, "no_op"), !isSet(feedForward, "replace_with_linear") {
      let factor = feedForward?.field("ffn_mult")?.text.flatMap(Double.init)
      let given = feedForward?.field("intermediate_size")?.text.flatMap { Int($0) }
      // Two thirds of the multiple, up to the next multiple of 256.
      let derived = factor.map { min(max(0, $0), 1024) * 2 * Double(hiddenSize) / 3 }
      let width = given ?? derived.map { (Int($0) + 255) / 256 * 256 } ?? 0
      if width < 1 || width > ConfigReader.greatestSize {
        reader.fail(key, "a layer has neither ffn_mult nor intermediate_size", wayOut: "see the makers' config.json")
      }
      shape.feedForward = .dense(intermediateSize: min(max(1, width), ConfigReader.greatestSize))
      shape.normsPerLayer += 1
    }
    return shape
  }

  /// Gemma 4's small models: the last layers read the cache of an earlier one, and each layer has an embedding.
  func extend(_ shapes: inout [LayerGroup], from reader: inout ConfigReader) {
    let count = reusingLast.flatMap { reader.optionalCount($0, minimum: 0, maximum: 1024) } ?? 0
    let isWide = reader.flag("use_double_wide_mlp")
    for layer in shapes.indices.suffix(min(count, shapes.count)) {
      if case .grouped(var shape) = shapes[layer].attention {
        shape.keyValueSource = .earlierLayer
        shapes[layer].attention = .grouped(shape)
      }
      if isWide, case .dense(let size) = shapes[layer].feedForward {
        shapes[layer].feedForward = .dense(intermediateSize: 2 * size)
      }
    }
    guard let width = layerEmbedding.flatMap({ reader.optionalCount($0, minimum: 0) }), width > 0 else { return }
    let hiddenSize = reader.count("hidden_size")
    for layer in shapes.indices { shapes[layer].otherParameters += 2 * hiddenSize * width + hiddenSize }
  }

  /// Tables beside the embedding that a token looks up: of each layer (Gemma 4's small models), of groups of words.
  func embeddingTables(layers: Int, hiddenSize: Int, vocabularySize: Int, from reader: inout ConfigReader) -> Int {
    var sum = 0
    if let width = layerEmbedding.flatMap({ reader.optionalCount($0, minimum: 0) }), width > 0 {
      let rows = reader.optionalCount("vocab_size_per_layer_input", maximum: 1 << 24) ?? vocabularySize
      sum += layers * width * rows
    }
    if let ratio = groupTables.flatMap({ reader.optionalCount($0, minimum: 0, maximum: 1024) }), ratio > 0 {
      // Each of so many tables has hidden / tables columns, and 1, 3, 5 … rows more than the ratio says.
      let splits = reader.count("emb_split_num", maximum: 64)
      let tables = splits * (reader.count("emb_neighbor_num", minimum: 2, maximum: 64) - 1)
      sum += (ratio * vocabularySize + tables) * hiddenSize
    }
    return sum
  }

  /// Parameters beside embedding, tables, layers, last norm and head.
  func otherParameters(
    layers: Int, hiddenSize: Int, vocabularySize: Int, from reader: inout ConfigReader
  ) -> Int {
    var sum = reader.flag(headBias) ? vocabularySize : 0
    if normsHaveBias { sum += hiddenSize }
    if let width = layerEmbedding.flatMap({ reader.optionalCount($0, minimum: 0) }), width > 0 {
      sum += layers * width * hiddenSize + width
    }
    // The tables of word groups together give as many columns as the hidden state has.
    if let key = groupTables, reader.isSet(key) { sum += hiddenSize * hiddenSize }
    return sum
  }
}
