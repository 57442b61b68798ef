extension HuggingFaceFamily {
  /// Classes whose configs have names, or layers, of their own.
  static let others = [
    HuggingFaceFamily(
      architectureClass: "DbrxForCausalLM", attention: .grouped(GroupedKeys()), mixture: .dbrx,
      names: [
        "hidden_size": ["d_model"], "num_attention_heads": ["n_heads"], "num_hidden_layers": ["n_layers"],
        "num_key_value_heads": ["attn_config.kv_n_heads"], "num_local_experts": ["ffn_config.moe_num_experts"],
        "num_experts_per_tok": ["ffn_config.moe_top_k"], "intermediate_size": ["ffn_config.ffn_hidden_size"],
        "max_position_embeddings": ["max_seq_len"],
      ]),
    HuggingFaceFamily(
      architectureClass: "DeciLMForCausalLM", attention: .grouped(GroupedKeys()), blocks: "block_configs"),
    HuggingFaceFamily(
      architectureClass: "FalconH1ForCausalLM", attention: .grouped(GroupedKeys()), mixer: .mamba2, isParallel: true,
      unmodelled: ["attention_bias", "mlp_bias", "projectors_bias", "mamba_proj_bias"],
      names: [
        "mamba_num_heads": ["mamba_n_heads"], "mamba_head_dim": ["mamba_d_head"], "n_groups": ["mamba_n_groups"],
        "ssm_state_size": ["mamba_d_state"], "conv_kernel": ["mamba_d_conv"], "chunk_size": ["mamba_chunk_size"],
      ]),
    HuggingFaceFamily(
      architectureClass: "Gemma4ForConditionalGeneration", attention: .grouped(.gemma4),
      patterns: [.layerTypes], mixture: .gemma4, normsPerLayer: 4, normsOfMixture: 4, isTied: true,
      unmodelled: ["attention_bias", "hidden_size_per_layer_input", "num_kv_shared_layers", "use_double_wide_mlp"]),
    HuggingFaceFamily(
      architectureClass: "Gemma4ForCausalLM", attention: .grouped(.gemma4), patterns: [.layerTypes],
      mixture: .gemma4, normsPerLayer: 4, normsOfMixture: 4, isTied: true,
      unmodelled: ["attention_bias", "hidden_size_per_layer_input", "num_kv_shared_layers", "use_double_wide_mlp"]),
    HuggingFaceFamily(
      architectureClass: "InternLM2ForCausalLM", attention: .grouped(GroupedKeys()), unmodelled: ["bias"]),
    HuggingFaceFamily(
      architectureClass: "LongcatFlashForCausalLM", attention: .latent(.deepSeek), mixture: .longCat,
      denseSize: "ffn_hidden_size", layersEach: 2, unmodelled: ["attention_bias"],
      names: ["num_hidden_layers": ["num_layers"]]),
    HuggingFaceFamily(
      architectureClass: "MiMoForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .key("attention_bias"))),
      patterns: [.layerTypes, .windows(flag: "use_sliding_window", from: "max_window_layers")],
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "MiMoV2FlashForCausalLM", attention: .grouped(.miMoV2),
      patterns: [.list("hybrid_layer_pattern", ["0": .full, "1": .window])], mixture: .miMo),
    HuggingFaceFamily(
      architectureClass: "PhimoeForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .always, outputBias: .always)), mixture: .phi, hasNormBiases: true),
    HuggingFaceFamily(
      architectureClass: "PhiMoEForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .always, outputBias: .always)), mixture: .phi, hasNormBiases: true),
    HuggingFaceFamily(
      architectureClass: "Step3VLForConditionalGeneration", attention: .grouped(.init(queryRank: "share_q_dim")),
      mixture: .step3, names: ["num_key_value_heads": ["num_attention_groups"]]),
    HuggingFaceFamily(
      architectureClass: "Step3p5ForCausalLM", attention: .grouped(.step35), patterns: [.layerTypes],
      mixture: .step35, notes: [stepPrediction],
      names: [
        "num_key_value_heads": ["num_attention_groups"],
        "num_sliding_attention_heads": ["attention_other_setting.num_attention_heads"],
        "num_sliding_attention_groups": ["attention_other_setting.num_attention_groups"],
      ]),
    HuggingFaceFamily(
      architectureClass: "Step3p7FlashForCausalLM", attention: .grouped(.step35), patterns: [.layerTypes],
      mixture: .step37, notes: [stepPrediction]),
  ]

  private static let stepPrediction = Note(
    key: "num_nextn_predict_layers",
    sentence: "The multi-token-prediction layers that the config counts are left out: their shape is not published.")
}
