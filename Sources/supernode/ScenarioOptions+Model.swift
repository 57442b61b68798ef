import ArgumentParser
import Costs
import Formats
import Hardware
import Models
import Serving
import Units

extension ScenarioOptions {
  /// The file or example that was named, or the scenario that `--model` and `--system` make.
  func base(in catalog: Catalog, remark: (String) -> Void) throws -> Node {
    if let scenario {
      var node = try ScenarioPaths.resolved(Node.read(path: scenarioPath(scenario)), in: catalog)
      if let model { node = try node.setting("model", to: quoted(modelName(model, in: catalog, remark))) }
      if let system { node = try node.setting("system", to: quoted(system)) }
      return node
    }
    guard let model, let system else {
      throw ValidationError(
        "name a scenario, or give --model and --system: supernode simulate --model Llama-3.1-70B --system 'HGX H100'")
    }
    return try made(of: modelName(model, in: catalog, remark), on: system, in: catalog, remark)
  }

  /// A name of the catalog, a path, or a name of Hugging Face, whose owner and ending the catalog leaves out.
  func modelName(_ name: String, in catalog: Catalog, _ remark: (String) -> Void) -> String {
    // The catalog never stands for a file or folder that is there.
    if catalog.path(of: name, kind: "models") != nil || fileKind(at: name) != .missing { return name }
    guard let hub = hubModel(name, in: catalog) else { return name }
    // The option wins over the name.
    let format = quantization == nil ? hub.quantization.map { ", in \($0)" } ?? "" : ""
    remark("\(name) is taken as \(hub.name) of the catalog\(format)")
    return hub.name
  }

  /// The format of the weights that was asked for: by the option, or by the ending of the model's name.
  private func askedQuantization(in catalog: Catalog) -> String? {
    // vLLM's word for what llm-compressor writes says no format: the files do.
    if let quantization, quantization != "compressed-tensors" { return quantization }
    return namedQuantization(in: catalog)
  }

  /// The format in the ending of a name of Hugging Face.
  private func namedQuantization(in catalog: Catalog) -> String? {
    guard let model, catalog.path(of: model, kind: "models") == nil, fileKind(at: model) == .missing else { return nil }
    return hubModel(model, in: catalog)?.quantization
  }

  /// `--quantization` and the method of the model's files, where engines would refuse the one on the other.
  func quantizationConflict(_ files: Architecture, in catalog: Catalog) -> (asked: String, files: String)? {
    guard let asked = quantization, !["none", "auto", "compressed-tensors"].contains(asked.lowercased()),
      let method = namedQuantization(in: catalog) ?? files.quantization?.method,
      Self.family(of: asked) != Self.family(of: method)
    else { return nil }
    return (asked, method)
  }

  /// Methods that read the same files: `awq_marlin` runs those of `awq`.
  private static func family(of method: String) -> String {
    let method = method.lowercased()
    let families = [
      ("awq", "awq"), ("gptq", "gptq"), ("modelopt", "modelopt"), ("nvfp4", "modelopt"), ("w8a8_fp8", "w8a8_fp8"),
      ("w8a8", "int8"), ("int8", "int8"), ("ascend", "int8"),
    ]
    return families.first { method.hasPrefix($0.0) }?.1 ?? method
  }

  /// What the catalog has under a name of Hugging Face: `Qwen/Qwen3-32B-FP8` is its Qwen3-32B in FP8.
  private func hubModel(_ name: String, in catalog: Catalog) -> (name: String, quantization: String?)? {
    guard let last = name.split(separator: "/").last.map(String.init) else { return nil }
    if let found = catalogName(of: last, in: catalog) { return (found, nil) }
    // A second release of a quantised copy: -FP4-v2.
    let digits = last.reversed().prefix { $0.isNumber }.count
    let isRelease = digits > 0 && last.dropLast(digits).hasSuffix("-v")
    let copy = isRelease ? String(last.dropLast(digits + 2)) : last
    for (ending, quantization) in Self.quantizedEndings where copy.lowercased().hasSuffix(ending) {
      let plain = String(copy.dropLast(ending.count))
      if let found = catalogName(of: plain, in: catalog) { return (found, quantization) }
    }
    return nil
  }

  /// How quantised copies are named, the longer ending first.
  private static let quantizedEndings = [
    ("-quantized.w4a16", "awq"), ("-quantized.w8a8", "int8"), ("-fp8-dynamic", "fp8"), ("-gptq-int4", "gptq"),
    ("-awq-int4", "awq"), ("-fp8-kv", "fp8"), ("-fp8-block", "fp8"), ("-nvfp4", "nvfp4"), ("-mxfp4", "mxfp4"),
    ("-w4a16", "awq"), ("-w8a8", "int8"), ("-int8", "int8"), ("-gptq", "gptq"), ("-fp8", "fp8"), ("-fp4", "nvfp4"),
    ("-awq", "awq"),
  ]

