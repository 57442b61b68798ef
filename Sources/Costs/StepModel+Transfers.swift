import Hardware
import Models
import Units

extension Architecture {
  /// Keys and values of one token over all layers, draft layers included.
  public func keyValueBytesPerToken(_ format: NumberFormat) -> Bytes {
    let values = keyValueElementsPerToken + multiTokenPredictionKeyValueElementsPerToken
    return Bytes(Double(values) * format.bytes)
  }
}

extension StepModel {
  /// Of one token over all layers; engines with an execution part keep a cache of the draft layer only while it drafts.
  public var keyValueBytesPerToken: Bytes {
    guard engine.execution != nil else { return architecture.keyValueBytesPerToken(precision.keyValue) }
    let isDrafting = drafting.tokens > 0 && drafting.method == .predictionLayer
    let drafts = isDrafting ? architecture.multiTokenPredictionKeyValueElementsPerToken : 0
    return Bytes(Double(architecture.keyValueElementsPerToken + drafts) * precision.keyValue.bytes)
  }
}
