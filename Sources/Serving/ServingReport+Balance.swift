import Units

extension ServingReport.Balance {
  /// Prefill's load is the share of time in which it computes; decode's, the share of its batch limit that it fills.
  init(_ outcome: ServingOutcome) {
    let pools = [ServingReport.Pool].all(outcome)
    guard let pool = pools.last, pool.role == .decode else {
      self.init(together: pools, limit: outcome.decodeLimit, outcome.meanRequestsPerRank)
      return
    }
    let prefill = pools[0].utilisation
    let limit = outcome.decodeLimit
    let decode = min(1, pool.utilisation * outcome.meanRequestsPerRank / max(1, limit.requests))
    let figures =
      "prefill computes \(Self.percent(prefill)) of the time and decode fills \(Self.percent(decode)) of its "
      + "\(Int(limit.requests.rounded())) requests per rank"
    switch (prefill, decode) {
    case (..<0.3, ..<0.3):
      self.init(verdict: .idle, sentence: "Both sides have room to spare: \(figures).")
    case let (prefill, decode) where prefill > 1.25 * decode:
      self.init(
        verdict: .prefillBound,
        sentence: "Prefill limits this deployment: \(figures); move chips from decode to prefill.")
    case let (prefill, decode) where decode > 1.25 * prefill:
      self.init(
        verdict: .decodeBound, sentence: "Decode limits this deployment: \(figures); move chips from prefill to decode."
      )
    default:
      self.init(verdict: .balanced, sentence: "Prefill and decode are in balance: \(figures).")
    }
  }

  /// Instances that serve prefill and decode together.
  private init(together pools: [ServingReport.Pool], limit: (requests: Double, reason: String), _ batch: Double) {
    let chips = Double(max(1, pools.reduce(0) { $0 + $1.chips }))
    let busy = pools.reduce(0) { $0 + $1.utilisation * Double($1.chips) } / chips
    let filled = min(1, batch / max(1, limit.requests))
    let figures =
      "it steps \(Self.percent(busy)) of the time, and its mean batch is \(Int(batch.rounded())) of at most "
      + "\(Int(limit.requests.rounded())) requests per rank (\(limit.reason))"
    switch (busy, filled) {
    case (_, 0.9...): self.init(verdict: .full, sentence: "The deployment is full: \(figures).")
    case (..<0.3, _): self.init(verdict: .idle, sentence: "The deployment has room to spare: \(figures).")
    default: self.init(verdict: .balanced, sentence: "The deployment keeps up: \(figures).")
    }
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}

extension ServingReport.Energy {
  init(_ outcome: ServingOutcome, assumptions: [String]) {
    self.init(
      joules: outcome.energy,
      joulesPerOutputToken: outcome.energy / Double(max(1, outcome.statistics.outputTokens)),
      meanPower: outcome.energy / max(outcome.duration, Seconds(1e-12)), peakPower: outcome.peakPower,
      assumptions: assumptions)
  }
}

extension ServingReport.Cost {
  init(_ outcome: ServingOutcome, _ prices: ServingPrices) {
    let hardware = prices.hardware * outcome.duration
    let electricity = prices.electricity * outcome.energy
    let whole = hardware + electricity
    let output = Double(max(1, outcome.statistics.outputTokens))
    let tokens = Double(max(1, outcome.statistics.outputTokens + outcome.statistics.promptTokens))
    let share = whole > .zero ? hardware / whole : 0
    self.init(
      perMillionOutputTokens: whole * (1e6 / output), perMillionTokens: whole * (1e6 / tokens), hardwareShare: share,
      electricityShare: whole > .zero ? 1 - share : 0, assumptions: prices.costAssumptions)
  }
}

extension RequestRecord.Outcome {
  public var label: String {
    switch self {
    case .completed: "completed"
    case .queueFull: "the prefill queue was full"
    case .promptTooLong: "the prompt exceeds a prefill instance's memory"
    case .contextTooLong: "prompt and output exceed a decode rank's memory"
    }
  }
}
