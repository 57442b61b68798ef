import ArgumentParser
import Formats
import Pages
import Planning
import Reports
import Serving
import Simulation
import Units
import Validation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The best deployment for a model, its traffic and its objectives over the chips that one may have.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Finds the best deployment for a model, its traffic and its objectives on the chips that one may have.",
    discussion: """
      Examples:
        supernode plan --model Qwen3-32B --system 'HGX H200' --chips 32 --input-len 4000 --output-len 500 \
      --goodput ttft:300 tpot:10
        supernode plan --model DeepSeek-V3 --system 'HGX H200' --chips 64 --isl 4000 --osl 1000 --ttft 2000 --tpot 50
        supernode plan --model Llama-3.1-70B --system 'HGX H100' --system 'HGX H20' --request-rate 20 --optimise cost
      """)

  @Option(help: "The model: its name in the catalog or at Hugging Face, or the path of a config.json.")
  var model: String
  @Option(
    help:
      "A system of the catalog that may be used (repeatable: each by itself, and prompts on one, answers on another).")
  var system: [String]
  @Option(
    name: [.customLong("chips"), .customLong("total-gpus")],
    help: "Chips that may be used: one number for each system, in order, or one for all; all of a system where absent.")
  var chips: [LoadList] = []
  @Option(help: "An engine by name (repeatable); all that the catalog offers for the chip where absent.")
  var engine: [String] = []
  @Option(
    help: """
      Formats of the weights to try: auto (the model's files), fp8, int8, awq, gptq, mxfp4, nvfp4 (repeatable). What \
      it does to answers is not modelled.
      """)
  var quantization: [String] = []
  @Option(help: "The format of keys and values: auto, fp8, bf16.") var kvCacheDtype: String?
  @Option(
    name: [.customLong("input-len"), .customLong("isl"), .customLong("random-input-len")],
    help: "Prompt tokens of a request; 1024 where absent.")
  var inputLen: Int?
  @Option(
    name: [.customLong("output-len"), .customLong("osl"), .customLong("random-output-len")],
    help: "Output tokens of a request; 128 where absent.")
  var outputLen: Int?
  @Option(
    name: [.customLong("prefix-len"), .customLong("random-prefix-len")],
    help: """
      Tokens at the beginning of every prompt that all share, such as a system prompt; they count in --input-len, and \
      engines with a cache of prefixes compute them once.
      """)
  var prefixLen: Int?
  @Option(help: "A trace, whose requests and mean lengths take the place of generated ones: a file, or the catalog's.")
  var trace: String?
  @Option(help: "Requests per second that must be served; as many as the chips can where absent.")
  var requestRate: Double?
  @Option(parsing: .upToNextOption, help: "Objectives in milliseconds: ttft:2000 tpot:50 e2el:60000.")
  var goodput: [String] = []
  @Option(help: "As --goodput ttft:MS.") var ttft: Double?
  @Option(help: "As --goodput tpot:MS.") var tpot: Double?
  @Option(name: [.customLong("request-latency")], help: "As --goodput e2el:MS.") var requestLatency: Double?
  @Option(help: "Of the requests that must keep every objective in the simulation (0 to 1).") var share = 0.95
  @Option(
    name: [.customLong("optimise"), .customLong("optimize")],
    help: "throughput (output tokens a second for each chip of the systems that a plan uses), chips, cost, energy.")
  var optimise: String?
  @Option(help: "Where prompts are computed: together with the answers, apart (also on another system), or both.")
  var division = Division.both
  @Option(
    name: [.customLong("spare"), .customLong("spare-instances")],
    help: "Instances of each pool beyond what the traffic needs (N+1 is 1).")
  var spare = 0
  @Option(help: "What all chips of a plan may draw at full load, hosts and network included, such as '500 kW'.")
  var powerBudget: String?
  @Option(help: "What the hardware of a plan may cost by the catalog's prices, such as '4e6 USD'.") var budget: String?
  @Option(
    help: """
      Draft tokens of the model's own prediction layers that are tried: such as 0,1,3, or auto (none to three where \
      the model has them); none where absent.
      """)
  var draftTokens: String?
  @Option(help: "The chance that a draft is accepted (0 to 1).") var speculativeAcceptance = 0.7
  @Option(
    name: [
      .customLong("chunk-tokens"), .customLong("max-num-batched-tokens"), .customLong("chunked-prefill-size"),
      .customLong("max-num-tokens"),
    ],
    help: """
      New tokens of prompts in a step of a rank that are tried: such as 2048,8192, or default for the engine's own; \
      that and 1024 to 16384 where absent.
      """)
  var chunkTokens: String?
  @Option(
    name: [.customLong("gpu-memory-utilization"), .customLong("mem-fraction-static")],
    help: "Shares of the memory that the engine may use, such as 0.85,0.92; its own where absent. More is never worse.")
  var memoryShare: String?
  @Option(help: "Simulates so many of the best plans; 0 only estimates.") var simulate = 5
  @Option(help: "How to print the result: table, json or csv (the frontier).") var format = OutputFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Option(help: "Prints how to start the best plan: vllm, sglang, trtllm, kubernetes, dynamo, scenario.")
  var emit: LaunchFormat?
  @Option(help: "The seed of every random stream.") var seed: UInt64 = 1
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []
  @Option(
    help: """
      Traffic that changes by the hour: a file with requests per second on each line, or a trace. The plan is for the \
      busiest hour; the day is simulated with instances fixed, planned by hour and scaled by what is seen.
      """)
  var day: String?
  @Option(help: "With --day: how long an instance takes to start, such as '3 min'.") var startUp = "3 min"
  @Option(help: "With --day: the share of full instances at which an autoscaler keeps requests in flight (0 to 1).")
  var targetUtilisation = 0.7
  @Option(help: "A region of the catalog, whose grid says what the energy brings into the air, such as China.")
  var region: String?
  @Option(help: "Yuan for a dollar, to tell costs in yuan too, with its date: '7.15 of 2025'.")
  var exchangeRate: String?
  @Flag(help: "Adds what moves the answer: the best plan with one input after another higher and lower.")
  var sensitivity = false
  @Flag(help: "Says on standard error how many estimates the search makes in a second of processor time.")
  var time = false
  @Flag(help: "No remarks.") var quiet = false

  enum Division: String, ExpressibleByArgument, CaseIterable {
    case together, apart, both
    var list: [PlanRequest.Division] {
      switch self {
      case .together: [.together]
      case .apart: [.apart, .mixed]
      case .both: PlanRequest.Division.allCases
      }
    }
  }

  func validate() throws {
    guard !system.isEmpty else { throw ValidationError("name a system: --system 'HGX H200'") }
    guard (0...20).contains(simulate) else {
      throw ValidationError("--simulate \(simulate): give a number from 0 to 20")
    }
    guard trace == nil || (inputLen == nil && outputLen == nil && prefixLen == nil) else {
      throw ValidationError(
        "--trace: its requests have lengths of their own; leave --input-len, --output-len and --prefix-len out")
    }
    guard day == nil || requestRate == nil else {
      throw ValidationError("--day has rates of its own; leave --request-rate out")
    }
    guard day == nil || prefixLen == nil else {
      throw ValidationError("--day: its requests share no prefix; leave --prefix-len out")
    }
    guard targetUtilisation > 0, targetUtilisation <= 1 else {
      throw ValidationError("--target-utilisation \(targetUtilisation): give a share above 0, at most 1")
    }
    guard json != "-" || report != "-" else {
      throw ValidationError("only one of --json and --report can go to standard output")
    }
    if emit != nil {
      guard json != "-", report != "-", format == .table else {
        throw ValidationError(
          "--emit prints commands to standard output, where no other result can go: give --json or --report a file")
      }
    }
    try OutputPaths.check([json, report], against: [model])
  }

  func run() throws {
    let catalog = try Catalog(checking: self.catalog)
    let jsonFile = try json.map(OutputFile.init(path:))
    let reportFile = try report.map(OutputFile.init(path:))
    let traffic = try day.map { try DayRates(named: $0, catalog: catalog, seed: Seed(seed)) }
    var request = try self.request(catalog)
    if let traffic {
      request.requestRate = traffic.peak
      if optimise == nil { request.goal = .chips }
    }
    let planner = try Planner(request, catalog: catalog, workers: processorCount())
    let began = processorTime()
    var answer = planner.plan()
    if time {
      let seconds = processorTime() - began
      Terminal.writeError(
        "supernode: \(Text.grouped(answer.estimates)) estimates in \(Measure(seconds, .duration)) of processor time, "
          + "\(Text.grouped(Int(Double(answer.estimates) / max(seconds, 1e-9)))) a second")
    }
    if answer.plans.isEmpty {
      if !quiet, Terminal.errorIsTerminal {
        Terminal.writeError("supernode: no deployment serves this; looking for the smallest change …")
      }
      answer.remedies = planner.remedies(after: answer.estimates)
    }
    if simulate > 0, !answer.plans.isEmpty {
      if !quiet, Terminal.errorIsTerminal {
        Terminal.writeError("supernode: \(answer.estimates) estimates; simulating the best \(simulate) …")
      }
      answer = try planner.simulated(answer, best: simulate, seed: seed)
    }
    if let traffic {
      let wanted = DayRequest(
        traffic: traffic, startUp: try Self.amount(startUp, "--start-up", "'3 min'"), utilisation: targetUtilisation)
      answer.day = try planner.day(wanted, of: answer, seed: seed)
    }
    if sensitivity { answer.sensitivity = planner.sensitivity(of: answer) }
    let launch = try emit.flatMap { format in try answer.best.map { try planner.launch($0, as: format, seed: seed) } }
    let context = ReportContext(
      title: title(request), system: subtitle(request), commandLine: CommandLine.arguments.joined(separator: " "))
    let run = try ResultRun(seed: seed, request: request, entries: planner.entries, in: catalog)
    let result = try JSONText.encode(WithRun(result: answer, run: run))
    try jsonFile?.append(result + "\n")
    if let reportFile {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      let page = answer.document(context, launch: launch, measured: try measured(planner, request, catalog))
      try reportFile.append(HTMLRenderer().render(page, chartScript: script))
    }
    for file in [jsonFile, reportFile] { try file?.commit() }
    if ![json, report].contains("-") {
      try printed(answer, context, result, launch) { try measured(planner, request, catalog) }
    }
    guard let best = answer.best, best.simulated?.meets != false else { throw ExitCode(1) }
  }

  /// Published runs of the same kind, to lay over the frontier.
  private func measured(_ planner: Planner, _ request: PlanRequest, _ catalog: Catalog) throws -> [MeasuredPoint] {
    let systems = planner.entries.filter { $0.kind == "systems" }.map(\.name)
    return try MeasuredPoint.all(
      model: request.model, systems: systems, promptTokens: request.lengths.prompt,
      outputTokens: request.lengths.output, catalog: catalog)
  }

  private func printed(
    _ answer: PlanAnswer, _ context: ReportContext, _ result: String, _ launch: String?,
    _ measured: () throws -> [MeasuredPoint]
  ) throws {
    if emit != nil, let launch, format == .table { return Terminal.write(launch) }
    switch format {
    case .json: Terminal.write(result)
    case .csv: Terminal.write(answer.frontierCSV)
    case .table:
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(renderer.render(answer.summary(context, launch: launch, measured: try measured())))
    }
  }

  private func title(_ request: PlanRequest) -> String {
    let name = request.model.split(separator: "/").filter { $0 != "config.json" && $0 != "." }.last.map(String.init)
    return "Plan for \(name ?? request.model)"
  }

  private func subtitle(_ request: PlanRequest) -> String {
    let fleets = request.fleets.map { "\(Text.counted($0.chips, "chip")) of \($0.system)" }
      .joined(separator: " and/or ")
    let watts = request.powerBudget.map { ", at most \(Measure($0.value, .watts))" } ?? ""
    let dollars = request.budget.map { ", at most \(Text.dollars($0.value)) by the price of each chip" } ?? ""
    let rate = request.requestRate.map { ", \(Measure($0, .count)) requests/s" } ?? ""
    let lengths = request.lengths
    let (input, output) = (Int(lengths.prompt.rounded()), Int(lengths.output.rounded()))
    let shared = lengths.sharedPrefix.map { " (\(Int($0)) of them shared)" } ?? ""
    let source = request.trace.map { ", requests of \($0.name)" } ?? ""
    return "\(fleets)\(watts)\(dollars); \(input) tokens in\(shared), \(output) out\(source)\(rate)"
  }
}

extension LaunchFormat: ExpressibleByArgument {}

/// Seconds that the process has computed, on all its threads; POSIX counts millionths.
private func processorTime() -> Double { Double(clock()) / 1e6 }
