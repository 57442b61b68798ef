import Units

/// What one step computes on one attention rank, the busiest: prompts, chunks and decoding requests in any mixture.
///
/// Sums over the rank's requests, so that any batch is one value. In a step that pools its prompts over an instance
/// (`StepModel.ranks` is 1) the sums are the instance's.
public struct StepWork: Hashable, Sendable {
  /// Requests that bring the tokens they drafted and the one before them.
  public struct Decode: Hashable, Sendable {
    public var requests: Double
    /// Tokens that each request brings: 1 and its drafts.
    public var queries: Int
    /// The context that one query of each request sees, summed over the requests, for each context kind of the model.
    public var context: [Double]

    public init(requests: Double, queries: Int = 1, context: [Double]) {
      self.requests = requests
      self.queries = queries
      self.context = context
    }

    /// Tokens that pass through the layers.
    public var tokens: Double { requests * Double(queries) }
  }

  /// Prompts, or chunks of them.
  public struct Prefill: Hashable, Sendable {
    public var newTokens: Double
    /// Tokens of context before these, already in the cache.
    public var cachedTokens: Double
    /// Pairs of a new token and a token that it sees, for each context kind of the model.
    public var pairs: [Double]
    /// Requests whose prompt ends in this step and that sample a token.
    public var sampled: Double

    public init(newTokens: Double, cachedTokens: Double = 0, pairs: [Double], sampled: Double = 0) {
      self.newTokens = newTokens
      self.cachedTokens = cachedTokens
      self.pairs = pairs
      self.sampled = sampled
    }
  }

  public var decode: Decode?
  public var prefill: [Prefill]
  /// New tokens over all attention ranks of the instance; nil where every rank has as many as this one.
  public var instanceTokens: Double?
  /// Whether the step replays a captured graph; the engine's rule decides and the caller says.
  public var isCaptured: Bool

  public init(
    decode: Decode? = nil, prefill: [Prefill] = [], instanceTokens: Double? = nil, isCaptured: Bool = true
  ) {
    self.decode = decode
    self.prefill = prefill
    self.instanceTokens = instanceTokens
    self.isCaptured = isCaptured
  }
}

extension StepWork {
  /// New tokens that pass through the layers.
  public var tokens: Double { (decode?.tokens ?? 0) + prefill.reduce(0) { $0 + $1.newTokens } }
  public var cachedTokens: Double { prefill.reduce(0) { $0 + $1.cachedTokens } }
  public var sampled: Double { prefill.reduce(0) { $0 + $1.sampled } }
  /// Requests that take part.
  public var requests: Double { (decode?.requests ?? 0) + sampled }

  public var isEmpty: Bool {
    (decode?.requests ?? 0) <= 0 && !prefill.contains { $0.newTokens > 0 || $0.cachedTokens > 0 }
  }

  /// An equal part of everything that grows with requests: a microbatch.
  func part(_ share: Double) -> StepWork {
    var work = self
    if let decode {
      work.decode = Decode(
        requests: decode.requests * share, queries: decode.queries, context: decode.context.map { $0 * share })
    }
    work.prefill = prefill.map { chunk in
      Prefill(
        newTokens: chunk.newTokens * share, cachedTokens: chunk.cachedTokens * share,
        pairs: chunk.pairs.map { $0 * share }, sampled: chunk.sampled * share)
    }
    work.instanceTokens = instanceTokens.map { $0 * share }
    return work
  }
}
