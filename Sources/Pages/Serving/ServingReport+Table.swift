import Reports
import Serving
import Units

extension ServingReport {
  /// The same answer for a terminal, within 48 lines of 100 columns.
  public func summary(_ context: ReportContext) -> Document {
    guard hasServed || requests.offered == 0 else {
      return Document(
        title: context.title, subtitle: context.system, badges: [nothingServed], lead: refusalSentences,
        sections: shortNotes)
    }
    return Document(
      title: context.title, subtitle: context.system, badges: badges,
      lead: refusalSentences + unsoldSentences + validity.sentences + [limits]
        + (isMissed ? [shortAnswers].compactMap { $0 } : []),
      sections: [
        Document.Section("Latency", [.table(shortLatencyTable)])
      ] + (percentileTable.map { [Document.Section("Percentiles", [.table($0)])] } ?? []) + [
        Document.Section("Throughput", [.table(throughputTable)]),
        Document.Section("Time of the mean request", [.table(phaseTable)]),
      ] + shortNotes)
  }

  private var shortLatencyTable: Table {
    var table = latencyTable
    table.caption = ""
    return table
  }

  private var throughputTable: Table {
    func count(_ value: Double) -> String { Measure(value, .count).description }
    func each(_ tokens: Int) -> String {
      Text.grouped(Int((Double(tokens) / Double(max(1, requests.completed))).rounded()))
    }
    let served = "\(Text.grouped(requests.completed)) of \(Text.grouped(requests.offered)) served"
    let lost = requests.failed + requests.rejected
    let missed = goodput.misses.max { $0.requests < $1.requests }
    let why = missed.map { "; most misses: \($0.reason)" } ?? ""
    let price = cost.perMillionOutputTokens > .zero ? money(cost.perMillionOutputTokens) : Text.missing
    return Table(
      "", columns: ["", .number(""), ""],
      rows: [
        Self.row(
          "Requests", "\(count(throughput.requests))/s", served + (lost > 0 ? ", \(Text.grouped(lost)) lost" : "")),
        Self.row(
          "Goodput", "\(count(goodput.requests))/s",
          goodput.objectives.isEmpty
            ? "no objective was set" : "\(Measure(goodput.fraction, .percent)) meet every objective\(why)"
        ),
        Self.row(
          "Output tokens", "\(count(throughput.outputTokens))/s",
          "\(count(throughput.outputTokensPerChip))/s per chip, \(Text.counted(chips, "chip")); "
            + "\(each(requests.outputTokens)) a request"),
        Self.row(
          "Prompt tokens", "\(count(throughput.inputTokens))/s",
          "\(Measure(cache.hitRate, .percent)) from the cache; \(each(requests.promptTokens)) a request"),
        Self.row(
          "Batch per rank", count(decoding?.meanBatchPerRank ?? 0),
          "limit: \(decoding?.batchLimit.words ?? Text.missing)"),
        Self.row(
          "Energy", "\(Measure(energy.joulesPerOutputToken.value, .joules))",
          "per output token, mean power \(Measure(energy.meanPower.value, .watts))"),
        Self.row(
          "Cost", price,
          "per million output tokens"
            + (isHardwareFree
              ? ", electricity alone: no price of the hardware is known" : "; \(money(cost.perChipHour)) a chip-hour")
        ),
      ])
  }

  private var phaseTable: Table {
    let total = phaseParts.reduce(Seconds.zero) { $0 + $1.time }
    return Table(
      "", columns: ["", .number(""), .number("")],
      rows: phaseParts.map { name, time in
        [Table.Cell(name), Table.Cell(time.text), Table.Cell("\(Measure(total > .zero ? time / total : 0, .percent))")]
      })
  }

  private var shortNotes: [Document.Section] {
    guard !notes.isEmpty else { return [] }
    let more = notes.count > 2 ? ["\(notes.count - 2) more in the report and the JSON."] : []
    return [Document.Section("Notes", [.notes(noteSentences.prefix(2) + more)])]
  }

  private static func row(_ name: String, _ value: String, _ note: String) -> [Table.Cell] {
    [Table.Cell(name), Table.Cell(value), Table.Cell(note, tone: .muted)]
  }
}
