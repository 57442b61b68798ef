/// What a model is made of, read from its Hugging Face `config.json`: enough to count parameters, operations and bytes.
public struct Architecture: Hashable, Sendable {
  /// The catalog's name, `DeepSeek-R1`.
  public var name: String
  /// The class that the config names, `DeepseekV3ForCausalLM`.
  public var architectureClass: String
  public var hiddenSize: Int
  public var vocabularySize: Int
  public var tiedEmbeddings: Bool
  public var maximumPositions: Int
  /// Runs of equal layers, from the input on.
  public var layers: [LayerGroup]
  /// Multi-token-prediction layers, each shaped like the last layer plus a projection of 2 × hidden → hidden.
  public var multiTokenPredictionLayers: Int

  public init(
    name: String, architectureClass: String, hiddenSize: Int, vocabularySize: Int, tiedEmbeddings: Bool,
    maximumPositions: Int, layers: [LayerGroup], multiTokenPredictionLayers: Int
  ) {
    self.name = name
    self.architectureClass = architectureClass
    self.hiddenSize = hiddenSize
    self.vocabularySize = vocabularySize
    self.tiedEmbeddings = tiedEmbeddings
    self.maximumPositions = maximumPositions
    self.layers = layers
    self.multiTokenPredictionLayers = multiTokenPredictionLayers
  }

  public var layerCount: Int { layers.reduce(0) { $0 + $1.count } }
}

/// Consecutive layers of one shape.
public struct LayerGroup: Hashable, Sendable {
  public var count: Int
  public var attention: Attention
  public var feedForward: FeedForward
  /// Norms over the hidden state: 2 before the sub-layers; 4 where each is also followed by one (sandwich norm).
  public var normsPerLayer: Int
  public init(count: Int, attention: Attention, feedForward: FeedForward, normsPerLayer: Int = 2) {
    self.count = count
    self.attention = attention
    self.feedForward = feedForward
    self.normsPerLayer = normsPerLayer
  }
}

public enum Attention: Hashable, Sendable {
  case grouped(GroupedQueryAttention)
  case latent(LatentAttention)
}

/// Multi-head (`keyValueHeads == heads`), grouped-query or multi-query attention.
public struct GroupedQueryAttention: Hashable, Sendable {
  public var heads: Int
  public var keyValueHeads: Int
  public var headDimension: Int
  /// Biases on the query, key and value projections (Qwen2).
  public var hasInputBias: Bool
  /// A norm on each query and key head (Qwen3).
  public var hasHeadNorms: Bool
  /// A bias on the output projection.
  public var hasOutputBias: Bool
  public init(
    heads: Int, keyValueHeads: Int, headDimension: Int, hasInputBias: Bool, hasHeadNorms: Bool = false,
    hasOutputBias: Bool = false
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.hasInputBias = hasInputBias
    self.hasHeadNorms = hasHeadNorms
    self.hasOutputBias = hasOutputBias
  }
}

/// DeepSeek's multi-head latent attention: one latent vector and a shared rotary key per token are kept.
public struct LatentAttention: Hashable, Sendable {
  public var heads: Int
  /// Rank of the query's down-projection; nil where the query is projected at once.
  public var queryRank: Int?
  public var keyValueRank: Int
  public var nopeDimension: Int
  public var ropeDimension: Int
  public var valueDimension: Int
  public init(
    heads: Int, queryRank: Int?, keyValueRank: Int, nopeDimension: Int, ropeDimension: Int, valueDimension: Int
  ) {
    self.heads = heads
    self.queryRank = queryRank
    self.keyValueRank = keyValueRank
    self.nopeDimension = nopeDimension
    self.ropeDimension = ropeDimension
    self.valueDimension = valueDimension
  }
}

public enum FeedForward: Hashable, Sendable {
  /// Gated MLP (gate, up, down) of this intermediate size.
  case dense(intermediateSize: Int)
  case mixture(MixtureOfExperts)
}

public struct MixtureOfExperts: Hashable, Sendable {
  public var experts: Int
  public var expertsPerToken: Int
  public var intermediateSize: Int
  public var sharedExperts: Int
  /// Of each shared expert.
  public var sharedIntermediateSize: Int
  /// Groups among which the router chooses first (DeepSeek's node-limited routing); 1 if none.
  public var routingGroups: Int
  /// A per-expert correction bias in the router (`noaux_tc`).
  public var hasRouterBias: Bool
  public init(
    experts: Int, expertsPerToken: Int, intermediateSize: Int, sharedExperts: Int, sharedIntermediateSize: Int,
    routingGroups: Int = 1, hasRouterBias: Bool = false
  ) {
    self.experts = experts
    self.expertsPerToken = expertsPerToken
    self.intermediateSize = intermediateSize
    self.sharedExperts = sharedExperts
    self.sharedIntermediateSize = sharedIntermediateSize
    self.routingGroups = routingGroups
    self.hasRouterBias = hasRouterBias
  }
}
