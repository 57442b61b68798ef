import Formats
import Units

extension HuggingFaceFamily {
  /// Shapes of layers with how many have them, in the order of their first layers; and the shape of a draft layer.
  func layers(from reader: inout ConfigReader, streams: Int) -> (groups: [LayerGroup], draft: LayerGroup?) {
    if let blocks = blocks(from: &reader) { return (Self.merged(blocks), blocks.last) }
    let listed = reader.isAbsent("num_hidden_layers") ? patterns.compactMap { $0.listed(in: reader) }.first : nil
    let count = layersEach * (listed ?? reader.count("num_hidden_layers", maximum: 1024))
    let roles = roles(count: count, from: &reader)
    let feedForwards = feedForwards(roles, from: &reader)
    var attentions: [LayerRole: Attention] = [:]
    var shapes: [LayerGroup] = []
    let hiddenSize = reader.count("hidden_size")
    let mixing = ResidualStreams(count: streams).layerParameters(hiddenSize: hiddenSize)
    for (role, feedForward) in zip(roles, feedForwards) {
      let attention = attentions[role] ?? attention(role, from: &reader)
      attentions[role] = attention
      shapes.append(
        LayerGroup(
          count: 1, attention: attention, feedForward: feedForward, normsPerLayer: norms(feedForward),
          otherParameters: mixing + biases(feedForward, hiddenSize: hiddenSize)))
    }
    extend(&shapes, from: &reader)
    let draft = draft(after: shapes, roles, from: &reader)
    return (Self.merged(shapes), draft)
  }

  private func norms(_ feedForward: FeedForward) -> Int {
    var norms = normsPerLayer
    if case .mixture = feedForward { norms += mixtureNorms }
    return norms * (normsHaveBias ? 2 : 1)
  }

  private static func merged(_ shapes: [LayerGroup]) -> [LayerGroup] {
    var places: [LayerGroup: Int] = [:]
    return shapes.reduce(into: []) { groups, shape in
      if let place = places[shape] {
        groups[place].count += 1
      } else {
        places[shape] = groups.count
        groups.append(shape)
      }
    }
  }

  /// One whole layer like the last, with an indexer of its own; DeepSeek V4 names its ratio; Nemotron's has attention
  /// and experts.
  private func draft(after shapes: [LayerGroup], _ roles: [LayerRole], from reader: inout ConfigReader) -> LayerGroup? {
    guard var draft = shapes.last else { return nil }
    let ratios = reader.field("compress_ratios")?.elements ?? []
    if case .compressed = attention, ratios.count > roles.count {
      let ratio = ratios[roles.count].text.flatMap { Int($0) } ?? 0
      draft.attention = attention(.ratio(ratio), from: &reader)
    }
    if roles.last == .reuse { draft.attention = attention(.full, from: &reader) }
    if case .only = roles.last ?? .full {
      draft = LayerGroup(
        count: 1, attention: attention(.only(.attention), from: &reader),
        feedForward: shapes.last { $0.feedForward != .absent }?.feedForward ?? .absent, normsPerLayer: 2)
    }
    return draft
  }

  /// What each layer is, by the first pattern whose key is there.
  private func roles(count: Int, from reader: inout ConfigReader) -> [LayerRole] {
    let patterns = patterns.isEmpty ? [LayerPattern.layerTypes] : patterns
    for pattern in patterns {
      guard let roles = pattern.roles(count: count, from: &reader) else { continue }
      return roles
    }
    return [LayerRole](repeating: .full, count: count)
  }

