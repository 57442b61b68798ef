extension HuggingFaceFamily {
  /// The architectures that are read. To add one that is made of known parts, add a row.
  static let table: [HuggingFaceFamily] = [
    HuggingFaceFamily(
      architectureClass: "DeepseekV3ForCausalLM", attention: .latent(.deepSeek), mixture: .deepSeek,
      multiTokenPrediction: "num_nextn_predict_layers", unmodelled: ["attention_bias"]),
    HuggingFaceFamily(
      architectureClass: "Glm4MoeForCausalLM",
      attention: .grouped(inputBias: .key("attention_bias"), outputBias: .never, headNorms: .key("use_qk_norm")),
      mixture: .glm, multiTokenPrediction: "num_nextn_predict_layers"),
    HuggingFaceFamily(
      architectureClass: "LlamaForCausalLM",
      attention: .grouped(inputBias: .key("attention_bias"), outputBias: .key("attention_bias"), headNorms: .never),
      unmodelled: ["mlp_bias"]),
    HuggingFaceFamily(
      architectureClass: "MiniMaxM2ForCausalLM",
      attention: .grouped(inputBias: .never, outputBias: .never, headNorms: .key("use_qk_norm")),
      mixture: .miniMax),
    HuggingFaceFamily(
      architectureClass: "MixtralForCausalLM",
      attention: .grouped(inputBias: .never, outputBias: .never, headNorms: .never),
      mixture: .mixtral, unmodelled: ["sliding_window"]),
    HuggingFaceFamily(
      architectureClass: "PanguUltraMoEForCausalLM", attention: .latent(.pangu), mixture: .pangu,
      multiTokenPrediction: "num_mtp_layers", normsPerLayer: 4),
    HuggingFaceFamily(
      architectureClass: "Qwen2ForCausalLM",
      attention: .grouped(inputBias: .always, outputBias: .never, headNorms: .never),
      unmodelled: ["use_sliding_window"]),
    HuggingFaceFamily(
      architectureClass: "Qwen3ForCausalLM",
      attention: .grouped(inputBias: .key("attention_bias"), outputBias: .key("attention_bias"), headNorms: .always),
      unmodelled: ["use_sliding_window"]),
    HuggingFaceFamily(
      architectureClass: "Qwen3MoeForCausalLM",
      attention: .grouped(inputBias: .key("attention_bias"), outputBias: .key("attention_bias"), headNorms: .always),
      mixture: .qwen3, unmodelled: ["use_sliding_window"]),
  ]
}

extension HuggingFaceFamily.LatentKeys {
  static let deepSeek = Self(
    queryRank: "q_lora_rank", keyValueRank: "kv_lora_rank", nopeDimension: "qk_nope_head_dim",
    ropeDimension: "qk_rope_head_dim", valueDimension: "v_head_dim")
  static let pangu = Self(
    queryRank: "attention_q_lora_dim", keyValueRank: "attention_kv_lora_dim", nopeDimension: "attention_qk_dim",
    ropeDimension: "attention_qk_rope_dim", valueDimension: "attention_v_dim")
}

extension HuggingFaceFamily.MixtureKeys {
  static let deepSeek = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", sharedExperts: "n_shared_experts",
    routingGroups: "n_group", placement: .afterDense("first_k_dense_replace"),
    hasRouterBias: .whereKey("topk_method", is: "noaux_tc"))
  static let glm = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", sharedExperts: "n_shared_experts",
    routingGroups: "n_group", placement: .afterDense("first_k_dense_replace"), hasRouterBias: .always)
  static let pangu = Self(
    experts: "num_routed_experts", intermediateSize: "moe_intermediate_size", sharedExperts: "num_shared_experts",
    routingGroups: nil, placement: .afterDense("num_dense_layers"), hasRouterBias: .never)
  static let miniMax = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", sharedExperts: nil, routingGroups: nil,
    placement: .everyLayer, hasRouterBias: .whereKey("use_routing_bias", is: "true"))
  static let mixtral = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", sharedExperts: nil, routingGroups: nil,
    placement: .everyLayer, hasRouterBias: .never)
  static let qwen3 = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size", sharedExperts: nil, routingGroups: nil,
    placement: .sparse(step: "decoder_sparse_step", dense: "mlp_only_layers"), hasRouterBias: .never)
}
