/// Multi-head (`keyValueHeads == heads`), grouped-query or multi-query attention.
public struct GroupedQueryAttention: Hashable, Sendable {
  public enum Gate: Hashable, Sendable {
    case none
    /// A sigmoid on every element of the output (Qwen3-Next, Qwen3.5).
    case perElement
    /// One for each head (Step-3.5).
    case perHead
  }

  /// Where a layer has keys and values from.
  public enum KeyValueSource: Hashable, Sendable {
    case projected
    /// One projection gives both, and both are cached (Gemma 4's full layers).
    case keysAlone
    /// An earlier layer's cache; nothing is projected or cached (Hunyuan-Large, Gemma 4's small models).
    case earlierLayer
  }

  public var heads: Int
  public var keyValueHeads: Int
  public var headDimension: Int
  /// Of values and of each head's output, where it differs from the queries' (MiMo-V2).
  public var valueDimension: Int
  public var keyValueSource: KeyValueSource
  /// Biases on the query, key and value projections (Qwen2).
  public var hasInputBias: Bool
  /// A norm on each query and key head (Qwen3).
  public var hasHeadNorms: Bool
  /// That norm has weights for every head (MiniMax-M2, OLMo 2), not one set for all.
  public var normsWholeWidth: Bool
  /// One norm over the values of all heads together (MiniMax-M2, OLMo 2): dies that share the heads sum its squares.
  public var normsAcrossHeads: Bool
  /// A bias on the output projection.
  public var hasOutputBias: Bool
  /// A learned logit for each head that no token stands for (gpt-oss).
  public var hasSinks: Bool
  public var gate: Gate
  /// Rank of the query's down-projection (Step-3's matrix-factorised attention); nil where it is projected at once.
  public var queryRank: Int?
  public var visibility: Visibility

  public init(
    heads: Int, keyValueHeads: Int, headDimension: Int, valueDimension: Int? = nil,
    keyValueSource: KeyValueSource = .projected, hasInputBias: Bool,
    hasHeadNorms: Bool = false, normsWholeWidth: Bool = false, normsAcrossHeads: Bool = false,
    hasOutputBias: Bool = false, hasSinks: Bool = false,
    gate: Gate = .none, queryRank: Int? = nil, visibility: Visibility = .full
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.valueDimension = valueDimension ?? headDimension
    self.keyValueSource = keyValueSource
    self.hasInputBias = hasInputBias
    self.hasHeadNorms = hasHeadNorms
    self.normsWholeWidth = normsWholeWidth
    self.normsAcrossHeads = normsAcrossHeads
    self.hasOutputBias = hasOutputBias
    self.hasSinks = hasSinks
    self.gate = gate
    self.queryRank = queryRank
    self.visibility = visibility
  }

  /// Elements of the queries of all heads.
  public var queryWidth: Int { heads * headDimension }

  /// Keys and values of every key-value head.
  public var keyValueElementsPerToken: Int { keyValueHeads * (headDimension + valueDimension) }

  /// What a token leaves in the layer's own cache.
  public var cachedElementsPerToken: Int { keyValueSource == .earlierLayer ? 0 : keyValueElementsPerToken }

  /// Columns of the projection to keys and values.
  public var keyValueProjectionWidth: Int {
    switch keyValueSource {
    case .projected: keyValueElementsPerToken
    case .keysAlone: keyValueHeads * headDimension
    case .earlierLayer: 0
    }
  }

  /// Of the gate's projection.
  public var gateWidth: Int {
    switch gate {
    case .none: 0
    case .perElement: heads * valueDimension
    case .perHead: heads
    }
  }

  func projectionParameters(hiddenSize: Int) -> Int {
    let input = keyValueProjectionWidth + (queryRank == nil ? queryWidth : 0) + gateWidth
    let query = queryRank.map { $0 * (hiddenSize + queryWidth) } ?? 0
    let biases =
      (hasInputBias ? queryWidth + keyValueProjectionWidth : 0) + (hasOutputBias ? hiddenSize : 0)
      + (hasSinks ? heads : 0)
    return hiddenSize * (input + heads * valueDimension) + query + biases
  }

  var normParameters: Int {
    let keys = keyValueSource == .earlierLayer ? 0 : normsWholeWidth ? keyValueHeads : 1
    let heads = (normsWholeWidth ? self.heads : 1) + keys
    return (hasHeadNorms ? heads * headDimension : 0) + (queryRank ?? 0)
  }
}
