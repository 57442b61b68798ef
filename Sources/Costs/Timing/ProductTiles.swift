import Hardware
import Units

/// How a chip cuts matrix products into tiles: one law for the products of serving and of training.
struct ProductTiles: Sendable {
  let halfDepth: Double
  let rows: Double
  let columns: Double
  /// Values of a result that cost as much as they do beside them, where a chip's own kernels do not say it.
  var fill: Double?

  init(_ efficiency: ChipEfficiency) {
    halfDepth = efficiency.matrixHalfDepth.value
    rows = Double(efficiency.tileRows.value)
    columns = Double(efficiency.tileColumns.value)
  }

  /// Weights are read once, whatever the rows; 2 · rows · depth · columns over peak · share ·
  /// depth/(depth + halfDepth), of whole tiles or with what small results leave idle.
  func product(
    _ shape: Operation.Product, _ reach: KernelRates.Reach, computing compute: NumberFormat, peak: Double,
    _ demand: inout OperatorDemand
  ) {
    let k = Double(shape.depth)
    let n = Double(shape.columns)
    let efficiency = reach.share * k / (k + halfDepth)
    let weights = k * n * shape.format.bytes * shape.copies
    let activations = shape.rows * (k * compute.bytes + 2 * n) * shape.copies
    demand.flops = 2 * shape.rows * k * n * shape.copies
    demand.bytes = weights + activations
    demand.compute = 2 * k * results(shape, fill: reach.fill ?? fill) / (peak * efficiency)
    demand.memory = demand.bytes / reach.rate
    if let squarings = reach.squarings { demand.join(squarings: squarings) }
  }

  /// Values of the result over all copies, with those that a small one leaves idle.
  private func results(_ shape: Operation.Product, fill: Double?) -> Double {
    let n = Double(shape.columns)
    if let fill { return shape.rows * n * shape.copies + fill }
    let padded = (shape.rows / rows).rounded(.up) * rows
    return padded * (n < columns ? n : (n / columns).rounded(.up) * columns) * shape.copies
  }
}
