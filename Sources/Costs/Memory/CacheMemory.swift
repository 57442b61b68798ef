import Hardware
import Models
import Units

extension StepModel {
  /// What a sequence takes over all layers and dies; engines with an execution part keep a cache of the draft layer
  /// only while it drafts.
  public var cacheFootprint: CacheFootprint {
    architecture.cacheFootprint(lowering.cacheFormats, drafting: cachesDrafts)
  }

  private var cachesDrafts: Bool {
    engine.execution == nil || (drafting.tokens > 0 && drafting.method == .predictionLayer)
  }

  /// Of one further token of a long sequence; windows, chunks and states do not grow.
  public var keyValueBytesPerToken: Bytes { cacheFootprint.bytesPerToken }

  /// What a sequence takes on one die: each layer is divided among the dies that can divide it, and held whole by all
  /// others. Key and value heads and states go by heads, latents by none; tokens also by context.
  var cacheFootprintOfDie: CacheFootprint {
    var sum = architecture.layers.reduce(CacheFootprint()) { $0 + footprint($1.attention).scaled(Double($1.count)) }
    if cachesDrafts, let shape = architecture.draftShape {
      sum = sum + footprint(shape.attention).scaled(Double(architecture.multiTokenPredictionLayers))
    }
    return sum.scaled(1 / Double(plan.pipeline))
  }

  private func footprint(_ attention: Attention) -> CacheFootprint {
    let whole = attention.cacheFootprint(lowering.cacheFormats)
    switch attention {
    case .grouped(let shape): return whole.scaled(1 / Double(min(plan.tensor, shape.keyValueHeads) * plan.context))
    case .latent, .compressed: return whole.scaled(1 / Double(plan.context))
    case .state(let mixer): return whole.scaled(1 / Double(min(plan.tensor, max(1, mixer.heads))))
    case .parallel(let parts): return parts.reduce(CacheFootprint()) { $0 + footprint($1) }
    case .absent: return whole
    }
  }
}

extension MemoryPlan {
  /// Tokens that stand for no limit: of models whose layers all keep a state of fixed size.
  static let mostTokens = Double(1 << 40)

  /// Bytes of an attention rank's memory that a request of so many tokens takes beside `bytesPerToken` for each: states
  /// of fixed size, and what windows and chunks keep.
  public func bytesPerRequest(tokens: Int = .max) -> Bytes {
    let perToken = cacheOfDie.bytesPerToken.value
    return besideTokens(tokens) * (perToken > 0 ? bytesPerToken.value / perToken : 1)
  }

  /// The same, in tokens of context: what must be kept free beside a request's own tokens.
  public func tokensPerRequest(tokens: Int = .max) -> Double {
    let perToken = cacheOfDie.bytesPerToken.value
    return perToken > 0 ? besideTokens(tokens).value / perToken : 0
  }

  /// Requests of so many tokens that an attention rank can hold at once.
  public func requests(of tokens: Double) -> Int {
    guard tokens > 0 else { return 0 }
    let beside = tokensPerRequest(tokens: Int(min(tokens.rounded(.up), Self.mostTokens)))
    if cacheOfDie.bytesPerToken > .zero { return Int(Double(keyValueTokensPerRank) / (tokens + beside)) }
    let each = besideTokens(Int(min(tokens, Self.mostTokens))).value
    return each > 0 ? Int(keyValueMemory.value / each) : .max
  }

  public func requests(of tokens: Int) -> Int { requests(of: Double(tokens)) }

  /// Tokens of context left to an attention rank when the fixed parts of so many requests are set aside.
  public func tokens(beside requests: Int) -> Int {
    max(0, keyValueTokensPerRank - Int((Double(requests) * tokensPerRequest()).rounded(.up)))
  }

  /// On one die.
  private func besideTokens(_ tokens: Int) -> Bytes {
    cacheOfDie.parts.reduce(cacheOfDie.fixed) { sum, part in
      part.kind.limit.map { sum + part.bytesPerToken * Double(min($0, tokens)) } ?? sum
    }
  }
}

extension CacheFootprint {
  func scaled(_ factor: Double) -> Self {
    Self(
      fixed: fixed * factor,
      parts: parts.map { Part(bytesPerToken: $0.bytesPerToken * factor, kind: $0.kind) })
  }
}
