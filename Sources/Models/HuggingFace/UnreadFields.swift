import Formats

/// Fields of a config that nothing was read from, so that what might change the cost is never passed over in silence.
enum UnreadFields {
  /// One sentence about biases, one about everything else; none where all fields are read or known to cost nothing.
  static func sentences(_ reader: ConfigReader) -> [String] {
    let unread = reader.unread.filter { !isHarmless($0) }
    let biases = unread.filter { $0.hasSuffix("_bias") || $0 == "bias" }
    let others = unread.filter { !biases.contains($0) }
    var sentences: [String] = []
    if !biases.isEmpty {
      sentences.append("Biases (\(biases.joined(separator: ", "))) are not counted: a few in 10,000 parameters.")
    }
    if !others.isEmpty {
      let shown = others.prefix(8).map { String($0.prefix(40)) }.joined(separator: ", ")
      let more = others.count > 8 ? " and \(others.count - 8) more" : ""
      sentences.append("Nothing is read from these fields, and what they change is left out: \(shown)\(more).")
    }
    return sentences
  }

  private static func isHarmless(_ key: String) -> Bool {
    harmless.contains(key) || ends.contains { key.hasSuffix($0) } || starts.contains { key.hasPrefix($0) }
      || ConfigReader.textParts.contains(key)
  }

  /// Of the tokeniser, of training and of how layers compute, without weights or work of their own.
  private static let ends = [
    "_token", "_token_id", "_token_ids", "_token_index", "_dropout", "_pdrop", "_eps", "_epsilon", "_coef", "_theta",
    "_act", "_activation", "_range", "_std", "_multiplier", "_multipliers", "_softcapping", "_softcap", "_init_value",
    "_limit", "_attn_scalar", "_cap", "_dtype", "_jitter_noise", "_router_logits", "_init_method", "_method",
    "_freq_base", "_base_freq", "_alpha", "_beta",
    "_implementation", "_scaling_factor", "_attn_weights", "_layer_idx", "_upcast_attn", "_function",
  ]
  private static let starts = [
    "_", "rope_", "rotary_", "output_", "vision_", "image_", "video_", "audio_", "mrope", "tie_", "forced_", "vit_",
    "summary_", "layernorm_alpha", "layernorm_full", "layernorm_linear", "layernorm_mlp", "yarn_", "mup_", "time_step",
  ]
  private static let harmless: Set<String> = [
    "activation_func", "add_cross_attention", "architectures", "attn_implementation", "auto_map", "bad_words_ids",
    "begin_suppress_tokens", "bos_token_id", "cache_implementation", "chunk_size_feed_forward", "diversity_penalty",
    "dtype", "early_stopping", "eos_token_id", "ep_size", "expert_dtype", "finetuning_task", "full_attention_pattern",
    "hidden_act", "hidden_activation", "id2label", "is_causal", "is_decoder", "is_encoder_decoder", "label2id",
    "length_penalty", "logit_scale", "long_factor", "max_length", "max_window_layers", "min_length", "mlp_activation",
    "mlp_hidden_act", "model_type", "n_ctx", "moe_renormalize", "moe_router_activation_func", "moe_use_aux_free",
    "no_repeat_ngram_size", "norm_after_attn", "norm_expert_weight", "norm_topk_prob", "num_beam_groups", "num_beams",
    "num_logits_to_keep", "num_return_sequences", "original_max_position_embeddings", "parallel_attn",
    "partial_rotary_factor", "pretrained_model_name", "pretraining_tp", "problem_type", "quantization_config",
    "query_pre_attn_scalar", "rescale_prenorm_residual", "remove_invalid_values", "repetition_penalty",
    "residual_in_fp32", "return_dict", "routed_scaling_factor", "router_scaling_factor", "scale_depth", "scale_emb",
    "score_function", "scoring_func", "seq_aux", "sep_token_id", "sliding_window", "swiglu_limit",
    "task_specific_params",
    "temperature", "temperature_tuning", "attn_temperature_tuning", "floor_scale", "attn_scale", "tokenizer_class",
    "top_k", "top_p", "topk_method", "torch_dtype", "torchscript", "transformers_version", "typical_p",
    "use_bfloat16", "use_cache", "use_grouped_topk", "use_mamba_kernels", "use_return_dict", "suppress_tokens",
    "decoder_start_token_id", "prefix", "pruned_heads", "tf_legacy_loss", "model_name", "initializer_range",
    "for_llm_class", "cross_attention_hidden_size", "use_gemma_norm", "layer_norm_type", "rms_norm", "norm_type",
    "mlp_type", "emb_dropout", "resid_pdrop", "bias_dropout_fusion", "ffn_config", "attn_config", "classifier_dropout",
    "router_dtype", "norm_head", "scale_fmt", "use_qk_norm_eps", "head_dtype", "hc_sinkhorn_iters", "sparse_attention",
    "qk_head_dim", "num_key_value_heads", "intermediate_size", "intermediate_size_mlp", "head_dim", "use_qk_norm",
    "n_shared_experts", "layer_types", "full_attention_interval", "attn_output_gate", "expand",
    "use_conv_bias", "qk_norm_type", "use_mtp", "mtp_transformer_layers", "mtp_hybrid_override_pattern",
    "mtp_layers_block_type", "moe_shared_expert_overlap", "index_share_for_mtp_iteration", "indexer_rope_interleave",
    "index_topk_freq", "index_skip_topk_offset", "mla_use_nope", "latent_moe_use_norm", "vocab_size_per_layer_input",
    "attention_chunk_size", "first_k_dense_replace", "moe_intermediate_size", "initial_context_length",
    "use_moe_router_bias",
    "use_routing_bias", "use_head_wise_attn_gate",
    "moe_router_enable_expert_bias", "router_bias", "kda_safe_gate", "kda_lower_bound", "compress_rates", "n_group",
    "topk_group", "attention_value_scale", "use_bidirectional_attention", "rescale_every",
  ]
}
