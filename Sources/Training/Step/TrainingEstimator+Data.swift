import Models

extension TrainingEstimator {
  /// Traffic of gradients and weights between replicas that nothing hides, in seconds a step.
  ///
  /// Gradients travel under the backward of the last micro-batch, weights under the forward of the first (or, with
  /// virtual stages, under the optimizer's step of later chunks).
  func dataTraffic(_ chunks: [ChunkTimes]) -> Double {
    let plan = job.plan
    let held = job.parametersOfLargestRank
    let dense = held.dense * adapterShare
    func over(_ size: Double) -> Double {
      fabric.ring(dense * size, ranks: plan.denseReplicas, stride: plan.tensor)
        + fabric.ring(held.experts * adapterShare * size, ranks: plan.expertReplicas, stride: plan.expert)
    }
    if isSharded {
      if plan.pipeline > 1 { return over(4) + over(2) }
      // The first gather and the last scatter have nothing to hide under.
      let one = job.architecture.layers.first.map { job.parameters(of: $0).dense * 2 } ?? 0
      return 2 * fabric.ring(one, ranks: plan.denseReplicas / plan.replicas, stride: plan.tensor)
    }
    let scatter = over(job.recipe.state.gradients)
    let gather = plan.sharding == .none ? scatter : over(job.recipe.gathersIn8Bits ? 1 : 2)
    let mine = job.chunks(ofRank: 0).map { chunks[$0] }
    let backward = mine.reduce(0) { $0 + $1.inputGradient + $1.weightGradient }
    let forward = mine.reduce(0) { $0 + $1.forward }
    let overlap = platform.overlap
    func seen(_ traffic: Double, under pass: Double) -> Double {
      max(traffic - pass * overlap.dataWindow.value, traffic * overlap.dataLeast.value)
    }
    let gradients = job.recipe.overlap.gradients ? seen(scatter, under: backward) : scatter
    var weights = job.recipe.overlap.parameters ? seen(gather, under: forward) : gather
    if job.recipe.overlap.parametersWithStep { weights = min(weights, gather / Double(plan.virtual)) }
    return gradients + weights
  }

  /// Parameters that a rank's optimizer updates.
  var updatedParameters: Double {
    let held = job.parametersOfLargestRank
    let plan = job.plan
    let isDivided = plan.sharding != .none
    let dense = held.dense / (isDivided ? Double(plan.denseReplicas / plan.replicas) : 1)
    let experts = held.experts / (isDivided ? Double(plan.expertReplicas) : 1)
    return (dense + experts) * adapterShare
  }

  /// Share of the weights that is trained: some thousandths with adapters.
  private var adapterShare: Double { job.recipe.adapterRank == nil ? 1 : 0.002 }
}
