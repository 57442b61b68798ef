import Models

/// Traffic of gradients and weights between replicas in a step, and what the optimizer updates.
///
/// Gradients travel under the backward of the last micro-batch, weights under the forward of the first (or, with
/// virtual stages, under the optimizer's step of later chunks).
struct DataTraffic {
  let job: TrainingJob
  let machine: TrainingMachine
  let fabric: TrainingFabric
  /// Of the rank that holds most.
  let held: RankParameters

  /// Seconds that nothing hides.
  ///
  /// - Parameters:
  ///   - forward: the first rank's pass over one micro-batch.
  func seen(under forward: Double, _ backward: Double, firstLayer: RankParameters?) -> Double {
    let plan = job.plan
    let dense = held.dense * adapterShare
    func over(_ size: Double) -> Double {
      fabric.ring(dense * size, ranks: plan.denseReplicas, stride: plan.tensor)
        + fabric.ring(held.experts * adapterShare * size, ranks: plan.expertReplicas, stride: plan.expert)
    }
    if plan.sharding == .parameters {
      if plan.pipeline > 1 { return over(4) + over(2) }
      // The first gather and the last scatter have nothing to hide under.
      let one = firstLayer.map { $0.dense * 2 } ?? 0
      return 2 * fabric.ring(one, ranks: plan.denseReplicas / plan.replicas, stride: plan.tensor)
    }
    let scatter = over(job.recipe.state.gradients)
    let gather = plan.sharding == .none ? scatter : over(job.recipe.gathersIn8Bits ? 1 : 2)
    let overlap = machine.platform.overlap
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
    let plan = job.plan
    let isDivided = plan.sharding != .none
    let dense = held.dense / (isDivided ? Double(plan.denseReplicas / plan.replicas) : 1)
    let experts = held.experts / (isDivided ? Double(plan.expertReplicas) : 1)
    return (dense + experts) * adapterShare
  }

  /// Share of the weights that is trained: some thousandths with adapters.
  private var adapterShare: Double { job.recipe.adapterRank == nil ? 1 : 0.002 }
}
