import ArgumentParser
import Formats
import Pages
import Reports
import Serving
import Units

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replays a request trace against a model served on a system: latency, goodput, energy, cost.",
    discussion: """
      Examples:
        supernode simulate cloudmatrix384-deepseek-r1 --report report.html
        supernode simulate my.yaml --trace day.jsonl.gz --rate-scale 2 --set decode.chips=144 --json -
        supernode simulate my.yaml --request-rate 40 --num-prompts 10000 --random-input-len 4096 --random-output-len 512
        supernode simulate my.yaml --explain --format json
        supernode simulate --model Llama-3.1-70B --system 'HGX H100' --request-rate 1,2,5,10 --goodput ttft:1000 tpot:40
      Built-in scenarios: \(Examples.names().joined(separator: ", "))
      """)

  @OptionGroup var scenario: ScenarioOptions
  @Option(help: "How to print the result: table or json; of a load curve also csv.") var format = OutputFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "The keys of the JSON: Supernode's own, or those of vLLM's or AIPerf's benchmark.")
  var outputFormat = ResultKeys.supernode
  @Option(help: "Writes one line a request as CSV to a file, or - for standard output.") var requests: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Flag(
    help: "Prints each pool's operators, what bounds them and what they rest on, and its memory; simulates nothing.")
  var explain = false
  @Option(help: "Runs with so many seeds, from the scenario's on: means with their 95% intervals.")
  var replications: Int?
  @OptionGroup var percentiles: PercentileOptions
  @OptionGroup var perfetto: PerfettoOptions
  @Flag(help: "No progress bar.") var quiet = false

  func validate() throws {
    let results = [json, requests, report, perfetto.perfetto]
    guard results.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("only one of --json, --requests, --report and --perfetto can go to standard output")
    }
    let files = results.compactMap { $0 }
    if let twice = files.first(where: { file in files.filter { $0 == file }.count > 1 }), twice != "-" {
      throw ValidationError("\(twice) is named for two results; give each a file of its own")
    }
    try OutputPaths.check(files, against: [scenario.scenario, scenario.model, scenario.workload.trace])
    guard !explain || (report == nil && requests == nil && perfetto.perfetto == nil) else {
      throw ValidationError(
        "--explain simulates nothing: --report, --requests and --perfetto have nothing to say; leave them out")
    }
    try checkMany()
  }

  func run() throws {
    if try asksForMany() { return try runMany() }
    let catalog = try Catalog(checking: scenario.catalog)
    let node = try scenario.read(in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    let wanted = try node.decode(Scenario.self)
    let deployment = try node.locating { try Deployment(wanted, catalog: catalog) }
    if !quiet {
      let own = try OwnEntries.words(of: scenario.catalog, used: deployment.entries, in: catalog)
      for line in own { Terminal.writeError("supernode: \(line)") }
    }
    let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
    if explain { return try printExplanation(deployment, renderer) }
    // Opened before the work, so that a place that cannot be written is known at once; gone again unless committed.
    let jsonFile = try json.map(OutputFile.init(path:))
    let benchmarkFile = try scenario.workload.benchmark.resultPath.map(OutputFile.init(path:))
    let reportFile = try report.map(OutputFile.init(path:))
    let requestFile = try requests.map(OutputFile.init(path:))
    let perfettoFile = try perfetto.perfetto.map(OutputFile.init(path:))
    let answer = try simulated(deployment, node, in: catalog, requestFile, perfettoFile)
    let context = deployment.reportContext(scenario: node, commandLine: CommandLine.arguments)
    let result = try outputFormat.text(of: answer, inputs: node)
    try jsonFile?.append(result + "\n")
    try benchmarkFile?.append(ResultKeys.vllm.text(of: answer, inputs: node) + "\n")
    if let reportFile {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try reportFile.append(HTMLRenderer().render(answer.document(context), chartScript: script))
    }
    for file in [requestFile, jsonFile, reportFile, benchmarkFile, perfettoFile] { try file?.commit() }
    if [json, requests, report, perfetto.perfetto].contains("-") { return }
    Terminal.write(format == .json ? result : renderer.render(answer.summary(context)))
  }

  /// As JSON where `--format json` or `--json` asks for it.
  private func printExplanation(_ deployment: Deployment, _ renderer: TerminalRenderer) throws {
    let explanation = try deployment.explained()
    let text = try JSONText.encode(explanation)
    if let json { try OutputFile.write(text, to: json) }
    if json != "-" { Terminal.write(format == .json ? text : renderer.render(explanation.document)) }
  }

  func simulated(
    _ deployment: Deployment, _ node: Node, in catalog: Catalog, _ requestFile: OutputFile?,
    _ perfettoFile: OutputFile?
  ) throws -> ServingReport {
    let start = wallClock()
    var progress = quiet ? nil : ProgressBar(expected: deployment.expectedRequests, start: start)
    try requestFile?.append(RequestRecord.csvHeader + "\n")
    let sink: (([RequestRecord]) throws -> Void)? = requestFile.map { file in
      { records in for record in records { try file.append(record.csvLine + "\n") } }
    }
    var observers = ServingObservers(
      requests: sink,
      progress: { arrived, _ in
        progress?.update(arrived)
      })
    let timeline = try perfetto.trace(of: deployment, perfettoFile, &observers)
    let hash = try inputHash(deployment, node)
    var measured: ServingOutcome?
    var answer = try deployment.simulate(observing: observers) { outcome in
      measured = outcome
      let seconds = wallClock() - start
      return ServingReport.Run(
        version: Supernode.version, seed: deployment.configuration.seed.value, inputHash: hash, wallSeconds: seconds,
        requestsPerWallSecond: Double(outcome.statistics.offered) / max(seconds, 1e-9),
        peakMemoryBytes: peakMemoryBytes())
    }
    progress?.end()
    let leftOut = scenario.workload.benchmark.unmodelledOption.map { "--\($0)" }
    if !leftOut.isEmpty {
      answer.validity.leaveOut(leftOut)
      answer.notes.insert(.leftOut(leftOut), at: 0)
    }
    if let (asked, files) = scenario.quantizationConflict(deployment.architecture, in: catalog) {
      answer.notes.insert(.otherFormat(asked: asked, files: files), at: 0)
    }
    try timeline?.finish(commandLine: CommandLine.arguments.joined(separator: " "))
    let shares = try percentiles.shares()
    if let measured, !shares.isEmpty { try answer.add(percentiles: shares, of: percentiles.kinds(), from: measured) }
    return answer
  }

  /// Of the scenario and of every catalog entry and trace that it names.
  private func inputHash(_ deployment: Deployment, _ node: Node) throws -> String {
    var hash = ContentHash()
    for text in try [node.canonicalText] + deployment.inputTexts() {
      var text = text
      text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    }
    return hash.finish()
  }
}

