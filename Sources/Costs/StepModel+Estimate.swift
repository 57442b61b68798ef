import Hardware
import Units
import Models

extension StepModel {
  /// The step told as operators, each with what bounds it.
  public func estimate(_ work: StepWork) -> StepEstimate {
    let resolved = resolve(work)
    guard resolved.seconds > 0 else { return .idle }
    var estimate = tell(resolved)
    if let decode = work.decode {
      estimate.notes = validityNotes(
        requestsPerChip: decode.requests * Double(chip.dies.value) / Double(plan.tensor),
        context: (decode.context.max() ?? 0) / decode.requests)
    }
    return estimate
  }

  private func tell(_ resolved: Resolved) -> StepEstimate {
    let passes = Double(resolved.microbatches)
    let split = resolved.microbatches == 2 && resolved.attentionShare < 1
    let shares = split ? (resolved.attentionShare, 1 - resolved.attentionShare) : (1, 1)
    var rows: [OperatorCost] = []
    var busy = (compute: 0.0, memory: 0.0)
    // Of all dies, where experts lie apart.
    let apart = Double(plan.expertDiesApart) / Double(plan.dies)
    func add(_ demand: OperatorDemand, times: Double, share: Double, stream: Int) {
      let part = plan.expertDiesApart == 0 ? 1 : stream == 1 ? apart : 1 - apart
      busy.compute += demand.compute * times * part
      busy.memory += demand.bytes / roofline.memoryRate * times * part
      rows.merge(demand, times: times, share: share, stream: stream)
    }
    for layer in resolved.layers {
      let times = layer.count * passes
      for demand in layer.attention { add(demand, times: times, share: shares.0, stream: 0) }
      for demand in layer.experts { add(demand, times: times, share: shares.1, stream: 1) }
      var straggle = OperatorDemand(name: "wait for the slowest rank", kind: .wait)
      straggle.basis = engine.constants.attentionStraggle.basis
      straggle.fixed = layer.straggle * layer.attentionTime(share: shares.0)
      if straggle.fixed > 0 { add(straggle, times: times, share: 1, stream: 1) }
      var skewed = OperatorDemand(name: "wait for the busiest experts", kind: .wait)
      skewed.basis = expertSkew == nil ? engine.constants.expertSkew.basis : .prior
      skewed.fixed = layer.skewTime(share: shares.1)
      if skewed.fixed > 0 { add(skewed, times: times, share: 1, stream: 1) }
    }
    for demand in resolved.outside { add(demand, times: 1, share: 1, stream: 0) }
    let sum = rows.reduce(0) { $0 + $1.time.value }
    for index in rows.indices { rows[index].share = rows[index].time.value / sum }
    return StepEstimate(
      time: Seconds(resolved.seconds), operators: rows, basis: rows.weakestBasis ?? .prior,
      computeUtilisation: min(1, busy.compute / resolved.seconds),
      memoryUtilisation: min(1, busy.memory / resolved.seconds), boundBy: rows.dominantBound,
      microbatches: resolved.microbatches, attentionShare: resolved.attentionShare)
  }

  /// One sentence for each axis on which the step leaves the range that the engine was held against.
  func validityNotes(requestsPerChip: Double, context: Double) -> [String] {
    guard let validity = engine.validity else { return [] }
    var notes: [String] = []
    func compare(_ value: Double, _ range: [Int], _ what: String) {
      guard let low = range.first, let high = range.last, value < Double(low) || value > Double(high) else { return }
      notes.append(
        "\(Int(value.rounded())) \(what) lie outside \(low) to \(high), where \(engine.name) was held against "
          + "measurements; nearest: \(validity.nearest)")
    }
    compare(requestsPerChip, validity.requestsPerChip, "requests per chip")
    compare(context, validity.contextTokens, "tokens of context")
    return notes
  }
}

extension StepEstimate {
  /// A step with nothing to do.
  static let idle = StepEstimate(
    time: .zero, operators: [], basis: .calibrated, computeUtilisation: 0, memoryUtilisation: 0, boundBy: .host,
    microbatches: 1, attentionShare: 1)
}

extension [OperatorCost] {
  /// Adds a demand to the row of its name and stream.
  mutating func merge(_ demand: OperatorDemand, times: Double, share: Double, stream: Int) {
    let name = demand.name.text
    let time = Seconds(demand.time(share: share) * times)
    if let index = firstIndex(where: { $0.name == name && $0.stream == stream }) {
      self[index].flops = self[index].flops + FLOPs(demand.flops * times)
      self[index].bytes = self[index].bytes + Bytes(demand.bytes * times)
      self[index].messages = self[index].messages + Bytes(demand.messages * times)
      self[index].time = self[index].time + time
      if time > .zero { self[index].basis = Swift.min(self[index].basis, demand.basis) }
      return
    }
    append(
      OperatorCost(
        name: name, kind: demand.kind, flops: FLOPs(demand.flops * times), bytes: Bytes(demand.bytes * times),
        messages: Bytes(demand.messages * times), time: time, boundBy: demand.bound(share: share), basis: demand.basis,
        share: 0, stream: stream))
  }

  /// The bound with the greatest sum of time; ties go to the first case.
  var dominantBound: Bound {
    var best = (bound: Bound.compute, time: -1.0)
    for bound in Bound.allCases {
      let time = reduce(0) { $1.boundBy == bound ? $0 + $1.time.value : $0 }
      if time > best.time { best = (bound, time) }
    }
    return best.bound
  }
}
