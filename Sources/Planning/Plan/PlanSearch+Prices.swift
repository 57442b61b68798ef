import Costs
import Hardware
import Serving
import Units

extension PlanSearch {
  /// Power and cost of a candidate whose instances are these; nil of the hardware where one has no price.
  func price(_ candidate: inout PlanCandidate, _ models: [InstanceModel], on other: PlanSearch? = nil) {
    var watts = Watts(0)
    var hardware: DollarsPerSecond? = DollarsPerSecond(0)
    for (index, (pool, model)) in zip(candidate.pools, models).enumerated() {
      let search = index > 0 ? other ?? self : self
      watts = watts + model.watts(pool, search.power) * Double(pool.instances)
      candidate.pools[index].energy = model.energy(pool, search.power, spares: request.spares)
      let system = search.space.machine.system
      let share = Double(pool.instances * pool.chips) / Double(system.chips.value)
      hardware = hardware.flatMap { sum in
        system.price.map { sum + $0.value * share / Scenario.CostAssumptions.usualAmortization }
      }
    }
    candidate.power = watts
    candidate.dollarsPerSecond = hardware.map {
      $0
        + DollarsPerSecond(watts.value * Scenario.CostAssumptions.usualElectricity.value)
        * Scenario.CostAssumptions.usualEffectiveness
    }
  }

  /// The same for one that was found before: its instances are made again.
  func priced(_ candidate: PlanCandidate, on other: PlanSearch? = nil) -> PlanCandidate {
    var candidate = candidate
    let models = candidate.pools.enumerated().compactMap { index, pool in
      try? (index > 0 ? other ?? self : self).space.instance(pool.plan, pool.role, pool.settings)
    }
    if models.count == candidate.pools.count { price(&candidate, models, on: other) }
    return candidate
  }
}
