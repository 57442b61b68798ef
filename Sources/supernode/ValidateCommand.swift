import ArgumentParser
import Formats
import Pages
import Reports
import Serving
import Supply
import Training
import Units
import Validation

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds the models against published measurements: every row, its prediction and its error.",
    discussion: """
      Examples:
        supernode validate
        supernode validate --kind serving --format json
        supernode validate --kind runs --rows my-runs.csv
        supernode validate --without startupShare --without frontEnd
        supernode validate --without each --every 3
        supernode validate --rows mine.csv --report validation.html
        supernode validate --kind supply --rows estimates.csv
        supernode validate --kind training
      """)

  @Option(
    help: """
      Only rows of this kind: network, operator, serving, caching, power, training, supply; runs are the measured runs \
      of serving engines alone.
      """)
  var kind: String?
  @Option(
    help: """
      Also rows of this file: runs of engines, single figures or estimates of supply, with the columns of \
      Documentation/Guides/OwnRows.md (repeatable).
      """)
  var rows: [String] = []
  @Option(help: "A file of error budgets instead of the built-in ones; a broken budget ends with exit code 1.")
  var budgets: String?
  @Option(help: "How to print: table, json, csv, markdown; or compared, the catalog's list of what was compared.")
  var format =
    ValidationFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Option(help: "Draws of the supply model for each information date.") var draws = 1000
  @Option(help: "Of the measured runs of engines take only the first of every so many.") var every = 1
  @Flag(help: .hidden) var fitRuns = false
  @Option(
    help: ArgumentHelp(
      """
      Predicts the measured runs without a mechanism of the engines, the network or the client, and prints what it is \
      worth (repeatable, one line each); each for all of them in turn.
      """, valueName: "mechanism"))
  var without: [String] = []
  @Flag(help: "Prints every row, not only the groups.") var all = false
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []

  func validate() throws {
    guard (1...1_000_000).contains(draws) else {
      throw ValidationError("--draws: \(draws) is not in 1...1000000; leave it out for 1000")
    }
    guard format != .compared || kind == nil || kind == "training" else {
      throw ValidationError("--format compared: lists runs and papers together; leave --kind out, or take training")
    }
    guard kind != "training" || ![.csv, .markdown].contains(format) else {
      throw ValidationError("--format \(format.rawValue): has no table of training; use table, json or compared")
    }
    if let kind, !Self.kinds.contains(kind) {
      let near = Problems.nearest(to: kind, among: Self.kinds).map { "did you mean '\($0)'? The" } ?? "the"
      throw ValidationError(
        "--kind \(kind): there are no such rows; \(near) kinds are \(Self.kinds.joined(separator: ", "))")
    }
    try OutputPaths.check([json, report], against: rows + [budgets])
    guard !fitRuns else {
      throw ValidationError("--fit-runs: constants are found by another verb; use supernode calibrate --every \(every)")
    }
    guard every > 0 else { throw ValidationError("--every: \(every) is below 1; leave it out for all runs") }
    try checkWithout()
  }

  static let kinds = BudgetFile.kinds

  func run() throws {
    let catalog = try Catalog(checking: catalog)
    guard without.isEmpty else { return try printWithout(catalog) }
    let files = try rowFiles()
    let path = budgets ?? catalog.resourcePath("catalog/published/budgets.yaml")
    let limits = try path.map { try Node.read(path: $0) }
    try limits.map(BudgetFile.check)
    var answer = ValidationAnswer()
    if kind != "supply", kind != "runs" {
      // Of one kind only its own budgets can be judged.
      let mine = try limits.map(Budget.read)?.filter { kind == nil || $0.kind == kind } ?? []
      answer.measured = try ValidationReport.run(
        catalog: catalog, extraFiles: files.measurements, kind: kind, budgets: mine)
    }
    if kind == nil || kind == "runs" || kind == "serving" {
      answer.runs = try runValidation(catalog, files: files.runs, budgets: limits.map(RunBudget.read) ?? [])
    }
    if kind == nil || kind == "supply" {
      answer.supply = try supplyValidation(catalog, files: files.supply, budgets: limits.map(SupplyBudget.read) ?? [])
    }
    if kind == nil || kind == "training" {
      let budgets = try limits.map(TrainingBudget.read) ?? []
      answer.training = try trainingValidation(catalog, files: files.training, budgets: budgets)
    }
    let result = answer.result
    if let json { try OutputFile.write(try JSONText.encode(result, pretty: true), to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      let page = ValidationPage(answer.measured, answer.runs, answer.supply, answer.training)
      if let document = page.document(version: Supernode.version) {
        try OutputFile.write(HTMLRenderer().render(document, chartScript: script), to: report)
      }
    }
    if json != "-", report != "-" { Terminal.write(try text(of: answer, result)) }
    guard result.violations.isEmpty else { throw Problems(result.violations.map { Problem("budget", $0) }) }
  }

  private func text(of answer: ValidationAnswer, _ result: ValidationResult) throws -> String {
    switch format {
    case .compared:
      if kind == "training", let training = answer.training {
        let predictor = try TrainingPredictor(catalog: Catalog(checking: catalog))
        return try TrainingCompared(training, predictor: predictor).yaml
      }
      guard let runs = answer.runs, let measured = answer.measured else { return "" }
      return ComparedFile.text(
        runs: runs, measured: measured, predictor: Predictor(catalog: try Catalog(checking: catalog)))
    case .json: return try JSONText.encode(result, pretty: true)
    // The lists have different columns: one alone is asked for by its kind.
    case .csv: return answer.measured?.csv ?? answer.runs?.csv ?? answer.supply?.csv() ?? ""
    case .markdown:
      let pages = [answer.measured?.markdown, answer.runs?.markdown].compactMap { $0 }
      return pages.isEmpty ? answer.supply?.markdown ?? "" : pages.joined(separator: "\n")
    case .table:
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      var texts = answer.measured.map { [renderer.render($0.terminalDocument(everyRow: all))] } ?? []
      if let runs = answer.runs { texts.append(renderer.render(runs.terminalDocument(everyRow: all))) }
      if var document = answer.supply?.document() {
        document.sources = []
        if kind == nil, !all { document.sections = Array(document.sections.prefix(1)) }
        texts.append(renderer.render(document))
      }
      if let training = answer.training {
        var document = training.terminalDocument(everyRow: all)
        if kind == nil, !all { document.sections = Array(document.sections.prefix(1)) }
        // Asked for alone, jobs come before the few rows of training among the measurements of Ascend.
        texts.insert(renderer.render(document), at: kind == "training" ? 0 : texts.count)
      }
      return texts.joined(separator: "\n")
    }
  }
}

/// How `validate` prints.
enum ValidationFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, csv, markdown
  /// What scenarios tell of the runs that their engine was held against.
  case compared
}