  /// The feed-forward part of each layer.
  private func feedForwards(_ roles: [LayerRole], from reader: inout ConfigReader) -> [FeedForward] {
    let named = roles.map { role -> LayerRole.Part? in if case .only(let part) = role { part } else { nil } }
    let hasMixture = mixture.map { $0.onlyWhere.map { reader.isSet($0) } ?? true } ?? false
    let places =
      (hasMixture ? mixture : nil).map { Self.mixturePlaces($0.placement, layers: roles.count, from: &reader) }
      ?? [Bool](repeating: false, count: roles.count)
    let isMixture = zip(named, places).map { part, place in part.map { $0 == .mixture } ?? place }
    let isDense = zip(named, places).map { part, place in part.map { $0 == .dense } ?? !place }
    let size = isDense.contains(true) ? denseWidth(from: &reader) : 1
    let dense = isGated ? FeedForward.dense(intermediateSize: size) : .plain(intermediateSize: size)
    guard let mixture, hasMixture, isMixture.contains(true) else { return isDense.map { $0 ? dense : .absent } }
    let experts = experts(of: mixture, from: &reader)
    var hashed = experts
    hashed.hasRouterBias = false
    let hashLayers = mixture.hashLayers.flatMap { reader.optionalCount($0, minimum: 0, maximum: 1024) } ?? 0
    return roles.indices.map { layer in
      if isMixture[layer] { return .mixture(layer < hashLayers ? hashed : experts) }
      return isDense[layer] ? dense : .absent
    }
  }

  private func denseWidth(from reader: inout ConfigReader) -> Int {
    guard let denseFactor else { return reader.count(denseSize) }
    return reader.optionalCount(denseSize) ?? denseFactor * reader.count("hidden_size")
  }

  /// Biases of a dense layer's products.
  private func biases(_ feedForward: FeedForward, hiddenSize: Int) -> Int {
    guard denseHasBiases else { return 0 }
    return switch feedForward {
    case .dense(let width): 2 * width + hiddenSize
    case .plain(let width): width + hiddenSize
    case .mixture, .absent: 0
    }
  }

  /// For each layer, whether it has experts.
  private static func mixturePlaces(
    _ placement: Placement, layers: Int, from reader: inout ConfigReader
  ) -> [Bool] {
    switch placement {
    case .everyLayer: return [Bool](repeating: true, count: layers)
    case .everySecond: return (0..<layers).map { $0.isMultiple(of: 2) }
    case .named(let list, let dense):
      guard let field = reader.field(list) else {
        return mixturePlaces(.afterDense(dense), layers: layers, from: &reader)
      }
      let names = field.text?.split(separator: ",").map(String.init) ?? field.elements.compactMap(\.text)
      let numbers = Set(names.compactMap { Int($0.filter { !$0.isWhitespace }) })
      return (0..<layers).map { numbers.contains($0) }
    case .afterDense(let key):
      // One 0 or 1, or a word, for each layer.
      for list in ["moe_layer_freq", "mlp_layer_types"] {
        let places = (reader.field(list)?.elements ?? []).map { ["1", "sparse", "moe"].contains($0.text ?? "") }
        if places.count >= layers { return Array(places.prefix(layers)) }
      }
      let dense = reader.count(key, minimum: 0)
      let step = reader.optionalCount("moe_layer_freq") ?? 1
      return (0..<layers).map { $0 >= dense && $0.isMultiple(of: step) }
    case .sparse(let step, let dense):
      let step = reader.optionalCount(step) ?? 1
      let denseLayers = Set((reader.field(dense)?.elements ?? []).compactMap { $0.text.flatMap { Int($0) } })
      return (0..<layers).map { ($0 + 1).isMultiple(of: step) && !denseLayers.contains($0) }
    case .listed(let list, let step):
      let listed = (reader.field(list)?.elements ?? []).compactMap { $0.text.flatMap { Int($0) } }
      guard listed.isEmpty else { return (0..<layers).map { listed.contains($0) } }
      let step = reader.optionalCount(step) ?? 1
      return (0..<layers).map { ($0 + 1).isMultiple(of: step) }
    case .between(let from, let to, let step):
      let first = reader.count(from, minimum: 0)
      let end = reader.optionalCount(to, minimum: -1) ?? -1
      let step = reader.optionalCount(step) ?? 1
      return (0..<layers).map { $0 >= first && (end < 0 || $0 <= end) && ($0 + 1).isMultiple(of: step) }
    }
  }
}

