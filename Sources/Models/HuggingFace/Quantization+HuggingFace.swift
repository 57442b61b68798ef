import Formats
import Units

extension Quantization {
  /// Groups of weights that files quantise; the embedding, norms and the router stay in 16 bits or more.
  private static let quantized: [WeightGroup] = [
    .attention, .indexer, .denseFeedForward, .experts, .sharedExperts,
  ]

  /// What `quantization_config` says (or modelopt's own file, or Ascend's `quantize`); nil where there is none, and a
  /// note where it cannot be read.
  static func read(from reader: inout ConfigReader) -> (value: Quantization?, notes: [String], isUnread: Bool) {
    guard let config = reader.field("quantization_config") ?? reader.field("compression_config") else {
      return ascend(reader.field("quantize")?.text)
    }
    let algorithm = config.text("quant_algo")
    guard let method = config.text("quant_method") ?? algorithm.map({ _ in "modelopt" }) else {
      return (nil, ["How the files are quantised is not read (no quant_method): give the number formats."], true)
    }
    let modules = Modules(
      layers: reader.optionalCount("num_hidden_layers", maximum: 1024) ?? 1,
      dense: reader.isSet("enable_moe_block") ? [""] : ["mlp."], hasExperts: hasExperts(reader))
    guard method != "mxfp4" || modules.hasExperts else {
      return (nil, ["Files in MXFP4 have experts in it alone, and this model has none: give the number formats."], true)
    }
    guard var formats = formats(method, config, modules) else {
      let name = [method, algorithm ?? config.text("format") ?? config.text("bits")].compactMap { $0 }
      return (
        nil,
        [
          "How the files are quantised (\(name.joined(separator: " "))) "
            + "is not read: give the number formats."
        ], true
      )
    }
    let ignored = ["ignore", "modules_to_not_convert", "exclude_modules"].flatMap { config.field($0)?.elements ?? [] }
    let patterns = ignored.compactMap(\.text).map(ModulePattern.init)
    for group in quantized where patterns.contains(where: { $0.matches(anyOf: modules.typical(of: group)) }) {
      formats[group] = nil
    }
    if reader.field("expert_dtype")?.text == "fp4" {
      formats[.experts] = Format(.mxfp4, bytes: Format.mxfp4.bytes, quantizesActivations: true)
    }
    if config.text("moe_quant_algo") == "NVFP4" { formats[.experts] = .nvfp4(quantizesActivations: true) }
    let value = Quantization(method: method, formats: formats, keyValueIsFP8: keyValueIsFP8(config))
    let grouped = "bitsandbytes is taken as integers of 4 bits in groups of 64: its own kernels are slower."
    let isGrouped = method == "bitsandbytes" && formats.values.contains { $0.numbers == .int4 }
    return (value, weightOnlyNotes(formats) + (isGrouped ? [grouped] : []), false)
  }

  /// Under whichever name the class counts them.
  private static func hasExperts(_ reader: ConfigReader) -> Bool {
    let names = [
      "experts", "n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts", "num_routed_experts",
    ]
    return names.contains { reader.field($0).flatMap(\.text).flatMap { Int($0) }.map { $0 > 1 } ?? false }
  }

  /// The format of each group; nil where it is not known.
  private static func formats(_ method: String, _ config: Node, _ modules: Modules) -> [WeightGroup: Format]? {
    if method == "mxfp4" { return [.experts: .mxfp4] }
    func of(_ groups: [WeightGroup], _ format: (WeightGroup) -> Format?) -> [WeightGroup: Format]? {
      let found = groups.compactMap { group in format(group).map { (group, $0) } }
      return found.isEmpty ? nil : Dictionary(uniqueKeysWithValues: found)
    }
    if method.hasPrefix("modelopt"), let layers = config.field("quantized_layers")?.fields, !layers.isEmpty {
      // Each module has its own algorithm.
      let named = layers.map { (ModulePattern($0.key), $0.value.text("quant_algo")) }
      return of(quantized) { group in
        let all = modules.all(of: group)
        return named.first { $0.0.matches(anyOf: all) }.flatMap { Format.modelopt($0.1) }
      }
    }
    if method == "compressed-tensors" {
      let groups = (config.field("config_groups")?.fields ?? []).map(\.value)
      return of(quantized) { group in
        groups.first { isTarget(group, of: $0, modules) }.flatMap { Format.compressed($0, in: config) }
      }
    }
    return Format.whole(method, config).flatMap { format in of(quantized) { _ in format } }
  }

