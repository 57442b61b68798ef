/// What one operator of one layer asks of a rank, in seconds of each resource at full cores; raw numbers, for the
/// inner loop.
struct OperatorDemand {
  var name: StaticString
  var kind: OperatorKind
  var flops = 0.0
  var bytes = 0.0
  var messages = 0.0
  /// On the matrix cores; divided by the stream's share of them.
  var compute = 0.0
  var memory = 0.0
  /// On the vector cores; divided by the stream's share of them.
  var vector = 0.0
  /// On the network, where a second microbatch may hide it.
  var wire = 0.0
  /// Start-ups and launches.
  var fixed = 0.0

  /// max(compute/share, memory, vector/share) + wire + fixed.
  @inline(__always) func time(share: Double) -> Double {
    max(compute / share, max(memory, vector / share)) + wire + fixed
  }

  func bound(share: Double) -> Bound {
    let parts: [(Double, Bound)] = [
      (compute / share, .compute), (memory, .memory), (vector / share, .vector), (wire, .network),
      (fixed, fixedBound),
    ]
    var best = parts[0]
    for part in parts where part.0 > best.0 { best = part }
    return best.1
  }
}

extension OperatorDemand {
  /// What start-ups and launches count as.
  private var fixedBound: Bound {
    switch kind {
    case .host: .host
    case .dispatch, .combine, .collective, .cacheRead: .network
    default: .latency
    }
  }
}

/// A layer's operators in its two streams, and what waiting adds to each.
struct LayerDemand {
  /// The catalog of layers this stands for.
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
