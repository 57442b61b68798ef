import Hardware
import Units
import Models

extension Architecture {
  /// Keys and values of one token over all layers, draft layers included.
  public func keyValueBytesPerToken(_ format: NumberFormat) -> Bytes {
    var values = 0
    for group in layers { values += group.count * group.attention.keyValueWidth }
    if let last = layers.last { values += multiTokenPredictionLayers * last.attention.keyValueWidth }
    return Bytes(Double(values) * format.bytes)
  }
}

extension Attention {
  /// Cached values per token and layer.
  public var keyValueWidth: Int {
    switch self {
    case .grouped(let shape): 2 * shape.keyValueHeads * shape.headDimension
    case .latent(let shape): shape.keyValueRank + shape.ropeDimension
    }
  }
}

extension StepModel {
  public var keyValueBytesPerToken: Bytes { architecture.keyValueBytesPerToken(precision.keyValue) }
}
