import Formats
import Models
import Testing
import Units

/// Classes that counts alone do not show.
@Suite struct ClassTests {
  private func read(_ text: String) throws -> Architecture {
    try Architecture(config: Node.parse(text, file: "config.json"), name: "")
  }

  @Test("pruned layers: one without attention, one with a linear layer in its place, one whole")
  func blocks() throws {
    let model = try read(
      """
      {"architectures": ["DeciLMForCausalLM"], "hidden_size": 8192, "num_attention_heads": 64,
      "num_hidden_layers": 3, "num_key_value_heads": null, "intermediate_size": null, "vocab_size": 1000,
      "max_position_embeddings": 131072, "block_configs": [
      {"attention": {"n_heads_in_group": null, "no_op": true}, "ffn": {"ffn_mult": 0.5, "no_op": false}},
      {"attention": {"replace_with_linear": true}, "ffn": {"ffn_mult": 1.3125}},
      {"attention": {"n_heads_in_group": 8, "no_op": false}, "ffn": {"ffn_mult": 5.25, "no_op": false}}]}
      """)
    // 2 x 0.5 x 8,192 / 3 = 2,730 -> 2,816; 1.3125 gives 7,168; 5.25 gives 28,672.
    let mlp = 3 * 8192 * (2816 + 7168 + 28_672)
    let attention = 8192 * 8192 * 2 + 2 * 8192 * 1024
    let whole = 2 * 1000 * 8192 + 8192 + mlp + attention + 8192 * 8192 + (1 + 2 + 2) * 8192
    #expect(ParameterCount(model).total == whole)
    #expect(model.keyValueElementsPerToken == 2048)
  }

  @Test("GPT-2's class: the 124,439,808 parameters of the smallest GPT-2, and the 175 billion of GPT-3")
  func gpt2() throws {
    let small = try read(
      """
      {"architectures": ["GPT2LMHeadModel"], "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024,
      "n_ctx": 1024, "n_inner": null, "vocab_size": 50257, "activation_function": "gelu_new",
      "scale_attn_weights": true, "summary_type": "cls_index", "resid_pdrop": 0.1}
      """)
    #expect(ParameterCount(small).total == 124_439_808 && small.unmodelled == [])
    #expect(small.hasLearnedPositions && small.tiedEmbeddings && small.maximumPositions == 1024)
    #expect(small.layers[0].feedForward == .plain(intermediateSize: 3072))
    // A layer: 12 h² of matrices, 9 h of biases, 4 h of norms; two tables and the last norm.
    let hidden = 12_288
    let layer = 12 * hidden * hidden + 13 * hidden
    let large = try Architecture(named: "GPT-3-175B", in: Catalog())
    #expect(ParameterCount(large).total == 96 * layer + (50_257 + 2048) * hidden + 2 * hidden)
    #expect(abs(Double(ParameterCount(large).total) / 175e9 - 1) < 0.005)
  }

  @Test("MiMo-V2: values narrower than keys, more key-value heads and sinks in windows")
  func miMo() throws {
    let pattern = (0..<48).map { $0 == 0 || $0 % 6 == 5 ? "0" : "1" }.joined(separator: ",")
    let model = try read(
      """
      {"architectures": ["MiMoV2FlashForCausalLM"], "num_hidden_layers": 48, "hidden_size": 4096,
      "num_attention_heads": 64, "num_key_value_heads": 4, "head_dim": 192, "v_head_dim": 128,
      "intermediate_size": 16384, "vocab_size": 152576, "max_position_embeddings": 262144, "sliding_window": 128,
      "swa_num_attention_heads": 64, "swa_num_key_value_heads": 8, "swa_head_dim": 192, "swa_v_head_dim": 128,
      "hybrid_layer_pattern": [\(pattern)], "add_swa_attention_sink_bias": true,
      "moe_layer_freq": [0\(String(repeating: ",1", count: 47))], "moe_intermediate_size": 2048,
      "n_routed_experts": 256, "n_shared_experts": null, "num_experts_per_tok": 8, "topk_method": "noaux_tc"}
      """)
    // The makers: 309e9 parameters, 15e9 active, with their prediction layers.
    #expect(abs(Double(ParameterCount(model).total) / 309e9 - 1) < 0.01)
    #expect(abs(Double(ParameterCount(model).activeWithEmbedding) / 15e9 - 1) < 0.05)
    let footprint = model.cacheFootprint(.sixteenBit)
    // 9 full layers of 4 x (192 + 128), 39 windows of 8 x (192 + 128).
    #expect(footprint.bytesPerToken == Bytes(9 * 4 * 320 * 2))
    #expect(footprint.greatestBounded == Bytes(39 * 8 * 320 * 2 * 128))
  }

  @Test("a text part is found under each of its names, and what is not read is said")
  func textParts() throws {
    let part =
      """
      {"hidden_size": 1024, "num_hidden_layers": 2, "num_attention_heads": 8, "intermediate_size": 4096,
      "vocab_size": 1000, "max_position_embeddings": 4096}
      """
    let plain = try read("{\"architectures\": [\"LlamaForCausalLM\"], \(part.dropFirst())")
    for key in ["text_config", "llm_config", "language_config"] {
      let nested = try read("{\"architectures\": [\"LlamaForCausalLM\"], \"\(key)\": \(part)}")
      #expect(ParameterCount(nested).total == ParameterCount(plain).total)
      #expect(nested.unmodelled == ["Only the text part of the model is read."])
    }
  }
}
