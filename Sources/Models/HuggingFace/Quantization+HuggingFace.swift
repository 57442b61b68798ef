import Formats
import Units

extension Quantization {
  /// Groups of weights that files quantise; the embedding, norms and the router stay in 16 bits or more.
  private static let quantized: [WeightGroup] = [
    .attention, .indexer, .denseFeedForward, .experts, .sharedExperts,
  ]

  /// What `quantization_config` says; nil where there is none, and a note where it cannot be read.
  static func read(from reader: inout ConfigReader) -> (value: Quantization?, notes: [String]) {
    guard let config = reader.field("quantization_config"), let method = config.field("quant_method")?.text else {
      return (nil, [])
    }
    guard let format = format(method, config) else {
      let name = [method, config.text("quant_algo") ?? config.text("format")].compactMap { $0 }.joined(separator: " ")
      return (nil, ["How the files are quantised (\(name)) is not read: give the number formats."])
    }
    let ignored = (config.field("ignore") ?? config.field("modules_to_not_convert"))?.elements ?? []
    let patterns = ignored.compactMap(\.text).map(ModulePattern.init)
    let layers = reader.optionalCount("num_hidden_layers") ?? 1
    var formats: [WeightGroup: Format] = [:]
    for group in quantized where !ModulePattern.ignored(group, by: patterns, layers: layers) {
      formats[group] = format
    }
    if method == "mxfp4" { formats = [.experts: format] }
    if reader.field("expert_dtype")?.text == "fp4" {
      formats[.experts] = Format(.mxfp4, bytes: Format.mxfp4.bytes, quantizesActivations: true)
    }
    if config.text("moe_quant_algo") == "NVFP4" { formats[.experts] = .nvfp4(quantizesActivations: true) }
    return (Quantization(method: method, formats: formats, keyValueIsFP8: keyValueIsFP8(config)), [])
  }

  private static func format(_ method: String, _ config: Node) -> Format? {
    switch method {
    case "fp8":
      let block = config.field("weight_block_size")?.elements.compactMap { $0.text.flatMap { Int($0) } } ?? []
      return block.isEmpty ? .fp8 : .fp8(block: block.reduce(1, *))
    case "mxfp4": return .mxfp4
    case "awq", "gptq":
      guard (config.text("bits") ?? config.text("w_bit")) == "4" else { return nil }
      let group = (config.text("group_size") ?? config.text("q_group_size")).flatMap { Int($0) } ?? 128
      return group > 0 ? .int4(group: group, extra: 2.5) : .int4(group: 1, extra: 0)
    case "modelopt", "modelopt_fp4": return modelopt(config.text("quant_algo"))
    case "compressed-tensors": return compressed(config)
    default: return nil
    }
  }

  private static func modelopt(_ algorithm: String?) -> Format? {
    switch algorithm {
    case "FP8": .fp8
    case "NVFP4": .nvfp4(quantizesActivations: true)
    case "W4A16_NVFP4": .nvfp4(quantizesActivations: false)
    case "MXFP8": .mxfp8
    default: nil
    }
  }

  private static func compressed(_ config: Node) -> Format? {
    let groups = config.field("config_groups")?.fields ?? []
    // Groups of several formats are not told apart.
    guard groups.count == 1, let weights = groups[0].value.field("weights") else { return nil }
    let quantizesActivations = groups[0].value.field("input_activations").map { !$0.isNull } ?? false
    let size = weights.text("group_size").flatMap { Int($0) }
    let block = weights.field("block_structure")?.elements.compactMap { $0.text.flatMap { Int($0) } } ?? []
    switch (weights.text("type"), weights.text("num_bits"), config.text("format")) {
    case ("float", "8", _): return block.isEmpty ? .fp8 : .fp8(block: block.reduce(1, *))
    case ("float", "4", "mxfp4-pack-quantized"): return .mxfp4
    case ("float", "4", _): return .nvfp4(quantizesActivations: quantizesActivations)
    case ("int", "8", _):
      return Format(.int8, bytes: 1, quantizesActivations: quantizesActivations)
    case ("int", "4", _): return .int4(group: max(1, size ?? 128), extra: 2)
    default: return nil
    }
  }

  private static func keyValueIsFP8(_ config: Node) -> Bool? {
    guard let scheme = config.field("kv_cache_scheme") ?? config.field("kv_cache_quant_algo"), !scheme.isNull else {
      return nil
    }
    return scheme.text == "FP8" || (scheme.text("num_bits") == "8" && scheme.text("type") == "float")
  }
}

extension Node {
  fileprivate func text(_ key: String) -> String? { field(key)?.text }
}

/// A pattern of modules that stay as they are: a name, `*` for anything, or `re:` and a regular expression.
struct ModulePattern {
  let text: String

  init(_ text: String) { self.text = text }

  /// Whether one module of the group, in the middle of the model, is left out.
  static func ignored(_ group: WeightGroup, by patterns: [ModulePattern], layers: Int) -> Bool {
    let module: String? =
      switch group {
      case .attention: "layers.\(layers / 2).self_attn.o_proj"
      case .indexer: "layers.\(layers / 2).self_attn.indexer.wq_b"
      case .denseFeedForward: "layers.0.mlp.down_proj"
      case .experts: "layers.\(layers / 2).mlp.experts.0.down_proj"
      case .sharedExperts: "layers.\(layers / 2).mlp.shared_experts.down_proj"
      default: nil
      }
    guard let module else { return true }
    let prefixes = ["model.", "model.language_model.", "language_model.model.", ""]
    return patterns.contains { pattern in prefixes.contains { pattern.matches($0 + module) } }
  }

  /// The module itself, or one that it lies in.
  func matches(_ module: String) -> Bool {
    if text.hasPrefix("re:") {
      guard let expression = try? Regex(String(text.dropFirst(3))) else { return false }
      return (try? expression.prefixMatch(in: module)) != nil
    }
    if text.contains("*") { return matches(module[...], text[...]) }
    return module == text || module.hasPrefix(text + ".") || module.hasSuffix("." + text)
      || module.contains("." + text + ".")
  }

  /// Each `*` stands for any characters; the rest of the module's path may follow.
  private func matches(_ module: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return module.isEmpty || module.first == "." }
    if first == "*" {
      var rest = module
      while true {
        if matches(rest, pattern.dropFirst()) { return true }
        guard !rest.isEmpty else { return false }
        rest = rest.dropFirst()
      }
    }
    return module.first == first && matches(module.dropFirst(), pattern.dropFirst())
  }
}
