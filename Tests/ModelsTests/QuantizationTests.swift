import Formats
import Models
import Testing

/// A small mixture of experts whose files are quantised so.
private func quantization(_ text: String, key: String = "quantization_config") throws -> (Quantization?, [String]) {
  let config = """
    {"architectures": ["DeepseekV3ForCausalLM"], "hidden_size": 64, "vocab_size": 128, "max_position_embeddings": 4096,
    "num_hidden_layers": 6, "num_attention_heads": 4, "kv_lora_rank": 16, "qk_nope_head_dim": 8,
    "qk_rope_head_dim": 8, "v_head_dim": 8, "intermediate_size": 96, "moe_intermediate_size": 32,
    "n_routed_experts": 8, "num_experts_per_tok": 2, "n_shared_experts": 1, "first_k_dense_replace": 1,
    "\(key)": \(text)}
    """
  let model = try Architecture(config: Node.parse(config, file: "config.json"), name: "toy")
  return (model.quantization, model.unmodelled)
}

private let all: Set<WeightGroup> = [.attention, .indexer, .denseFeedForward, .experts, .sharedExperts]

/// A `quantization_config` and what it means.
struct Method: Sendable {
  var config: String
  var numbers: String
  /// Of a weight with its scales.
  var bytes: Double
  var quantizesActivations: Bool

  init(_ config: String, _ numbers: String, _ bytes: Double, _ quantizesActivations: Bool) {
    self.config = config
    self.numbers = numbers
    self.bytes = bytes
    self.quantizesActivations = quantizesActivations
  }

  static func groups(_ weights: String, activations: String = "null") -> String {
    """
    {"quant_method": "compressed-tensors", "config_groups": {"group_0": {"targets": ["Linear"], "weights": \(weights),
    "input_activations": \(activations)}}}
    """
  }

