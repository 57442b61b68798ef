import Hardware

extension StepModel {
  /// Seconds that the layers of a decode step take at least because the host launches them in pieces; 0 where a graph
  /// holds the whole step.
  ///
  /// The host launches a piece for each layer and one more, and one by one the kernels between them: the core and the
  /// write to the cache of grouped attention, all of latent attention.
  func hostFloor(_ work: StepWork) -> Double {
    guard let pieces = rules.pieces, work.isCaptured, work.decode != nil, work.prefill.isEmpty else {
      return 0
    }
    var (count, between) = (0.0, 0.0)
    for layer in lowering.layers(work) {
      count += layer.count
      between += layer.count * Self.kernelsBetweenPieces(layer.attention)
    }
    return pieces.launch * (count + 1) + pieces.kernel * between
  }

  private static func kernelsBetweenPieces(_ attention: [Operation]) -> Double {
    let isLatent = attention.contains { operation in
      if case .attention(let core) = operation.shape { return core.isLatent }
      return false
    }
    return isLatent ? attention.reduce(0) { $0 + $1.launches } : 2
  }

  /// The same as an operation of the host, as the report tells it.
  func hostBetweenPieces(_ seconds: Double) -> OperatorDemand {
    var demand = OperatorDemand(name: "host between pieces of graphs", kind: .host)
    demand.basis = .prior
    demand.fixed = seconds
    return demand
  }
}
