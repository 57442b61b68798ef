import Formats
import Supply
import Units

extension TokenRates {
  /// `tokens_per_second.CHIP` and `joules_per_token.CHIP` of every chip, as the supply model takes them.
  public func parameters() throws -> [Parameter] {
    struct List: Decodable { var parameters: [Parameter] }
    return try Node.parse(yaml, file: "token rates").decode(List.self).parameters
  }

  /// The parameters as a file of the catalog.
  public var yaml: String {
    var lines = [
      "# Written by `supernode supply --write-token-rates`: what the serving model says of each chip in the mix of",
      "# mix.yaml on the systems of platforms.yaml. Do not edit; a test holds it to the model.", "parameters:",
    ]
    for rate in rates {
      lines += Self.entry(
        "tokens_per_second.\(rate.chip)", "tokens/s", rate.tokensPerSecond, loading: 0.7,
        source: rate.source(of: mix.name),
        note: (rate.parts.map(\.deployments) + [rate.range]).joined(separator: " "))
      lines += Self.entry(
        "joules_per_token.\(rate.chip)", "J", rate.joulesPerToken, loading: -0.7, source: rate.source(of: mix.name),
        note: "Input power of chips, hosts, network and supplies over tokens a second; the building's share is apart. "
          + rate.range)
    }
    for chip in idle {
      for (name, unit) in [("tokens_per_second", "tokens/s"), ("joules_per_token", "J")] {
        lines += [
          "- name: \(name).\(chip)", "  unit: \"\(unit)\"", "  value: 0", "  source: \"serves no model of the mix\"",
          "  grade: D",
        ]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(
    _ name: String, _ unit: String, _ band: TokenRate.Band, loading: Double, source: String, note: String
  ) -> [String] {
    let ends = [band.low, band.mid, band.high].map(rounded)
    return [
      "- name: \(name)", "  unit: \"\(unit)\"",
      "  value: {low: \(ends[0]), mid: \(ends[1]), high: \(ends[2])}", "  source: \"\(source)\"", "  grade: D",
      "  note: \"\(note)\"", "  factor: {name: serving model, loading: \(loading)}",
    ]
  }

  /// Three significant digits.
  static func rounded(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    var scale = 1.0
    while value * scale >= 1000 { scale /= 10 }
    while value * scale < 100 { scale *= 10 }
    return CSVText.number((value * scale).rounded() / scale)
  }
}

extension TokenRate {
  func source(of mix: String) -> String {
    let systems = parts.map { part in
      parts.count > 1 ? "\(part.platform.system) (\(TokenRates.percent(part.share)))" : part.platform.system
    }
    return "Supernode's serving model on \(systems.joined(separator: " and ")), for the models of \(mix)"
  }

  /// What low and high stand on.
  var range: String {
    let families = parts.map(\.family.source).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return "Low and high: half and twice the time per output token, larger and smaller models in the mix, and "
      + families.joined(separator: "; ") + "."
  }
}

extension TokenRate.Part {
  /// One sentence for each model of the mix.
  var deployments: String {
    verdicts.map { entry, verdict in
      switch verdict {
      case .rejected(let why): "\(why): left out."
      case .served(let state):
        "\(entry.model) on \(platform.system), \(platform.engine), \(platform.weights.rawValue.uppercased()): "
          + "\(TokenRates.rounded(state.inputTokensPerSecond)) input and "
          + "\(TokenRates.rounded(state.outputTokensPerSecond)) output tokens/s a chip, "
          + "\(TokenRates.rounded(state.joulesPerToken.value)) J a token; prefill on \(state.prefill.layout), "
          + "\(TokenRates.percent(state.prefillShare)) of the chips; decode on \(state.decode.layout)\(drafts(state)), "
          + "\(TokenRates.rounded(state.decode.batchPerChip)) requests a chip (\(state.decode.batchLimit)), "
          + "\(TokenRates.rounded(state.timePerOutputToken.milliseconds)) ms a token."
      }
    }.joined(separator: " ")
  }
}

private func drafts(_ state: SteadyState) -> String { state.decode.tokensPerStep > 1 ? " with drafts" : "" }

extension PoolChoice {
  /// `160 chips EP320`.
  public var layout: String {
    var text = chips == 1 ? "1 chip" : "\(chips) chips"
    if expertParallel > 1 { text += " EP\(expertParallel)" }
    if tensorParallel > 1 { text += " TP\(tensorParallel)" }
    return text
  }
}

extension TokenRates {
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}
