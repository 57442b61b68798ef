import ArgumentParser
import Formats
import Reports
import Simulation
import Units
import Workloads

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Looks into a request trace before it is replayed.",
    discussion: "Example:  supernode trace inspect mooncake-conversation",
    subcommands: [Inspect.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Requests, rate, lengths, clock, and the best prefix hit rate that an endless cache could reach.")
    @Argument(
      help:
        "A trace file (Mooncake JSONL or Azure CSV, plain or gzip), a trace of the catalog, or - for standard input.")
    var trace: String
    @Flag(help: "Counts and skips damaged lines instead of stopping.") var skipBad = false
    @Option(help: "How to print: table or json.") var format = OutputFormat.table
    @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).")
    var catalog: [String] = []

    func run() throws {
      var workload = WorkloadSpecification(trace: trace)
      workload.skipBad = skipBad
      let summary = try TraceSummary(of: workload.makeSource(catalog: try Catalog(checking: catalog), seed: Seed(1)))
      if format == .json { return Terminal.write(try JSONText.encode(summary, pretty: true)) }
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(renderer.render(summary.document(title: trace)))
    }
  }
}

extension TraceSummary {
  func document(title: String) -> Document {
    func row(_ name: String, _ tokens: Tokens) -> [Table.Cell] {
      [
        Table.Cell(name), Table.Cell(Text.grouped(Int(tokens.mean.rounded()))),
      ]
        + [tokens.minimum, tokens.p50, tokens.p90, tokens.p99, tokens.maximum].map { Table.Cell(Text.grouped($0)) }
    }
    var lead = [
      "\(Text.grouped(requests)) requests over \(Text.duration(span.value)): \(Text.significant(meanRate)) per "
        + "second on average, "
        + "\(Text.significant(peakRatePerSecond)) in the busiest second and \(Text.significant(peakRatePerMinute)) "
        + "in the busiest minute."
    ]
    if let prefixes {
      lead.append(
        "An endless prefix cache would find \(Text.percent(prefixes.bestHitRate)) of the blocks of "
          + "\(prefixes.tokensPerBlock) tokens; "
          + "\(Text.grouped(prefixes.differentBlocks)) of \(Text.grouped(prefixes.blocks)) are different.")
    }
    let notes =
      [clock.advice].compactMap { $0 } + (skipped > 0 ? ["\(skipped) damaged lines were skipped."] : [])
      + skippedExamples
    return Document(
      title: title, lead: lead,
      sections: [
        Document.Section(
          "Tokens",
          [
            .table(
              Table(
                "",
                columns: [
                  "", .number("mean"), .number("min"), .number("p50"), .number("p90"), .number("p99"), .number("max"),
                ],
                rows: [row("prompt", promptTokens), row("output", outputTokens)]))
          ])
      ] + (notes.isEmpty ? [] : [Document.Section("Notes", [.notes(notes)])]))
  }
}
