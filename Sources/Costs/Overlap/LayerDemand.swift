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

  /// One pass: every operator after the other.
  func onePass() -> Double {
    let attention = attentionTime(share: 1)
    return attention * (1 + straggle) + expertTime(share: 1) + skewTime(share: 1)
  }
}
