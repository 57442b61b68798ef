extension Architecture {
  /// How its layers mix tokens, in words, each once: `grouped-query attention`, `grouped-query attention with windows`.
  public var attentionWords: [String] {
    var words: [String] = []
    for layer in layers {
      for word in layer.attention.words where !words.contains(word) { words.append(word) }
    }
    return words.sorted()
  }
}

extension Attention {
  fileprivate var words: [String] {
    switch self {
    case .grouped(let shape): ["grouped-query attention\(shape.visibility.words)"]
    case .latent(let shape): ["latent attention\(shape.visibility.words)"]
    case .compressed: ["compressed attention"]
    case .state: ["linear attention or states"]
    case .parallel(let parts): parts.flatMap(\.words)
    case .absent: []
    }
  }
}

extension Visibility {
  fileprivate var words: String {
    switch self {
    case .full: ""
    case .window: " with windows"
    case .chunk: " with chunks"
    case .topK: " with an indexer"
    }
  }
}
