/// Multi-head (`keyValueHeads == heads`), grouped-query or multi-query attention.
public struct GroupedQueryAttention: Hashable, Sendable {
  public enum Gate: Hashable, Sendable {
    case none
    /// A sigmoid on every element of the output (Qwen3-Next, Qwen3.5).
    case perElement
    /// One for each head (Step-3.5).
    case perHead
  }

  public var heads: Int
  public var keyValueHeads: Int
  public var headDimension: Int
  /// Of values and of each head's output, where it differs from the queries' (MiMo-V2).
  public var valueDimension: Int
  /// Biases on the query, key and value projections (Qwen2).
  public var hasInputBias: Bool
  /// A norm on each query and key head (Qwen3).
  public var hasHeadNorms: Bool
  /// That norm has weights for every head (MiniMax-M2, OLMo 2), not one set for all.
  public var normsWholeWidth: Bool
  /// A bias on the output projection.
  public var hasOutputBias: Bool
  /// A learned logit for each head that no token stands for (gpt-oss).
  public var hasSinks: Bool
  /// Values are the keys before their norm and rotation, without a projection of their own (Gemma 4); both are cached.
  public var sharesKeys: Bool
  public var gate: Gate
  /// Rank of the query's down-projection (Step-3's matrix-factorised attention); nil where it is projected at once.
  public var queryRank: Int?
  public var visibility: Visibility

  public init(
    heads: Int, keyValueHeads: Int, headDimension: Int, valueDimension: Int? = nil, hasInputBias: Bool,
    hasHeadNorms: Bool = false, normsWholeWidth: Bool = false, hasOutputBias: Bool = false, hasSinks: Bool = false,
    sharesKeys: Bool = false, gate: Gate = .none, queryRank: Int? = nil, visibility: Visibility = .full
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.valueDimension = valueDimension ?? headDimension
    self.hasInputBias = hasInputBias
    self.hasHeadNorms = hasHeadNorms
    self.normsWholeWidth = normsWholeWidth
    self.hasOutputBias = hasOutputBias
    self.hasSinks = hasSinks
    self.sharesKeys = sharesKeys
    self.gate = gate
    self.queryRank = queryRank
    self.visibility = visibility
  }

  /// Elements of the queries of all heads.
  public var queryWidth: Int { heads * headDimension }

  /// Keys and values of every key-value head.
  public var keyValueElementsPerToken: Int { keyValueHeads * (headDimension + valueDimension) }

  /// Elements of the projections of keys and values.
  public var keyValueProjectionWidth: Int {
    sharesKeys ? keyValueHeads * headDimension : keyValueElementsPerToken
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
    let heads = normsWholeWidth ? self.heads + keyValueHeads : 2
    return (hasHeadNorms ? heads * headDimension : 0) + (queryRank ?? 0)
  }
}