  static let all: [Method] = [
    Method(#"{"quant_method": "fp8", "weight_block_size": [128, 128]}"#, "fp8", 1.000244140625, true),
    Method(#"{"quant_method": "fbgemm_fp8"}"#, "fp8", 1, true),
    Method(#"{"quant_method": "awq", "bits": 4, "group_size": 128}"#, "int4", 0.51953125, false),
    Method(#"{"quant_method": "gptq", "bits": 4, "group_size": 32, "desc_act": false}"#, "int4", 0.578125, false),
    Method(#"{"quant_method": "gptq", "bits": 8, "group_size": -1}"#, "int8", 1, false),
    Method(#"{"quant_method": "modelopt", "quant_algo": "NVFP4"}"#, "nvfp4", 0.5625, true),
    Method(#"{"quant_method": "modelopt", "quant_algo": "W4A8_AWQ"}"#, "int4", 0.515625, true),
    Method(#"{"quant_algo": "MXFP8"}"#, "mxfp8", 1.03125, true),
    Method(groups(#"{"type": "int", "num_bits": 8}"#, activations: #"{"num_bits": 8}"#), "int8", 1, true),
    Method(groups(#"{"type": "int", "num_bits": 4, "group_size": 32}"#), "int4", 0.5625, false),
    Method(
      groups(#"{"type": "int", "num_bits": 4, "group_size": 128}"#, activations: #"{"num_bits": 8}"#), "int4", 0.515625,
      true),
  ]
}

@Suite struct QuantizationTests {
  /// Eight dense layers.
  private func dense(_ quantization: String) throws -> Architecture {
    let config = """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "vocab_size": 128, "max_position_embeddings": 4096,
      "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 96,
      "quantization_config": \(quantization)}
      """
    return try Architecture(config: Node.parse(config, file: "config.json"), name: "toy")
  }

  @Test("one layer of a dense model left in 16 bits leaves the others as they are; all of them do not")
  func excludedLayer() throws {
    func format(_ ignored: String) throws -> Quantization.Format.Numbers? {
      let files = try dense(#"{"quant_method": "fp8", "modules_to_not_convert": [\#(ignored)]}"#).quantization
      return files?.format(of: .denseFeedForward).numbers
    }
    #expect(try format(#""model.layers.0.mlp", "lm_head""#) == .fp8)
    let every = (0..<8).map { "\"model.layers.\($0).mlp\"" }.joined(separator: ", ")
    #expect(try format(every) == .sixteenBit)
    // In a mixture of experts the dense layers are the first ones.
    let mixture = try quantization(#"{"quant_method": "fp8", "modules_to_not_convert": ["model.layers.0.mlp"]}"#).0
    #expect(mixture?.format(of: .denseFeedForward).numbers == .sixteenBit)
    #expect(mixture?.format(of: .experts).numbers == .fp8)
  }

  @Test("files in MXFP4 of a model without experts are not read, and say so")
  func noExperts() throws {
    let model = try dense(#"{"quant_method": "mxfp4"}"#)
    #expect(model.quantization == nil && model.unmodelled.contains { $0.contains("MXFP4") && $0.contains("none") })
    #expect(try quantization(#"{"quant_method": "mxfp4"}"#).0?.format(of: .experts).numbers == .mxfp4)
  }

  @Test("every method that vLLM's users meet has its numbers and its bytes a weight", arguments: Method.all)
  func methods(row: Method) throws {
    let found = try #require(try quantization(row.config).0)
    #expect(Set(found.formats.keys) == all)
    let format = found.format(of: .experts)
    #expect(format.numbers.rawValue == row.numbers)
    #expect(format.bytes == row.bytes)
    #expect(format.quantizesActivations == row.quantizesActivations)
  }

  @Test("modules that the files name stay in 16 bits, by modelopt's and compressed-tensors' patterns")
  func ignored() throws {
    let modelopt = """
      {"quant_method": "modelopt", "quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8",
      "exclude_modules": ["lm_head", "model.layers.3.self_attn*", "model.layers.3.mlp.shared_experts*"]}
      """
    let found = try #require(try quantization(modelopt).0)
    #expect(Set(found.formats.keys) == [.denseFeedForward, .experts])
    #expect(found.keyValueIsFP8 == true)
    let pattern = #"{"quant_method": "fp8", "ignore": ["re:.*self_attn.*"]}"#
    #expect(try #require(try quantization(pattern).0).formats[.attention] == nil)
  }

  @Test("a format for each module, and groups by their targets")
  func mixed() throws {
    let mixed = """
      {"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION", "quantized_layers": {
      "model.layers.3.self_attn.o_proj": {"quant_algo": "FP8"}, "model.layers.3.mlp.experts": {"quant_algo": "NVFP4"}}}
      """
    let found = try #require(try quantization(mixed).0)
    #expect(Set(found.formats.keys) == [.attention, .experts])
    #expect(found.format(of: .attention).numbers == .fp8)
    #expect(found.format(of: .experts).numbers == .nvfp4)
    let groups = """
      {"quant_method": "compressed-tensors", "config_groups": {
      "a": {"targets": ["re:.*self_attn.*"], "weights": {"type": "float", "num_bits": 8}},
      "b": {"targets": ["re:.*experts.*"], "weights": {"type": "float", "num_bits": 4, "group_size": 16},
      "input_activations": {"num_bits": 4}}}}
      """
    let parts = try #require(try quantization(groups).0)
    #expect(parts.format(of: .attention).numbers == .fp8)
    #expect(parts.format(of: .experts).numbers == .nvfp4)
    #expect(parts.formats[.denseFeedForward] == nil)
  }

  @Test("Ascend's W4A8 has experts of 4 bits and the rest of 8")
  func ascend() throws {
    let found = try #require(try quantization("\"w4a8_dynamic\"", key: "quantize").0)
    #expect(found.format(of: .experts).numbers == .int4)
    #expect(found.format(of: .attention).numbers == .int8)
  }

  @Test("a method that is not read is named, and the way out with it")
  func unknown() throws {
    let (value, notes) = try quantization(#"{"quant_method": "aqlm", "bits": 2}"#)
    #expect(value == nil)
    #expect(notes.contains("How the files are quantised (aqlm 2) is not read: give the number formats."))
  }
}
