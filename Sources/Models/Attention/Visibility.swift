/// Which tokens of its context a query sees.
public enum Visibility: Hashable, Sendable {
  case full
  /// The last so many, itself included.
  case window(Int)
  /// Those of its own chunk of this length.
  case chunk(Int)
  /// The so many that an indexer scores highest of all (DeepSeek sparse attention). Without an indexer the layer reuses
  /// the choice of the last layer that has one.
  case topK(Int, indexer: Indexer?)

  /// Kinds of context that a query reads: its core's first, then its indexer's.
  public var contextKinds: [ContextKind] {
    switch self {
    case .full: [.full]
    case .window(let length): [.window(length)]
    case .chunk(let length): [.chunk(length)]
    case .topK(let count, let indexer): indexer == nil ? [.window(count)] : [.window(count), .full]
    }
  }

  /// The kind of context that the core of attention reads.
  public var core: ContextKind { contextKinds[0] }

  /// Which tokens stay in the cache.
  var kept: ContextKind {
    switch self {
    case .full, .topK: .full
    case .window, .chunk: core
    }
  }

  public var indexer: Indexer? { if case .topK(_, let indexer) = self { indexer } else { nil } }
}

/// Scores every token of the context with a few small heads, so that attention reads the best only.
public struct Indexer: Hashable, Sendable {
  public var heads: Int
  public var dimension: Int
  public init(heads: Int, dimension: Int) {
    self.heads = heads
    self.dimension = dimension
  }

  /// Operations of one query over a visible token: 2 × heads × dimension.
  public var flopsPerPair: Double { 2 * Double(heads * dimension) }

  /// Queries of all heads from the query's latent, one key, the heads' weights; the key's norm has weight and bias.
  func parameters(hiddenSize: Int, queryWidth: Int) -> Int {
    queryWidth * heads * dimension + hiddenSize * dimension + hiddenSize * heads + 2 * dimension
  }
}
