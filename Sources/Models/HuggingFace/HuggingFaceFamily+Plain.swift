extension HuggingFaceFamily {
  /// Grouped attention and gated MLPs or experts, as many makers name them again.
  static let plain =
    [
      "AquilaForCausalLM", "BaichuanForCausalLM", "Ernie4_5ForCausalLM", "GraniteForCausalLM", "MiniCPMForCausalLM",
      "PanguEmbeddedForCausalLM", "SmolLM3ForCausalLM", "XverseForCausalLM", "YiForCausalLM",
    ].map {
      HuggingFaceFamily(
        architectureClass: $0, attention: .grouped(.biased), isTied: $0.hasPrefix("Ernie") || $0.hasPrefix("Smol"),
        unmodelled: ["mlp_bias", "use_bias"])
    }
    + [
      HuggingFaceFamily(
        architectureClass: "ArceeForCausalLM", attention: .grouped(.biased), isGated: false, unmodelled: ["mlp_bias"]),
      HuggingFaceFamily(
        architectureClass: "Dots1ForCausalLM", attention: .grouped(GroupedKeys(headNorms: .always)),
        patterns: [.layerTypes, .windows(flag: nil, from: nil)], mixture: .glm, unmodelled: ["attention_bias"]),
      HuggingFaceFamily(
        architectureClass: "GemmaForCausalLM", attention: .grouped(GroupedKeys()), isTied: true,
        unmodelled: ["attention_bias"]),
      HuggingFaceFamily(
        architectureClass: "GlmForCausalLM", attention: .grouped(GroupedKeys(inputBias: .key("attention_bias")))),
      HuggingFaceFamily(
        architectureClass: "Glm4ForCausalLM", attention: .grouped(GroupedKeys(inputBias: .key("attention_bias"))),
        normsPerLayer: 4),
      HuggingFaceFamily(
        architectureClass: "Glm4vMoeForConditionalGeneration",
        attention: .grouped(GroupedKeys(inputBias: .key("attention_bias"), headNorms: .key("use_qk_norm"))),
        mixture: .glm, multiTokenPrediction: "num_nextn_predict_layers"),
      HuggingFaceFamily(
        architectureClass: "GraniteMoeForCausalLM", attention: .grouped(.biased), mixture: .mixtral),
      HuggingFaceFamily(
        architectureClass: "HunYuanDenseV1ForCausalLM",
        attention: .grouped(GroupedKeys(headNorms: .key("use_qk_norm"))), isTied: true,
        unmodelled: ["attention_bias", "mlp_bias", "use_cla"]),
      HuggingFaceFamily(
        architectureClass: "OlmoeForCausalLM",
        attention: .grouped(GroupedKeys(headNorms: .always, normsWholeWidth: true)), mixture: .olmoe,
        unmodelled: ["attention_bias"]),
      HuggingFaceFamily(
        architectureClass: "Qwen2VLForConditionalGeneration", attention: .grouped(GroupedKeys(inputBias: .always)),
        patterns: qwenWindows),
      HuggingFaceFamily(
        architectureClass: "Qwen2_5_VLForConditionalGeneration", attention: .grouped(GroupedKeys(inputBias: .always)),
        patterns: qwenWindows),
      HuggingFaceFamily(
        architectureClass: "SeedOssForCausalLM",
        attention: .grouped(
          GroupedKeys(inputBias: .key("attention_bias"), outputBias: .key("attention_out_bias"))),
        unmodelled: ["mlp_bias"]),
    ]

  private static let qwenWindows: [LayerPattern] = [
    .layerTypes, .windows(flag: "use_sliding_window", from: "max_window_layers"),
  ]

  /// Classes of text parts that vision models name by their kind alone (`model_type`).
  static let classOfType = [
    "deepseek_v2": "DeepseekV2ForCausalLM", "deepseek_v3": "DeepseekV3ForCausalLM",
    "gemma2": "Gemma2ForCausalLM", "gemma3_text": "Gemma3ForCausalLM", "gemma4_text": "Gemma4ForCausalLM",
    "glm4_moe": "Glm4MoeForCausalLM", "glm4v_moe_text": "Glm4MoeForCausalLM", "gpt_oss": "GptOssForCausalLM",
    "internlm2": "InternLM2ForCausalLM", "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM",
    "mixtral": "MixtralForCausalLM", "phi3": "Phi3ForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen2_moe": "Qwen2MoeForCausalLM", "qwen3": "Qwen3ForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM",
    "qwen3_next": "Qwen3NextForCausalLM", "qwen3_vl_text": "Qwen3ForCausalLM",
    "qwen3_vl_moe_text": "Qwen3MoeForCausalLM",
  ]
}
