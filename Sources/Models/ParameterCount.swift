/// A part of a model's weights that is stored, and laid on ranks, in one way.
public enum WeightGroup: Int, CaseIterable, Hashable, Sendable {
  case embedding, attention, denseFeedForward, experts, sharedExperts, router, norms, head
  /// Of sparse attention: chooses what its core reads.
  case indexer
  /// Mixing of residual streams, projections around latent experts, tables beside the embedding.
  case other
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
  private var embeddingTables: Int

  public init(_ architecture: Architecture) {
    main = Self.sum(architecture) { $0.parameters(hiddenSize: architecture.hiddenSize) }
    active = Self.sum(architecture) { $0.activeParameters(hiddenSize: architecture.hiddenSize) }
    multiTokenPrediction = architecture.multiTokenPredictionLayers * architecture.multiTokenPredictionLayerParameters
    tiedEmbeddings = architecture.tiedEmbeddings
    embeddingTables = architecture.embeddingTables
  }

  /// Without multi-token prediction.
  public var total: Int { main.total }

  /// Active for one token with the whole input embedding, as the makers of Llama, Mixtral and Qwen count.
  public var activeWithEmbedding: Int { active.total }

  /// Active for one token without the input embedding but with the output head, as DeepSeek, Kimi and GLM count.
  public var activeWithoutEmbedding: Int {
    active.total - (tiedEmbeddings ? embeddingTables : active[.embedding])
  }

  private static func sum(_ model: Architecture, layer: (LayerGroup) -> ParametersByGroup) -> ParametersByGroup {
    var sum = ParametersByGroup()
    sum[.embedding] = model.vocabularySize * model.hiddenSize + model.embeddingTables
    sum[.head] = model.tiedEmbeddings ? 0 : model.vocabularySize * model.hiddenSize
    sum[.norms] = model.hiddenSize
    sum[.other] = model.otherParameters
    return model.layers.reduce(sum) { $0 + $1.count * layer($1) }
  }
}

extension Architecture {
  /// One multi-token-prediction layer: its shape, the projection 2 × hidden → hidden (counted under attention), three
  /// norms (of the hidden state, of the embedding, before the head), and its own end of the residual streams.
  public var multiTokenPredictionLayerParameters: ParametersByGroup {
    guard let draftShape else { return ParametersByGroup() }
    var parameters = draftShape.parameters(hiddenSize: hiddenSize)
    parameters[.attention] += 2 * hiddenSize * hiddenSize
    parameters[.norms] += 3 * hiddenSize
    parameters[.other] += otherParameters
    return parameters
  }

  /// Cached elements of one token over all layers, as long as each keeps it; multi-token-prediction layers are not
  /// among them. Exact for models whose every layer keeps all tokens; else see `cacheFootprint`.
  public var keyValueElementsPerToken: Int {
    layers.reduce(0) { $0 + $1.count * $1.attention.keyValueElementsPerToken }
  }

  /// Cached elements of one token in the multi-token-prediction layers.
  public var multiTokenPredictionKeyValueElementsPerToken: Int {
    multiTokenPredictionLayers * (draftShape?.attention.keyValueElementsPerToken ?? 0)
  }

  /// Bytes of the weights as the makers publish them, multi-token prediction and copied tables left out.
  ///
  /// Scales of blocks are counted by the block's size, without the blocks that an edge cuts.
  public var weightBytes: Double {
    ParameterCount(self).main.bytes { quantization?.format(of: $0).bytes ?? 2 }
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

  /// Parameters of one layer that work on one token; on average, where some of the choices are zero experts.
  public func activeParameters(hiddenSize: Int) -> ParametersByGroup {
    var parameters = parametersOutsideExperts(hiddenSize: hiddenSize)
    if case .mixture(let mixture) = feedForward {
      let all = mixture.expertsPerToken * mixture.expertParameters(hiddenSize: hiddenSize)
      // The product may need more than 64 bits.
      let product = all.multipliedFullWidth(by: mixture.experts)
      parameters[.experts] = (mixture.experts + mixture.zeroExperts).dividingFullWidth(product).quotient
    }
    return parameters
  }

  private func parametersOutsideExperts(hiddenSize: Int) -> ParametersByGroup {
    var parameters = attention.parameters(hiddenSize: hiddenSize)
    parameters[.norms] += normsPerLayer * hiddenSize
    parameters[.other] = otherParameters
    switch feedForward {
    case .dense(let intermediateSize): parameters[.denseFeedForward] = 3 * hiddenSize * intermediateSize
    case .plain(let intermediateSize): parameters[.denseFeedForward] = 2 * hiddenSize * intermediateSize
    case .mixture(let mixture):
      parameters[.sharedExperts] = mixture.sharedParameters(hiddenSize: hiddenSize)
      parameters[.router] = mixture.routerParameters(hiddenSize: hiddenSize)
      parameters[.other] += mixture.latentParameters(hiddenSize: hiddenSize)
    case .absent: break
    }
    return parameters
  }
}
