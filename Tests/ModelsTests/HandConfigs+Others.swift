extension HandConfig {
  /// Classes with names, or layers, of their own.
  static let others = [
    HandConfig(
      "DBRX", total: 131_596_523_520, active: 35_853_146_112, draft: 0, cache: 163_840, bounded: 0, fixed: 0,
      """
      {"architectures": ["DbrxForCausalLM"], "d_model": 6144, "n_layers": 40, "n_heads": 48, "vocab_size": 100352,
      "max_seq_len": 32768, "attn_config": {"kv_n_heads": 8},
      "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4}}
      """),
    HandConfig(
      "Falcon-H1-34B", total: 33_642_221_312, active: 32_305_286_912, draft: 0,
      cache: 147_456, bounded: 0, fixed: 304_201_728,
      """
      {"architectures": ["FalconH1ForCausalLM"], "hidden_size": 5120, "num_hidden_layers": 72,
      "num_attention_heads": 20, "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 21504,
      "vocab_size": 261120, "mamba_n_heads": 32, "mamba_d_head": 128, "mamba_n_groups": 2, "mamba_d_state": 256,
      "mamba_d_conv": 4, "mamba_chunk_size": 128, "mamba_rms_norm": false, "max_position_embeddings": 262144}
      """),
    HandConfig(
      "Gemma-4-26B-A4B", total: 25_233_141_760, active: 3_822_530_560, draft: 0,
      cache: 20_480, bounded: 209_715_200, fixed: 0,
      """
      {"architectures": ["Gemma4ForConditionalGeneration"], "text_config": {"attention_k_eq_v": true,
      "enable_moe_block": true, "global_head_dim": 512, "head_dim": 256, "hidden_size": 2816,
      "intermediate_size": 2112, "layer_types": [\(gemma4(30))], "moe_intermediate_size": 704,
      "num_attention_heads": 16, "num_experts": 128, "num_global_key_value_heads": 2, "num_hidden_layers": 30,
      "num_key_value_heads": 8, "sliding_window": 1024, "top_k_experts": 8, "vocab_size": 262144,
      "max_position_embeddings": 262144}}
      """),
    HandConfig(
      "Gemma-4-31B", total: 30_697_345_280, active: 30_697_345_280, draft: 0,
      cache: 81_920, bounded: 838_860_800, fixed: 0,
      """
      {"architectures": ["Gemma4ForConditionalGeneration"], "text_config": {"attention_k_eq_v": true,
      "enable_moe_block": false, "global_head_dim": 512, "head_dim": 256, "hidden_size": 5376,
      "intermediate_size": 21504, "layer_types": [\(gemma4(60))], "num_attention_heads": 32,
      "num_global_key_value_heads": 4, "num_hidden_layers": 60, "num_key_value_heads": 16, "sliding_window": 1024,
      "vocab_size": 262144, "num_experts": null, "max_position_embeddings": 262144}}
      """),
    HandConfig(
      "InternLM2.5-20B", total: 19_861_149_696, active: 19_292_559_360, draft: 0,
      cache: 196_608, bounded: 0, fixed: 0,
      """
      {"architectures": ["InternLM2ForCausalLM"], "bias": false, "hidden_size": 6144, "num_hidden_layers": 48,
      "num_attention_heads": 48, "num_key_value_heads": 8, "intermediate_size": 16384, "vocab_size": 92544,
      "max_position_embeddings": 32768}
      """),
    HandConfig(
      "LongCat-Flash", total: 560_664_980_480, active: 27_149_511_680, draft: 0, cache: 64_512, bounded: 0, fixed: 0,
      """
      {"architectures": ["LongcatFlashForCausalLM"], "hidden_size": 6144, "num_layers": 28,
      "num_attention_heads": 64, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
      "qk_rope_head_dim": 64, "v_head_dim": 128, "ffn_hidden_size": 12288, "expert_ffn_hidden_size": 2048,
      "n_routed_experts": 512, "zero_expert_num": 256, "moe_topk": 12, "vocab_size": 131072,
      "max_position_embeddings": 131072}
      """),
    HandConfig(
      "Phi-3.5-MoE", total: 41_873_153_344, active: 6_509_665_600, draft: 0, cache: 131_072, bounded: 0, fixed: 0,
      """
      {"architectures": ["PhiMoEForCausalLM"], "attention_bias": true, "lm_head_bias": true, "hidden_size": 4096,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 6400,
      "num_local_experts": 16, "num_experts_per_tok": 2, "vocab_size": 32064, "max_position_embeddings": 131072}
      """),
    HandConfig(
      "Step-3", total: 316_294_538_240, active: 37_917_982_720, draft: 0, cache: 62_464, bounded: 0, fixed: 0,
      """
      {"architectures": ["Step3VLForConditionalGeneration"], "text_config": {"hidden_size": 7168,
      "num_hidden_layers": 61, "num_attention_heads": 64, "num_attention_groups": 1, "head_dim": 256,
      "share_q_dim": 2048, "intermediate_size": 18432, "moe_intermediate_size": 5120, "share_expert_dim": 5120,
      "moe_num_experts": 48, "moe_top_k": 3, "vocab_size": 128815, "max_position_embeddings": 65536,
      "moe_layers_enum": "\((4...59).map(String.init).joined(separator: ","))"}}
      """),
    HandConfig(
      "Step-3.5-Flash", total: 196_956_130_368, active: 11_459_365_952, draft: 0,
      cache: 49_152, bounded: 69_206_016, fixed: 0,
      """
      {"architectures": ["Step3p5ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 45,
      "num_nextn_predict_layers": 3, "num_attention_heads": 64, "num_attention_groups": 8, "head_dim": 128,
      "attention_other_setting": {"num_attention_heads": 96, "num_attention_groups": 8}, "sliding_window": 512,
      "layer_types": [\(step35)], "intermediate_size": 11264, "moe_intermediate_size": 1280,
      "share_expert_dim": 1280, "moe_num_experts": 288, "moe_top_k": 8, "vocab_size": 128896,
      "moe_layers_enum": "\((3...44).map(String.init).joined(separator: ","))", "max_position_embeddings": 65536}
      """),
  ]

  private static func gemma4(_ layers: Int) -> String {
    (1...layers).map { $0.isMultiple(of: 6) ? "\"full_attention\"" : "\"sliding_attention\"" }
      .joined(separator: ",")
  }

  /// Three more than there are layers, for the multi-token prediction.
  private static let step35 =
    (0..<48).map { $0.isMultiple(of: 4) ? "\"full_attention\"" : "\"sliding_attention\"" }.joined(separator: ",")
}
