import Formats
import Units

extension Architecture {
  /// The classes that `init(config:name:)` reads, in alphabetical order.
  public static var modelledClasses: [String] { HuggingFaceFamily.table.map(\.architectureClass).sorted() }

  /// Reads a Hugging Face `config.json`; throws a `Problem` for a class that is not modelled, else `Problems` with
  /// every fault of its keys. Keys that nothing depends on are passed over.
  public init(config: Node, name: String) throws {
    // A model of text and pictures names its language model's own config.
    let config = config.field("text_config").flatMap { $0.field("architectures") == nil ? nil : $0 } ?? config
    let family = try HuggingFaceFamily.of(config)
    var reader = ConfigReader(config)
    let architecture = Architecture(reading: family, from: &reader, name: name)
    guard reader.problems.isEmpty else { throw Problems(reader.problems) }
    self = architecture
  }

  private init(reading family: HuggingFaceFamily, from reader: inout ConfigReader, name: String) {
    family.unmodelled.forEach { reader.refuse($0) }
    let predictionLayers = family.multiTokenPrediction.flatMap {
      reader.optionalCount($0, minimum: 0, maximum: 1024)
    }
    self.init(
      name: name, architectureClass: family.architectureClass,
      hiddenSize: reader.count("hidden_size"), vocabularySize: reader.count("vocab_size", maximum: 1 << 24),
      tiedEmbeddings: reader.flag("tie_word_embeddings"),
      maximumPositions: reader.count("max_position_embeddings", maximum: 1 << 40),
      layers: family.layers(from: &reader), multiTokenPredictionLayers: predictionLayers ?? 0)
  }
}

extension Architecture {
  /// The model of that name in the catalog, or of the `config.json` or folder at that path.
  public init(named name: String, in catalog: Catalog) throws {
    try self.init(config: catalog.node("models", name), name: name)
  }
}

extension HuggingFaceFamily {
  /// The row of the class that a config names.
  static func of(_ config: Node) throws -> HuggingFaceFamily {
    guard let named = config.field("architectures")?.elements.first, let name = named.text else {
      throw config.problem(
        "there is no 'architectures' with the name of a class", wayOut: "is this the config.json of a language model?")
    }
    guard let family = table.first(where: { $0.architectureClass == name }) else {
      let classes = Architecture.modelledClasses.joined(separator: ", ")
      throw named.problem("\(name) is not modelled yet", wayOut: "take a model of \(classes)")
    }
    return family
  }

  func layers(from reader: inout ConfigReader) -> [LayerGroup] {
    let attention = attention(from: &reader)
    let count = reader.count("num_hidden_layers", maximum: 1024)
    guard let mixture else {
      let dense = FeedForward.dense(intermediateSize: reader.count("intermediate_size"))
      return [LayerGroup(count: count, attention: attention, feedForward: dense, normsPerLayer: normsPerLayer)]
    }
    let experts = FeedForward.mixture(self.experts(of: mixture, from: &reader))
    let places = Self.mixturePlaces(mixture.placement, layers: count, from: &reader)
    let hasDense = places.contains(false)
    let dense = FeedForward.dense(intermediateSize: hasDense ? reader.count("intermediate_size") : 1)
    return places.reduce(into: []) { groups, isMixture in
      let feedForward = isMixture ? experts : dense
      if let last = groups.indices.last, groups[last].feedForward == feedForward {
        groups[last].count += 1
      } else {
        groups.append(
          LayerGroup(count: 1, attention: attention, feedForward: feedForward, normsPerLayer: normsPerLayer))
      }
    }
  }

  private func attention(from reader: inout ConfigReader) -> Attention {
    switch attention {
    case .grouped(let inputBias, let outputBias, let headNorms):
      let heads = reader.count("num_attention_heads", maximum: 4096)
      let keyValueHeads = reader.optionalCount("num_key_value_heads") ?? heads
      if !heads.isMultiple(of: keyValueHeads) {
        reader.fail(
          "num_key_value_heads", "\(keyValueHeads) does not divide num_attention_heads \(heads)",
          wayOut: "see the config.json of the model's makers")
      }
      return .grouped(
        GroupedQueryAttention(
          heads: heads, keyValueHeads: keyValueHeads, headDimension: Self.headDimension(heads, from: &reader),
          hasInputBias: reader.flag(inputBias), hasHeadNorms: reader.flag(headNorms),
          hasOutputBias: reader.flag(outputBias)))
    case .latent(let keys):
      return .latent(
        LatentAttention(
          heads: reader.count("num_attention_heads", maximum: 4096), queryRank: reader.optionalCount(keys.queryRank),
          keyValueRank: reader.count(keys.keyValueRank),
          nopeDimension: reader.count(keys.nopeDimension, maximum: 4096),
          ropeDimension: reader.count(keys.ropeDimension, maximum: 4096),
          valueDimension: reader.count(keys.valueDimension, maximum: 4096)))
    }
  }

  private static func headDimension(_ heads: Int, from reader: inout ConfigReader) -> Int {
    if let given = reader.optionalCount("head_dim", maximum: 4096) { return given }
    let hiddenSize = reader.count("hidden_size")
    // A stand-in for a faulty size says nothing about the heads.
    if reader.config.field("hidden_size")?.text == String(hiddenSize), !hiddenSize.isMultiple(of: heads) {
      reader.fail(
        "num_attention_heads", "\(heads) does not divide hidden_size \(hiddenSize), and there is no head_dim",
        wayOut: "give head_dim")
    }
    return max(1, hiddenSize / heads)
  }

  private func experts(of keys: MixtureKeys, from reader: inout ConfigReader) -> MixtureOfExperts {
    let experts = reader.count(keys.experts, maximum: 8192)
    let perToken = reader.count("num_experts_per_tok")
    if perToken > experts {
      reader.fail(
        "num_experts_per_tok", "\(perToken) is more than the \(experts) experts of \(keys.experts)",
        wayOut: "see the config.json of the model's makers")
    }
    let intermediateSize = reader.count(keys.intermediateSize)
    let shared = keys.sharedExperts.flatMap { reader.optionalCount($0, minimum: 0, maximum: 1024) }
    let hasRouterBias =
      switch keys.hasRouterBias {
      case .always: true
      case .never: false
      case .whereKey(let key, let text): reader.config.field(key)?.text == text
      }
    return MixtureOfExperts(
      experts: experts, expertsPerToken: perToken, intermediateSize: intermediateSize,
      sharedExperts: shared ?? 0,
      sharedIntermediateSize: keys.sharedExperts == nil ? 0 : intermediateSize,
      routingGroups: keys.routingGroups.flatMap { reader.optionalCount($0) } ?? 1, hasRouterBias: hasRouterBias)
  }

  /// For each layer, whether it has experts.
  private static func mixturePlaces(
    _ placement: Placement, layers: Int, from reader: inout ConfigReader
  ) -> [Bool] {
    switch placement {
    case .everyLayer: return [Bool](repeating: true, count: layers)
    case .afterDense(let key):
      let dense = reader.count(key, minimum: 0)
      let step = reader.optionalCount("moe_layer_freq") ?? 1
      return (0..<layers).map { $0 >= dense && $0.isMultiple(of: step) }
    case .sparse(let step, let dense):
      let step = reader.optionalCount(step) ?? 1
      let denseLayers = Set((reader.config.field(dense)?.elements ?? []).compactMap { $0.text.flatMap { Int($0) } })
      return (0..<layers).map { ($0 + 1).isMultiple(of: step) && !denseLayers.contains($0) }
    }
  }
}
