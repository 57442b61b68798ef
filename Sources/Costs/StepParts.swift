import Units

/// A step's time in parts that add up to it exactly, where nothing overlaps and the host is not the slower.
///
/// The serving simulation samples these into integer tables: what grows with the new tokens, the attention cores by
/// the context that they see, the head, the host.
public struct StepParts: Hashable, Sendable {
  /// Projections, feed-forward, collectives, exchanges, elementwise work.
  public var shared: Seconds
  /// What grows with the context that queries see, for each context kind.
  public var cores: [Seconds]
  /// Head and sampling.
  public var head: Seconds
  /// Between two steps.
  public var host: Seconds
  /// What `shared` and `cores` together take at least, because the host launches them.
  public var floor = Seconds.zero

  public var total: Seconds { max(cores.reduce(shared, +), floor) + head + host }
}

extension StepModel {
  /// Whether steps are the sum of their parts: false where the engine overlaps two microbatches.
  public var isSeparable: Bool {
    plan.expertDiesApart == 0
      && (microbatching == false || (rules.decode == .none && (rules.prefill == .none || !isSpread)))
  }

  private var isSpread: Bool { plan.expertDies > 1 }

  /// The step as one pass, in its parts.
  public func parts(_ work: StepWork) -> StepParts {
    var parts = StepParts(
      shared: .zero, cores: [Seconds](repeating: .zero, count: contextKinds), head: .zero, host: .zero)
    guard !work.isEmpty else { return parts }
    let work = plan.pipeline > 1 ? work.part(1 / stagedParts(work)) : work
    for layer in lowering.layers(work) {
      let demands = LayerDemand(
        count: layer.count, attention: [],
        experts: layer.experts.map { times.demand(of: $0, isCaptured: work.isCaptured) },
        skew: layer.isUneven ? skew : 1)
      parts.shared = parts.shared + Seconds(layer.count * (demands.expertTime(share: 1) + demands.skewTime(share: 1)))
      let waiting = layer.isSpread && layer.hasOwnRequests ? 1 + straggle : 1
      for operation in layer.attention {
        let time = Seconds(
          layer.count * waiting * times.demand(of: operation, isCaptured: work.isCaptured).time(share: 1))
        parts.add(time, of: operation)
      }
    }
    parts.floor = Seconds(hostFloor(work))
    for operation in lowering.outside(work) {
      parts.add(Seconds(times.demand(of: operation, isCaptured: work.isCaptured).time(share: 1)), of: operation)
    }
    return parts
  }

  /// Distinct ways in which the model's layers see context; 1 where none does.
  public var contextKinds: Int { lowering.kinds.count }
}

extension StepParts {
  fileprivate mutating func add(_ time: Seconds, of operation: Operation) {
    if let kind = operation.context {
      cores[kind] = cores[kind] + time
      return
    }
    switch operation.shape {
    case .host(.gap): host = host + time
    case .host(.sampling): head = head + time
    default:
      if operation.kind == .head { head = head + time } else { shared = shared + time }
    }
  }
}
