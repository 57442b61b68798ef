import Formats
import Units

extension HuggingFaceFamily {
  /// The row of the class that a config names; of a model that also sees or hears, of the class of its text part.
  static func of(_ config: Node) throws -> HuggingFaceFamily {
    let parts = ConfigReader.parts(of: config)
    let named = parts.reversed().compactMap { $0.field("architectures")?.elements.first }
    for name in named.compactMap(\.text) {
      if let family = row(name) { return family }
    }
    // Parts of a larger model, and configs that were saved without a model, have a type only.
    for part in parts.count > 1 ? Array(parts.dropLast()) : named.isEmpty ? parts : [] {
      if let family = part.field("model_type")?.text.flatMap({ classes[$0] }).flatMap(row) { return family }
    }
    guard let first = named.first, let name = first.text else {
      throw config.problem(
        "there is no 'architectures' with the name of a class", wayOut: "is this the config.json of a language model?")
    }
    throw first.problem(
      "\(name) is not modelled yet",
      wayOut: "\(table.count) classes are read, see Documentation/Models/Architectures.md; if its layers are made "
        + "of the same parts as those of \(nearest(parts[0])), name that class in a copy of the file")
  }

  static func row(_ name: String) -> HuggingFaceFamily? { table.first { $0.architectureClass == name } }

  /// A class whose parts have the fields that a config has.
  private static func nearest(_ config: Node) -> String {
    let signs = [
      ("linear_attn_config", "KimiLinearForCausalLM"), ("index_topk", "DeepseekV32ForCausalLM"),
      ("kv_lora_rank", "DeepseekV3ForCausalLM"), ("linear_num_key_heads", "Qwen3NextForCausalLM"),
      ("hybrid_override_pattern", "NemotronHForCausalLM"), ("mamba_d_state", "FalconH1ForCausalLM"),
      ("num_local_experts", "MixtralForCausalLM"), ("n_routed_experts", "Glm4MoeForCausalLM"),
      ("num_experts", "Qwen3MoeForCausalLM"),
    ]
    return signs.first { config.field($0.0) != nil }?.1 ?? "LlamaForCausalLM"
  }

  /// Classes of the types that parts of larger models name.
  private static let classes = [
    "cohere": "CohereForCausalLM", "cohere2": "Cohere2ForCausalLM", "deepseek_v2": "DeepseekV2ForCausalLM",
    "deepseek_v3": "DeepseekV3ForCausalLM", "ernie4_5": "Ernie4_5ForCausalLM",
    "ernie4_5_moe": "Ernie4_5_MoeForCausalLM", "exaone4": "Exaone4ForCausalLM", "gemma": "GemmaForCausalLM",
    "gemma2": "Gemma2ForCausalLM", "gemma3_text": "Gemma3ForCausalLM", "gemma4_text": "Gemma4ForCausalLM",
    "glm4": "Glm4ForCausalLM", "glm4_moe": "Glm4MoeForCausalLM", "glm4v_moe_text": "Glm4MoeForCausalLM",
    "glm4v_text": "Glm4ForCausalLM", "gpt2": "GPT2LMHeadModel", "gpt_oss": "GptOssForCausalLM",
    "granite": "GraniteForCausalLM",
    "internlm2": "InternLM2ForCausalLM", "internlm3": "InternLM3ForCausalLM", "kimi_k2": "DeepseekV3ForCausalLM",
    "kimi_linear": "KimiLinearForCausalLM", "llama": "LlamaForCausalLM", "llama4_text": "Llama4ForCausalLM",
    "minimax_m2": "MiniMaxM2ForCausalLM", "ministral3": "MistralForCausalLM", "mistral": "MistralForCausalLM",
    "mixtral": "MixtralForCausalLM",
    "nemotron_h": "NemotronHForCausalLM", "phi3": "Phi3ForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen2_5_vl_text": "Qwen2ForCausalLM", "qwen2_moe": "Qwen2MoeForCausalLM", "qwen2_vl_text": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM", "qwen3_next": "Qwen3NextForCausalLM",
    "qwen3_5_text": "Qwen3_5ForConditionalGeneration", "qwen3_5_moe_text": "Qwen3_5MoeForConditionalGeneration",
    "qwen3_omni_moe_text": "Qwen3MoeForCausalLM", "qwen3_vl_moe_text": "Qwen3MoeForCausalLM",
    "qwen3_vl_text": "Qwen3ForCausalLM", "smollm3": "SmolLM3ForCausalLM", "step3_text": "Step3TextForCausalLM",
    "step3p5": "Step3p5ForCausalLM",
  ]
}
