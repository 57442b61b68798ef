import Formats
import Models
import Training
import Units

extension TrainingRow {
  /// The model of a row: from its own shapes, or the catalog's where the row names a public config.
  func architecture(_ catalog: Catalog, _ facts: TrainingFacts) throws -> Architecture {
    guard cells.field("architecture", "layers") != nil else {
      guard let entry = facts.models.first(where: { $0.row == model }) else {
        throw Problem(place, "the catalog has no config of \(model)", wayOut: "add one to catalog/models")
      }
      var found = try Architecture(named: entry.catalog, in: catalog)
      if let layers = entry.predictionLayers {
        found.multiTokenPredictionLayers = layers
        found.draftLayer = Self.joined(found.layers)
      }
      return found
    }
    var own = try read()
    // What a row's shapes leave out, of the public config.
    if let entry = facts.models.first(where: { $0.row == model }) {
      let config = try Architecture(named: entry.catalog, in: catalog)
      let hasSinks = config.layers.contains {
        if case .grouped(let shape) = $0.attention { shape.hasSinks } else { false }
      }
      for index in own.layers.indices {
        guard case .grouped(var shape) = own.layers[index].attention else { continue }
        shape.hasSinks = hasSinks
        own.layers[index].attention = .grouped(shape)
      }
    }
    return own
  }

  /// Attention and experts in one layer, as hybrid models' prediction layers have them.
  private static func joined(_ groups: [LayerGroup]) -> LayerGroup? {
    let attention = groups.first { if case .grouped = $0.attention { true } else { false } }
    let experts = groups.first { if case .mixture = $0.feedForward { true } else { false } }
    guard let attention, let experts else { return nil }
    return LayerGroup(count: 1, attention: attention.attention, feedForward: experts.feedForward)
  }

  private func number(_ name: String) throws -> Int? {
    guard let text = cells.field("architecture", name) else { return nil }
    guard let number = Int(text) else {
      if name == "vocab" { return nil }
      throw Problem(place, "architecture: \(name) '\(text)' is not a count", wayOut: "give a whole number")
    }
    return number
  }

  private func needed(_ name: String) throws -> Int {
    guard let number = try number(name), number > 0 else {
      throw Problem(place, "architecture: \(name) is missing", wayOut: "give \(name)=COUNT")
    }
    return number
  }

  private func read() throws -> Architecture {
    let layers = try needed("layers"), hidden = try needed("hidden"), heads = try needed("heads")
    let keyValueHeads = try number("kv_heads") ?? heads
    let dimension = try number("head_dim") ?? hidden / heads
    func grouped(_ visibility: Visibility) -> Attention {
      .grouped(
        GroupedQueryAttention(
          heads: heads, keyValueHeads: keyValueHeads, headDimension: dimension, hasInputBias: false,
          visibility: visibility))
    }
    let attention = try latent(heads) ?? grouped(.full)
    let isGated = cells.has("architecture", "swiglu") || cells.has("architecture", "experts=")
    var groups: [LayerGroup] = []
    if let experts = try number("experts") {
      let dense = try number("dense_layers") ?? 0
      if dense > 0 {
        let width = try needed("dense_ffn")
        groups.append(LayerGroup(count: dense, attention: attention, feedForward: .dense(intermediateSize: width)))
      }
      let shared = try number("shared_experts") ?? 0
      let width = try needed("moe_ffn")
      let mixture = FeedForward.mixture(
        MixtureOfExperts(
          experts: experts, expertsPerToken: try needed("topk"), intermediateSize: width, sharedExperts: shared,
          sharedIntermediateSize: width))
      if let window = cells.has("architecture", "sliding window") ? slidingWindow : nil {
        groups.append(
          LayerGroup(count: (layers - dense) / 2, attention: grouped(.window(window)), feedForward: mixture))
        groups.append(
          LayerGroup(count: layers - dense - (layers - dense) / 2, attention: attention, feedForward: mixture))
      } else {
        groups.append(LayerGroup(count: layers - dense, attention: attention, feedForward: mixture))
      }
    } else {
      let width = try needed("ffn")
      groups = [
        LayerGroup(
          count: layers, attention: attention,
          feedForward: isGated ? .dense(intermediateSize: width) : .plain(intermediateSize: width))
      ]
    }
    let withoutPrediction = cells.has("first_last_stage_layers", "without the MTP")
    return Architecture(
      name: model, architectureClass: "", hiddenSize: hidden, vocabularySize: try number("vocab") ?? 51_200,
      tiedEmbeddings: cells.field("architecture", "embeddings") == "tied", maximumPositions: 1 << 20, layers: groups,
      multiTokenPredictionLayers: withoutPrediction ? 0 : try number("mtp_layers") ?? 0)
  }

  private var slidingWindow: Int? {
    let text = cells["architecture"]
    guard let at = text.firstRange(of: "sliding window ") else { return nil }
    return Int(text[at.upperBound...].prefix { $0.isNumber })
  }

  private func latent(_ heads: Int) throws -> Attention? {
    let text = cells["architecture"]
    guard let open = text.firstRange(of: "MLA("), let close = text[open.upperBound...].firstIndex(of: ")") else {
      return nil
    }
    var sizes: [String: Int] = [:]
    for part in text[open.upperBound..<close].split(separator: ",") {
      let pair = part.split(separator: "=")
      if pair.count == 2 { sizes[String(pair[0])] = Int(pair[1]) }
    }
    guard let keyValue = sizes["kv_lora"], let nope = sizes["qk_nope"], let rope = sizes["qk_rope"],
      let value = sizes["v"]
    else { throw Problem(place, "architecture: MLA lacks a size", wayOut: "give kv_lora, qk_nope, qk_rope and v") }
    return .latent(
      LatentAttention(
        heads: heads, queryRank: sizes["q_lora"], keyValueRank: keyValue, nopeDimension: nope, ropeDimension: rope,
        valueDimension: value))
  }
}
