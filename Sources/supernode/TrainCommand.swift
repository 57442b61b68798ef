import ArgumentParser
import Formats
import Models
import Pages
import Reports
import Simulation
import Training
import Units

/// How long a step and a run of training take, what it needs in memory, and how often it stops.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "How long a training step and run take on a system, what memory they need, and how often they stop.",
    discussion: """
      Examples:
        supernode train --model Llama-3.1-405B --system 'HGX H100' --chips 16384 --tokens 15.6T \
      --seq-length 8192 --global-batch-size 2048 -tp 8 -pp 16 --recompute none
        supernode train --model DeepSeek-V3 --system 'GB200 NVL72' --chips 256 --seq-length 4096 \
      --global-batch-size 4096 -pp 4 -ep 64 --precision mxfp8
        supernode train --model GPT-3-175B --system 'HGX A100' --chips 512 --global-batch-size 1536 \
      --seq-length 2048 --plan
        supernode train --model Llama-3.1-70B --system all --chips 512 --global-batch-size 512 --plan \
      --optimise energy
      """)

  @Option(help: "The model: its name in the catalog, or the path of a config.json.") var model: String
  @Option(help: "A system of the catalog; with --plan several (repeatable), or all.") var system: [String]
  @Option(name: [.customLong("chips"), .customLong("total-gpus")], help: "Chips that train.") var chips: Int
  @Option(help: "Tokens of the whole run, such as 15.6T or 300B; only a step is answered where absent.")
  var tokens: String?
  @Option(name: [.customLong("seq-length")], help: "Tokens of a sequence.") var sequenceLength = 4096
  @Option(name: [.customLong("global-batch-size"), .customLong("gbs")], help: "Sequences of a step.")
  var globalBatch = 512
  @Option(name: [.customLong("micro-batch-size"), .customLong("mbs")], help: "Sequences of a micro-batch.")
  var microbatch = 1
  @OptionGroup var plan: TrainingPlanOptions
  @OptionGroup var recipe: TrainingRecipeOptions
  @Option(help: "Minutes between checkpoints; the best by Daly where absent.") var checkpointMinutes: Double?
  @Option(help: "US dollars for an hour of one chip.") var pricePerChipHour: Double?
  @Option(help: "Rates of stops, an entry of the catalog's kind failures: large runs, young stack.")
  var failures = "large runs"
  @Flag(name: [.customLong("plan")], help: "Searches for the best plan, and answers with it.")
  var search = false
  @Option(
    name: [.customLong("optimise"), .customLong("optimize")],
    help: "What --plan looks for: time (the shortest step), chip-hours or energy, these two with fewer chips too.")
  var optimise: TrainingPlanner.Goal?
  @Flag(inversion: .prefixedNo, help: "With --plan: passes over plans that provably cannot win.") var bounds = true
  @Option(help: "Draws of the whole run.") var draws = 1000
  @Option(help: "The seed of every random stream.") var seed: UInt64 = 1
  @Option(help: "How to print the result: table or json.") var format = OutputFormat.table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Option(help: "Writes the pipeline of a step as a timeline for ui.perfetto.dev (Chrome trace events).")
  var perfetto: String?
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []

  func validate() throws {
    guard (1...1_000_000).contains(chips) else { throw ValidationError("--chips \(chips): give 1 or more") }
    guard (1...1_000_000).contains(draws) else { throw ValidationError("--draws \(draws): give 1 to 1000000") }
    guard sequenceLength > 0, globalBatch > 0, microbatch > 0 else {
      throw ValidationError("--seq-length, --global-batch-size and --micro-batch-size: give 1 or more of each")
    }
    if let minutes = checkpointMinutes, !(minutes > 0) {
      throw ValidationError("--checkpoint-minutes \(minutes): give more than 0, or leave it out for the best")
    }
    guard search || system.count == 1 && system != ["all"] else {
      throw ValidationError("--system: give one, or --plan, which compares several")
    }
    guard search || optimise == nil else { throw ValidationError("--optimise: add --plan") }
    guard format != .csv else { throw ValidationError("--format csv: use table or json") }
    guard json != "-" || report != "-" else {
      throw ValidationError("only one of --json and --report can go to standard output")
    }
    try OutputPaths.check([json, report, perfetto], against: [model])
  }

  func run() throws {
    let catalog = try Catalog(checking: self.catalog)
    let architecture = try placed("model") { try Architecture(named: model, in: catalog) }
    var settings = try recipe.recipe(architecture)
    var found: TrainingSearch?
    let name: String
    var chosen: TrainingPlan
    if search {
      let answer = try searched(architecture, settings, catalog)
      guard let best = answer.best.first else { throw nothing(answer) }
      (name, chosen, settings.recompute, found) = (best.system, best.plan, best.recompute, answer)
    } else {
      name = system[0]
      let ranks = try chips * catalog.chip(placed("system") { try catalog.system(name) }.chip).dies.value
      chosen = try plan.plan(ranks: ranks, microbatch: microbatch)
    }
    let job = try TrainingJob(
      architecture, sequenceLength: sequenceLength, globalBatch: globalBatch, plan: chosen, recipe: settings)
    let question = try TrainingQuestion(
      job: job, system: name, tokens: tokens.map(Self.count),
      checkpointInterval: checkpointMinutes.map { Seconds($0 * 60) },
      pricePerChipHour: pricePerChipHour.map { Dollars($0) }, failures: failures, draws: draws, in: catalog)
    let step = try question.step()
    var answer = question.answer(step, seed: Seed(seed))
    answer.search = found
    try draw(step)
    try write(answer, step, question, catalog)
    guard answer.memory.fits else {
      throw Problem(
        "memory", "rank \(answer.memory.largest?.rank ?? 0) is short of \(Measure(answer.memory.short.value, .bytes))",
        wayOut: answer.changesThatFit.first.map { "use \($0)" } ?? "use more chips")
    }
  }

  private func draw(_ step: TrainingStep) throws {
    guard let perfetto else { return }
    guard let timeline = step.pipeline?.timeline else {
      throw Problem("--perfetto", "a job without a pipeline has no timeline", wayOut: "use -pp 2 or more")
    }
    let command = CommandLine.arguments.joined(separator: " ")
    try OutputFile.write(PipelineTrace(timeline, commandLine: command).text, to: perfetto)
  }

  private func write(
    _ answer: TrainingReport, _ step: TrainingStep, _ question: TrainingQuestion, _ catalog: Catalog
  ) throws {
    let inputs = [CommandLine.arguments.dropFirst().joined(separator: " ")]
    let run = try ResultRun(
      seed: seed, request: inputs,
      entries: [("models", model), ("systems", answer.system), ("chips", question.chip.name)], in: catalog)
    let context = ReportContext(
      title: "Training \(answer.model)", system: "\(answer.chips) chips of \(answer.system), \(answer.planWords)",
      commandLine: CommandLine.arguments.joined(separator: " "))
    let result = try JSONText.encode(WithRun(result: answer, run: run))
    if let json { try OutputFile.write(result + "\n", to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      let page = answer.document(context, timeline: step.pipeline?.timeline)
      try OutputFile.write(HTMLRenderer().render(page, chartScript: script), to: report)
    }
    guard ![json, report].contains("-") else { return }
    if format == .json { return Terminal.write(result) }
    let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
    Terminal.write(renderer.render(answer.summary(context)))
  }

  /// `15.6T`, `300B`, `1e12`.
  static func count(_ text: String) throws -> Double {
    let units: [Character: Double] = ["T": 1e12, "B": 1e9, "M": 1e6, "K": 1e3]
    let scale = text.last.flatMap { units[Character($0.uppercased())] }
    let digits = scale == nil ? text[...] : text.dropLast()
    guard let number = Double(digits), number > 0, number.isFinite else {
      throw Problem("--tokens", "'\(text)' is not a number of tokens", wayOut: "write 15.6T, 300B or 1e12")
    }
    return number * (scale ?? 1)
  }
}
