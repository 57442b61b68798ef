import Formats
import Units

extension HuggingFaceFamily {
  /// Tokens of a window or chunk; no context is as long as the most that counts.
  private static func width(_ key: String, from reader: inout ConfigReader) -> Int {
    min(reader.count(key, maximum: 1 << 40), 1 << 30)
  }

  /// One that is longer than the model's positions hides nothing (Phi-3 has one of 262,144 on 131,072).
  private static func window(from reader: inout ConfigReader) -> Visibility {
    let width = width("sliding_window", from: &reader)
    let positions = Positions.read(from: &reader)
    return positions.isGiven && width > positions.count ? .full : .window(width)
  }

  func attention(_ role: LayerRole, from reader: inout ConfigReader) -> Attention {
    switch role {
    case .mixer, .only(.mixer):
      if let mixer { return .state(Self.mixer(mixer, from: &reader)) }
      reader.fail(
        "layer_types", "has layers of linear attention or state spaces, and the class says nothing of their sizes",
        wayOut: "name the class that has them under architectures, such as Qwen3NextForCausalLM")
      return .absent
    case .only(.dense), .only(.mixture): return .absent
    case .both:
      let parts = mixer.map { [Attention.state(Self.mixer($0, from: &reader))] } ?? []
      return .parallel([attention(.full, from: &reader)] + parts)
    case .full, .window, .chunk, .reuse, .borrowed, .ratio, .only(.attention): break
    }
    let names = reader.names
    reader.names.merge(roleNames[role] ?? [:]) { $1 }
    defer { reader.names = names }
    switch attention {
    case .grouped(let keys): return .grouped(Self.grouped(keys, role, from: &reader))
    case .latent(let keys): return .latent(Self.latent(keys, role, from: &reader))
    case .compressed:
      guard case .ratio(let ratio) = role else { return .absent }
      return .compressed(Self.compressed(ratio: ratio, from: &reader))
    }
  }

  private static func grouped(
    _ keys: GroupedKeys, _ role: LayerRole, from reader: inout ConfigReader
  ) -> GroupedQueryAttention {
    // Where a class always has biases, its config may say so too.
    if case .always = keys.inputBias { _ = reader.field("attention_bias") }
    let heads = reader.count("num_attention_heads", maximum: 4096)
    let keyValueHeads = reader.optionalCount("num_key_value_heads") ?? heads
    if !heads.isMultiple(of: keyValueHeads) {
      reader.fail(
        "num_key_value_heads", "\(keyValueHeads) does not divide num_attention_heads \(heads)",
        wayOut: "see the config.json of the model's makers")
    }
    let visibility: Visibility =
      switch role {
      case .window: Self.window(from: &reader)
      case .chunk: .chunk(Self.width("attention_chunk_size", from: &reader))
      default: .full
      }
    var source = GroupedQueryAttention.KeyValueSource.projected
    if role == .borrowed { source = .earlierLayer }
    if role == .full, let key = keys.keysAreValues, reader.flag(key) { source = .keysAlone }
    return GroupedQueryAttention(
      heads: heads, keyValueHeads: keyValueHeads, headDimension: headDimension(heads, keys, from: &reader),
      valueDimension: keys.valueDimension.flatMap { reader.optionalCount($0, maximum: 4096) }, keyValueSource: source,
      hasInputBias: reader.flag(keys.inputBias), hasHeadNorms: reader.flag(keys.headNorms),
      normsWholeWidth: keys.normsWholeWidth, normsAcrossHeads: keys.normsAcrossHeads,
      hasOutputBias: reader.flag(keys.outputBias),
      hasSinks: reader.flag(keys.hasSinks),
      gate: keys.gate,
      queryRank: keys.queryRank.flatMap { reader.optionalCount($0) }, visibility: visibility)
  }

  private static func headDimension(_ heads: Int, _ keys: GroupedKeys, from reader: inout ConfigReader) -> Int {
    let other = keys.headDimension == "head_dim" ? nil : reader.optionalCount(keys.headDimension, maximum: 4096)
    if let given = reader.optionalCount("head_dim", maximum: 4096) ?? other { return given }
    let hiddenSize = reader.count("hidden_size")
    // A stand-in for a faulty size says nothing about the heads.
    if reader.field("hidden_size")?.text == String(hiddenSize), !hiddenSize.isMultiple(of: heads) {
      reader.fail(
        "num_attention_heads", "\(heads) does not divide hidden_size \(hiddenSize), and there is no head_dim",
        wayOut: "give head_dim")
    }
    return max(1, hiddenSize / heads)
  }