  private func catalogName(of last: String, in catalog: Catalog) -> String? {
    var candidates = [last]
    for ending in ["-Instruct", "-Chat", "-Base", "-it", "-hf"] where last.contains(ending) {
      candidates.append(last.replacingOccurrences(of: ending, with: ""))
    }
    // Releases of a month: -0324, -2507.
    candidates += candidates.map { name in
      let digits = name.reversed().prefix { $0.isNumber }.count
      return digits == 4 && name.dropLast(4).last == "-" ? String(name.dropLast(5)) : name
    }
    candidates += candidates.map { $0.replacingOccurrences(of: "Meta-", with: "") }
    // Releases: -v0.1.
    candidates += candidates.map { name in
      let version = name.reversed().prefix { $0.isNumber || $0 == "." }.count
      return version > 0 && name.dropLast(version).hasSuffix("-v") ? String(name.dropLast(version + 2)) : name
    }
    return candidates.first { catalog.path(of: $0, kind: "models") != nil }
  }

  /// A scenario with defaults: the smallest instance that holds the model, the engine of the chip's maker, and the
  /// lengths and number of requests that vLLM's benchmark has.
  private func made(
    of model: String, on system: String, in catalog: Catalog, _ remark: (String) -> Void
  ) throws -> Node {
    let found = try catalog.system(system)
    let chip = try catalog.chip(found.chip)
    let architecture = try Architecture(named: model, in: catalog)
    let named = engine.map { engineName($0) } ?? workload.benchmark.engine
    // `vllm serve` on Ascend is vLLM with its plugin.
    let asked = engine == nil && named == "vLLM" && chip.vendor == "Huawei" ? "vLLM-Ascend" : named
    let engine = asked ?? (chip.vendor == "Huawei" ? "vLLM-Ascend" : "vLLM")
    let format = askedQuantization(in: catalog).flatMap { Self.quantizations[$0.lowercased()] }
    let chips = Self.chipsThatHold(
      Self.weightBytes(of: architecture, in: format.flatMap(NumberFormat.init)), chip, of: found)
    let own = pipelineParallelSize == nil && dataParallelSize == nil
    if chips > 1, tensorParallelSize == nil, own {
      remark("no --tensor-parallel-size is given: an instance has \(chips) chips, the fewest that hold the model well")
    }
    if workload.trace == nil, workload.dataFile == nil, workload.datasetName == nil, workload.requestRate == nil,
      workload.maxConcurrency == nil, load == nil
    {
      remark("all requests come at once: neither --request-rate nor --max-concurrency is given")
    }
    let title = model.split(separator: "/").filter { $0 != "config.json" && $0 != "." }.last.map(String.init) ?? model
    let text = """
      name: \(quoted("\(title) on \(found.name)"))
      model: \(quoted(model))
      system: \(quoted(found.name))
      engine: \(quoted(engine))
      pools: [{ chips: \(chips) }]
      workload: { prompts: 1000, inputTokens: 1024, outputTokens: 128 }
      """
    return try Node.parse(text, file: "--model")
  }

  /// The smallest power of two of chips, up to a whole system, of whose memory the weights take 62% at most: what is
  /// left of the 90% that engines use by default goes to activations, keys and values.
  private static func chipsThatHold(_ weightBytes: Double, _ chip: Chip, of system: System) -> Int {
    let room = chip.memory.capacity.value.value * 0.62
    var chips = 1
    while Double(chips) * room < weightBytes, chips * 2 <= system.chips.value { chips *= 2 }
    return chips
  }

  /// As the makers publish them, or with all products' weights in a format that was asked for.
  private static func weightBytes(of model: Architecture, in format: NumberFormat?) -> Double {
    guard let format else { return model.weightBytes }
    let kept: Set<WeightGroup> = [.embedding, .head, .norms]
    return ParameterCount(model).main.bytes { kept.contains($0) ? 2 : format.bytes }
  }

  /// As engines are called on command lines.
  func engineName(_ name: String) -> String {
    let others = [
      "trtllm": "TensorRT-LLM", "trt-llm": "TensorRT-LLM", "tensorrt_llm": "TensorRT-LLM", "tensorrt": "TensorRT-LLM",
      "vllm_ascend": "vLLM-Ascend",
    ]
    return others[name.lowercased()] ?? name
  }

  func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  private func scenarioPath(_ scenario: String) throws -> String {
    if scenario == "-" || scenario.contains("/") || scenario.hasSuffix(".yaml") || scenario.hasSuffix(".json") {
      return scenario
    }
    return try Examples.path(of: scenario)
  }

  // MARK: Formats and drafts

