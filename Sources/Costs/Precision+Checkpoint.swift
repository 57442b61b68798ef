import Hardware
import Models
import Units

extension Precision {
  /// The formats in which a model's files are, for a deployment that names none.
  ///
  /// Keys and values are in FP8 where the files or the engine say so, else in 16 bits.
  public init(checkpoint architecture: Architecture, engine: Engine) {
    let files = architecture.quantization
    func format(_ group: WeightGroup) -> NumberFormat { files?.format(of: group).numberFormat ?? .bf16 }
    let isMixture = architecture.mixture != nil
    self.init(
      weights: format(.denseFeedForward), projection: format(.attention), experts: isMixture ? format(.experts) : nil,
      sharedExperts: isMixture ? format(.sharedExperts) : nil, head: format(.head))
    // W4A8: widened to 8 bits, not to 16.
    if isMixture, let experts = files?.format(of: .experts), experts.numbers == .int4, experts.quantizesActivations {
      expertCompute = .int8
    }
    keyValue = files?.keyValueIsFP8 == true ? .fp8 : engine.execution?.cacheFormat ?? .bf16
  }
}

extension Quantization.Format {
  /// As products take it; FP8 with scales of blocks differs from FP8 with one scale.
  var numberFormat: NumberFormat {
    switch numbers {
    case .sixteenBit: .bf16
    case .fp8: bytes > 1 ? .fp8Block : .fp8
    case .int8: .int8
    case .int4: .int4Group
    case .mxfp4: .mxfp4
    case .mxfp8: .mxfp8
    case .nvfp4: .nvfp4
    }
  }
}
