extension HuggingFaceFamily.GroupedKeys {
  static let biased = Self(inputBias: .key("attention_bias"), outputBias: .key("attention_bias"))
  static let qwen3 = Self(
    inputBias: .key("attention_bias"), outputBias: .key("attention_bias"), headNorms: .always)
  static let gatedQwen = Self(
    inputBias: .key("attention_bias"), outputBias: .key("attention_bias"), headNorms: .always, gate: .perElement)
}

extension HuggingFaceFamily.GroupedKeys {
  static let gemma4 = Self(headNorms: .always, keysAreValues: "attention_k_eq_v")
  static let miMo2 = Self(
    inputBias: .key("attention_bias"), hasSinks: .key("sinks"), valueDimension: "v_head_dim")
}

extension HuggingFaceFamily.LatentKeys {
  static let bailing3 = {
    var keys = deepSeek
    keys.headGate = true
    return keys
  }()
  static let kimi3 = {
    var keys = deepSeek
    keys.elementGate = "mla_use_output_gate"
    return keys
  }()
  static let deepSeek = Self(
    queryRank: "q_lora_rank", keyValueRank: "kv_lora_rank", nopeDimension: "qk_nope_head_dim",
    ropeDimension: "qk_rope_head_dim", valueDimension: "v_head_dim")
  static let deepSeekSparse = {
    var keys = deepSeek
    keys.isSparse = true
    return keys
  }()
  static let pangu = Self(
    queryRank: "attention_q_lora_dim", keyValueRank: "attention_kv_lora_dim", nopeDimension: "attention_qk_dim",
    ropeDimension: "attention_qk_rope_dim", valueDimension: "attention_v_dim")
}

extension HuggingFaceFamily.MixtureKeys {
  static let bailing = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size", shared: .count("num_shared_experts"),
    routingGroups: "n_group", placement: .afterDense("first_k_dense_replace"),
    hasRouterBias: .whereKey("moe_router_enable_expert_bias", is: "true"))
  static let deepSeek = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", shared: .count("n_shared_experts"),
    routingGroups: "n_group", placement: .afterDense("first_k_dense_replace"),
    hasRouterBias: .whereKey("topk_method", is: "noaux_tc"))
  static let deepSeekV4 = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", shared: .count("n_shared_experts"),
    placement: .everyLayer, hasRouterBias: .whereKey("topk_method", is: "noaux_tc"), hashLayers: "num_hash_layers")
  static let ernie = Self(
    experts: "moe_num_experts", perToken: "moe_k", intermediateSize: "moe_intermediate_size",
    shared: .count("moe_num_shared_experts"),
    placement: .between("moe_layer_start_index", "moe_layer_end_index", step: "moe_layer_interval"),
    hasRouterBias: .always)
  static let glm = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", shared: .count("n_shared_experts"),
    routingGroups: "n_group", placement: .afterDense("first_k_dense_replace"), hasRouterBias: .always)
  static let gptOSS = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", placement: .everyLayer,
    hasRouterBias: .always, hasExpertBiases: true)
  static let hunYuan = Self(
    experts: "num_experts", perToken: "moe_topk", intermediateSize: "moe_intermediate_size",
    shared: .count("num_shared_expert"), placement: .everyLayer)
  static let kimiLinear = Self(
    experts: "num_experts", perToken: "num_experts_per_token", intermediateSize: "moe_intermediate_size",
    shared: .count("num_shared_experts"), routingGroups: "num_expert_group",
    placement: .afterDense("first_k_dense_replace"), hasRouterBias: .always)
  static let llama4 = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", shared: .one,
    placement: .listed("moe_layers", step: "interleave_moe_layer_step"))
  static let miniMax = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", shared: .width("shared_intermediate_size"),
    placement: .everyLayer)
  static let miniMaxM2 = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", shared: .width("shared_intermediate_size"),
    placement: .everyLayer, hasRouterBias: .whereKey("use_routing_bias", is: "true"))
  static let bailing3 = {
    var keys = bailing
    keys.hasRouterBias = .always
    return keys
  }()
  static let gemma4 = Self(
    experts: "num_experts", perToken: "top_k_experts", intermediateSize: "moe_intermediate_size",
    shared: .width("intermediate_size"), placement: .everyLayer, hasRouterBias: .always,
    onlyWhere: "enable_moe_block")
  static let granite = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", shared: .width("shared_intermediate_size"),
    placement: .everyLayer, onlyWhere: "num_local_experts")
  static let hunYuan3 = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size", shared: .count("num_shared_experts"),
    placement: .afterDense("first_k_dense_replace"), hasRouterBias: .always)
  static let kimi3 = {
    var keys = kimiLinear
    keys.latentSize = "routed_expert_hidden_size"
    return keys
  }()
  static let longCat = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size", shared: .width("intermediate_size"),
    placement: .everySecond, hasRouterBias: .always, zeroExperts: "zero_expert_num")
  static let miniMax3 = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", shared: .width("shared_intermediate_size"),
    placement: .afterDense("first_k_dense_replace"), hasRouterBias: .whereKey("use_routing_bias", is: "true"))
  static let step3 = Self(
    experts: "moe_num_experts", perToken: "moe_top_k", intermediateSize: "moe_intermediate_size",
    shared: .width("share_expert_dim"), placement: .named("moe_layers_enum", afterDense: "first_k_dense_replace"))
  static let step35 = Self(
    experts: "experts", perToken: "per_token", intermediateSize: "moe_intermediate_size",
    shared: .width("shared_width"), placement: .named("moe_layers_enum", afterDense: "first_k_dense_replace"),
    hasRouterBias: .always)
  static let mixtral = Self(
    experts: "num_local_experts", intermediateSize: "intermediate_size", placement: .everyLayer)
  static let nemotron = Self(
    experts: "n_routed_experts", intermediateSize: "moe_intermediate_size",
    shared: .width("moe_shared_expert_intermediate_size"), routingGroups: "n_group", placement: .everyLayer,
    hasRouterBias: .always, isGated: false, latentSize: "moe_latent_size")
  static let pangu = Self(
    experts: "num_routed_experts", intermediateSize: "moe_intermediate_size", shared: .count("num_shared_experts"),
    placement: .afterDense("num_dense_layers"))
  static let panguPro = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size",
    shared: .width("shared_expert_intermediate_size"), fixedGroups: 8, placement: .everyLayer)
  static let qwen3 = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size",
    placement: .sparse(step: "decoder_sparse_step", dense: "mlp_only_layers"))
  static let qwenShared = Self(
    experts: "num_experts", intermediateSize: "moe_intermediate_size",
    shared: .width("shared_expert_intermediate_size"), hasSharedGate: true,
    placement: .sparse(step: "decoder_sparse_step", dense: "mlp_only_layers"))
}
