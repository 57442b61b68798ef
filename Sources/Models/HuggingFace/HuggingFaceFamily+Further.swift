/// Classes with a part or names of their own.
extension HuggingFaceFamily {
  static let further = [
    HuggingFaceFamily(
      architectureClass: "BailingMoeV3ForCausalLM", attention: .latent(.bailing3), mixer: .kimiDelta,
      patterns: [.layerTypes, .everyNth("layer_group_size", .full, others: .mixer, defaultStep: 6)], mixture: .bailing3,
      multiTokenPrediction: "num_nextn_predict_layers",
      names: [
        "max_position_embeddings": "model_max_length", "num_heads": "num_attention_heads",
        "num_experts_per_tok": "num_experts_per_token", "n_group": "num_expert_group",
      ], defaults: #"{"has_forget_matrix": true, "use_full_rank_gate": true}"#),
    HuggingFaceFamily(
      architectureClass: "DbrxForCausalLM", attention: .grouped(GroupedKeys()), mixture: .mixtral,
      names: [
        "hidden_size": "d_model", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers",
        "num_key_value_heads": "attn_config.kv_n_heads", "num_local_experts": "ffn_config.moe_num_experts",
        "num_experts_per_tok": "ffn_config.moe_top_k", "intermediate_size": "ffn_config.ffn_hidden_size",
      ]),
    HuggingFaceFamily(
      architectureClass: "DeciLMForCausalLM", attention: .grouped(GroupedKeys()), patterns: [.blocks("block_configs")]),
    HuggingFaceFamily(
      architectureClass: "FalconH1ForCausalLM", attention: .grouped(.biased), mixer: .mamba2, patterns: [.every(.both)],
      names: mambaNames, defaults: #"{"mamba_rms_norm": false}"#),
    HuggingFaceFamily(
      architectureClass: "Gemma4ForCausalLM", attention: .grouped(.gemma4), patterns: gemma4, mixture: .gemma4,
      normsPerLayer: 4, isTied: true, roleNames: [.full: gemma4Full], defaults: gemma4Defaults, mixtureNorms: 4,
      reusingLast: "num_kv_shared_layers", layerEmbedding: "hidden_size_per_layer_input"),
    HuggingFaceFamily(
      architectureClass: "GPT2LMHeadModel",
      attention: .grouped(GroupedKeys(inputBias: .always, outputBias: .always)), isGated: false, denseFactor: 4,
      denseHasBiases: true, learnsPositions: true, isTied: true,
      names: [
        "hidden_size": "n_embd", "num_attention_heads": "n_head", "num_hidden_layers": "n_layer",
        "intermediate_size": "n_inner", "max_position_embeddings": "n_positions",
      ], normsHaveBias: true),
    HuggingFaceFamily(
      architectureClass: "GraniteMoeHybridForCausalLM", attention: .grouped(.biased), mixer: .mamba2,
      patterns: [.layerTypes], mixture: .granite, denseSize: "shared_intermediate_size", names: mambaNames),
    HuggingFaceFamily(
      architectureClass: "BambaForCausalLM", attention: .grouped(.biased), mixer: .mamba2,
      patterns: [.layerTypes, .indices("attn_layer_indices", .full, others: .mixer)], names: mambaNames),
    HuggingFaceFamily(
      architectureClass: "Grok1ModelForCausalLM", attention: .grouped(GroupedKeys()), mixture: .mixtral,
      normsPerLayer: 4, isTied: true, names: ["num_local_experts": "num_experts"]),
    HuggingFaceFamily(
      architectureClass: "HYV3ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .always)), mixture: .hunYuan3,
      multiTokenPrediction: "num_nextn_predict_layers", defaults: #"{"first_k_dense_replace": 1}"#),
    HuggingFaceFamily(
      architectureClass: "KimiK3ForConditionalGeneration", attention: .latent(.kimi3), mixer: .kimiDelta,
      patterns: [.members("linear_attn_config", "kda_layers", .mixer)], mixture: .kimi3,
      notes: [
        Note(
          key: "attn_res_block_size",
          sentence: "Attention between the residuals of blocks (attn_res_block_size) is not modelled.")
      ]),
    HuggingFaceFamily(
      architectureClass: "LongcatFlashForCausalLM", attention: .latent(.deepSeek), mixture: .longCat,
      names: longCatNames, layersEach: 2, groupTables: "ngram_vocab_size_ratio"),
    HuggingFaceFamily(
      architectureClass: "LongcatFlashNgramForCausalLM", attention: .latent(.deepSeek), mixture: .longCat,
      names: longCatNames, layersEach: 2, groupTables: "ngram_vocab_size_ratio"),
    HuggingFaceFamily(
      architectureClass: "MiMoV2FlashForCausalLM", attention: .grouped(.miMo2),
      patterns: [.list("hybrid_layer_pattern", ["0": .full, "1": .window])], mixture: .deepSeek,
      roleNames: [.full: ["sinks": "add_full_attention_sink_bias"], .window: miMoWindow]),
    HuggingFaceFamily(
      architectureClass: "MiniMaxM3ForCausalLM", attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"))),
      patterns: [.layerTypes], mixture: .miniMax3, denseSize: "dense_intermediate_size", notes: miniMax3Notes),
    HuggingFaceFamily(
      architectureClass: "PhimoeForCausalLM", attention: .grouped(.biased),
      patterns: [.layerTypes, .windows(flag: nil, from: nil)], mixture: .mixtral, normsHaveBias: true,
      headBias: .key("lm_head_bias")),
    HuggingFaceFamily(
      architectureClass: "Step3TextForCausalLM",
      attention: .grouped(GroupedKeys(queryRank: "share_q_dim")), mixture: .step3,
      names: ["num_key_value_heads": "num_attention_groups"],
      defaults: #"{"num_attention_groups": 1, "first_k_dense_replace": 4}"#),
    HuggingFaceFamily(
      architectureClass: "Step3p5ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .always, gate: .perHead)), patterns: [.layerTypes],
      mixture: .step35,
      notes: [
        Note(
          key: "num_nextn_predict_layers",
          sentence: "The multi-token-prediction layers are not modelled: their shape is not published.")
      ],
      names: [
        "num_key_value_heads": "num_attention_groups", "experts": "moe_num_experts|n_routed_experts|num_experts",
        "per_token": "moe_top_k|num_experts_per_tok", "shared_width": "share_expert_dim|share_expert_dims",
      ], roleNames: [.window: stepWindow],
      defaults: #"{"window_heads": 96, "first_k_dense_replace": 3}"#),
  ]

  private static let mambaNames = [
    "mamba_num_heads": "mamba_n_heads", "mamba_head_dim": "mamba_d_head", "n_groups": "mamba_n_groups",
    "ssm_state_size": "mamba_d_state", "conv_kernel": "mamba_d_conv", "chunk_size": "mamba_chunk_size",
  ]
  private static let gemma4: [LayerPattern] = [
    .layerTypes, .everyNth("sliding_window_pattern", .full, others: .window, defaultStep: 6),
  ]
  private static let gemma4Full = [
    "head_dim": "global_head_dim", "num_key_value_heads": "num_global_key_value_heads",
  ]
  private static let gemma4Defaults = #"{"head_dim": 256, "global_head_dim": 512, "sliding_window": 512}"#
  private static let longCatNames = [
    "num_hidden_layers": "num_layers", "intermediate_size": "ffn_hidden_size",
    "moe_intermediate_size": "expert_ffn_hidden_size", "num_experts_per_tok": "moe_topk",
  ]
  private static let miMoWindow = [
    "num_attention_heads": "swa_num_attention_heads", "num_key_value_heads": "swa_num_key_value_heads",
    "head_dim": "swa_head_dim", "v_head_dim": "swa_v_head_dim", "sinks": "add_swa_attention_sink_bias",
    "sliding_window": "sliding_window_size",
  ]
  private static let stepWindow = [
    "num_attention_heads":
      "attention_other_setting.num_attention_heads|num_sliding_attention_heads|window_heads",
    "num_key_value_heads": "attention_other_setting.num_attention_groups|num_attention_groups",
    "head_dim": "attention_other_setting.head_dim",
  ]
  static let miniMax3Notes = [
    Note(
      key: "sparse_attention_config",
      sentence: "The choice of blocks (sparse_attention_config) is not modelled: attention reads the whole context, "
        + "which overstates long contexts."),
    Note(
      key: "num_mtp_modules",
      sentence: "The multi-token-prediction modules that the config names are not modelled."),
  ]
}
