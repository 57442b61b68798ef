import Units

extension ServingReport.Balance {
  /// Prefill's load is the share of time in which it computes; decode's, the share of its batch limit that it fills.
  init(_ outcome: ServingOutcome) {
    overload = outcome.configuration.maxConcurrency == nil ? Overload(outcome.timeline) : nil
    let pools = [ServingReport.Pool].all(outcome)
    let most = outcome.decodeLimit.requests
    requestsPerRank = outcome.meanRequestsPerRank
    mostRequestsPerRank = most
    guard let decode = pools.last, decode.role == .decode else {
      let chips = Double(max(1, pools.reduce(0) { $0 + $1.chips }))
      busy = pools.reduce(0) { $0 + $1.utilisation * Double($1.chips) } / chips
      filled = min(1, requestsPerRank / max(1, most))
      verdict = overload != nil ? .overloaded : filled >= 0.9 ? .full : busy < 0.3 ? .idle : .balanced
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
    if overload != nil { verdict = .overloaded }
  }
}

extension ServingReport {
  /// Whether the mean request waits for longer than it is served: more came at once than fits, or a queue grows slowly.
  public var isQueueing: Bool {
    let waiting = phases.prefillQueue + phases.decodeQueue
    return requests.completed > 0 && waiting > phases.prefill + phases.transfer + phases.decode
  }
}

extension ServingReport.Balance.Overload {
  /// Nil where the queue at the end of the arrivals is not clearly longer than before, or too few came to tell.
  init?(_ timeline: ServingReport.Timeline) {
    guard let end = timeline.arrivals.lastIndex(where: { $0 > 0 }), end >= 16 else { return nil }
    func mean(_ values: [Double], _ range: Range<Int>) -> Double {
      values[range].reduce(0, +) / Double(range.count)
    }
    let waiting = zip(timeline.prefillQueue, timeline.decodeQueue).map { $0 + $1 }
    let count = end + 1
    waitingBefore = mean(waiting, count / 4..<count / 2)
    waitingAfter = mean(waiting, count * 3 / 4..<count)
    offered = mean(timeline.arrivals, 0..<count)
    // What is served stays the same until nobody waits; before the middle of that time batches still fill.
    let first = waiting.firstIndex { $0 > 0 } ?? 0
    let last = waiting.lastIndex { $0 > 0 } ?? end
    let full = (first + last) / 2..<last
    completed = mean(timeline.completions, full.isEmpty ? count / 2..<count : full)
    // A queue that grows in proportion to the time is 7/3 as long in the last quarter as in the second.
    let grown = waitingAfter - waitingBefore
    let arrived = timeline.arrivals[count * 3 / 8..<count * 7 / 8].reduce(0, +) * timeline.interval.value
    guard waitingAfter > 10, waitingAfter > 1.6 * waitingBefore, grown > 0.05 * arrived, completed < 0.97 * offered
    else { return nil }
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
      electricityShare: whole > .zero ? 1 - share : 0,
      perChipHour: whole / max(outcome.duration.value, 1e-12) * 3600 / Double(outcome.chips),
      yuanPerDollar: prices.yuanPerDollar, assumptions: prices.costAssumptions)
  }
}

extension RequestRecord.Outcome {
  public var label: String {
    switch self {
    case .completed: "completed"
    case .queueFull: "the prefill queue was full"
    case .promptTooLong: "the prompt exceeds a prefill instance's memory"
    case .contextTooLong: "prompt and output exceed a decode rank's memory"
    case .beyondModelLength: "prompt and output are longer than the model's context, or than the limit that was set"
    }
  }
}
