import Simulation
import Units

/// Tokens a second and joules a token of one chip of the supply world in a mix of models.
public struct TokenRate: Sendable {
  public var chip: String
  public var tokensPerSecond: Band
  /// Of those, the tokens of answers; middle only.
  public var outputTokensPerSecond: Double
  public var joulesPerToken: Band
  /// One for each system in which the chip stands.
  public var parts: [Part]

  /// 5%, 50% and 95%.
  public struct Band: Hashable, Sendable {
    public var low: Double
    public var mid: Double
    public var high: Double
  }

  /// The chip in one system.
  public struct Part: Sendable {
    public var platform: ServingPlatform
    public var family: ServingPlatform.Family
    /// Of the chips, those in this system.
    public var share: Double
    /// In the order of the mix, at its objectives.
    public var verdicts: [(entry: TokenMix.Entry, verdict: ServingVerdict)]
    public var mean: MixMean
    /// At half and at twice the time per output token; the middle where nothing meets half of it.
    public var tight: MixMean
    public var loose: MixMean
    /// With the shares of the mix that favour large models, and small ones.
    public var heavy: MixMean
    public var light: MixMean
  }

  init(chip: String, parts: [Part]) {
    self.chip = chip
    let shares = parts.reduce(0) { $0 + $1.share }
    let parts = parts.map { part in
      var part = part
      part.share /= shares
      return part
    }
    self.parts = parts
    func rate(_ value: (Part) -> Double) -> Double { parts.reduce(0) { $0 + $1.share * value($1) } }
    let total = rate { $0.mean.tokensPerSecond }
    outputTokensPerSecond = rate { $0.mean.outputTokensPerSecond }
    tokensPerSecond = Band(
      low: rate { $0.mean.tokensPerSecond / $0.spread(\.tokensPerSecond, downwards: true, $0.family.throughput.low) },
      mid: total,
      high: rate { $0.mean.tokensPerSecond * $0.spread(\.tokensPerSecond, downwards: false, $0.family.throughput.high) }
    )
    func energy(_ value: (Part) -> Double) -> Double { rate { $0.mean.tokensPerSecond * value($0) } / total }
    // A chip that serves fewer tokens than the model says takes more energy for each.
    joulesPerToken = Band(
      low: energy { part in
        let spread = part.spread(\.joulesPerToken, downwards: true, part.family.throughput.high, part.family.power.low)
        return part.mean.joulesPerToken / spread
      }, mid: energy { $0.mean.joulesPerToken },
      high: energy { part in
        let spread = part.spread(\.joulesPerToken, downwards: false, part.family.throughput.low, part.family.power.high)
        return part.mean.joulesPerToken * spread
      })
  }
}

extension TokenRate.Part {
  /// The factor from the middle to one end: what the objective, the mix and the family's factors make together;
  /// independent, so their logarithms add as squares.
  func spread(_ value: KeyPath<MixMean, Double>, downwards: Bool, _ factors: Double...) -> Double {
    func reach(_ means: [MixMean]) -> Double {
      let ratios = means.map { $0[keyPath: value] / mean[keyPath: value] }
      return downwards ? min(1, ratios.min() ?? 1) : max(1, ratios.max() ?? 1)
    }
    let all = factors + [reach([tight, loose]), reach([heavy, light])]
    return exponential(all.reduce(0) { $0 + logarithm($1) * logarithm($1) }.squareRoot())
  }
}

/// A chip that gives its time to the models of a mix so that their tokens come in the mix's shares.
public struct MixMean: Hashable, Sendable {
  /// Of the mix: those of a model that the chip does not serve count as made elsewhere, see `init`.
  public var tokensPerSecond: Double
  public var outputTokensPerSecond: Double
  public var joulesPerToken: Double

  /// One model of the mix on this chip, and on the chip by which chips are compared.
  struct Term {
    /// Of all tokens, and of those the share that answers are; shares sum to 1.
    var share: Double
    var outputShare: Double
    var state: SteadyState?
    /// Tokens a second of this model on a chip that serves them all.
    var yardstick: Double
  }

  /// `R · Σ (share / yardstick) / Σ (share / rate)` over the models served, R = 1 / Σ (share / yardstick) over all;
  /// with all served 1 / Σ (share / rate). A chip that leaves a model to others frees them from what it serves.
  init?(_ terms: [Term]) {
    let served = terms.compactMap { term in term.state.map { (term: term, state: $0) } }
    guard !served.isEmpty else { return nil }
    let reference = 1 / terms.reduce(0) { $0 + $1.share / $1.yardstick }
    let freed = served.reduce(0) { $0 + $1.term.share / $1.term.yardstick }
    let time = served.reduce(0) { $0 + $1.term.share / $1.state.tokensPerSecond }
    tokensPerSecond = reference * freed / time
    outputTokensPerSecond = tokensPerSecond * terms.reduce(0) { $0 + $1.share * $1.outputShare }
    let energy = served.reduce(0) { $0 + $1.term.share / $1.state.tokensPerSecond * $1.state.power.value }
    joulesPerToken = energy / time / tokensPerSecond
  }
}
