import Hardware
import Models
import Units

/// What a step resolved to, before it is told as operators.
struct Resolved {
  var seconds = 0.0
  var microbatches = 1
  var attentionShare = 1.0
  /// The layers of one microbatch, and what runs once.
  var layers: [LayerDemand] = []
  var outside: [OperatorDemand] = []
}

extension StepModel {
  /// The time alone of a step.
  public func seconds(_ work: StepWork) -> Seconds { Seconds(resolve(work).seconds) }

  func resolve(_ work: StepWork) -> Resolved {
    guard !work.isEmpty else { return Resolved() }
    // Each stage has a microbatch of its own; a lone chunk passes them one after the other.
    let work = plan.pipeline > 1 ? work.part(1 / stagedParts(work)) : work
    if plan.expertDiesApart > 0 { return apart(work) }
    var resolved = Resolved(layers: layers(work), outside: outside(work))
    resolved.seconds = Overlap.none(resolved.layers)
    if let rule = overlap(work) {
      let half = layers(work.part(0.5))
      let (two, share) = microbatches(half, rule, work)
      if two < resolved.seconds || microbatching == true {
        resolved.seconds = two
        resolved.microbatches = 2
        resolved.attentionShare = share
        resolved.layers = half
      }
    }
    let host = hostFloor(work) - resolved.seconds
    if host > 0 { resolved.outside.append(hostBetweenPieces(host)) }
    resolved.seconds += resolved.outside.reduce(0) { $0 + $1.time(share: 1) }
    return resolved
  }

  /// Microbatches that pass in turn between attention's dies and the experts': one on each side.
  private var batchesApart: Int { 2 }

  /// A step whose experts lie on dies of their own.
  private func apart(_ work: StepWork) -> Resolved {
    let part = work.part(1 / Double(batchesApart))
    let hasExperts = lowering.layers(part).map(\.isSpread)
    var resolved = Resolved(microbatches: batchesApart, layers: layers(part), outside: outside(work))
    resolved.seconds = Overlap.apart(
      Array(zip(resolved.layers, hasExperts)).map { (layer: $0.0, hasExperts: $0.1) }, batches: Double(batchesApart))
    resolved.seconds += resolved.outside.reduce(0) { $0 + $1.time(share: 1) }
    return resolved
  }

  /// Microbatches among which a pipeline's stages divide a step's requests.
  func stagedParts(_ work: StepWork) -> Double {
    let chunks = Double(work.prefill.filter { $0.newTokens > 0 }.count)
    return min(Double(plan.pipeline), max(1, (work.decode?.requests ?? 0) + max(chunks, work.sampled)))
  }

  /// How the engine overlaps two microbatches of such a step; nil where it makes none.
  private func overlap(_ work: StepWork) -> Engine.Overlap? {
    guard microbatching != false else { return nil }
    switch (work.decode, work.prefill.isEmpty) {
    case (let decode?, true):
      return rules.decode != .none && decode.requests >= 2 ? rules.decode : nil
    case (nil, false): return rules.prefill != .none && plan.expertDies > 1 ? .wire : nil
    default: return nil
    }
  }

  /// Time of two microbatches, and the share of the cores that attention has.
  private func microbatches(_ half: [LayerDemand], _ rule: Engine.Overlap, _ work: StepWork) -> (Double, Double) {
    if rule == .coreSplit {
      return Overlap.coreSplit(half, steps: rules.splitSteps, range: rules.splitRange, join: rules.join)
    }
    let cores = work.decode == nil ? rules.communicationCores : 0
    return (Overlap.wire(half, communicationCores: cores, join: rules.join), 1)
  }

  /// The timed layers of one pass.
  func layers(_ work: StepWork) -> [LayerDemand] {
    lowering.layers(work).map { (layer: LoweredStep.Layer) -> LayerDemand in
      LayerDemand(
        count: layer.count, attention: layer.attention.map { times.demand(of: $0, isCaptured: work.isCaptured) },
        experts: layer.experts.map { times.demand(of: $0, isCaptured: work.isCaptured) },
        // Ranks that share one pool of tokens have equal attention; others wait for the longest.
        straggle: layer.isSpread && layer.hasOwnRequests ? straggle : 0,
        skew: layer.isUneven ? skew : 1)
    }
  }

  func outside(_ work: StepWork) -> [OperatorDemand] {
    lowering.outside(work).map { times.demand(of: $0, isCaptured: work.isCaptured) }
  }
}
