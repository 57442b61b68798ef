import Units

extension TokenRates {
  /// The two tables of Documentation/Models/Tokens.md: each chip in the mix, and each model on each system.
  public var markdown: String {
    var lines = [
      "| chip | systems | tokens/s | of which output | J a token |", "|---|---|--:|--:|--:|",
    ]
    for rate in rates {
      let systems = rate.parts.map { part in
        rate.parts.count > 1 ? "\(part.platform.system) (\(Self.percent(part.share)))" : part.platform.system
      }
      lines.append(
        "| \(rate.chip) | \(systems.joined(separator: ", ")) | \(Self.text(rate.tokensPerSecond)) | "
          + "\(Self.rounded(rate.outputTokensPerSecond)) | \(Self.text(rate.joulesPerToken)) |")
    }
    lines += [
      "", "| chip | model | input + output tokens/s | J a token | prefill | decode | requests | ms a token |",
      "|---|---|--:|--:|---|---|--:|--:|",
    ]
    for rate in rates {
      for part in rate.parts {
        for (entry, verdict) in part.verdicts { lines.append(Self.row(rate, part, entry, verdict)) }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(_ band: TokenRate.Band) -> String {
    "\(rounded(band.mid)) (\(rounded(band.low)) to \(rounded(band.high)))"
  }

  private static func row(
    _ rate: TokenRate, _ part: TokenRate.Part, _ entry: TokenMix.Entry, _ verdict: ServingVerdict
  ) -> String {
    let chip = rate.parts.count > 1 ? "\(rate.chip), \(part.platform.system)" : rate.chip
    guard let state = verdict.state else { return "| \(chip) | \(entry.model) | left out | | | | | |" }
    let drafts = state.decode.tokensPerStep > 1 ? ", drafts" : ""
    return "| \(chip) | \(entry.model) | \(rounded(state.inputTokensPerSecond)) + "
      + "\(rounded(state.outputTokensPerSecond)) | \(rounded(state.joulesPerToken.value)) | \(state.prefill.layout), "
      + "\(percent(state.prefillShare)) | \(state.decode.layout)\(drafts) | "
      + "\(rounded(state.decode.batchPerChip)), \(state.decode.batchLimit) | "
      + "\(rounded(state.timePerOutputToken.milliseconds)) |"
  }
}
