import Models
import Reports
import Units

extension Architecture {
  /// Parameters, cache and kinds of context, a line each.
  var summary: String {
    let count = ParameterCount(self)
    let footprint = cacheFootprint(.sixteenBit)
    var lines = [
      ("class", "\(architectureClass), \(layerCount) layers of \(Text.counted(layers.count, "shape"))"),
      ("parameters", Text.grouped(count.total)),
      (
        "active",
        "\(Text.grouped(count.activeWithEmbedding)) for a token, "
          + "\(Text.grouped(count.activeWithoutEmbedding)) without the input embedding"
      ),
      ("weights", "\(Text.bytes(weightBytes)) in the makers' formats: \(formats)"),
      ("cache", "\(Text.grouped(Int(footprint.bytesPerToken.value))) bytes a token in 16 bits"),
    ]
    for part in footprint.parts {
      guard let limit = part.kind.limit else { continue }
      let size = Text.grouped(Int(part.bytesPerToken.value))
      lines.append(("", "and \(size) bytes a token of the last \(Text.grouped(limit)) at most"))
    }
    if footprint.fixed > .zero {
      lines.append(("", "and \(Text.grouped(Int(footprint.fixed.value))) bytes a sequence"))
    }
    let kinds = contextKinds.map(\.words).joined(separator: ", ")
    lines.append(("queries see", kinds.isEmpty ? "a state" : kinds))
    lines.append(("positions", "\(Text.grouped(maximumPositions)) at most"))
    if multiTokenPredictionLayers > 0 {
      let layers = Text.counted(multiTokenPredictionLayers, "layer")
      lines.append(("drafts", "\(layers), \(Text.grouped(count.multiTokenPrediction.total)) parameters"))
    }
    lines += unmodelled.map { ("left out", $0) }
    return lines.map { $0.0.padded(to: 12) + $0.1 + "\n" }.joined()
  }

  private var formats: String {
    guard let quantization else { return "16 bits" }
    let groups = WeightGroup.allCases.filter { ParameterCount(self).main[$0] > 0 }
    let named = groups.compactMap { group in
      quantization.formats[group].map { "\(group) \($0.numbers.rawValue)" }
    }
    return named.joined(separator: ", ") + ", the rest 16 bits"
  }
}

extension ContextKind {
  fileprivate var words: String {
    switch self {
    case .full: "all tokens"
    case .window(let length): "a window (or a choice) of \(Text.grouped(length))"
    case .chunk(let length): "their chunk of \(Text.grouped(length))"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self
  }
}
