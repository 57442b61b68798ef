import ArgumentParser

/// What is read of the options with which `vllm bench serve` and SGLang's `bench_serving` talk to a server; the others
/// are taken out before (`PastedOptions`), and named in one line.
struct BenchmarkOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: .hidden) var backend: String?
  @Option(parsing: .unconditional, help: .hidden) var resultDir: String?
  @Option(parsing: .unconditional, help: .hidden) var resultFilename: String?
  @Flag(help: .hidden) var saveResult = false
  /// Names of options that say nothing to a simulation, and of those that it does not model.
  @Option(parsing: .unconditionalSingleValue, help: .hidden) var idleOption: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: .hidden) var unmodelledOption: [String] = []

  /// Whether the command is one of SGLang's, which draws lengths otherwise.
  var isSGLang: Bool { backend?.hasPrefix("sglang") == true }

  /// The engine that the backend names: that of a run without a scenario.
  var engine: String? { backend.flatMap { Self.engines[$0.lowercased()] } }
  private static let engines = [
    "vllm": "vLLM", "vllm-chat": "vLLM", "sglang": "SGLang", "sglang-native": "SGLang", "sglang-oai": "SGLang",
    "sglang-oai-chat": "SGLang", "tensorrt-llm": "TensorRT-LLM", "trt": "TensorRT-LLM",
  ]

  /// Where `--save-result` writes; nil where no name is given.
  var resultPath: String? {
    guard saveResult, let name = resultFilename else { return nil }
    return resultDir.map { "\($0)/\(name)" } ?? name
  }

  /// A line that names what was given and changes nothing, and one of what is not modelled.
  ///
  /// - Parameter choosesEngine: whether the backend named the engine.
  func remarks(choosesEngine: Bool) -> [String] {
    let isUnnamed = saveResult && resultFilename == nil
    var idle = (backend == nil || choosesEngine ? [] : ["backend"]) + idleOption
    if isUnnamed { idle.append("save-result") }
    var lines: [String] = []
    if !idle.isEmpty {
      let save = isUnnamed ? "; --json FILE --output-format vllm saves the result" : ""
      lines.append("no effect on a simulation: \(Self.list(idle))\(save)")
    }
    if !unmodelledOption.isEmpty { lines.append("not modelled, and left out: \(Self.list(unmodelledOption))") }
    return lines
  }

  private static func list(_ names: [String]) -> String { names.map { "--\($0)" }.joined(separator: ", ") }
}
