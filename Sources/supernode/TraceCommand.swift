import ArgumentParser
import Formats
import Pages
import Reports
import Simulation
import Units
import Workloads

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Looks into a request trace, converts it, scales it, before it is replayed.",
    discussion: """
      Examples:
        supernode trace inspect mooncake-conversation
        supernode trace inspect log.csv --columns arrival=t,prompt=in,output=out --clock ms
        supernode trace convert BurstGPT_1.csv --skip-bad --to mooncake --output burst.jsonl
        supernode trace scale day.jsonl.gz --rate 2 --from 600 --duration 3600 --output two.jsonl
      """,
    subcommands: [Inspect.self, TraceConvert.self, TraceScale.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Requests, rate, lengths, clock, and the best prefix hit rate that an endless cache could reach.",
      discussion: "Example:  supernode trace inspect day.jsonl.gz --format json")
    @OptionGroup var input: TraceInput
    @Option(help: "How to print: table, json or csv.") var format = OutputFormat.table

    func run() throws {
      let summary = try TraceSummary(of: input.workload().makeSource(catalog: input.open(), seed: Seed(1)))
      switch format {
      case .json: Terminal.write(try JSONText.encode(summary, pretty: true))
      case .csv: Terminal.write(summary.csv)
      case .table:
        let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
        Terminal.write(renderer.render(summary.document(title: input.trace)))
      }
    }
  }
}

/// A trace and how it is read, the same for every verb of `trace`.
struct TraceInput: ParsableArguments {
  @Argument(help: "A trace file, plain or gzip, a folder of ServeGen, a trace of the catalog, or - for standard input.")
  var trace: String
  @OptionGroup var reader: ReaderOptions
  @Option(help: "Gives the requests arrivals at so many a second, or inf; for traces without any.")
  var requestRate: String?
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).")
  var catalog: [String] = []

  func open() throws -> Catalog { try Catalog(checking: catalog) }

  /// The workload with further fields, which have the names that they have in a scenario.
  func workload(_ more: [(String, String)] = []) throws -> WorkloadSpecification {
    var node = Node(.mapping([("trace", literal(trace, quoted: true, "TRACE"))]), at: Place(file: "", line: 0))
    for (name, value) in try reader.fields() { node = try node.setting(name, to: value) }
    if let requestRate {
      node = try node.setting("requestRate", to: literal(requestRate, quoted: false, "--request-rate"))
    }
    for (name, text) in more { node = try node.setting(name, to: text) }
    return try node.decode()
  }
}