/// The JSON of `simulate`: the report and the inputs themselves.
struct SimulationResult: Encodable {
  var report: ServingReport
  var inputs: Node

  /// `prefill` and `decode`: the pools of these roles, as in `pools`, for one more version.
  enum CodingKeys: String, CodingKey {
    case inputs, prefill, decode, notes
    case timeToFirstToken, timePerOutputToken, interTokenLatency, endToEnd, phases, energy, cost, decodeStep,
      prefillStep
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encodeIfPresent(report.pools.first { $0.role == .prefill }, forKey: .prefill)
    try container.encodeIfPresent(report.pools.last { $0.role == .decode }, forKey: .decode)
    try container.encode(report.noteSentences, forKey: .notes)
    // What no request had is null, not 0.
    let summaries = [
      (CodingKeys.timeToFirstToken, report.timeToFirstToken), (.timePerOutputToken, report.timePerOutputToken),
      (.interTokenLatency, report.interTokenLatency), (.endToEnd, report.endToEnd),
    ]
    for (key, summary) in summaries where summary.histogram.isEmpty { try container.encodeNil(forKey: key) }
    guard report.requests.completed == 0 else { return }
    for key in [CodingKeys.phases, .energy, .cost, .decodeStep, .prefillStep] { try container.encodeNil(forKey: key) }
  }
}
