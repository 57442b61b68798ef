/// As `HandConfigs.swift`: counts by another program (Transformers 5.24 classes built without weights, 2026), configs
/// by hand from the public files or the classes' own defaults.
extension HandConfig {
  static let others = [
    HandConfig(
      "GPT-3-175B", total: 174_604_259_328, active: 174_579_093_504, draft: 0,
      cache: 4_718_592, bounded: 0, fixed: 0,
      """
      {"architectures": ["GPT2LMHeadModel"], "n_embd": 12288, "n_head": 96, "n_inner": 49152, "n_layer": 96,
      "n_positions": 2048, "vocab_size": 50257}
      """),
    HandConfig(
      "HY-V3", total: 295_033_543_488, active: 20_180_802_368, draft: 0,
      cache: 327_680, bounded: 0, fixed: 0,
      """
      {"architectures": ["HYV3ForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 80,
      "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 13312, "vocab_size": 120832,
      "max_position_embeddings": 8192, "head_dim": 128, "num_experts": 192, "num_experts_per_tok": 8,
      "num_shared_experts": 1, "moe_intermediate_size": 1536}
      """),
    HandConfig(
      "LongCat-Flash", total: 560_664_980_480, active: 27_149_511_680, draft: 0,
      cache: 64_512, bounded: 0, fixed: 0,
      """
      {"architectures": ["LongcatFlashForCausalLM"], "vocab_size": 131072, "hidden_size": 6144, "num_layers":
      28, "num_attention_heads": 64, "ffn_hidden_size": 12288, "expert_ffn_hidden_size": 2048, "q_lora_rank":
      1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
      "moe_topk": 12, "n_routed_experts": 512, "zero_expert_num": 256, "max_position_embeddings": 131072}
      """),
    HandConfig(
      "LongCat-Flash-Lite", total: 68_562_465_024, active: 3_986_923_776, draft: 0,
      cache: 32_256, bounded: 0, fixed: 0,
      """
      {"architectures": ["LongcatFlashNgramForCausalLM"], "vocab_size": 131072, "hidden_size": 3072,
      "num_layers": 14, "num_attention_heads": 32, "ffn_hidden_size": 6144, "expert_ffn_hidden_size": 1024,
      "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim":
      128, "moe_topk": 12, "n_routed_experts": 256, "zero_expert_num": 128, "max_position_embeddings": 131072,
      "ngram_vocab_size_ratio": 78, "emb_neighbor_num": 4, "emb_split_num": 4}
      """),
    HandConfig(
      "Gemma-4-26B-A4B", total: 25_233_141_760, active: 3_822_530_560, draft: 0,
      cache: 20_480, bounded: 209_715_200, fixed: 0,
      """
      {"architectures": ["Gemma4ForConditionalGeneration"], "text_config": {"attention_k_eq_v": true,
      "enable_moe_block": true, "hidden_size": 2816, "hidden_size_per_layer_input": 0, "intermediate_size":
      2112, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "full_attention"], "max_position_embeddings": 262144, "moe_intermediate_size": 704,
      "num_attention_heads": 16, "num_experts": 128, "num_global_key_value_heads": 2, "num_hidden_layers": 30,
      "num_key_value_heads": 8, "num_kv_shared_layers": 0, "sliding_window": 1024, "top_k_experts": 8,
      "vocab_size": 262144, "head_dim": 256, "global_head_dim": 512}}
      """),
    HandConfig(
      "Gemma-4-31B", total: 30_697_345_280, active: 30_697_345_280, draft: 0,
      cache: 81_920, bounded: 838_860_800, fixed: 0,
      """
      {"architectures": ["Gemma4ForConditionalGeneration"], "text_config": {"attention_k_eq_v": true,
      "enable_moe_block": false, "hidden_size": 5376, "hidden_size_per_layer_input": 0, "intermediate_size":
      21504, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention",
      "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "full_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
      "sliding_attention", "full_attention"], "max_position_embeddings": 262144, "moe_intermediate_size": 704,
      "num_attention_heads": 32, "num_experts": 128, "num_global_key_value_heads": 4, "num_hidden_layers": 60,
      "num_key_value_heads": 16, "num_kv_shared_layers": 0, "sliding_window": 1024, "top_k_experts": 8,
      "vocab_size": 262144, "head_dim": 256, "global_head_dim": 512}}
      """),
    HandConfig(
      "DBRX", total: 131_596_523_520, active: 35_853_146_112, draft: 0,
      cache: 163_840, bounded: 0, fixed: 0,
      """
      {"architectures": ["DbrxForCausalLM"], "d_model": 6144, "n_heads": 48, "n_layers": 40, "vocab_size":
      100352, "max_seq_len": 32768, "attn_config": {"kv_n_heads": 8, "clip_qkv": 8}, "ffn_config":
      {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4}}
      """),
    HandConfig(
      "Grok-1", total: 315_684_820_992, active: 83_756_587_008, draft: 0,
      cache: 262_144, bounded: 0, fixed: 0,
      """
      {"architectures": ["Grok1ModelForCausalLM"], "hidden_size": 6144, "num_hidden_layers": 64,
      "num_attention_heads": 48, "num_key_value_heads": 8, "intermediate_size": 32768, "vocab_size": 131072,
      "max_position_embeddings": 8192, "head_dim": 128, "num_experts": 8, "num_experts_per_tok": 2}
      """),
    HandConfig(
      "Bailing-V3 (class defaults)", total: 124_414_211_552, active: 5_103_302_112, draft: 0,
      cache: 8_064, bounded: 0, fixed: 75_980_800,
      """
      {"architectures": ["BailingMoeV3ForCausalLM"], "vocab_size": 157184, "hidden_size": 2560,
      "intermediate_size": 6144, "moe_intermediate_size": 768, "num_hidden_layers": 42, "num_attention_heads":
      32, "num_shared_experts": 1, "kv_lora_rank": 512, "q_lora_rank": null, "qk_rope_head_dim": 64,
      "v_head_dim": 128, "qk_nope_head_dim": 128, "num_expert_group": 8, "topk_group": 4,
      "num_experts_per_token": 8, "first_k_dense_replace": 2, "model_max_length": 262144, "num_experts": 512,
      "head_dim": 128, "short_conv_kernel_size": 4, "layer_group_size": 6}
      """),
    HandConfig(
      "Nemotron-3-Nano-30B-A3B", total: 31_577_940_288, active: 3_227_754_816, draft: 0,
      cache: 6_144, bounded: 0, fixed: 49_082_368,
      """
      {"architectures": ["NemotronHForCausalLM"], "hidden_size": 2688, "num_hidden_layers": 52,
      "hybrid_override_pattern": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
      "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "vocab_size": 131072,
      "max_position_embeddings": 262144, "mamba_num_heads": 64, "mamba_head_dim": 64, "n_groups": 8,
      "ssm_state_size": 128, "conv_kernel": 4, "chunk_size": 128, "intermediate_size": 1856,
      "moe_intermediate_size": 1856, "moe_shared_expert_intermediate_size": 3712, "n_routed_experts": 128,
      "num_experts_per_tok": 6, "n_group": 1, "topk_group": 1, "mamba_proj_bias": false, "use_bias": false}
      """),
    HandConfig(
      "Nemotron-3-Super-120B-A12B", total: 120_668_707_840, active: 12_233_366_528, draft: 0,
      cache: 8192, bounded: 0, fixed: 170_229_760,
      """
      {"architectures": ["NemotronHForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 88,
      "hybrid_override_pattern":
      "MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME",
      "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "vocab_size": 131072,
      "max_position_embeddings": 262144, "mamba_num_heads": 128, "mamba_head_dim": 64, "n_groups": 8,
      "ssm_state_size": 128, "conv_kernel": 4, "chunk_size": 128, "intermediate_size": 2688,
      "moe_intermediate_size": 2688, "moe_latent_size": 1024, "moe_shared_expert_intermediate_size": 5376,
      "n_routed_experts": 512, "num_experts_per_tok": 22, "n_group": 1, "topk_group": 1, "mamba_proj_bias": false,
      "use_bias": false}
      """),
  ]
}
