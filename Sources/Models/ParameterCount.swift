/// A part of a model's weights that is stored, and laid on ranks, in one way.
public enum WeightGroup: Int, CaseIterable, Hashable, Sendable {
  case embedding, attention, denseFeedForward, experts, sharedExperts, router, norms, head
}

/// Parameters by weight group.
public struct ParametersByGroup: Hashable, Sendable {
  private var counts = [Int](repeating: 0, count: WeightGroup.allCases.count)

  public init() {}

  public subscript(group: WeightGroup) -> Int {
    get { counts[group.rawValue] }
    set { counts[group.rawValue] = newValue }
  }

  public var total: Int { counts.reduce(0, +) }

  /// Bytes of all groups, each at its own bytes per parameter (INT4 is 0.5).
  public func bytes(perParameter: (WeightGroup) -> Double) -> Double {
    WeightGroup.allCases.reduce(0) { $0 + Double(self[$1]) * perParameter($1) }
  }

  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    for group in WeightGroup.allCases { sum[group] += right[group] }
    return sum
  }

  public static func * (factor: Int, parameters: Self) -> Self {
    var product = parameters
    for group in WeightGroup.allCases { product[group] *= factor }
    return product
  }
}

/// How many parameters a model has, and how many of them work on one token.
public struct ParameterCount: Hashable, Sendable {
  /// Everything but the multi-token-prediction layers.
  public var main: ParametersByGroup
  /// The multi-token-prediction layers; embedding and head are shared with the main model and counted there.
  public var multiTokenPrediction: ParametersByGroup
  /// As `main`, with only the experts that one token is routed to.
  public var active: ParametersByGroup
  private var tiedEmbeddings: Bool

  public init(_ architecture: Architecture) {
    main = Self.sum(architecture) { $0.parameters(hiddenSize: architecture.hiddenSize) }
    active = Self.sum(architecture) { $0.activeParameters(hiddenSize: architecture.hiddenSize) }
    multiTokenPrediction = architecture.multiTokenPredictionLayers * architecture.multiTokenPredictionLayerParameters
    tiedEmbeddings = architecture.tiedEmbeddings
  }

  /// Without multi-token prediction.
  public var total: Int { main.total }

  /// Active for one token with the whole input embedding, as the makers of Llama, Mixtral and Qwen count.
  public var activeWithEmbedding: Int { active.total }

  /// Active for one token without the input embedding but with the output head, as DeepSeek, Kimi and GLM count.
  public var activeWithoutEmbedding: Int { tiedEmbeddings ? active.total : active.total - active[.embedding] }

  private static func sum(_ model: Architecture, layer: (LayerGroup) -> ParametersByGroup) -> ParametersByGroup {
    var sum = ParametersByGroup()
    sum[.embedding] = model.vocabularySize * model.hiddenSize
    sum[.head] = model.tiedEmbeddings ? 0 : model.vocabularySize * model.hiddenSize
    sum[.norms] = model.hiddenSize
    return model.layers.reduce(sum) { $0 + $1.count * layer($1) }
  }
}

extension Architecture {
  /// One multi-token-prediction layer: the last layer's shape, the projection 2 × hidden → hidden (counted under
  /// attention) and three norms (of the hidden state, of the embedding, before the head).
  public var multiTokenPredictionLayerParameters: ParametersByGroup {
    guard let last = layers.last else { return ParametersByGroup() }
    var parameters = last.parameters(hiddenSize: hiddenSize)
    parameters[.attention] += 2 * hiddenSize * hiddenSize
    parameters[.norms] += 3 * hiddenSize
    return parameters
  }

  /// Cached elements of one token over all layers; multi-token-prediction layers are not among them.
  public var keyValueElementsPerToken: Int {
    layers.reduce(0) { $0 + $1.count * $1.attention.keyValueElementsPerToken }
  }