  /// Fields that the engines' options for formats, length and speculation set.
  func modelFlags(of node: Node, in catalog: Catalog, remark: (String) -> Void) throws -> [(String, String)] {
    var list: [(String, String)] = []
    if let maxModelLen { list.append(("maxModelLength", "\(maxModelLen)")) }
    var formats: [(String, String)] = []
    let quantization = askedQuantization(in: catalog)
    if self.quantization == "compressed-tensors", quantization == nil, let name = node.field("model")?.text,
      try Architecture(named: name, in: catalog).quantization == nil
    {
      throw ValidationError(
        "--quantization compressed-tensors: the files of \(name) are not here to say the format; use one of "
          + Self.quantizations.keys.sorted().joined(separator: ", "))
    }
    if quantization == "bitsandbytes" {
      remark("bitsandbytes is taken as integers of 4 bits in groups of 64: its own kernels are slower")
    }
    if let quantization, quantization != "none", quantization != "auto" {
      guard let format = Self.quantizations[quantization.lowercased()] else {
        let near =
          ["fp4", "w4a4", "int4"].contains(quantization.lowercased())
          ? " did you mean nvfp4, mxfp4 or awq? Use" : " use"
        throw ValidationError(
          "--quantization \(quantization): is not known;\(near) one of "
            + Self.quantizations.keys.sorted().joined(separator: ", "))
      }
      formats.append(("precision.weights", format))
    }
    if let kvCacheDtype, kvCacheDtype != "auto" {
      guard let format = Self.cacheFormats[kvCacheDtype.lowercased()] else {
        throw ValidationError(
          "--kv-cache-dtype \(kvCacheDtype): is not known; use one of auto, "
            + Self.cacheFormats.keys.sorted().joined(separator: ", "))
      }
      formats.append(("precision.keyValue", format))
    }
    if !formats.isEmpty, node.field("precision")?.fields.isEmpty != false, let name = node.field("model")?.text {
      // Those of the model's files, before what was asked for is laid over them.
      let files = Precision(
        checkpoint: try Architecture(named: name, in: catalog),
        engine: try catalog.engine(node.field("engine")?.text ?? "vLLM"))
      var fields = ["weights: \(files.weights.rawValue)", "keyValue: \(files.keyValue.rawValue)"]
      if quantization == nil {
        let parts = [("projection", files.projection), ("experts", files.experts), ("head", files.head)]
        fields += parts.compactMap { name, format in format.map { "\(name): \($0.rawValue)" } }
      }
      list.append(("precision", "{ \(fields.joined(separator: ", ")) }"))
    }
    return list + formats + (try speculationFlags(in: catalog, remark))
  }

  private static let quantizations = [
    "fp8": "fp8", "modelopt": "fp8", "fbgemm_fp8": "fp8", "w8a8_fp8": "fp8", "w8a8_int8": "int8", "int8": "int8",
    "ascend": "int8", "awq": "int4Group", "awq_marlin": "int4Group", "gptq": "int4Group", "gptq_marlin": "int4Group",
    "mxfp4": "mxfp4", "modelopt_fp4": "nvfp4", "nvfp4": "nvfp4", "bitsandbytes": "int4Group",
  ]
  private static let cacheFormats = [
    "fp8": "fp8", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8", "bf16": "bf16", "bfloat16": "bf16", "fp16": "fp16",
    "float16": "fp16", "int8": "int8",
  ]

  /// vLLM's `--speculative-config`, a JSON object.
  private func speculationFlags(in catalog: Catalog, _ remark: (String) -> Void) throws -> [(String, String)] {
    guard let speculativeConfig = try speculativeConfig ?? engineOptions.speculation() else { return [] }
    let config = try Node.parse(speculativeConfig, file: "--speculative-config")
    guard let drafts = config.field("num_speculative_tokens")?.text.flatMap({ Int($0) }) else {
      throw ValidationError(
        "--speculative-config: num_speculative_tokens is missing; write '{\"method\": \"mtp\", "
          + "\"num_speculative_tokens\": 1}'")
    }
    let named = config.field("method")?.text ?? (config.field("model") == nil ? "ngram" : "draft_model")
    let methods = [
      "mtp": "mtp", "deepseek_mtp": "mtp", "nextn": "mtp", "eagle": "eagle", "eagle3": "eagle", "ngram": "ngram",
      "draft_model": "draftModel",
    ]
    guard let method = methods[named.lowercased()] else {
      throw ValidationError(
        "--speculative-config: the method '\(named)' is not known; use one of "
          + methods.keys.sorted().joined(separator: ", "))
    }
    var fields = ["draftTokens: \(drafts)", "method: \(method)"]
    if let speculativeAcceptance { fields.append("acceptance: \(speculativeAcceptance)") }
    if method == "draftModel", let model = config.field("model")?.text {
      fields.append("model: \(quoted(modelName(model, in: catalog, remark)))")
    }
    if speculativeAcceptance == nil {
      let assumed = (Scenario.Speculation.Method(rawValue: method) ?? .mtp).assumed.chance
      remark("drafts: each is taken to be accepted with a chance of \(assumed); --speculative-acceptance says")
    }
    return [("speculation", "{ \(fields.joined(separator: ", ")) }")]
  }
}