extension LayerPattern {
  /// Nil where the config does not use this way.
  func roles(count: Int, from reader: inout ConfigReader) -> [LayerRole]? {
    switch self {
    case .list(let key, let names):
      guard let list = Self.list(key, count: count, from: &reader) else { return nil }
      return list.prefix(count).map { element in
        if let role = element.text.flatMap({ names[$0] }) { return role }
        let known = names.keys.sorted().joined(separator: ", ")
        reader.fail(key, "'\(element.text ?? "")' is not modelled yet", wayOut: "take a model of \(known)")
        return .full
      }
    case .characters(let key, let names):
      guard let text = reader.field(key)?.text else { return nil }
      if text.count != count || text.contains(where: { names[$0] == nil }) {
        let known = names.keys.sorted().map(String.init).joined(separator: " ")
        reader.fail(key, "is not \(count) layers of \(known)", wayOut: "see the config.json of the model's makers")
      }
      return text.map { names[$0] ?? .full }
    case .ratios(let key):
      guard let list = reader.field(key)?.elements, list.count >= count else {
        reader.fail(key, "does not list \(count) ratios", wayOut: "see the config.json of the model's makers")
        return [LayerRole](repeating: .ratio(0), count: count)
      }
      return list.prefix(count).map { .ratio($0.text.flatMap { Int($0) } ?? 0) }
    case .everyNth(let key, let role, let others, let defaultStep):
      let step = reader.optionalCount(key) ?? defaultStep
      return (1...count).map { $0.isMultiple(of: step) ? role : others }
    case .indices(let key, let role, let others):
      guard let list = reader.field(key)?.elements else { return nil }
      let numbers = Set(list.compactMap { $0.text.flatMap { Int($0) } })
      return (0..<count).map { numbers.contains($0) ? role : others }
    case .indexed(let step, let offset):
      guard let step = reader.optionalCount(step), step > 1 else { return nil }
      let first = reader.optionalCount(offset, minimum: 0) ?? 0
      return (0..<count).map { max(0, $0 - first + 1).isMultiple(of: step) ? .full : .reuse }
    case .every(let role): return [LayerRole](repeating: role, count: count)
    case .blocks: return nil
    case .sharing(let flag, let factor):
      guard reader.flag(flag) else { return nil }
      let step = reader.count(factor, maximum: 1024)
      return (0..<count).map { $0.isMultiple(of: step) ? .full : .borrowed }
    case .members(let object, let key, let role):
      guard let inside = reader.inside(object) else { return nil }
      let listed = Set((inside.field(key)?.elements ?? []).compactMap { $0.text.flatMap { Int($0) } })
      return (1...count).map { listed.contains($0) ? role : .full }
    case .windows(let flag, let from):
      guard reader.isSet("sliding_window"), flag.map({ reader.flag($0) }) ?? true else { return nil }
      let first = from.flatMap { reader.optionalCount($0, minimum: 0) } ?? 0
      return (0..<count).map { $0 < first ? .full : .window }
    }
  }

  /// How many layers a list has, for configs that give no number.
  fileprivate func listed(in reader: ConfigReader) -> Int? {
    guard case .list(let key, _) = self, let list = reader.field(key)?.elements, !list.isEmpty else { return nil }
    return min(1024, list.count)
  }

  private static func list(_ key: String, count: Int, from reader: inout ConfigReader) -> [Node]? {
    guard let list = reader.field(key)?.elements, !list.isEmpty else { return nil }
    // Some files list the multi-token-prediction layers too.
    let drafts = reader.field("num_nextn_predict_layers")?.text.flatMap { Int($0) } ?? 0
    if list.count != count, list.count &- count != drafts {
      reader.fail(
        key, "lists \(list.count) layers, and num_hidden_layers is \(count)",
        wayOut: "see the config.json of the model's makers")
    }
    return list
  }
}
