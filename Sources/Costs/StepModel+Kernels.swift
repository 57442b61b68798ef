import Hardware
import Units

extension StepModel {
  /// FLOPs over peak · time of one large matrix product, rows × depth times depth × columns, on one die.
  public func matrixUtilisation(rows: Int, depth: Int, columns: Int) -> Double {
    let product = lowering.product(
      "matrix product", .expertFeedForward, rows: Double(rows), depth: depth, columns: columns)
    let demand = roofline.demand(of: product, isCaptured: true)
    return demand.flops / (roofline.peak(precision.weights) * demand.compute)
  }
}

extension Engine {
  /// What kernels reach on a chip as this engine picks them; nil where the chip's are not known one by one, or the
  /// engine's are not.
  func kernels(of chip: Chip) -> KernelEfficiency? {
    guard let execution else { return nil }
    return chip.efficiency.kernels?.of(execution.kernelFamily, execution.expertBackend)
  }

  /// Without the kernels around experts that the chip's measured ones hold: the norm before the router is left, and the
  /// bytes that they move are those of the chip's.
  func withoutHeldMixture(on chip: Chip, _ precision: Precision) -> Engine {
    let format = precision.experts ?? precision.weights
    let compute = KernelRates.computed(
      format, precision.expertCompute?.compute ?? format.compute, widens: chip.peak.fp4 == nil)
    guard let reach = kernels(of: chip)?.experts.reach(format, computing: compute) else { return self }
    var engine = self
    engine.kernels.mixtureMoves = reach.moves ?? 1
    engine.kernels.mixtureOrdering = reach.ordering ?? .zero
    guard reach.holdsMixture == true else { return engine }
    engine.kernels.mixture.value = min(1, engine.kernels.mixture.value)
    return engine
  }

  /// With what queries of prompts cost beside the keys that they see, in the chip's kernels of attention.
  func withPromptKeys(on chip: Chip, _ precision: Precision) -> Engine {
    let reach = kernels(of: chip)?.attention.reach(precision.keyValue, computing: precision.keyValue)
    var engine = self
    engine.kernels.promptKeys = reach?.extraKeys ?? 0
    return engine
  }
}
