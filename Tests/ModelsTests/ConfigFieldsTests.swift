import Formats
import Models
import Testing
import Units

/// A config of these fields over those of a small Llama; nil removes one.
private func model(_ changes: [String: String?], of name: String = "LlamaForCausalLM") throws -> Architecture {
  var fields: [String: String] = [
    "hidden_size": "64", "vocab_size": "128", "max_position_embeddings": "4096", "num_hidden_layers": "4",
    "num_attention_heads": "4", "num_key_value_heads": "2", "intermediate_size": "96",
  ]
  for (key, value) in changes { fields[key] = value }
  let lines = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
  let text = "{\"architectures\": [\"\(name)\"],\n\(lines.joined(separator: ",\n"))}"
  return try Architecture(config: Node.parse(text, file: "config.json"), name: "toy")
}

@Suite struct ConfigFieldsTests {
  @Test(
    "rotary scaling extends the positions as vLLM counts them",
    arguments: [(String, Int, Int)]([
      (#"{"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}"#, 32_768, 131_072),
      (#"{"rope_type": "yarn", "factor": 40, "original_max_position_embeddings": 4096}"#, 163_840, 163_840),
      (#"{"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}"#, 131_072, 131_072),
      (#"{"type": "longrope", "factor": 32.0}"#, 131_072, 131_072),
      (#"{"type": "dynamic", "factor": 2.0}"#, 32_768, 65_536),
      (#"{"type": "linear", "factor": 1e300}"#, 4096, 4096),
      (#"{"type": "yarn", "factor": "x"}"#, 4096, 4096),
      ("null", 4096, 4096),
    ]))
  func positions(scaling: String, given: Int, expected: Int) throws {
    let model = try model(["rope_scaling": scaling, "max_position_embeddings": "\(given)"])
    #expect(model.maximumPositions == expected)
  }

  @Test("without positions vLLM takes 2,048, and the model says so")
  func noPositions() throws {
    let model = try model(["max_position_embeddings": nil])
    #expect(model.maximumPositions == 2048)
    #expect(model.unmodelled.contains { $0.contains("2,048 positions") })
    #expect(!model.namesPositions)
  }

  @Test("a window longer than the positions is none, one of as many or fewer is")
  func longWindow() throws {
    func kinds(_ window: Int) throws -> [ContextKind] {
      try model(["sliding_window": "\(window)"], of: "Phi3ForCausalLM").contextKinds
    }
    #expect(try kinds(262_144) == [.full] && kinds(4097) == [.full])
    #expect(try kinds(4096) == [.window(4096)] && kinds(2047) == [.window(2047)])
  }

  @Test("a field that nothing is read from is named; those that cost nothing are not")
  func unread() throws {
    let found = try model(["sparse_thing": "7", "rope_theta": "1e6", "bos_token_id": "1", "mlp_bias": "true"])
    #expect(found.unmodelled.contains { $0.contains("left out: sparse_thing.") })
    #expect(found.unmodelled.contains { $0.contains("Biases (mlp_bias)") })
    #expect(found.unmodelled.count == 2)
    #expect(try model(["rope_theta": "1e6", "sparse_thing": "false"]).unmodelled.isEmpty)
  }

  @Test("the case dense-class-of-known-parts: a Mistral without a window is a Llama, by hand 7,248,023,552")
  func mistral() throws {
    let found = try model(
      [
        "hidden_size": "4096", "vocab_size": "32768", "num_hidden_layers": "32", "num_attention_heads": "32",
        "num_key_value_heads": "8", "intermediate_size": "14336", "sliding_window": "null",
      ], of: "MistralForCausalLM")
    #expect(ParameterCount(found).total == 7_248_023_552)
    #expect(found.cacheFootprint(.sixteenBit).bytesPerToken == Bytes(131_072))
  }

  @Test(
    "the text part of a model that sees is found by its own class or type", arguments: ["llm_config", "text_config"])
  func textParts(key: String) throws {
    let inner = """
      {"hidden_size": 64, "vocab_size": 128, "max_position_embeddings": 4096, "num_hidden_layers": 4,
      "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 96, \
      \(key == "llm_config" ? "\"architectures\": [\"Qwen2ForCausalLM\"]" : "\"model_type\": \"qwen2\"")}
      """
    let text = "{\"architectures\": [\"SomeVisionModel\"], \"\(key)\": \(inner)}"
    let found = try Architecture(config: Node.parse(text, file: "config.json"), name: "toy")
    #expect(found.architectureClass == "Qwen2ForCausalLM")
    #expect(found.unmodelled == ["Only the text part of the model is read."])
  }

  @Test(
    "text parts are saved without the values that their classes have anyway",
    arguments: [
      // google/gemma-3-4b-it; its card says 4.3 billion with 0.4 that see.
      (
        #"{"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34,"#
          + #" "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024}"#,
        "Gemma3ForConditionalGeneration", 3_880_263_168
      ),
      // llava-hf/llava-1.5-7b-hf: Vicuna with 64 more tokens.
      (
        #"{"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096, "model_type": "llama","#
          + #" "vocab_size": 32064}"#,
        "LlavaForConditionalGeneration", 6_738_939_904
      ),
      // llava-hf/llava-v1.6-mistral-7b-hf.
      (
        #"{"architectures": ["MistralForCausalLM"], "intermediate_size": 14336, "max_position_embeddings": 32768,"#
          + #" "model_type": "mistral", "num_key_value_heads": 8, "sliding_window": null, "vocab_size": 32064}"#,
        "LlavaNextForConditionalGeneration", 7_242_256_384
      ),
    ])
  func partDefaults(_ part: String, _ name: String, _ parameters: Int) throws {
    let text = #"{"architectures": ["\#(name)"], "text_config": \#(part)}"#
    let found = try Architecture(config: Node.parse(text, file: "config.json"), name: "toy")
    #expect(ParameterCount(found).total == parameters)
    // A null that is written down is none: this Mistral has no window.
    let kinds = found.layers.flatMap(\.attention.contextKinds)
    #expect(kinds.allSatisfy { $0 == .full } == (name != "Gemma3ForConditionalGeneration"))
  }

  @Test("layers that share a cache write none, and Gemma's joint keys and values are projected once")
  func sharedCaches() throws {
    let moe = [
      "num_experts": "4", "moe_topk": "2", "moe_intermediate_size": "32", "num_shared_expert": "1", "use_cla": "true",
      "cla_share_factor": "2",
    ]
    let found = try model(moe, of: "HunYuanMoEV1ForCausalLM")
    // Two of four layers: 2 × 2 heads × 16 × 2 bytes.
    #expect(found.cacheFootprint(.sixteenBit).bytesPerToken == Bytes(2 * 128))
    let plain = try model(moe.merging(["use_cla": "false"]) { $1 }, of: "HunYuanMoEV1ForCausalLM")
    // Two layers without key and value projections of 64 × 32 each.
    #expect(ParameterCount(plain).total - ParameterCount(found).total == 2 * 2 * 64 * 32)
  }

  @Test("a pruned model's layers have their own sizes, and none where there is none")
  func blocks() throws {
    let full = #"{"attention": {"n_heads_in_group": 2, "no_op": false}, "ffn": {"ffn_mult": 2.0, "no_op": false}}"#
    let bare = #"{"attention": {"no_op": true}, "ffn": {"ffn_mult": 0.5, "no_op": false}}"#
    let found = try model(
      ["block_configs": "[\(full), \(bare)]", "num_hidden_layers": "2", "intermediate_size": "null"],
      of: "DeciLMForCausalLM")
    #expect(found.layers.map(\.attention.heads) == [4, 0])
    // 2 × 2 × 64 / 3 = 85 and 21, up to 256.
    #expect(found.layers.map(\.feedForward) == [.dense(intermediateSize: 256), .dense(intermediateSize: 256)])
    #expect(found.cacheFootprint(.sixteenBit).bytesPerToken == Bytes(128))
  }
}
