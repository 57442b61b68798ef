extension HuggingFaceFamily {
  /// The architectures that are read. To add one that is made of known parts, add a row.
  static let table: [HuggingFaceFamily] = grouped + windowed + latent + linear + further + others.map(\.family)

  /// Every query sees everything; dense or with experts.
  static let grouped = [
    HuggingFaceFamily(
      architectureClass: "BailingMoeV2ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"))), mixture: .bailing,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "CohereForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"), normsWholeWidth: true)), normsPerLayer: 1,
      isTied: true),
    HuggingFaceFamily(
      architectureClass: "Ernie4_5_MoeForCausalLM", attention: .grouped(GroupedKeys()), mixture: .ernie, isTied: true),
    HuggingFaceFamily(
      architectureClass: "Glm4MoeForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .key("attention_bias"), headNorms: .key("use_qk_norm"))),
      mixture: .glm, multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "HunYuanMoEV1ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"))),
      patterns: [.sharing(flag: "use_cla", factor: "cla_share_factor")], mixture: .hunYuan, isTied: true),
    HuggingFaceFamily(
      architectureClass: "InternLM3ForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .key("qkv_bias")))),
    HuggingFaceFamily(
      architectureClass: "LlamaForCausalLM", attention: .grouped(.biased)),
    HuggingFaceFamily(
      architectureClass: "MiniMaxM2ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"), normsWholeWidth: true, normsAcrossHeads: true)),
      patterns: [.list("attn_type_list", ["1": .full])],
      mixture: .miniMaxM2,
      notes: [
        Note(
          key: "num_mtp_modules",
          sentence: "The multi-token-prediction modules that the config names are not in the public files.")
      ]),
    HuggingFaceFamily(
      architectureClass: "Olmo2ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .always, normsWholeWidth: true, normsAcrossHeads: true))),
    HuggingFaceFamily(
      architectureClass: "PanguProMoEForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .always, outputBias: .always)), mixture: .panguPro),
  ]

  /// Windows or chunks in some or all layers, if the config says so.
  static let windowed = [
    HuggingFaceFamily(
      architectureClass: "Cohere2ForCausalLM", attention: .grouped(GroupedKeys()),
      patterns: [
        .layerTypes, .everyNth("sliding_window_pattern", .full, others: .window, defaultStep: 4),
      ], normsPerLayer: 1, isTied: true),
    HuggingFaceFamily(
      architectureClass: "Gemma2ForCausalLM", attention: .grouped(GroupedKeys()),
      patterns: [.layerTypes, .everyNth("", .full, others: .window, defaultStep: 2)], normsPerLayer: 4, isTied: true),
    HuggingFaceFamily(
      architectureClass: "Gemma3ForConditionalGeneration", attention: .grouped(GroupedKeys(headNorms: .always)),
      patterns: gemma3, normsPerLayer: 4, isTied: true),
    HuggingFaceFamily(
      architectureClass: "Gemma3ForCausalLM", attention: .grouped(GroupedKeys(headNorms: .always)),
      patterns: gemma3, normsPerLayer: 4, isTied: true),
    HuggingFaceFamily(
      architectureClass: "GptOssForCausalLM",
      attention: .grouped(GroupedKeys(inputBias: .always, outputBias: .always, hasSinks: .always)),
      patterns: [.layerTypes, .everyNth("", .full, others: .window, defaultStep: 2)], mixture: .gptOSS),
    HuggingFaceFamily(
      architectureClass: "Llama4ForConditionalGeneration", attention: .grouped(.biased),
      patterns: [
        .layerTypes, .list("no_rope_layers", ["0": .full, "1": .chunk]),
        .everyNth("no_rope_layer_interval", .full, others: .chunk, defaultStep: 4),
      ], mixture: .llama4, denseSize: "intermediate_size_mlp"),
    HuggingFaceFamily(
      architectureClass: "MistralForCausalLM", attention: .grouped(GroupedKeys()),
      patterns: [.layerTypes, .windows(flag: nil, from: nil)]),
    HuggingFaceFamily(
      architectureClass: "MixtralForCausalLM", attention: .grouped(GroupedKeys()),
      patterns: [.layerTypes, .windows(flag: nil, from: nil)], mixture: .mixtral),
    HuggingFaceFamily(
      architectureClass: "Olmo3ForCausalLM",
      attention: .grouped(GroupedKeys(headNorms: .always, normsWholeWidth: true, normsAcrossHeads: true)),
      patterns: [.layerTypes, .everyNth("", .full, others: .window, defaultStep: 4)]),
    HuggingFaceFamily(
      architectureClass: "Phi3ForCausalLM", attention: .grouped(GroupedKeys()),
      patterns: [.layerTypes, .windows(flag: nil, from: nil)]),
    HuggingFaceFamily(
      architectureClass: "Qwen2ForCausalLM", attention: .grouped(GroupedKeys(inputBias: .always)), patterns: qwen),
    HuggingFaceFamily(
      architectureClass: "Qwen2MoeForCausalLM", attention: .grouped(GroupedKeys(inputBias: .always)), patterns: qwen,
      mixture: .qwenShared),
    HuggingFaceFamily(
      architectureClass: "Qwen3ForCausalLM", attention: .grouped(.qwen3), patterns: qwen),
    HuggingFaceFamily(
      architectureClass: "Qwen3MoeForCausalLM", attention: .grouped(.qwen3), patterns: qwen, mixture: .qwen3),
    HuggingFaceFamily(
      architectureClass: "Qwen3VLForConditionalGeneration", attention: .grouped(.qwen3), patterns: qwen),
    HuggingFaceFamily(
      architectureClass: "Qwen3VLMoeForConditionalGeneration", attention: .grouped(.qwen3), patterns: qwen,
      mixture: .qwen3),
  ]

  /// Latent and compressed attention.
  static let latent = [
    HuggingFaceFamily(
      architectureClass: "DeepseekV2ForCausalLM", attention: .latent(.deepSeek), mixture: .deepSeek),
    HuggingFaceFamily(
      architectureClass: "DeepseekV3ForCausalLM", attention: .latent(.deepSeek), mixture: .deepSeek,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "DeepseekV32ForCausalLM", attention: .latent(.deepSeekSparse), mixture: .deepSeek,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "DeepseekV4ForCausalLM", attention: .compressed, patterns: [.ratios("compress_ratios")],
      mixture: .deepSeekV4, multiTokenPrediction: "num_nextn_predict_layers", residualStreams: "hc_mult",
      notes: [
        Note(
          key: "num_hash_layers",
          sentence: "The tables by which the first layers choose experts are not among the parameters.")
      ]),
    HuggingFaceFamily(
      architectureClass: "Glm4MoeLiteForCausalLM", attention: .latent(.deepSeek), mixture: .glm,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "GlmMoeDsaForCausalLM", attention: .latent(.deepSeekSparse),
      patterns: [
        .list("indexer_types", ["full": .full, "shared": .reuse]),
        .characters("index_topk_pattern", ["F": .full, "S": .reuse]),
        .indexed(step: "index_topk_freq", offset: "index_skip_topk_offset"),
      ], mixture: .deepSeek,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "KimiK25ForConditionalGeneration", attention: .latent(.deepSeek), mixture: .deepSeek,
      multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "PanguUltraMoEForCausalLM", attention: .latent(.pangu), mixture: .pangu,
      multiTokenPrediction: "num_mtp_layers", normsPerLayer: 4),
  ]

  /// Layers that keep a state, among others.
  static let linear = [
    HuggingFaceFamily(
      architectureClass: "KimiLinearForCausalLM", attention: .latent(.deepSeek), mixer: .kimiDelta,
      patterns: [.members("linear_attn_config", "kda_layers", .mixer)], mixture: .kimiLinear,
      unmodelled: ["num_nextn_predict_layers"]),
    HuggingFaceFamily(
      architectureClass: "MiniMaxM1ForCausalLM", attention: .grouped(GroupedKeys()), mixer: .lightning,
      patterns: miniMax, mixture: .miniMax),
    HuggingFaceFamily(
      architectureClass: "MiniMaxText01ForCausalLM", attention: .grouped(GroupedKeys()), mixer: .lightning,
      patterns: miniMax, mixture: .miniMax),
    HuggingFaceFamily(
      architectureClass: "NemotronHForCausalLM", attention: .grouped(GroupedKeys(headDimension: "attention_head_dim")),
      mixer: .mamba2,
      patterns: [
        .characters(
          "hybrid_override_pattern",
          ["M": .only(.mixer), "*": .only(.attention), "-": .only(.dense), "E": .only(.mixture)]),
        .list(
          "layers_block_type",
          [
            "mamba": .only(.mixer), "attention": .only(.attention), "mlp": .only(.dense), "moe": .only(.mixture),
          ]),
      ], mixture: .nemotron, isGated: false, multiTokenPrediction: "num_nextn_predict_layers", normsPerLayer: 1),
    HuggingFaceFamily(
      architectureClass: "Qwen3NextForCausalLM", attention: .grouped(.gatedQwen), mixer: .gatedDelta,
      patterns: [.layerTypes, .everyNth("full_attention_interval", .full, others: .mixer, defaultStep: 4)],
      mixture: .qwenShared, multiTokenPrediction: "mtp_num_hidden_layers"),
    HuggingFaceFamily(
      architectureClass: "Qwen3_5ForConditionalGeneration", attention: .grouped(.gatedQwen), mixer: .gatedDelta,
      patterns: [.layerTypes, .everyNth("full_attention_interval", .full, others: .mixer, defaultStep: 4)],
      multiTokenPrediction: "mtp_num_hidden_layers"),
    HuggingFaceFamily(
      architectureClass: "Qwen3_5MoeForConditionalGeneration", attention: .grouped(.gatedQwen), mixer: .gatedDelta,
      patterns: [.layerTypes, .everyNth("full_attention_interval", .full, others: .mixer, defaultStep: 4)],
      mixture: .qwenShared, multiTokenPrediction: "mtp_num_hidden_layers"),
  ]

  private static let qwen: [LayerPattern] = [
    .layerTypes, .windows(flag: "use_sliding_window", from: "max_window_layers"),
  ]
  private static let gemma3: [LayerPattern] = [
    .layerTypes, .everyNth("sliding_window_pattern", .full, others: .window, defaultStep: 6),
  ]
  private static let miniMax: [LayerPattern] = [.list("attn_type_list", ["0": .mixer, "1": .full]), .layerTypes]
}