  /// Cached elements of one token in the multi-token-prediction layers.
  public var multiTokenPredictionKeyValueElementsPerToken: Int {
    multiTokenPredictionLayers * (layers.last?.attention.keyValueElementsPerToken ?? 0)
  }

  public var isMixture: Bool {
    layers.contains { if case .mixture = $0.feedForward { true } else { false } }
  }
}

extension LayerGroup {
  /// Parameters of one layer of the group.
  public func parameters(hiddenSize: Int) -> ParametersByGroup {
    var parameters = parametersOutsideExperts(hiddenSize: hiddenSize)
    if case .mixture(let mixture) = feedForward {
      parameters[.experts] = mixture.experts * mixture.expertParameters(hiddenSize: hiddenSize)
    }
    return parameters
  }

  /// Parameters of one layer that work on one token.
  public func activeParameters(hiddenSize: Int) -> ParametersByGroup {
    var parameters = parametersOutsideExperts(hiddenSize: hiddenSize)
    if case .mixture(let mixture) = feedForward {
      parameters[.experts] = mixture.expertsPerToken * mixture.expertParameters(hiddenSize: hiddenSize)
    }
    return parameters
  }

  private func parametersOutsideExperts(hiddenSize: Int) -> ParametersByGroup {
    var parameters = ParametersByGroup()
    parameters[.attention] = attention.projectionParameters(hiddenSize: hiddenSize)
    parameters[.norms] = normsPerLayer * hiddenSize + attention.normParameters
    switch feedForward {
    case .dense(let intermediateSize):
      parameters[.denseFeedForward] = 3 * hiddenSize * intermediateSize
    case .mixture(let mixture):
      let shared = mixture.sharedExperts * mixture.sharedIntermediateSize
      parameters[.sharedExperts] = 3 * hiddenSize * shared
      parameters[.router] = mixture.experts * (hiddenSize + (mixture.hasRouterBias ? 1 : 0))
    }
    return parameters
  }
}

extension MixtureOfExperts {
  /// One expert: gate, up and down.
  public func expertParameters(hiddenSize: Int) -> Int { 3 * hiddenSize * intermediateSize }
}

extension Attention {
  /// Elements that one token leaves in the cache of one layer.
  ///
  /// Grouped: keys and values of each key-value head. Latent: the latent vector and the shared rotary key.
  public var keyValueElementsPerToken: Int {
    switch self {
    case .grouped(let attention): 2 * attention.keyValueHeads * attention.headDimension
    case .latent(let attention): attention.keyValueRank + attention.ropeDimension
    }
  }

  func projectionParameters(hiddenSize: Int) -> Int {
    switch self {
    case .grouped(let attention): attention.projectionParameters(hiddenSize: hiddenSize)
    case .latent(let attention): attention.projectionParameters(hiddenSize: hiddenSize)
    }
  }

  var normParameters: Int {
    switch self {
    case .grouped(let attention): attention.hasHeadNorms ? 2 * attention.headDimension : 0
    case .latent(let attention): (attention.queryRank ?? 0) + attention.keyValueRank
    }
  }
}

extension GroupedQueryAttention {
  func projectionParameters(hiddenSize: Int) -> Int {
    let queryWidth = heads * headDimension
    let keyValueWidth = 2 * keyValueHeads * headDimension
    let biases = (hasInputBias ? queryWidth + keyValueWidth : 0) + (hasOutputBias ? hiddenSize : 0)
    return hiddenSize * (2 * queryWidth + keyValueWidth) + biases
  }
}

extension LatentAttention {
  func projectionParameters(hiddenSize: Int) -> Int {
    let queryWidth = heads * (nopeDimension + ropeDimension)
    let query = queryRank.map { $0 * (hiddenSize + queryWidth) } ?? hiddenSize * queryWidth
    let down = hiddenSize * (keyValueRank + ropeDimension)
    let up = keyValueRank * heads * (nopeDimension + valueDimension)
    return query + down + up + heads * valueDimension * hiddenSize
  }
}
