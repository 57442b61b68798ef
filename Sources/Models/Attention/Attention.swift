import Units

/// How a layer mixes tokens.
public enum Attention: Hashable, Sendable {
  case grouped(GroupedQueryAttention)
  case latent(LatentAttention)
  case compressed(CompressedAttention)
  case state(StateMixer)
  /// Several side by side on the same input, their outputs added (Falcon-H1).
  case parallel([Attention])
  /// None: the layer is a feed-forward part alone (Nemotron-H).
  case absent
}

extension Attention {
  /// Query heads; those of a state mixer, the most of several; 0 where there is none.
  public var heads: Int {
    switch self {
    case .grouped(let shape): shape.heads
    case .latent(let shape): shape.heads
    case .compressed(let shape): shape.heads
    case .state(let mixer): mixer.heads
    case .parallel(let parts): parts.map(\.heads).max() ?? 0
    case .absent: 0
    }
  }

  /// Elements of the queries of all heads; 0 where nothing is queried.
  public var queryWidth: Int {
    switch self {
    case .grouped(let shape): shape.queryWidth
    case .latent(let shape): shape.queryWidth
    case .compressed(let shape): shape.queryWidth
    case .parallel(let parts): parts.reduce(0) { $0 + $1.queryWidth }
    case .state, .absent: 0
    }
  }

  /// What its queries read of their context: the core's kind first.
  public var contextKinds: [ContextKind] {
    switch self {
    case .grouped(let shape): shape.visibility.contextKinds
    case .latent(let shape): shape.visibility.contextKinds
    case .compressed(let shape): shape.contextKinds
    case .parallel(let parts): parts.flatMap(\.contextKinds)
    case .state, .absent: []
    }
  }

  /// Elements that one token leaves in the cache of one layer, as long as it is kept; without an indexer's keys.
  ///
  /// Grouped: keys and values of each key-value head. Latent: the latent vector and the shared rotary key. Compressed
  /// entries and states are not counted by tokens: see `cacheFootprint`.
  public var keyValueElementsPerToken: Int {
    switch self {
    case .grouped(let shape): shape.cachedElementsPerToken
    case .latent(let shape): shape.keyValueElementsPerToken
    case .parallel(let parts): parts.reduce(0) { $0 + $1.keyValueElementsPerToken }
    case .compressed, .state, .absent: 0
    }
  }

  /// Bytes of one layer's cache of one sequence.
  public func cacheFootprint(_ formats: CacheFormats) -> CacheFootprint {
    switch self {
    case .grouped(let shape):
      let size = Bytes(formats.bytes(elements: shape.cachedElementsPerToken))
      return CacheFootprint(parts: [.init(bytesPerToken: size, kind: shape.visibility.kept)])
    case .latent(let shape): return shape.cacheFootprint(formats)
    case .compressed(let shape): return shape.cacheFootprint(formats)
    case .state(let mixer): return mixer.cacheFootprint(formats)
    case .parallel(let parts): return parts.reduce(CacheFootprint()) { $0 + $1.cacheFootprint(formats) }
    case .absent: return CacheFootprint()
    }
  }

  /// Parameters of one layer's attention, by group.
  func parameters(hiddenSize: Int) -> ParametersByGroup {
    var parameters = ParametersByGroup()
    switch self {
    case .grouped(let shape):
      parameters[.attention] = shape.projectionParameters(hiddenSize: hiddenSize)
      parameters[.norms] = shape.normParameters
    case .latent(let shape):
      parameters[.attention] = shape.projectionParameters(hiddenSize: hiddenSize)
      parameters[.indexer] = shape.indexerParameters(hiddenSize: hiddenSize)
      parameters[.norms] = shape.normParameters
    case .compressed(let shape):
      parameters[.attention] = shape.projectionParameters(hiddenSize: hiddenSize)
      parameters[.indexer] = shape.indexerParameters(hiddenSize: hiddenSize)
      parameters[.norms] = shape.normParameters
    case .state(let mixer): parameters[.attention] = mixer.parameters(hiddenSize: hiddenSize)
    case .parallel(let parts):
      return parts.reduce(parameters) { $0 + $1.parameters(hiddenSize: hiddenSize) }
    case .absent: break
    }
    return parameters
  }
}