  private static func latent(
    _ keys: LatentKeys, _ role: LayerRole, from reader: inout ConfigReader
  ) -> LatentAttention {
    var visibility = Visibility.full
    if keys.isSparse {
      let indexer = role == .reuse ? nil : indexer(from: &reader)
      visibility = .topK(reader.count("index_topk"), indexer: indexer)
    }
    let heads = reader.count("num_attention_heads", maximum: 4096)
    let values = reader.count(keys.valueDimension, maximum: 4096)
    let hasWideGate = keys.elementGate.map { reader.flag($0) } ?? false
    return LatentAttention(
      heads: heads, queryRank: reader.optionalCount(keys.queryRank),
      keyValueRank: reader.count(keys.keyValueRank), nopeDimension: reader.count(keys.nopeDimension, maximum: 4096),
      ropeDimension: reader.count(keys.ropeDimension, maximum: 4096),
      valueDimension: values, gateWidth: hasWideGate ? heads * values : keys.headGate ? heads : 0,
      visibility: visibility)
  }

  private static func indexer(from reader: inout ConfigReader) -> Indexer {
    Indexer(
      heads: reader.count("index_n_heads", maximum: 4096), dimension: reader.count("index_head_dim", maximum: 4096))
  }

  /// A ratio of 4 goes with an indexer (compressed sparse attention), a greater one reads all entries.
  private static func compressed(ratio: Int, from reader: inout ConfigReader) -> CompressedAttention {
    let isSparse = ratio == 4
    if ratio != 0, ratio != 4, ratio != 128 {
      reader.fail(
        "compress_ratios", "\(ratio) is not modelled yet", wayOut: "take a model of the ratios 0, 4 and 128")
    }
    return CompressedAttention(
      heads: reader.count("num_attention_heads", maximum: 4096), headDimension: reader.count("head_dim", maximum: 4096),
      ropeDimension: reader.count("qk_rope_head_dim", maximum: 4096), queryRank: reader.count("q_lora_rank"),
      outputGroups: reader.count("o_groups", maximum: 4096), outputRank: reader.count("o_lora_rank"),
      window: reader.count("sliding_window"), ratio: ratio, indexer: isSparse ? indexer(from: &reader) : nil,
      topK: isSparse ? reader.count("index_topk") : 0)
  }

  private static func mixer(_ keys: MixerKeys, from reader: inout ConfigReader) -> StateMixer {
    func size(_ key: String, _ reader: inout ConfigReader) -> Int { reader.count(key, maximum: 4096) }
    switch keys {
    case .gatedDelta:
      return .gatedDelta(
        GatedDeltaNet(
          keyHeads: size("linear_num_key_heads", &reader), valueHeads: size("linear_num_value_heads", &reader),
          keyDimension: size("linear_key_head_dim", &reader), valueDimension: size("linear_value_head_dim", &reader),
          kernel: size("linear_conv_kernel_dim", &reader)))
    case .kimiDelta:
      // In an object of its own, or (Ling V3) beside the other sizes.
      let isApart = !reader.isAbsent("linear_attn_config")
      var inside = isApart ? reader.inside("linear_attn_config") ?? reader : reader
      let shape = KimiDeltaAttention(
        heads: size("num_heads", &inside), headDimension: size("head_dim", &inside),
        kernel: size("short_conv_kernel_size", &inside), hasFullRankGate: inside.flag("use_full_rank_gate"),
        hasFullRankForgetGate: inside.flag("has_forget_matrix"))
      reader.adopt(inside)
      return .kimiDelta(shape)
    case .mamba2:
      return .mamba2(
        Mamba2(
          heads: size("mamba_num_heads", &reader), headDimension: size("mamba_head_dim", &reader),
          groups: size("n_groups", &reader), stateSize: size("ssm_state_size", &reader),
          kernel: size("conv_kernel", &reader), chunk: size("chunk_size", &reader),
          hasNorm: reader.isAbsent("mamba_rms_norm") || reader.flag("mamba_rms_norm")))
    case .lightning:
      let heads = size("num_attention_heads", &reader)
      return .lightning(
        LightningAttention(
          heads: heads, headDimension: headDimension(heads, GroupedKeys(), from: &reader)))
    }
  }
}
