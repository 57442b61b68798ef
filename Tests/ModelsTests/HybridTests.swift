import Formats
import Models
import Testing
import Units

/// Configs of models that are not in the catalog, with the keys that counts depend on. Read from the PyPI package
/// aiconfigurator-core 0.12.0 (Apache-2.0); counts by an independent program.
@Suite struct HybridTests {
  private func model(_ text: String) throws -> Architecture {
    try Architecture(config: Node.parse("{\(text)}", file: "config.json"), name: "test")
  }

  private let superPattern =
    "MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME"

  private func nemotron(_ pattern: String) -> String {
    """
    "architectures": ["NemotronHForCausalLM"], "hidden_size": 4096, "num_hidden_layers": \(pattern.count),
    "hybrid_override_pattern": "\(pattern)", "vocab_size": 131072, "max_position_embeddings": 262144,
    "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "intermediate_size": 2688,
    "mamba_num_heads": 128, "mamba_head_dim": 64, "n_groups": 8, "ssm_state_size": 128, "conv_kernel": 4,
    "chunk_size": 128, "moe_intermediate_size": 2688, "moe_latent_size": 1024,
    "moe_shared_expert_intermediate_size": 5376, "n_group": 1, "topk_group": 1, "n_routed_experts": 512,
    "n_shared_experts": 1, "num_experts_per_tok": 22, "num_nextn_predict_layers": 1, "tie_word_embeddings": false
    """
  }

  @Test("Nemotron 3 Super: Mamba 2, attention and latent experts in layers of one part each")
  func latentExperts() throws {
    let model = try model(nemotron(superPattern))
    let count = ParameterCount(model)
    #expect(count.total == 120_668_707_840)
    #expect(count.activeWithEmbedding == 12_770_237_440)
    #expect(count.multiTokenPrediction.total == 2_942_325_248)
    let footprint = model.cacheFootprint(.sixteenBit)
    // 8 layers of 2 × 2 × 2 × 128
    #expect(footprint.bytesPerToken == Bytes(8192))
    // 40 layers of 3 × (8192 + 2048) × 2 and 8192 × 128 × 4
    #expect(footprint.fixed == Bytes(170_229_760))
    #expect(model.contextKinds == [.full])
  }

  @Test("a pattern of another length, or with another letter, is refused")
  func patterns() {
    #expect(throws: Problems.self) { try model(nemotron("ME*").replacing("_layers\": 3", with: "_layers\": 4")) }
    #expect(throws: Problems.self) { try model(nemotron("MX*")) }
  }

  private func glm(_ types: [String]) -> String {
    """
    "architectures": ["GlmMoeDsaForCausalLM"], "first_k_dense_replace": 3, "hidden_size": 6144,
    "index_head_dim": 128, "index_n_heads": 32, "index_topk": 2048,
    "indexer_types": [\(types.map { "\"\($0)\"" }.joined(separator: ", "))], "intermediate_size": 12288,
    "kv_lora_rank": 512, "max_position_embeddings": 1048576, "moe_intermediate_size": 2048, "n_group": 1,
    "n_routed_experts": 256, "n_shared_experts": 1, "num_attention_heads": 64, "num_experts_per_tok": 8,
    "num_hidden_layers": 78, "num_nextn_predict_layers": 1, "q_lora_rank": 2048, "qk_nope_head_dim": 192,
    "qk_rope_head_dim": 64, "topk_group": 1, "topk_method": "noaux_tc", "v_head_dim": 256, "vocab_size": 154880
    """
  }

  @Test("GLM-5.2: three of four layers reuse the choice of the last indexer and keep no keys for it")
  func sharedChoice() throws {
    let types = (0..<78).map { $0 < 3 || ($0 - 2) % 4 == 0 ? "full" : "shared" }
    #expect(types.filter { $0 == "full" }.count == 21)
    let model = try model(glm(types))
    let count = ParameterCount(model)
    #expect(count.total == 743_377_019_904)
    // The draft layer has an indexer of its own.
    #expect(count.multiTokenPrediction.total == 9_952_920_576)
    // 78 × 1152 and 21 × 256
    #expect(model.cacheFootprint(.sixteenBit).bytesPerToken == Bytes(95_232))
    #expect(model.cacheFootprint(.deepSeekFP8).bytesPerToken == Bytes(53_940))
  }

  @Test("a list of layers that is too short or names what is not known is refused with its place")
  func lists() throws {
    let short = try #require(throws: Problems.self) { try model(glm(["full", "shared"])) }
    #expect(short.list.contains { $0.fault == "lists 2 layers, and num_hidden_layers is 78" })
    let odd = try #require(throws: Problems.self) {
      try model(glm([String](repeating: "half", count: 78)))
    }
    #expect(odd.list.contains { $0.fault == "'half' is not modelled yet" })
  }

  /// A small mixture of everything that can be windowed.
  private func windowed(_ keys: String, class name: String = "MistralForCausalLM") throws -> Architecture {
    try model(
      """
      "architectures": ["\(name)"], "hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4,
      "num_key_value_heads": 2, "intermediate_size": 128, "vocab_size": 100, "max_position_embeddings": 512, \(keys)
      """)
  }

  @Test("a list of layer types comes before a window for all; without either all is full")
  func precedence() throws {
    let types = "[\"full_attention\", \"sliding_attention\", \"full_attention\", \"sliding_attention\"]"
    #expect(try windowed("\"sliding_window\": 32, \"layer_types\": \(types)").contextKinds == [.full, .window(32)])
    #expect(try windowed("\"sliding_window\": 32").contextKinds == [.window(32)])
    #expect(try windowed("\"sliding_window\": null").contextKinds == [.full])
  }

  @Test("Qwen windows only where use_sliding_window is true, from max_window_layers on")
  func qwenWindows() throws {
    let off = "\"sliding_window\": 32, \"use_sliding_window\": false, \"max_window_layers\": 3"
    #expect(try windowed(off, class: "Qwen2ForCausalLM").contextKinds == [.full])
    let on = off.replacing("false", with: "true")
    let model = try windowed(on, class: "Qwen2ForCausalLM")
    #expect(model.contextKinds == [.full, .window(32)])
    #expect(model.layers.map(\.count) == [3, 1])
    // 4 layers of 2 × 2 × 16 elements in 2 bytes; one of them keeps 32 tokens.
    #expect(model.cacheFootprint(.sixteenBit).bytes(tokens: 100) == Bytes(128 * (3 * 100 + 32)))
  }
}
