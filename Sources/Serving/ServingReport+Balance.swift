import Units

extension ServingReport.Balance {
  /// Prefill's load is the share of time in which it computes; decode's, the share of its batch limit that it fills.
  init(_ outcome: ServingOutcome) {
    let pools = [ServingReport.Pool].all(outcome)
    let most = outcome.decodeLimit.requests
    requestsPerRank = outcome.meanRequestsPerRank
    mostRequestsPerRank = most
    guard let decode = pools.last, decode.role == .decode else {
      let chips = Double(max(1, pools.reduce(0) { $0 + $1.chips }))
      busy = pools.reduce(0) { $0 + $1.utilisation * Double($1.chips) } / chips
      filled = min(1, requestsPerRank / max(1, most))
      verdict = filled >= 0.9 ? .full : busy < 0.3 ? .idle : .balanced
      return
    }
    busy = pools[0].utilisation
    filled = min(1, decode.utilisation * requestsPerRank / max(1, most))
    switch (busy, filled) {
    case (..<0.3, ..<0.3): verdict = .idle
    case let (busy, filled) where busy > 1.25 * filled: verdict = .prefillBound
    case let (busy, filled) where filled > 1.25 * busy: verdict = .decodeBound
    default: verdict = .balanced
    }
  }
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
