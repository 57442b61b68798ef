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
