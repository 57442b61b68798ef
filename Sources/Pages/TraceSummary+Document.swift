import Formats
import Reports
import Workloads

extension TraceSummary {
  /// What `trace inspect` prints.
  public func document(title: String) -> Document {
    func row(_ name: String, _ tokens: Tokens) -> [Table.Cell] {
      [Table.Cell(name), Table.Cell(Text.grouped(Int(tokens.mean.rounded())))]
        + [tokens.minimum, tokens.p50, tokens.p90, tokens.p99, tokens.maximum].map { Table.Cell(Text.grouped($0)) }
    }
    let columns: [Table.Column] = [
      "", .number("mean"), .number("min"), .number("p50"), .number("p90"), .number("p99"), .number("max"),
    ]
    let table = Table("", columns: columns, rows: [row("prompt", promptTokens), row("output", outputTokens)])
    let notes =
      [clock.advice].compactMap { $0 } + (skipped > 0 ? ["\(skipped) damaged lines were skipped."] : [])
      + skippedExamples
    return Document(
      title: title, lead: lead,
      sections: [Document.Section("Tokens", [.table(table)])]
        + (notes.isEmpty ? [] : [Document.Section("Notes", [.notes(notes)])]))
  }

  private var lead: [String] {
    var lead: [String] = []
    if let reading { lead.append(reading.sentence(hasHashes: prefixes != nil)) }
    lead.append(
      "\(Text.grouped(requests)) requests over \(Text.duration(span.value)): \(Text.significant(meanRate)) per "
        + "second on average, \(Text.significant(peakRatePerSecond)) in the busiest second and "
        + "\(Text.significant(peakRatePerMinute)) in the busiest minute.")
    if let conversations {
      lead.append(
        "\(Text.grouped(conversations.turns)) of them are turns of \(Text.grouped(conversations.count)) conversations.")
    }
    if let prefixes {
      lead.append(
        "An endless prefix cache would find \(Text.percent(prefixes.bestHitRate)) of the blocks of "
          + "\(prefixes.tokensPerBlock) tokens, \(Text.percent(prefixes.bestTokenHitRate)) of the prompts' tokens; "
          + "\(Text.grouped(prefixes.differentBlocks)) of \(Text.grouped(prefixes.blocks)) are different.")
    }
    return lead
  }

  /// The same figures as `quantity,value`.
  public var csv: String {
    var text = CSVText(header: ["quantity", "value"])
    func add(_ name: String, _ value: Double) { text.append([name, CSVText.number(value)]) }
    if let reading { text.append(["format", reading.format.rawValue]) }
    add("requests", Double(requests))
    add("span_s", span.value)
    add("mean_rate", meanRate)
    add("peak_rate_second", peakRatePerSecond)
    add("peak_rate_minute", peakRatePerMinute)
    for (name, tokens) in [("prompt_tokens", promptTokens), ("output_tokens", outputTokens)] {
      add("\(name)_total", Double(tokens.total))
      add("\(name)_mean", tokens.mean)
      let rest = [
        ("min", tokens.minimum), ("p50", tokens.p50), ("p90", tokens.p90), ("p99", tokens.p99), ("max", tokens.maximum),
      ]
      for (label, value) in rest { add("\(name)_\(label)", Double(value)) }
    }
    if let prefixes {
      add("block_tokens", Double(prefixes.tokensPerBlock))
      add("blocks", Double(prefixes.blocks))
      add("different_blocks", Double(prefixes.differentBlocks))
      add("best_block_hit_rate", prefixes.bestHitRate)
      add("best_token_hit_rate", prefixes.bestTokenHitRate)
    }
    if let conversations {
      add("conversations", Double(conversations.count))
      add("turns", Double(conversations.turns))
    }
    add("skipped", Double(skipped))
    return String(text.text.dropLast())
  }
}

extension TraceDescription {
  func sentence(hasHashes: Bool) -> String {
    let times = clock.map { "times count \($0.name), \(clockBasis)" } ?? "times are \(clockBasis)"
    let blocks = hasHashes ? "; blocks have \(tokensPerBlock) tokens, \(blockBasis)" : ""
    return "Read as \(format.title): \(times)\(blocks)."
  }
}
