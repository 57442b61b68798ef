/// As `HandConfigs.swift`: counts by another program (Transformers 5.24 classes built without weights, 2026), configs
/// by hand from the public files or the classes' own defaults.
extension HandConfig {
  static let further = [
    HandConfig(
      "Llama-2-7B", total: 6_738_415_616, active: 6_607_343_616, draft: 0,
      cache: 524_288, bounded: 0, fixed: 0,
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 32, "intermediate_size": 11008, "vocab_size": 32000,
      "max_position_embeddings": 8192}
      """),
    HandConfig(
      "Llama-2-70B", total: 68_976_648_192, active: 68_714_504_192, draft: 0,
      cache: 327_680, bounded: 0, fixed: 0,
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 8192, "num_hidden_layers": 80,
      "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32000,
      "max_position_embeddings": 8192}
      """),
    HandConfig(
      "Mistral-Large-2407", total: 122_610_069_504, active: 122_207_416_320, draft: 0,
      cache: 360_448, bounded: 0, fixed: 0,
      """
      {"architectures": ["MistralForCausalLM"], "hidden_size": 12288, "num_hidden_layers": 88,
      "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32768,
      "max_position_embeddings": 8192, "head_dim": 128}
      """),
    HandConfig(
      "Yi-34B", total: 34_388_917_248, active: 33_930_165_248, draft: 0,
      cache: 245_760, bounded: 0, fixed: 0,
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 7168, "num_hidden_layers": 60,
      "num_attention_heads": 56, "num_key_value_heads": 8, "intermediate_size": 20480, "vocab_size": 64000,
      "max_position_embeddings": 8192}
      """),
    HandConfig(
      "InternLM2.5-20B", total: 19_861_149_696, active: 19_292_559_360, draft: 0,
      cache: 196_608, bounded: 0, fixed: 0,
      """
      {"architectures": ["InternLM2ForCausalLM"], "hidden_size": 6144, "num_hidden_layers": 48,
      "num_attention_heads": 48, "num_key_value_heads": 8, "intermediate_size": 16384, "vocab_size": 92544,
      "max_position_embeddings": 8192, "bias": false}
      """),
    HandConfig(
      "Phi-3.5-MoE", total: 41_873_153_344, active: 6_509_665_600, draft: 0,
      cache: 131_072, bounded: 0, fixed: 0,
      """
      {"architectures": ["PhimoeForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 6400, "vocab_size": 32064,
      "max_position_embeddings": 8192, "attention_bias": true, "lm_head_bias": true, "num_local_experts": 16,
      "num_experts_per_tok": 2}
      """),
    HandConfig(
      "Falcon-H1-34B", total: 33_642_221_312, active: 32_305_286_912, draft: 0,
      cache: 147_456, bounded: 0, fixed: 304_201_728,
      """
      {"architectures": ["FalconH1ForCausalLM"], "hidden_size": 5120, "num_hidden_layers": 72,
      "num_attention_heads": 20, "num_key_value_heads": 4, "intermediate_size": 21504, "vocab_size": 261120,
      "max_position_embeddings": 8192, "head_dim": 128, "mamba_n_heads": 32, "mamba_d_head": 128,
      "mamba_n_groups": 2, "mamba_d_state": 256, "mamba_d_conv": 4, "mamba_chunk_size": 128, "mamba_rms_norm":
      false}
      """),
    HandConfig(
      "Step-3", total: 316_294_538_240, active: 37_917_982_720, draft: 0,
      cache: 62_464, bounded: 0, fixed: 0,
      """
      {"architectures": ["Step3VLForConditionalGeneration"], "hidden_size": 7168, "num_hidden_layers": 61,
      "num_attention_heads": 64, "intermediate_size": 18432, "vocab_size": 128815, "max_position_embeddings":
      8192, "head_dim": 256, "share_q_dim": 2048, "num_attention_groups": 1, "moe_num_experts": 48,
      "moe_top_k": 3, "moe_intermediate_size": 5120, "share_expert_dim": 5120, "moe_layers_enum":
      [
      4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,
      32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59]}
      """),
    HandConfig(
      "Step-3.5-Flash", total: 196_956_130_368, active: 11_459_365_952, draft: 0,
      cache: 49_152, bounded: 69_206_016, fixed: 0,
      """
      {"architectures": ["Step3p5ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 45,
      "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 11264, "vocab_size": 128896,
      "max_position_embeddings": 8192, "head_dim": 128, "sliding_window": 512, "layer_types":
      ["full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention"],
      "first_k_dense_replace": 3, "moe_num_experts": 288, "moe_top_k": 8, "moe_intermediate_size": 1280,
      "share_expert_dim": 1280, "attention_other_setting": {"attention_type": "sliding_attention",
      "num_attention_heads": 96, "num_attention_groups": 8, "head_dim": 128}, "num_attention_groups": 8}
      """),
    HandConfig(
      "Qwen3-8B", total: 8_190_735_360, active: 7_568_405_504, draft: 0,
      cache: 147_456, bounded: 0, fixed: 0,
      """
      {"architectures": ["Qwen3ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 36,
      "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 12288, "vocab_size": 151936,
      "max_position_embeddings": 8192, "head_dim": 128}
      """),
    HandConfig(
      "Qwen3-Coder-480B-A35B", total: 480_154_875_392, active: 34_541_270_528, draft: 0,
      cache: 253_952, bounded: 0, fixed: 0,
      """
      {"architectures": ["Qwen3MoeForCausalLM"], "hidden_size": 6144, "num_hidden_layers": 62,
      "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 151936,
      "max_position_embeddings": 8192, "head_dim": 128, "num_experts": 160, "num_experts_per_tok": 8,
      "moe_intermediate_size": 2560, "decoder_sparse_step": 1, "mlp_only_layers": []}
      """),
    HandConfig(
      "Llama-4-Scout", total: 107_769_861_120, active: 16_138_408_960, draft: 0,
      cache: 49_152, bounded: 1_207_959_552, fixed: 0,
      """
      {"architectures": ["Llama4ForConditionalGeneration"], "text_config": {"hidden_size": 5120,
      "num_hidden_layers": 48, "num_attention_heads": 40, "num_key_value_heads": 8, "intermediate_size": 8192,
      "vocab_size": 202048, "max_position_embeddings": 8192, "head_dim": 128, "intermediate_size_mlp": 16384,
      "num_local_experts": 16, "num_experts_per_tok": 1, "interleave_moe_layer_step": 1,
      "attention_chunk_size": 8192}}
      """),
  ]
}
