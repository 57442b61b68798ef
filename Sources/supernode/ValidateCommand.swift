import ArgumentParser
import Formats
import Reports
import Units
import Validation

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds the models against published measurements: every row, its prediction and its error.",
    discussion: """
      Examples:
        supernode validate
        supernode validate --kind serving --format json
        supernode validate --rows mine.csv --report validation.html
      """)

  @Option(help: "Only rows of this kind: network, operator, serving, caching, power, training, supply.")
  var kind: String?
  @Option(help: "Also rows of this file, of the columns of ascend.csv (repeatable).") var rows: [String] = []
  @Option(help: "A file of error budgets instead of the built-in ones; a broken budget ends with exit code 1.")
  var budgets: String?
  @Option(help: "How to print: table, json, csv or markdown.") var format = ValidationFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Flag(help: "Prints every row, not only the groups.") var all = false
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []

  func run() throws {
    let catalog = Catalog(folders: catalog)
    if kind == "supply" { return try runSupply(catalog) }
    let path = budgets ?? catalog.resourcePath("catalog/published/budgets.yaml")
    var limits = try path.map { try Budget.read(Node.read(path: $0)) } ?? []
    // Of one kind only its own budgets can be judged.
    if let kind { limits = limits.filter { $0.kind == kind } }
    let result = try ValidationReport.run(catalog: catalog, extraFiles: rows, kind: kind, budgets: limits)
    let document = result.document(version: Supernode.version)
    if let json { try OutputFile.write(try JSONText.encode(result, pretty: true), to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try OutputFile.write(HTMLRenderer().render(document, chartScript: script), to: report)
    }
    if json != "-" { Terminal.write(try text(of: result)) }
    guard result.violations.isEmpty else { throw Problems(result.violations.map { Problem("budget", $0) }) }
  }

  private func text(of result: ValidationReport) throws -> String {
    switch format {
    case .json: try JSONText.encode(result, pretty: true)
    case .csv: result.csv
    case .markdown: result.markdown
    case .table:
      TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
        .render(result.terminalDocument(everyRow: all))
    }
  }
}

/// How `validate` prints.
enum ValidationFormat: String, ExpressibleByArgument, CaseIterable { case table, json, csv, markdown }
