import Models

/// Sums over whole contexts, spread over the ways in which a model's layers see them: requests count as equal.
extension StepModel {
  /// Σ over requests of the tokens that one query of each sees, for each context kind; `context` is that sum where
  /// everything is seen.
  public func visible(context: Double, over requests: Double) -> [Double] {
    lowering.kinds.map { kind in
      switch kind {
      case .full: context
      case .window(let length): min(context, requests * Double(length))
      case .chunk: requests > 0 ? requests * Double(kind.visible(context: Int(context / requests))) : 0
      }
    }
  }

  /// Pairs of a new token and one that it sees, for each context kind; `all` are those where everything is seen.
  public func pairs(_ all: Double, newTokens: Double, cachedTokens: Double, requests: Double) -> [Double] {
    let count = max(1, requests)
    let (new, cached) = (Int((newTokens / count).rounded(.up)), Int(cachedTokens / count))
    let whole = Double(ContextKind.full.visiblePairs(new: new, after: cached))
    return lowering.kinds.map { kind in
      kind == .full || whole <= 0 ? all : all * Double(kind.visiblePairs(new: new, after: cached)) / whole
    }
  }
}

extension Architecture {
  /// The context kinds of its layers, and the whole context where none sees any.
  var timedKinds: [ContextKind] { contextKinds.isEmpty ? [.full] : contextKinds }
}
