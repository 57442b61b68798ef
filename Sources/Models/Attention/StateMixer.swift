import Units

/// A layer whose memory of the context is a state of fixed size.
public enum StateMixer: Hashable, Sendable {
  case gatedDelta(GatedDeltaNet)
  case kimiDelta(KimiDeltaAttention)
  case mamba2(Mamba2)
  case lightning(LightningAttention)

  private var shape: any StateShape {
    switch self {
    case .gatedDelta(let shape): shape
    case .kimiDelta(let shape): shape
    case .mamba2(let shape): shape
    case .lightning(let shape): shape
    }
  }

  public var heads: Int { shape.heads }
  /// Elements of the state of one sequence.
  public var stateElements: Int { shape.stateElements }
  /// Elements of one sequence's last tokens that the convolution keeps.
  public var convolutionElements: Int { shape.convolutionElements }
  /// Operations between the projections for one token of decode.
  public var decodeFLOPs: Double { shape.decodeFLOPs }
  /// The same for a token of a prompt, by the chunked algorithm; full squares counted.
  public var prefillFLOPs: Double { shape.prefillFLOPs }

  /// Everything, with norms and convolutions.
  public func parameters(hiddenSize: Int) -> Int { shape.parameters(hiddenSize: hiddenSize) }

  func cacheFootprint(_ formats: CacheFormats) -> CacheFootprint {
    let state = Double(stateElements) * formats.state
    return CacheFootprint(fixed: Bytes(state + Double(convolutionElements) * formats.convolution))
  }
}

/// What one kind of state mixer adds.
protocol StateShape: Hashable, Sendable {
  var heads: Int { get }
  var stateElements: Int { get }
  var convolutionElements: Int { get }
  var decodeFLOPs: Double { get }
  var prefillFLOPs: Double { get }
  func parameters(hiddenSize: Int) -> Int
}