  /// Whether a group of `config_groups` means these weights: all linear ones, or by name.
  private static func isTarget(_ group: WeightGroup, of part: Node, _ modules: Modules) -> Bool {
    let targets = (part.field("targets")?.elements ?? []).compactMap(\.text)
    let all = modules.all(of: group)
    return targets.isEmpty || targets.contains { $0 == "Linear" || ModulePattern($0).matches(anyOf: all) }
  }

  private static func ascend(_ text: String?) -> (value: Quantization?, notes: [String], isUnread: Bool) {
    guard let text else { return (nil, [], false) }
    let experts: Format? =
      text.hasPrefix("w8a8")
      ? .int8 : text.hasPrefix("w4a8") ? .int4(group: 256, extra: 2, quantizesActivations: true) : nil
    guard let experts else {
      return (nil, ["How the files are quantised (\(text)) is not read: give the number formats."], true)
    }
    var formats = Dictionary(uniqueKeysWithValues: quantized.map { ($0, Format.int8) })
    formats[.experts] = experts
    return (Quantization(method: text, formats: formats), [], false)
  }

  /// Formats whose products run otherwise than their numbers say.
  private static func weightOnlyNotes(_ formats: [WeightGroup: Format]) -> [String] {
    let isWide = formats.values.contains { $0.numbers == .int8 && !$0.quantizesActivations }
    return isWide ? ["Weights of 8 bits with activations of 16 are taken at the rate of INT8, which is too fast."] : []
  }

  private static func keyValueIsFP8(_ config: Node) -> Bool? {
    let fields = [config.field("kv_cache_scheme"), config.field("kv_cache_quant_algo")].compactMap { $0 }
    guard let scheme = fields.first(where: { !$0.isNull }) else { return nil }
    return scheme.text?.hasPrefix("FP8") == true || (scheme.text("num_bits") == "8" && scheme.text("type") == "float")
  }
}

/// Names of modules that stand for groups of weights.
struct Modules {
  var layers: Int
  /// Where experts lie in a layer: Gemma 4 has them beside the dense part.
  var dense: [String]
  /// Where there are some, layers without them come first; else every layer is dense.
  var hasExperts: Bool

  /// One of the middle of the model.
  func typical(of group: WeightGroup) -> [String] { names(of: group, layer: layers / 2) }

  /// Of a few layers, so that each kind of a hybrid model is among them.
  func all(of group: WeightGroup) -> [String] {
    (0..<min(8, layers)).flatMap { names(of: group, layer: min(layers - 1, layers / 2 + $0)) }
      + (group == .denseFeedForward ? names(of: group, layer: 0) : [])
  }

  private func names(of group: WeightGroup, layer: Int) -> [String] {
    let place = "layers.\(layer)."
    switch group {
    case .attention:
      return ["self_attn.o_proj", "linear_attn.out_proj", "mixer.o_proj", "attention.o_proj"].map { place + $0 }
    case .indexer: return [place + "self_attn.indexer.wq_b"]
    case .denseFeedForward: return [(dense == [""] || !hasExperts ? place : "layers.0.") + "mlp.down_proj"]
    case .experts:
      let parts = dense == [""] ? [""] : ["mlp.", "block_sparse_moe.", "mixer."]
      return parts.flatMap { [place + $0 + "experts.0.down_proj", place + $0 + "experts.0.w2"] }
    case .sharedExperts:
      guard dense != [""] else { return [place + "mlp.down_proj"] }
      return ["mlp.shared_expert", "mlp.shared_experts", "mixer.shared_experts", "block_sparse_moe.shared_experts"]
        .map { "\(place)\($0).down_proj" }
    default: return []
    }
  }
}

extension Node {
  func text(_ key: String) -> String? { field(key)?.text }
}
