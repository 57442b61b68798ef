/// Models that are not in the catalog: the keys that counts depend on, written by hand from what is known of the public
/// files. The counts by another program are those of the Transformers 5.24 classes, and make the configs likely.
struct HandConfig: Sendable {
  var model: String
  var total, active, draft: Int
  /// Bytes in 16 bits: a token, what windows keep at most, a sequence.
  var cache, bounded, fixed: Int
  var config: String

  init(
    _ model: String, total: Int, active: Int, draft: Int, cache: Int, bounded: Int, fixed: Int, _ config: String
  ) {
    self.model = model
    self.total = total
    self.active = active
    self.draft = draft
    self.cache = cache
    self.bounded = bounded
    self.fixed = fixed
    self.config = config
  }

  static let every = all + further + others

  static let all = [
    HandConfig(
      "Command-A", total: 111_057_580_032, active: 111_057_580_032, draft: 0,
      cache: 65_536, bounded: 805_306_368, fixed: 0,
      """
      {"architectures": ["Cohere2ForCausalLM"], "hidden_size": 12288, "num_hidden_layers": 64,
      "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 36864,
      "vocab_size": 256000, "sliding_window": 4096, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Command-R-plus", total: 103_810_674_688, active: 103_810_674_688, draft: 0,
      cache: 262_144, bounded: 0, fixed: 0,
      """
      {"architectures": ["CohereForCausalLM"], "hidden_size": 12288, "num_hidden_layers": 64,
      "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 33792, "vocab_size": 256000,
      "use_qk_norm": true, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Command-R", total: 34_980_831_232, active: 34_980_831_232, draft: 0,
      cache: 1_310_720, bounded: 0, fixed: 0,
      """
      {"architectures": ["CohereForCausalLM"], "hidden_size": 8192, "num_hidden_layers": 40,
      "num_attention_heads": 64, "num_key_value_heads": 64, "intermediate_size": 22528, "vocab_size": 256000,
      "max_position_embeddings": 4096}
      """),
    HandConfig(
      "DeepSeek-V2-Lite", total: 15_706_484_224, active: 2_451_435_008, draft: 0,
      cache: 31_104, bounded: 0, fixed: 0,
      """
      {"architectures": ["DeepseekV2ForCausalLM"], "kv_lora_rank": 512, "qk_nope_head_dim": 128,
      "qk_rope_head_dim": 64, "v_head_dim": 128, "moe_layer_freq": 1, "first_k_dense_replace": 1,
      "n_shared_experts": 2, "num_experts_per_tok": 6, "vocab_size": 102400, "max_position_embeddings": 4096,
      "hidden_size": 2048, "num_hidden_layers": 27, "num_attention_heads": 16, "q_lora_rank": null,
      "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_group": 1,
      "topk_group": 1, "topk_method": "greedy"}
      """),
    HandConfig(
      "DeepSeek-V2", total: 235_741_434_880, active: 20_851_512_320, draft: 0,
      cache: 69_120, bounded: 0, fixed: 0,
      """
      {"architectures": ["DeepseekV2ForCausalLM"], "kv_lora_rank": 512, "qk_nope_head_dim": 128,
      "qk_rope_head_dim": 64, "v_head_dim": 128, "moe_layer_freq": 1, "first_k_dense_replace": 1,
      "n_shared_experts": 2, "num_experts_per_tok": 6, "vocab_size": 102400, "max_position_embeddings": 4096,
      "hidden_size": 5120, "num_hidden_layers": 60, "num_attention_heads": 128, "q_lora_rank": 1536,
      "intermediate_size": 12288, "moe_intermediate_size": 1536, "n_routed_experts": 160, "n_group": 8,
      "topk_group": 3, "topk_method": "group_limited_greedy"}
      """),
    HandConfig(
      "ERNIE-4.5-21B-A3B", total: 21_825_437_888, active: 3_352_150_208, draft: 0,
      cache: 57_344, bounded: 0, fixed: 0,
      """
      {"architectures": ["Ernie4_5_MoeForCausalLM"], "hidden_size": 2560, "num_hidden_layers": 28,
      "num_attention_heads": 20, "num_key_value_heads": 4, "intermediate_size": 12288, "vocab_size": 103424,
      "moe_num_experts": 64, "moe_k": 6, "moe_intermediate_size": 1536, "moe_layer_start_index": 1,
      "moe_layer_interval": 1, "moe_layer_end_index": -1, "moe_num_shared_experts": 2, "use_bias": false,
      "tie_word_embeddings": true, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "ERNIE-4.5-300B-A47B", total: 299_484_163_264, active: 47_079_337_152, draft: 0,
      cache: 221_184, bounded: 0, fixed: 0,
      """
      {"architectures": ["Ernie4_5_MoeForCausalLM"], "hidden_size": 8192, "num_hidden_layers": 54,
      "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 103424,
      "moe_num_experts": 64, "moe_k": 8, "moe_intermediate_size": 3584, "moe_layer_start_index": 3,
      "moe_layer_interval": 1, "moe_layer_end_index": 53, "moe_num_shared_experts": 0, "use_bias": false,
      "tie_word_embeddings": false, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "GLM-4.5-Air", total: 106_852_251_264, active: 12_803_372_672, draft: 2_375_059_584,
      cache: 188_416, bounded: 0, fixed: 0,
      """
      {"architectures": ["Glm4MoeForCausalLM"], "attention_bias": true, "use_qk_norm": false,
      "hidden_size": 4096, "num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8,
      "head_dim": 128, "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 128,
      "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 1, "n_group": 1,
      "topk_group": 1, "num_nextn_predict_layers": 1, "vocab_size": 151552, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "GLM-4.7-Flash", total: 29_943_393_920, active: 3_579_571_840, draft: 643_706_176,
      cache: 54_144, bounded: 0, fixed: 0,
      """
      {"architectures": ["Glm4MoeLiteForCausalLM"], "hidden_size": 2048, "num_hidden_layers": 47,
      "num_attention_heads": 20, "q_lora_rank": 768, "kv_lora_rank": 512, "qk_nope_head_dim": 192,
      "qk_rope_head_dim": 64, "v_head_dim": 256, "intermediate_size": 10240, "moe_intermediate_size": 1536,
      "n_routed_experts": 64, "n_shared_experts": 1, "num_experts_per_tok": 4, "first_k_dense_replace": 1,
      "n_group": 1, "topk_group": 1, "num_nextn_predict_layers": 1, "vocab_size": 154880,
      "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Gemma-2-27B", total: 27_227_128_320, active: 27_227_128_320, draft: 0,
      cache: 188_416, bounded: 771_751_936, fixed: 0,
      """
      {"architectures": ["Gemma2ForCausalLM"], "hidden_size": 4608, "num_hidden_layers": 46,
      "num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128, "intermediate_size": 36864,
      "vocab_size": 256000, "sliding_window": 4096, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Gemma-3-27B", total: 27_009_346_304, active: 27_009_346_304, draft: 0,
      cache: 81_920, bounded: 436_207_616, fixed: 0,
      """
      {"architectures": ["Gemma3ForConditionalGeneration"], "text_config": {"hidden_size": 5376,
      "num_hidden_layers": 62, "num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128,
      "intermediate_size": 21504, "vocab_size": 262208, "sliding_window": 1024,
      "max_position_embeddings": 4096}}
      """),
    HandConfig(
      "Hunyuan-A13B", total: 80_393_183_232, active: 12_747_448_320, draft: 0,
      cache: 131_072, bounded: 0, fixed: 0,
      """
      {"architectures": ["HunYuanMoEV1ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072,
      "vocab_size": 128167, "num_experts": 64, "moe_topk": [8, 8, 8], "moe_intermediate_size": [3072, 3072,
      3072], "num_shared_expert": [1, 1, 1], "use_qk_norm": true, "tie_word_embeddings": true,
      "use_cla": false, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "InternLM3-8B", total: 8_804_241_408, active: 8_277_856_256, draft: 0,
      cache: 49_152, bounded: 0, fixed: 0,
      """
      {"architectures": ["InternLM3ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 48,
      "num_attention_heads": 32, "num_key_value_heads": 2, "intermediate_size": 10240, "vocab_size": 128512,
      "head_dim": 128, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Kimi-Linear-48B-A3B", total: 49_122_681_728, active: 3_106_972_544, draft: 0,
      cache: 8_064, bounded: 0, fixed: 43_417_600,
      """
      {"architectures": ["KimiLinearForCausalLM"], "hidden_size": 2304, "num_hidden_layers": 27,
      "num_attention_heads": 32, "q_lora_rank": null, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
      "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 9216, "moe_intermediate_size": 1024,
      "num_experts": 256, "num_experts_per_token": 8, "num_shared_experts": 1, "first_k_dense_replace": 1,
      "moe_layer_freq": 1, "num_expert_group": 1, "topk_group": 1, "vocab_size": 163840,
      "linear_attn_config": {"kda_layers": [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19, 21, 22, 23,
      25, 26], "full_attn_layers": [4, 8, 12, 16, 20, 24, 27], "head_dim": 128, "num_heads": 32,
      "short_conv_kernel_size": 4}, "max_position_embeddings": 1048576}
      """),
    HandConfig(
      "Ling-1T", total: 999_705_328_640, active: 49_766_775_808, draft: 13_222_584_832,
      cache: 327_680, bounded: 0, fixed: 0,
      """
      {"architectures": ["BailingMoeV2ForCausalLM"], "hidden_size": 8192, "num_hidden_layers": 80,
      "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 18432,
      "moe_intermediate_size": 2048, "vocab_size": 157184, "num_experts": 256, "num_experts_per_tok": 8,
      "num_shared_experts": 1, "first_k_dense_replace": 4, "n_group": 8, "topk_group": 4,
      "use_qk_norm": true, "use_bias": false, "use_qkv_bias": false, "moe_router_enable_expert_bias": true,
      "num_nextn_predict_layers": 1, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Ling-flash-2.0", total: 102_889_705_216, active: 5_508_452_096, draft: 0,
      cache: 65_536, bounded: 0, fixed: 0,
      """
      {"architectures": ["BailingMoeV2ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 9216,
      "moe_intermediate_size": 1024, "vocab_size": 157184, "num_experts": 256, "num_experts_per_tok": 8,
      "num_shared_experts": 1, "first_k_dense_replace": 1, "n_group": 8, "topk_group": 4,
      "use_qk_norm": true, "use_bias": false, "use_qkv_bias": false, "moe_router_enable_expert_bias": true,
      "num_nextn_predict_layers": 0, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Mistral-7B-v0.1", total: 7_241_732_096, active: 7_110_660_096, draft: 0,
      cache: 0, bounded: 536_870_912, fixed: 0,
      """
      {"architectures": ["MistralForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000,
      "sliding_window": 4096, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "OLMo-2-32B", total: 32_234_279_936, active: 31_720_477_696, draft: 0,
      cache: 262_144, bounded: 0, fixed: 0,
      """
      {"architectures": ["Olmo2ForCausalLM"], "hidden_size": 5120, "num_hidden_layers": 64,
      "num_attention_heads": 40, "num_key_value_heads": 8, "intermediate_size": 27648, "vocab_size": 100352,
      "max_position_embeddings": 4096}
      """),
    HandConfig(
      "OLMo-3-32B", total: 32_233_522_176, active: 31_720_098_816, draft: 0,
      cache: 65_536, bounded: 805_306_368, fixed: 0,
      """
      {"architectures": ["Olmo3ForCausalLM"], "hidden_size": 5120, "num_hidden_layers": 64,
      "num_attention_heads": 40, "num_key_value_heads": 8, "intermediate_size": 27648, "vocab_size": 100278,
      "sliding_window": 4096, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Phi-3-mini", total: 3_821_079_552, active: 3_722_578_944, draft: 0,
      cache: 0, bounded: 804_913_152, fixed: 0,
      """
      {"architectures": ["Phi3ForCausalLM"], "hidden_size": 3072, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 32, "intermediate_size": 8192, "vocab_size": 32064,
      "sliding_window": 2047, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Phi-4", total: 14_659_507_200, active: 14_145_704_960, draft: 0,
      cache: 204_800, bounded: 0, fixed: 0,
      """
      {"architectures": ["Phi3ForCausalLM"], "hidden_size": 5120, "num_hidden_layers": 40,
      "num_attention_heads": 40, "num_key_value_heads": 10, "intermediate_size": 17920, "vocab_size": 100352,
      "sliding_window": null, "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Qwen2-57B-A14B", total: 57_408_658_944, active: 13_704_732_160, draft: 0,
      cache: 57_344, bounded: 0, fixed: 0,
      """
      {"architectures": ["Qwen2MoeForCausalLM"], "hidden_size": 3584, "num_hidden_layers": 28,
      "num_attention_heads": 28, "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 151936,
      "num_experts": 64, "num_experts_per_tok": 8, "moe_intermediate_size": 2560,
      "shared_expert_intermediate_size": 20480, "decoder_sparse_step": 1, "use_sliding_window": false,
      "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Qwen2-7B", total: 7_615_616_512, active: 7_070_619_136, draft: 0,
      cache: 57_344, bounded: 0, fixed: 0,
      """
      {"architectures": ["Qwen2ForCausalLM"], "hidden_size": 3584, "num_hidden_layers": 28,
      "num_attention_heads": 28, "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 152064,
      "max_position_embeddings": 4096}
      """),
    HandConfig(
      "Qwen3-Next-80B-A3B", total: 79_674_391_296, active: 3_563_764_480, draft: 1_650_471_424,
      cache: 24_576, bounded: 0, fixed: 77_266_944,
      """
      {"architectures": ["Qwen3NextForCausalLM"], "hidden_size": 2048, "num_hidden_layers": 48,
      "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256, "intermediate_size": 5120,
      "vocab_size": 151936, "num_experts": 512, "num_experts_per_tok": 10, "moe_intermediate_size": 512,
      "shared_expert_intermediate_size": 512, "decoder_sparse_step": 1, "full_attention_interval": 4,
      "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
      "linear_num_key_heads": 16, "linear_num_value_heads": 32, "mtp_num_hidden_layers": 1,
      "max_position_embeddings": 4096}
      """),
  ]
}
