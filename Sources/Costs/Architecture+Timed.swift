import Models
import Units

extension Architecture {
  /// Throws where a layer has a part whose steps are not timed yet: its parameters and cache are counted, its
  /// operations are not lowered.
  func checkTimed(at place: String) throws {
    for group in layers + (draftShape.map { [$0] } ?? []) {
      guard let part = group.attention.untimedPart ?? group.feedForward.untimedPart else { continue }
      throw Problem(
        place, "\(name) has \(part), whose steps are not timed yet",
        wayOut: "take a model of full attention")
    }
  }
}

extension Attention {
  fileprivate var untimedPart: String? {
    switch self {
    case .grouped(let shape):
      if let part = shape.visibility.untimedPart { return part }
      if shape.gate != .none { return "gated attention" }
      if shape.queryRank != nil { return "queries of low rank" }
      return shape.valueDimension == shape.headDimension ? nil : "values of another width than keys"
    case .latent(let shape): return shape.visibility.untimedPart
    case .compressed: return "compressed attention"
    case .state: return "linear attention"
    case .parallel: return "attention beside a state"
    case .absent: return "layers without attention"
    }
  }
}

extension Visibility {
  fileprivate var untimedPart: String? {
    switch self {
    case .full: nil
    case .window: "sliding-window attention"
    case .chunk: "chunked attention"
    case .topK: "sparse attention by an indexer"
    }
  }
}

extension FeedForward {
  fileprivate var untimedPart: String? {
    switch self {
    case .dense: return nil
    case .plain: return "feed-forward layers without a gate"
    case .absent: return "layers without a feed-forward part"
    case .mixture(let mixture):
      if !mixture.isGated { return "experts without a gate" }
      if mixture.latentSize != nil { return "experts in a latent width" }
      return mixture.zeroExperts > 0 ? "experts that return their input" : nil
    }
  }
}
