import Planning
import Reports

extension PlanSensitivity {
  /// A tornado: what the goal becomes at either end of each input.
  var section: Document.Section {
    guard !bars.isEmpty else {
      return Document.Section("What moves the answer", [.paragraph("None of the inputs that were tried moves it.")])
    }
    let drawn = bars.compactMap { bar -> Chart.Tornado.Bar? in
      guard let low = bar.low, let high = bar.high else { return nil }
      return .init(
        bar.input.words, low: low, high: high, from: Self.factor(bar.lowFactor), to: Self.factor(bar.highFactor))
    }
    let lost = bars.filter { $0.low == nil || $0.high == nil }.map { bar in
      let end = Self.factor(bar.low == nil ? bar.lowFactor : bar.highFactor)
      return "With \(end) the \(bar.input.words) the layout no longer serves."
    }
    let chart = Chart(
      goal.words,
      caption:
        "The best plan's layout with one input after another higher and lower, its batch and numbers found anew; "
        + "estimated.",
      .tornado(Chart.Tornado(Chart.Axis(goal.words, goal.notation), base: base, bars: drawn)))
    return Document.Section(
      "What moves the answer", (drawn.isEmpty ? [] : [.charts([chart])]) + (lost.isEmpty ? [] : [.notes(lost)]))
  }

  private static func factor(_ factor: Double) -> String { "\(Text.significant(factor)) \u{00D7}" }
}

extension PlanInput {
  /// As readers call it.
  var words: String {
    switch self {
    case .memoryBandwidth: "memory bandwidth"
    case .compute: "peak of matrix products"
    case .memory: "memory"
    case .linkBandwidth: "bandwidth of links"
    case .linkLatency: "start-ups of links"
    case .price: "price of the system"
    case .promptTokens: "prompt tokens"
    case .outputTokens: "output tokens"
    case .acceptance: "acceptance of drafts"
    }
  }
}

extension PlanRequest.Goal {
  var words: String {
    switch self {
    case .throughput: "output tokens/s for each chip that may be used"
    case .chips: "chips"
    case .cost: "dollars per million output tokens"
    case .energy: "joules per output token"
    }
  }

  var notation: Notation {
    switch self {
    case .throughput, .chips: .count
    case .cost: .dollars
    case .energy: .joules
    }
  }
}
