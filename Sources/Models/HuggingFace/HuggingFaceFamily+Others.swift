/// Classes made of the parts of another one, whose row they take with changes.
extension HuggingFaceFamily {
  struct Other: Sendable {
    var name: String
    var like: String
    var change: @Sendable (inout HuggingFaceFamily) -> Void

    init(
      _ name: String, like: String, _ change: @escaping @Sendable (inout HuggingFaceFamily) -> Void = { _ in }
    ) {
      self.name = name
      self.like = like
      self.change = change
    }

    /// The other's row under this name; a class that is not in the table is our mistake, which a test finds.
    var family: HuggingFaceFamily {
      let rows =
        HuggingFaceFamily.grouped + HuggingFaceFamily.windowed + HuggingFaceFamily.latent
        + HuggingFaceFamily.linear + HuggingFaceFamily.further
      guard var family = rows.first(where: { $0.architectureClass == like }) else { preconditionFailure(like) }
      family.architectureClass = name
      change(&family)
      return family
    }
  }

  static let others =
    dense + mixtures + latents + [
      Other("BailingHybridForCausalLM", like: "BailingMoeV3ForCausalLM"),
      Other("Gemma4ForConditionalGeneration", like: "Gemma4ForCausalLM"),
      Other("Llama4ForCausalLM", like: "Llama4ForConditionalGeneration"),
      Other("MiniMaxForCausalLM", like: "MiniMaxText01ForCausalLM"),
      Other("MiniMaxM3SparseForCausalLM", like: "MiniMaxM3ForCausalLM"),
      Other("MiniMaxM3SparseForConditionalGeneration", like: "MiniMaxM3ForCausalLM"),
      Other("Qwen3_5ForCausalLM", like: "Qwen3_5ForConditionalGeneration"),
      Other("Qwen3_5MoeForCausalLM", like: "Qwen3_5MoeForConditionalGeneration"),
      Other("Step3VLForConditionalGeneration", like: "Step3TextForCausalLM"),
      Other("Step3p5ForConditionalGeneration", like: "Step3p5ForCausalLM"),
      Other("Step3p7FlashForCausalLM", like: "Step3p5ForCausalLM"),
      Other("Step3p7ForConditionalGeneration", like: "Step3p5ForCausalLM"),
    ]

  private static let dense = [
    Other("AquilaForCausalLM", like: "LlamaForCausalLM"),
    Other("ArceeForCausalLM", like: "LlamaForCausalLM") { $0.isGated = false },
    Other("BaichuanForCausalLM", like: "LlamaForCausalLM"),
    Other("Ernie4_5ForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("use_bias"), outputBias: .key("use_bias")))
      $0.isTied = true
    },
    Other("Exaone4ForCausalLM", like: "Qwen3ForCausalLM") {
      $0.patterns = [.layerTypes, .everyNth("sliding_window_pattern", .full, others: .window, defaultStep: 4)]
    },
    Other("ExaoneForCausalLM", like: "LlamaForCausalLM") { $0.names = ["num_hidden_layers": "num_layers"] },
    Other("GemmaForCausalLM", like: "LlamaForCausalLM") { $0.isTied = true },
    Other("Glm4ForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("attention_bias")))
      $0.normsPerLayer = 4
    },
    Other("GlmForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("attention_bias")))
    },
    Other("GraniteForCausalLM", like: "LlamaForCausalLM"),
    Other("HunYuanDenseV1ForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(headNorms: .key("use_qk_norm"), headDimension: "attention_head_dim"))
      $0.isTied = true
    },
    Other("InternLM2ForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("bias"), outputBias: .key("bias")))
    },
    Other("MiMoForCausalLM", like: "Qwen2ForCausalLM") { $0.multiTokenPrediction = "num_nextn_predict_layers" },
    Other("Mistral3ForConditionalGeneration", like: "MistralForCausalLM"),
    Other("Ministral3ForCausalLM", like: "MistralForCausalLM"),
    Other("PanguEmbeddedForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("bias"), outputBias: .key("bias")))
    },
    Other("Phi4MMForCausalLM", like: "Phi3ForCausalLM"),
    Other("Qwen2VLForConditionalGeneration", like: "Qwen2ForCausalLM"),
    Other("Qwen2_5_VLForConditionalGeneration", like: "Qwen2ForCausalLM"),
    Other("SeedOssForCausalLM", like: "LlamaForCausalLM") {
      $0.attention = .grouped(GroupedKeys(inputBias: .key("attention_bias"), outputBias: .key("attention_out_bias")))
    },
    Other("SmolLM3ForCausalLM", like: "LlamaForCausalLM") { $0.isTied = true },
    Other("MiniCPMForCausalLM", like: "LlamaForCausalLM"),
    Other("XverseForCausalLM", like: "LlamaForCausalLM"),
    Other("YiForCausalLM", like: "LlamaForCausalLM"),
  ]

  private static let mixtures = [
    Other("BailingMoeForCausalLM", like: "BailingMoeV2ForCausalLM"),
    Other("DeepseekForCausalLM", like: "LlamaForCausalLM") { $0.mixture = .deepSeek },
    Other("Dots1ForCausalLM", like: "Glm4MoeForCausalLM") {
      $0.attention = .grouped(.qwen3)
    },
    Other("Glm4vMoeForConditionalGeneration", like: "Glm4MoeForCausalLM"),
    Other("GraniteMoeForCausalLM", like: "LlamaForCausalLM") { $0.mixture = .mixtral },
    Other("Grok1ForCausalLM", like: "Grok1ModelForCausalLM"),
    Other("HunYuanForCausalLM", like: "HunYuanMoEV1ForCausalLM"),
    Other("OlmoeForCausalLM", like: "Olmo2ForCausalLM") {
      $0.mixture = .qwen3
      $0.mixture?.intermediateSize = "intermediate_size"
    },
    Other("PhiMoEForCausalLM", like: "PhimoeForCausalLM"),
  ]

  private static let latents = [
    Other("MistralLarge3ForCausalLM", like: "DeepseekV3ForCausalLM"),
    Other("Mistral4ForCausalLM", like: "DeepseekV3ForCausalLM"),
  ]
}
