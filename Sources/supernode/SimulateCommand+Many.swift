import ArgumentParser
import Formats
import Pages
import Reports
import Serving
import Units

/// Several runs as one answer: a load curve, or one load with several seeds.
extension Simulate {
  /// Whether more than one run is asked for.
  func asksForMany() throws -> Bool { try scenario.curve() != nil || (replications ?? 1) > 1 }

  func checkMany() throws {
    if let replications, !(1...1000).contains(replications) {
      throw ValidationError("--replications \(replications): give a number from 1 to 1000")
    }
    guard try asksForMany() else {
      guard format != .csv else {
        throw ValidationError("--format csv: the requests as CSV are written by --requests FILE, or --requests -")
      }
      return
    }
    let others: [(String, Bool)] = [
      ("--requests", requests != nil), ("--perfetto", perfetto.perfetto != nil), ("--explain", explain),
      ("--output-format", outputFormat != .supernode),
    ]
    if let name = others.first(where: \.1)?.0 {
      throw ValidationError("\(name): is for a single run; give one load and no --replications")
    }
    let isCurve = try scenario.curve() != nil
    guard format != .csv || isCurve else {
      throw ValidationError("--format csv: is for load curves; --format json has every value of every run")
    }
  }

  func runMany() throws {
    let catalog = try Catalog(checking: scenario.catalog)
    let jsonFile = try json.map(OutputFile.init(path:))
    let reportFile = try report.map(OutputFile.init(path:))
    let curve = try scenario.curve()
    let points =
      try curve.map { curve in
        try curve.loads.map { load in
          try runs(of: scenario.at(load, on: curve.axis), in: catalog, named: "\(curve.axis.rawValue) \(load)", load)
        }
      } ?? [runs(of: scenario, in: catalog, named: "", "")]
    // The report's inputs are those of the first load.
    let context = points[0].context
    let result: String
    let page: Document
    let short: Document
    var csv = ""
    if let curve {
      let answer = LoadCurve(
        curve.axis, points.map { point in (Double(point.load) ?? 0, point.reports) })
      result = try JSONText.encode(ManyResult(curve: answer, inputs: points[0].node))
      page = answer.document(context)
      short = answer.summary(context)
      csv = answer.csv
    } else {
      let answer = ReplicatedAnswer(points[0].reports)
      result = try JSONText.encode(ManyResult(replications: answer, inputs: points[0].node))
      page = answer.document(context)
      short = page
    }
    try jsonFile?.append(result + "\n")
    if let reportFile {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try reportFile.append(HTMLRenderer().render(page, chartScript: script))
    }
    for file in [jsonFile, reportFile] { try file?.commit() }
    if [json, report].contains("-") { return }
    let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
    switch format {
    case .json: Terminal.write(result)
    case .csv: Terminal.write(csv)
    default: Terminal.write(renderer.render(short))
    }
  }

  private struct Runs {
    var load: String
    var reports: [ServingReport]
    var node: Node
    var context: ReportContext
  }

  /// One load, with each seed.
  private func runs(
    of options: ScenarioOptions, in catalog: Catalog, named name: String, _ load: String
  ) throws -> Runs {
    let node = try options.read(in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    let first = UInt64(node.field("seed")?.text ?? "1") ?? 1
    var reports: [ServingReport] = []
    var context: ReportContext?
    for run in 0..<UInt64(replications ?? 1) {
      let own = run == 0 ? node : try node.setting("seed", to: "\(first &+ run)")
      let wanted = try own.decode(Scenario.self)
      let deployment = try own.locating { try Deployment(wanted, catalog: catalog) }
      context = context ?? deployment.reportContext(scenario: node, commandLine: CommandLine.arguments)
      reports.append(try simulated(deployment, own, in: catalog, nil, nil))
    }
    guard let context else { throw ValidationError("--replications: give a number from 1 to 1000") }
    return Runs(load: load, reports: reports, node: node, context: context)
  }
}

/// The JSON of several runs.
private struct ManyResult: Encodable {
  var curve: LoadCurve? = nil
  var replications: ReplicatedAnswer? = nil
  var inputs: Node
}
