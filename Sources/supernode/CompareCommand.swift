import ArgumentParser
import Formats
import Hardware
import Pages
import Planning
import Reports
import Serving
import Units

/// Systems, scenarios or results side by side.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Sets systems side by side, each at its own best plan; or scenarios; or results of them or train.",
    discussion: """
      Examples:
        supernode compare --model DeepSeek-R1 --system 'CloudMatrix 384' --system 'GB200 NVL72' --system 'HGX H20' \
      --isl 4096 --osl 512 --goodput tpot:50
        supernode compare deepseek-r1-h20 deepseek-r1-hgx-h200
        supernode compare before.json after.json
      The first is the base of the ratios.
      """)

  @Argument(help: "Scenarios (files or built-in examples), or results of simulate, plan or train --json; two or more.")
  var files: [String] = []
  @Option(help: "The model to plan on each system: its name in the catalog or at Hugging Face, or a config.json.")
  var model: String?
  @Option(help: "A system of the catalog (repeatable).") var system: [String] = []
  @Option(
    name: [.customLong("chips"), .customLong("total-gpus")],
    help: "Chips of each system: one number for all, or one for each, in order; all of a system where absent.")
  var chips: [LoadList] = []
  @Option(
    name: [.customLong("input-len"), .customLong("isl"), .customLong("random-input-len")],
    help: "Prompt tokens of a request.")
  var inputLen: Int?
  @Option(
    name: [.customLong("output-len"), .customLong("osl"), .customLong("random-output-len")],
    help: "Output tokens of a request.")
  var outputLen: Int?
  @Option(parsing: .upToNextOption, help: "Objectives in milliseconds: ttft:2000 tpot:50 e2el:60000.")
  var goodput: [String] = []
  @Option(help: "Of the requests that must keep every objective (0 to 1); 0.95 where absent.") var share: Double?
  @Option(help: "Simulates so many of the best plans of each system, 3 where absent; 0 only estimates.")
  var simulate: Int?
  @Option(help: "A region of the catalog, whose grid says what the energy brings into the air, such as China.")
  var region: String?
  @Option(help: "How to print the result: table, json or csv.") var format = OutputFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Option(help: "The seed of every random stream.") var seed: UInt64 = 1
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []
  @Flag(help: "No remarks.") var quiet = false

  func validate() throws {
    guard model != nil || files.count >= 2 else {
      throw ValidationError(
        files.isEmpty
          ? "name two scenarios or results, or give --model and two systems: supernode compare --model DeepSeek-R1 "
            + "--system 'HGX H200' --system 'HGX H20'"
          : "\(files[0]) stands alone: name a second one to set beside it")
    }
    guard model == nil || files.isEmpty else {
      throw ValidationError(
        "\(files[0]): --model plans on systems, files are compared as they are; leave one of them out")
    }
    guard model == nil || system.count >= 2 else {
      throw ValidationError("name two systems or more: --system 'HGX H200' --system 'HGX H20'")
    }
    if model == nil {
      let unheard = [
        ("--system", !system.isEmpty), ("--chips", !chips.isEmpty), ("--goodput", !goodput.isEmpty),
        ("--input-len", inputLen != nil), ("--output-len", outputLen != nil), ("--share", share != nil),
        ("--simulate", simulate != nil), ("--region", region != nil),
      ].filter(\.1).map(\.0)
      guard unheard.isEmpty else {
        throw ValidationError(
          "\(unheard.joined(separator: ", ")): files are compared as they are; leave it out, or change the scenarios")
      }
    } else {
      _ = try Self.counts(chips, of: system)
    }
    if let simulate, !(0...20).contains(simulate) {
      throw ValidationError("--simulate \(simulate): give a number from 0 to 20")
    }
    guard json != "-" || report != "-" else {
      throw ValidationError("only one of --json and --report can go to standard output")
    }
    try OutputPaths.check([json, report], against: files.map(Optional.some) + [model])
  }

  func run() throws {
    let catalog = try Catalog(checking: self.catalog)
    let jsonFile = try json.map(OutputFile.init(path:))
    let reportFile = try report.map(OutputFile.init(path:))
    let comparison = try model == nil ? ofFiles(catalog) : ofSystems(catalog)
    let context = ReportContext(
      title: comparison.title, system: subtitle, commandLine: CommandLine.arguments.joined(separator: " "))
    let result = try JSONText.encode(WithRun(result: comparison, run: ResultRun(seed: seed)))
    try jsonFile?.append(result + "\n")
    if let reportFile {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try reportFile.append(HTMLRenderer().render(comparison.document(context), chartScript: script))
    }
    for file in [jsonFile, reportFile] { try file?.commit() }
    if ![json, report].contains("-") { printed(comparison, context, result) }
    guard comparison.hasAnyPlan else { throw ExitCode(1) }
  }

  private func printed(_ comparison: Comparison, _ context: ReportContext, _ result: String) {
    switch format {
    case .json: Terminal.write(result)
    case .csv: Terminal.write(comparison.csv)
    case .table:
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(renderer.render(comparison.document(context)))
    }
  }

  private var subtitle: String {
    model == nil ? files.joined(separator: ", ") : "\(promptTokens) tokens in, \(outputTokens) out"
  }

  private var promptTokens: Int { inputLen ?? 4096 }
  private var outputTokens: Int { outputLen ?? 512 }

  /// Chips of each system: of one number for all, one with commas, or one option for each; nil where none is given.
  static func counts(_ lists: [LoadList], of systems: [String]) throws -> [Int]? {
    let words = lists.flatMap(\.values)
    guard !words.isEmpty else { return nil }
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count else {
      throw ValidationError("--chips \(words.joined(separator: ",")): give whole numbers")
    }
    guard numbers.count == 1 || numbers.count == systems.count else {
      throw ValidationError("--chips: \(numbers.count) numbers for \(systems.count) systems; give one, or one for each")
    }
    return numbers.count == 1 ? systems.map { _ in numbers[0] } : numbers
  }

  // MARK: files

  /// Whether every stage of a result of `train` lies within its chips' memory.
  private static func fits(_ training: Node) -> Bool {
    guard let capacity = training["memory.capacity"]?.text.flatMap(Double.init) else { return true }
    return (training["memory.stages"]?.elements ?? []).allSatisfy { stage in
      stage.fields.reduce(0) { $1.key == "rank" ? $0 : $0 + ($1.value.text.flatMap(Double.init) ?? 0) } <= capacity
    }
  }

  private func ofFiles(_ catalog: Catalog) throws -> Comparison {
    let results = try files.map { file -> (name: String, node: Node) in
      if file.hasSuffix(".json") {
        let node = try Node.read(path: file)
        let isResult = ["throughput", "plans", "curve"].contains { node.field($0) != nil }
        if Comparison.isTraining(node), !Self.fits(node) {
          throw Problem(
            file, "is a training that does not fit in memory, so that it has no run to compare",
            wayOut: "train it by a plan that fits")
        }
        if isResult || Comparison.isTraining(node) { return (Self.stem(file), node) }
        guard node.field("run") == nil, node.field("version") == nil else {
          throw Problem(
            file, "is a result that has no requests served and no training step",
            wayOut: "compare results of simulate, plan or train")
        }
      }
      return (Self.stem(file), try simulated(file, catalog))
    }
    return try Comparison(results: results)
  }

  /// What `simulate` says of a scenario, as its JSON.
  private func simulated(_ file: String, _ catalog: Catalog) throws -> Node {
    var options = try ScenarioOptions.parse([file])
    options.catalog = self.catalog
    let node = try options.read(in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    let scenario = try node.decode(Scenario.self)
    let deployment = try node.locating { try Deployment(scenario, catalog: catalog) }
    let report = try deployment.simulate(observing: ServingObservers()) { _ in
      ServingReport.Run(
        version: Supernode.version, seed: deployment.configuration.seed.value, inputHash: "", wallSeconds: 0,
        requestsPerWallSecond: 0, peakMemoryBytes: 0)
    }
    return try Node.parse(ResultKeys.supernode.text(of: report, inputs: node), file: file)
  }

  private static func stem(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return name.split(separator: ".").first.map(String.init) ?? name
  }

  // MARK: systems

  private func ofSystems(_ catalog: Catalog) throws -> Comparison {
    var arguments = [
      "--model", model ?? "", "--isl", "\(promptTokens)", "--osl", "\(outputTokens)", "--share", "\(share ?? 0.95)",
    ]
    if !goodput.isEmpty { arguments += ["--goodput"] + goodput }
    if let region { arguments += ["--region", region] }
    let counts = try Self.counts(chips, of: system)
    let simulate = self.simulate ?? 3
    var planners: [Planner] = []
    let contenders = try system.enumerated().map { index, name -> Comparison.Contender in
      var own = arguments + ["--system", name]
      if let counts { own += ["--chips", "\(counts[index])"] }
      let command = try PlanCommand.parse(own)
      let planner = try Planner(command.request(catalog), catalog: catalog, workers: processorCount())
      planners.append(planner)
      var answer = planner.plan()
      if simulate > 0, !answer.plans.isEmpty { answer = try planner.simulated(answer, best: simulate, seed: seed) }
      let found = try catalog.system(name)
      return Comparison.Contender(system: found, chip: try catalog.chip(found.chip), answer: answer)
    }
    var comparison = Comparison(
      contenders, title: "\(model ?? "") on \(contenders.map(\.system.name).joined(separator: ", "))")
    comparison.parity = zip(planners, contenders).dropFirst().map { planner, contender in
      Comparison.Parity(of: contender, planner, with: contenders[0], planners[0])
    }
    return comparison
  }
}
