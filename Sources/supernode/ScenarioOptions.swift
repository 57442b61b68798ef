import ArgumentParser
import Formats
import Hardware
import Units

/// The scenario file and every flag that overrides a field of it.
struct ScenarioOptions: ParsableArguments {
  @Argument(
    help: "A scenario file, or the name of a built-in example; - reads standard input. Not needed with --model.")
  var scenario: String?

  @Option(help: "The model: its name in the catalog or at Hugging Face, or the path of a config.json.")
  var model: String?
  @Option(help: "The system of the catalog that it runs on, such as 'HGX H100'.")
  var system: String?

  @Option(name: .customLong("set"), help: "Overrides a field: path.to.field=value (repeatable).")
  var overrides: [String] = []

  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).")
  var catalog: [String] = []

  @OptionGroup var workload: WorkloadOptions
  @Option(
    help: """
      Scales the rate until the busier of prefill and decode is loaded to this share (0 to 1); several, such as \
      0.5,0.8,0.95, give a load curve.
      """)
  var load: LoadList?
  @Option(help: "The serving engine, by its name in the catalog.")
  var engine: String?
  @Option(help: "Requests that run on a rank at once; with prefill: and decode:, in decode on a chip.")
  var maxNumSeqs: Int?
  @Option(help: "New tokens in a step of a rank; with prefill: and decode:, in a prefill step of a chip.")
  var maxNumBatchedTokens: Int?
  @Option(help: "New tokens of prompts in a step of a rank, for engines with a limit of its own for them (SGLang).")
  var chunkedPrefillSize: Int?
  @Option(
    name: [.customLong("tensor-parallel-size"), .customLong("tp", withSingleDash: true)],
    help: "Dies that divide a request's heads, in every pool; with prefill: and decode:, in decode.")
  var tensorParallelSize: Int?
  @Option(
    name: [.customLong("data-parallel-size"), .customLong("dp", withSingleDash: true)],
    help: "Groups of dies with requests of their own, in every pool; or in decode.")
  var dataParallelSize: Int?
  @Option(
    name: [.customLong("pipeline-parallel-size"), .customLong("pp", withSingleDash: true)],
    help: "Stages of consecutive layers, in every pool.")
  var pipelineParallelSize: Int?
  @Option(help: "Groups that divide whole routed experts, in every pool.")
  var expertParallelSize: Int?
  @Flag(help: "Divides whole routed experts among all dies of an instance, as vLLM does.")
  var enableExpertParallel = false
  @Option(help: "Prompt and answer of a request at most; longer ones are refused.")
  var maxModelLen: Int?
  @Option(help: "The format of weights: fp8, int8, awq, gptq, mxfp4, nvfp4; that of the model's files if absent.")
  var quantization: String?
  @Option(help: "The format of keys and values: auto, fp8, bf16.")
  var kvCacheDtype: String?
  @Option(help: "As vLLM's, JSON: '{\"method\": \"mtp\", \"num_speculative_tokens\": 1}'.")
  var speculativeConfig: String?
  @Option(help: "The chance that a draft is accepted (0 to 1); 0.7 where it is not said, 0.4 of ngram.")
  var speculativeAcceptance: Double?
  @Option(help: "Tokens in a block of key-value memory.")
  var blockSize: Int?
  @Option(
    name: .customLong("gpu-memory-utilization"),
    help: "Share of a die's memory that the engine may use (0 to 1).")
  var memoryShare: Double?
  @Flag(inversion: .prefixedNo, help: "Keeps prefixes in memory to be found again.")
  var enablePrefixCaching: Bool?
  @OptionGroup var engineOptions: EngineOptions
  @Option(parsing: .upToNextOption, help: "Objectives in milliseconds: ttft:5000 tpot:50 e2el:60000.")
  var goodput: [String] = []
  @Option(help: "The seed of every random stream.")
  var seed: UInt64?

  /// The scenario's text as read, and its fields with all overrides applied.
  func read(in catalog: Catalog, remark: (String) -> Void = { _ in }) throws -> Node {
    if let maxNumSeqs, maxNumSeqs < 1 {
      throw ValidationError("--max-num-seqs \(maxNumSeqs): give a number from 1 on")
    }
    let file = try base(in: catalog, remark: remark)
    let choosesEngine = scenario == nil && engine == nil && workload.benchmark.engine != nil
    var node = try workload.applied(to: file, choosesEngine: choosesEngine, remark: remark)
    for (path, text) in try flags() { node = try node.setting(path, to: text) }
    let rest = try modelFlags(of: node, in: catalog, remark: remark) + deploymentFlags(of: node, in: catalog, remark)
    for (path, text) in rest { node = try Self.setting(path, to: text, in: node) }
    for (path, text) in try assignments() { node = try node.setting(path, to: text) }
    return try titled(node, file: file)
  }

  /// A fault of what an option sets is told under its name.
  private static func setting(_ path: String, to text: String, in node: Node) throws -> Node {
    guard text != "null", let field = path.split(separator: ".").last, let option = options[String(field)] else {
      return try node.setting(path, to: text)
    }
    return try node.setting(path, to: literal(text, quoted: false, option))
  }

  private static let options = [
    "tensorParallel": "--tensor-parallel-size", "dataParallel": "--data-parallel-size",
    "pipelineParallel": "--pipeline-parallel-size", "expertParallel": "--expert-parallel-size",
    "memoryShare": "--gpu-memory-utilization", "blockTokens": "--block-size", "maxRequests": "--max-num-seqs",
    "maxBatchedTokens": "--max-num-batched-tokens", "chunkTokens": "--chunked-prefill-size",
  ]

  /// What was run gives the title, where it is another model, system or engine than the file's name speaks of.
  private func titled(_ node: Node, file: Node) throws -> Node {
    func isChanged(_ field: String) -> Bool { node.field(field)?.text != file.field(field)?.text }
    let isAsked = scenario != nil && (model != nil || system != nil)
    guard isAsked || ["model", "system", "engine"].contains(where: isChanged), !isChanged("name"),
      let model = node.field("model")?.text, let system = node.field("system")?.text
    else { return node }
    let engine = node.field("engine")?.text.map { " with \($0)" } ?? ""
    let title = model.split(separator: "/").filter { $0 != "config.json" && $0 != "." }.last.map(String.init) ?? model
    return try node.setting("name", to: quoted("\(title) on \(system)\(engine)"))
  }

  private func assignments() throws -> [(String, String)] {
    try overrides.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("--set \(text): there is no '='; write --set decode.instances=2")
      }
      return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
  }

  private func flags() throws -> [(String, String)] {
    var list: [(String, String)] = []
    func add(_ path: String, _ value: (some CustomStringConvertible)?) {
      if let value { list.append((path, value.description)) }
    }
    // A rate of its own takes the place of a load.
    if workload.requestRate != nil || workload.rateScale != nil, load == nil { list.append(("load", "null")) }
    add("load", load?.text)
    add("engine", engine.map { engineName($0) })
    for (path, milliseconds) in try objectives() { list.append((path, Self.milliseconds(milliseconds))) }
    add("seed", seed)
    return list
  }

  private static func milliseconds(_ value: Double) -> String {
    value == value.rounded() && value < 1e12 ? "\(Int(value)) ms" : "\(value) ms"
  }

  private func objectives() throws -> [(String, Double)] {
    try goodput.flatMap { $0.split(separator: " ") }.map { pair in
      let parts = pair.split(separator: ":")
      let paths = [
        "ttft": "objectives.timeToFirstToken", "tpot": "objectives.timePerOutputToken", "e2el": "objectives.endToEnd",
      ]
      guard parts.count == 2, let path = paths[String(parts[0])], let limit = Double(parts[1]), limit > 0 else {
        throw ValidationError("--goodput \(pair): write ttft:MS, tpot:MS or e2el:MS, such as ttft:5000 tpot:50")
      }
      return (path, limit)
    }
  }
}
