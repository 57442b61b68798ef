/// A layer's timed operations in its two streams, and what waiting adds to each.
struct LayerDemand {
  /// How many layers this stands for.
  var count: Double
  var attention: [OperatorDemand]
  var experts: [OperatorDemand]
  /// Dispatch waits for the slowest rank's attention: this share of the attention stream.
  var straggle = 0.0
  /// Load of the busiest rank over the mean; its experts and its messages take longer by as much.
  var skew = 1.0

  func attentionTime(share: Double) -> Double {
    var total = 0.0
    for demand in attention { total += demand.time(share: share) }
    return total
  }

  /// The expert stream of the mean rank, without waiting.
  func expertTime(share: Double) -> Double {
    var total = 0.0
    for demand in experts { total += demand.time(share: share) }
    return total
  }

  /// How much longer the busiest rank takes: (skew − 1) of its experts' compute and of its messages' wire.
  func skewTime(share: Double) -> Double {
    guard skew > 1 else { return 0 }
    var total = 0.0
    for demand in experts {
      switch demand.kind {
      case .expertFeedForward:
        var busiest = demand
        busiest.compute *= skew
        total += busiest.time(share: share) - demand.time(share: share)
      case .dispatch, .combine: total += (skew - 1) * demand.wire
      default: break
      }
    }
    return total
  }

  /// The parts of a layer whose experts lie on dies of their own: what attention's dies compute, what the experts' dies
  /// compute, and what is on the way.
  func apart() -> (attention: Double, experts: Double, exchange: Double) {
    var parts = (attention: attentionTime(share: 1), experts: 0.0, exchange: 0.0)
    for demand in experts {
      let time = demand.time(share: 1)
      switch demand.kind {
      case .dispatch, .combine: parts.exchange += time + max(0, skew - 1) * demand.wire
      case .router, .denseFeedForward: parts.attention += time
      case .expertFeedForward:
        var busiest = demand
        busiest.compute *= skew
        parts.experts += busiest.time(share: 1)
      // Norms, activations, sorting: with the experts.
      default: parts.experts += time
      }
    }
    return parts
  }

  /// One pass: every operator after the other.
  func onePass() -> Double {
    let attention = attentionTime(share: 1)
    return attention * (1 + straggle) + expertTime(share: 1) + skewTime(share: 1)
  }
}
