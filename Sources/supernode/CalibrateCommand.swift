import ArgumentParser
import Formats
import Pages
import Reports
import Units
import Validation

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds constants again: all from their data, without a group of it, or a cluster's from its results.",
    discussion: """
      Without a scenario every constant that is fitted is fitted again. With --from the results of vllm bench serve, \
      SGLang's bench_serving or AIPerf correct a few constants of the scenario's engine for that cluster.
      Examples:
        supernode calibrate --every 3 --report calibration.html
        supernode calibrate --every 3 --write fitted
        supernode calibrate --leave-out chip --every 3
        supernode calibrate --kind training --write fitted
        supernode calibrate --leave-out model=Llama-3.1-70B --every 3
        supernode calibrate my.yaml --from c8.json c32.json c128.json --write my-engine.yaml
      """)

  @Option(
    parsing: .upToNextOption,
    help: """
      Results of a benchmark against your own cluster, at two loads or more: files of vllm bench serve \
      --save-result, of SGLang's bench_serving, of AIPerf, or rows of runs.
      """)
  var from: [String] = []
  @Option(
    help: ArgumentHelp(
      """
      Leaves each chip, model, version or engine out of the fit and predicts its scored runs; chip=H100 for one; each \
      for all four kinds.
      """, valueName: "kind"))
  var leaveOut: String?
  @Option(help: "Takes only the first of every so many published runs.") var every = 1
  @Option(help: "Whose constants: serving, or training (also with each chip and model left out).")
  var kind = CalibrationKind.serving
  @Option(
    help: """
      Where to write what was found: a folder for --catalog, or with --from also an engine's file (.yaml) that a \
      scenario can name.
      """)
  var write: String?
  @Option(help: "The name of the calibrated engine, with --from.") var name: String?
  @Option(help: "How to print: table, json or markdown.") var format = CalibrationFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a report: HTML, or Markdown where the name ends with .md.") var report: String?
  @Flag(help: "No remarks.") var quiet = false
  @OptionGroup var scenario: ScenarioOptions

  func validate() throws {
    guard every > 0 else { throw ValidationError("--every: \(every) is below 1; leave it out for all runs") }
    _ = try kinds()
    let isOfCluster = !from.isEmpty
    guard kind == .serving || (!isOfCluster && leaveOut == nil && every == 1 && scenario.scenario == nil) else {
      throw ValidationError("--kind training: goes with --write, --format, --json, --report and --catalog alone")
    }
    guard isOfCluster || (scenario.scenario == nil && scenario.model == nil) else {
      throw ValidationError(
        "a scenario is calibrated on results: give --from RESULT.json …, or leave the scenario out to find all "
          + "constants again")
    }
    guard !isOfCluster || leaveOut == nil else {
      throw ValidationError("--leave-out: is for the published runs; with --from each result is left out anyway")
    }
    guard leaveOut == nil || write == nil else {
      throw ValidationError("--write: constants found without some runs are not to be used; leave it out")
    }
    guard isOfCluster || name == nil else {
      throw ValidationError("--name: is that of an engine calibrated with --from; leave it out")
    }
    let isFile = write.map(Self.isFile) ?? false
    guard isOfCluster || !isFile else {
      throw ValidationError("--write \(write ?? ""): constants are in several files; name a folder")
    }
    try OutputPaths.check([json, report, isFile ? write : nil], against: from + [scenario.scenario])
  }

  func run() throws {
    let catalog = try Catalog(checking: scenario.catalog)
    if kind == .training { return try calibrateTraining(catalog) }
    if !from.isEmpty { return try calibrateCluster(catalog) }
    if let (kinds, group) = try kinds() { return try leaveOut(kinds, group, catalog) }
    let page = CalibrationPage(
      try RunFit(catalog: catalog, every: every, workers: processorCount()), try DecodeRefit(catalog: catalog))
    try finish(
      page.document(version: Supernode.version), page.markdown(version: Supernode.version),
      CalibrationResult(engines: page.runs, decode: page.decode, version: Supernode.version), catalog,
      files: try write.map { folder in
        let version = Supernode.version
        return try
          (page.runs.files(catalog: catalog, version: version)
          + page.decode.files(catalog: catalog, version: version)).map { ("\(folder)/\($0.path)", $0.text) }
      } ?? [])
  }

  private func calibrateTraining(_ catalog: Catalog) throws {
    let fit = try TrainingFit(catalog: catalog, workers: processorCount())
    let version = Supernode.version
    try finish(
      fit.document(version: version), fit.markdown(version: version), fit, catalog,
      files: try write.map { folder in
        try fit.files(catalog: catalog, version: version).map { ("\(folder)/\($0.path)", $0.text) }
      } ?? [])
  }

  /// Those of `--leave-out`, and the one group.
  private func kinds() throws -> ([LeaveOut.Kind], String?)? {
    guard let leaveOut else { return nil }
    if leaveOut == "each" { return (LeaveOut.Kind.allCases, nil) }
    let parts = leaveOut.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let names = LeaveOut.Kind.allCases.map(\.rawValue)
    guard let kind = LeaveOut.Kind(rawValue: parts[0].lowercased()) else {
      throw ValidationError(
        "--leave-out \(leaveOut): nothing such is left out; use one of \(names.joined(separator: ", ")), each, or "
          + "chip=H100")
    }
    let group = parts.count == 2 && parts[1] != "each" ? parts[1] : nil
    guard group != "" else { throw ValidationError("--leave-out \(leaveOut): the name is missing after '='") }
    return ([kind], group)
  }

  private func leaveOut(_ kinds: [LeaveOut.Kind], _ group: String?, _ catalog: Catalog) throws {
    let words = ["supernode calibrate --leave-out", leaveOut ?? ""] + (every > 1 ? ["--every \(every)"] : [])
    if let group { try LeaveOut.Study.check(group, kinds[0], catalog: catalog, every: every) }
    let study = try LeaveOut.Study(catalog: catalog, every: every, workers: processorCount())
    let file = LeftOutFile(
      command: words.joined(separator: " "), version: Supernode.version,
      kinds: try kinds.map { try LeaveOut($0, name: group, of: study) })
    try finish(file.document(version: Supernode.version), file.markdown(version: Supernode.version), file, catalog)
  }

  private func calibrateCluster(_ catalog: Catalog) throws {
    let results = try from.flatMap { try BenchmarkResult.read(path: $0) }
    let node = try scenario.read(in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    let fit = try ClusterFit(results, scenario: node, catalog: catalog, workers: processorCount())
    let makers = Set(results.map(\.format)).compactMap { $0.engine }.filter { !fit.engine.hasPrefix($0) }
    if !quiet, let other = makers.sorted().first {
      Terminal.writeError(
        "supernode: a file is of \(other)'s own client, and \(fit.engine) is calibrated: that is right only where it "
          + "was the server")
    }
    var files: [(String, String)] = []
    if let write {
      let stem = write.split(separator: "/").last.map { $0.split(separator: ".").first.map(String.init) ?? "" } ?? ""
      let own = name ?? (Self.isFile(write) ? stem : "\(fit.engine) calibrated")
      let text = try fit.engineFile(named: own, version: Supernode.version)
      files = [(Self.isFile(write) ? write : "\(write)/engines/\(Catalog.slug(own)).yaml", text)]
    }
    try finish(
      fit.document(version: Supernode.version), fit.markdown(version: Supernode.version),
      ClusterResult(calibration: fit, version: Supernode.version), catalog, files: files)
    if let (path, _) = files.first, let write, !quiet {
      let own = name ?? "\(fit.engine) calibrated"
      let use =
        Self.isFile(write)
        ? "name it in a scenario: engine: \(path)" : "use it: --catalog \(write) --engine '\(own)'"
      Terminal.writeError("supernode: \(path) is written; \(use)")
    }
  }

  /// Whether `--write` names an engine's file, and no folder.
  private static func isFile(_ path: String) -> Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }

  /// Prints, and gives every file its name only when all are whole.
  private func finish(
    _ document: Document, _ markdown: String, _ result: some Encodable, _ catalog: Catalog,
    files: [(path: String, text: String)] = []
  ) throws {
    let text = try JSONText.encode(result, pretty: true)
    var open: [OutputFile] = []
    func add(_ path: String, _ text: String) throws {
      let file = try OutputFile(path: path)
      try file.append(text)
      open.append(file)
    }
    for (path, text) in files { try add(path, text) }
    if let json { try add(json, text) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try add(
        report, report.hasSuffix(".md") ? markdown : HTMLRenderer().render(document, chartScript: script))
    }
    for file in open { try file.commit() }
    guard json != "-", report != "-" else { return }
    switch format {
    case .json: Terminal.write(text)
    case .markdown: Terminal.write(markdown)
    case .table:
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(renderer.render(document))
    }
  }
}

/// How `calibrate` prints.
enum CalibrationFormat: String, ExpressibleByArgument, CaseIterable { case table, json, markdown }

/// Whose constants `calibrate` finds.
enum CalibrationKind: String, ExpressibleByArgument, CaseIterable { case serving, training }
