import Formats

extension Quantization.Format {
  /// What a method has for all quantised weights; nil where it is not known.
  static func whole(_ method: String, _ config: Node) -> Self? {
    switch method {
    case "fp8", "fbgemm_fp8", "ptpc_fp8": return .fp8(config.field("weight_block_size"))
    case "awq", "gptq", "awq_marlin", "gptq_marlin", "auto-round", "autoround", "intel/auto-round", "hqq":
      return integers(bits: config.text("bits") ?? config.text("w_bit"), config, extra: 2.5)
    case "bitsandbytes":
      if config.text("load_in_4bit")?.lowercased() == "true" { return .int4(group: 64, extra: 4) }
      return config.text("load_in_8bit")?.lowercased() == "true" ? .wideInt8 : nil
    case "modelopt", "modelopt_fp4", "modelopt_mixed": return modelopt(config.text("quant_algo"))
    case "w8a8_int8", "w8a8_fp8": return method.hasSuffix("fp8") ? .fp8 : .int8
    default: return nil
    }
  }

  private static func integers(bits: String?, _ config: Node, extra: Double) -> Self? {
    let group = (config.text("group_size") ?? config.text("q_group_size")).flatMap { Int($0) } ?? 128
    switch bits {
    case "4": return group > 0 ? .int4(group: group, extra: extra) : .int4(group: 1, extra: 0)
    case "8": return .wideInt8
    default: return nil
    }
  }

  /// Weights in 8 bits, activations in 16.
  private static let wideInt8 = Self(.int8, bytes: 1, quantizesActivations: false)

  static func modelopt(_ algorithm: String?) -> Self? {
    switch algorithm {
    case "FP8", "FP8_PER_CHANNEL_PER_TOKEN": .fp8
    case "FP8_PB_WO", "FP8_PB_REAL", "FP8_BLOCK_SCALES": .fp8(block: 128 * 128)
    case "NVFP4", "NVFP4_AWQ", "W4A4_NVFP4": .nvfp4(quantizesActivations: true)
    case "W4A16_NVFP4": .nvfp4(quantizesActivations: false)
    case "MXFP8": .mxfp8
    case "MXFP4", "W4A16_MXFP4": .mxfp4
    case "W4A16_AWQ", "INT4_AWQ", "W4A16": .int4(group: 128, extra: 2)
    case "W4A8_AWQ": .int4(group: 128, extra: 2, quantizesActivations: true)
    case "W8A8_SQ_PER_CHANNEL", "INT8_SQ", "W8A8": .int8
    case "W8A16", "INT8_WO": .wideInt8
    default: nil
    }
  }

  /// A group of compressed-tensors' `config_groups`.
  static func compressed(_ group: Node, in config: Node) -> Self? {
    guard let weights = group.field("weights") else { return nil }
    let quantizesActivations = group.field("input_activations").map { !$0.isNull } ?? false
    let size = weights.text("group_size").flatMap { Int($0) } ?? 128
    let form = group.text("format") ?? config.text("format")
    switch (weights.text("type"), weights.text("num_bits")) {
    case ("float", "8"): return .fp8(weights.field("block_structure"))
    case ("float", "4"):
      if form == "mxfp4-pack-quantized" || size == 32 { return .mxfp4 }
      return .nvfp4(quantizesActivations: quantizesActivations)
    case ("int", "8"): return quantizesActivations ? .int8 : .wideInt8
    case ("int", "4"):
      return .int4(group: max(1, size), extra: 2, quantizesActivations: quantizesActivations)
    default: return nil
    }
  }

  /// With scales of blocks of these sides, or one for a whole matrix or channel.
  private static func fp8(_ block: Node?) -> Self {
    let sides = (block?.elements ?? []).compactMap { $0.text.flatMap { Int($0) } }.filter { (1...65_536).contains($0) }
    return sides.isEmpty ? .fp8 : .fp8(block: sides.prefix(2).reduce(1, *))
  }
}
