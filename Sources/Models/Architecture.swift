/// What a model is made of, read from its Hugging Face `config.json`: enough to count parameters, operations and bytes.
///
///     let model = try Architecture(named: "gpt-oss-120b", in: Catalog())
///     ParameterCount(model).total                       // 116,829,156,672
///     model.contextKinds                                // [.full, .window(128)]
///     model.cacheFootprint(.sixteenBit).bytesPerToken   // 36,864 bytes
///
/// Vision and audio towers are left out; `unmodelled` says what else is.
public struct Architecture: Hashable, Sendable {
  /// The catalog's name, `DeepSeek-R1`.
  public var name: String
  /// The class that the config names, `DeepseekV3ForCausalLM`.
  public var architectureClass: String
  public var hiddenSize: Int
  public var vocabularySize: Int
  public var tiedEmbeddings: Bool
  /// The longest context that the config allows.
  public var maximumPositions: Int
  /// Shapes of layers, each with how many layers have it, in the order of their first layers.
  public var layers: [LayerGroup]
  /// Parameters outside the layers beyond the embedding, the head and the last norm.
  public var otherParameters: Int
  /// Parameters of tables beside the embedding that a token looks up.
  public var embeddingTables: Int
  /// Multi-token-prediction layers, each of `draftShape` plus a projection of 2 × hidden → hidden.
  public var multiTokenPredictionLayers: Int
  /// The shape of a multi-token-prediction layer; nil: that of the last group.
  public var draftLayer: LayerGroup?
  /// How the makers' files are quantised; nil where they are not.
  public var quantization: Quantization?
  /// What the config has and the counts leave out, a sentence each.
  public var unmodelled: [String]
  /// The one of these that says that the files' format is not read, so that their weights count as 16 bits.
  public var unreadFormat: String?
  /// Whether the config names its positions; else they are taken as vLLM takes them.
  public var namesPositions: Bool
  /// Positions are a table that is added to the embedding, not turned into queries and keys.
  public var hasLearnedPositions: Bool

  public init(
    name: String, architectureClass: String, hiddenSize: Int, vocabularySize: Int, tiedEmbeddings: Bool,
    maximumPositions: Int, layers: [LayerGroup], otherParameters: Int = 0, embeddingTables: Int = 0,
    multiTokenPredictionLayers: Int,
    draftLayer: LayerGroup? = nil, quantization: Quantization? = nil, unmodelled: [String] = [],
    unreadFormat: String? = nil, namesPositions: Bool = true, hasLearnedPositions: Bool = false
  ) {
    self.name = name
    self.architectureClass = architectureClass
    self.hiddenSize = hiddenSize
    self.vocabularySize = vocabularySize
    self.tiedEmbeddings = tiedEmbeddings
    self.maximumPositions = maximumPositions
    self.layers = layers
    self.otherParameters = otherParameters
    self.embeddingTables = embeddingTables
    self.multiTokenPredictionLayers = multiTokenPredictionLayers
    self.draftLayer = draftLayer
    self.quantization = quantization
    self.unmodelled = unmodelled
    self.unreadFormat = unreadFormat
    self.namesPositions = namesPositions
    self.hasLearnedPositions = hasLearnedPositions
  }

  public var layerCount: Int { layers.reduce(0) { $0 + $1.count } }

  /// One multi-token-prediction layer.
  public var draftShape: LayerGroup? {
    var shape = draftLayer ?? layers.last
    shape?.count = 1
    return shape
  }

  /// The mixture of the first layers that have one; nil for a dense model.
  public var mixture: MixtureOfExperts? {
    for group in layers { if case .mixture(let mixture) = group.feedForward { return mixture } }
    return nil
  }

  public var isMixture: Bool { mixture != nil }
}

/// Layers of one shape, which need not follow each other.
public struct LayerGroup: Hashable, Sendable {
  public var count: Int
  public var attention: Attention
  public var feedForward: FeedForward
  /// Norms over the hidden state: 2 before the sub-layers; 4 where each is also followed by one (sandwich norm).
  public var normsPerLayer: Int
  /// Of one layer, beside attention, feed-forward and norms: the mixing of several residual streams (DeepSeek V4).
  public var otherParameters: Int
  public init(
    count: Int, attention: Attention, feedForward: FeedForward, normsPerLayer: Int = 2, otherParameters: Int = 0
  ) {
    self.count = count
    self.attention = attention
    self.feedForward = feedForward
    self.normsPerLayer = normsPerLayer
    self.otherParameters = otherParameters
  }
}
