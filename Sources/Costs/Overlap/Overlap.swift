import Hardware

/// What two microbatches do for each other, as functions over timed layers.
enum Overlap {
  /// One pass after the other.
  static func none(_ layers: [LayerDemand]) -> Double { layers.reduce(0) { $0 + $1.count * $1.onePass() } }

  /// Two microbatches side by side: in each half of a layer the longer stream decides; the engine takes the best split.
  static func coreSplit(
    _ layers: [LayerDemand], steps: Int, range: ClosedRange<Int>, join: Double
  ) -> (time: Double, share: Double) {
    var best = Double.infinity
    var bestShare = 0.5
    for step in range {
      let share = Double(step) / Double(steps)
      var total = 0.0
      for layer in layers {
        let attention = layer.attentionTime(share: share)
        let experts = layer.expertTime(share: 1 - share) + layer.skewTime(share: 1 - share)
        total += layer.count * (2 * max(attention, experts + layer.straggle * attention) + join)
      }
      if total < best {
        best = total
        bestShare = share
      }
    }
    return (best, bestShare)
  }

  /// Attention and experts on dies of their own, `batches` microbatches in turn through both: the busier side decides,
  /// or the way of one microbatch through a layer. Layers without experts run on attention's dies alone.
  static func apart(_ layers: [(layer: LayerDemand, hasExperts: Bool)], batches: Double) -> Double {
    var total = 0.0
    for (layer, hasExperts) in layers {
      guard hasExperts else {
        total += layer.count * batches * layer.onePass()
        continue
      }
      let parts = layer.apart()
      let attention = parts.attention * (1 + layer.straggle)
      let round = attention + parts.experts + parts.exchange
      total += layer.count * max(batches * attention, batches * parts.experts, round)
    }
    return total
  }

  /// Two microbatches in turn on all cores: messages on the wire are hidden behind the other's compute.
  static func wire(_ layers: [LayerDemand], communicationCores: Double, join: Double) -> Double {
    let left = 1 - communicationCores
    var total = 0.0
    for layer in layers {
      let all = layer.onePass()
      var wire = 0.0
      for demand in layer.experts where demand.wire > 0 { wire += demand.wire * layer.skew }
      total += layer.count * (2 * max((all - wire) / left, wire) + join)
    }
    return total
  }
}
