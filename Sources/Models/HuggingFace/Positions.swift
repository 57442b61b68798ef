import Formats

/// How long a context may be: the config's positions, times a factor where its rotary scaling extends them.
///
/// As vLLM derives `--max-model-len`: `llama3` and `longrope` name the extended length already; YaRN's factor counts
/// from the original length, that of `linear` and `dynamic` from the given one.
struct Positions {
  var count: Int
  var notes: [String] = []
  /// Whether the config says them.
  var isGiven: Bool { notes.isEmpty }

  static func read(from reader: inout ConfigReader) -> Positions {
    let keys = [
      "max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "model_max_length", "max_sequence_length",
    ]
    let given = keys.compactMap { reader.optionalCount($0, maximum: 1 << 40) }.min()
    guard let given else {
      return Positions(
        count: 2048, notes: ["The config has no max_position_embeddings: 2,048 positions are taken, as vLLM does."])
    }
    guard let scaling = reader.field("rope_scaling") ?? reader.field("rope_parameters"),
      let kind = scaling.field("rope_type")?.text ?? scaling.field("type")?.text,
      ["yarn", "linear", "dynamic", "ntk", "deepseek_yarn"].contains(kind),
      let factor = scaling.field("factor")?.text.flatMap(Double.init), factor >= 1, factor <= 65_536
    else { return Positions(count: given) }
    let original = scaling.field("original_max_position_embeddings")?.text.flatMap(Double.init)
    let isYaRN = kind.hasSuffix("yarn")
    let base = isYaRN ? original ?? Double(given) : Double(given)
    guard base >= 1, base <= Double(1 << 40) else { return Positions(count: given) }
    return Positions(count: max(given, isYaRN || original == nil ? Int((base * factor).rounded()) : given))
  }
}
