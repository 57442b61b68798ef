/// Kimi Linear's delta attention: a gated delta rule whose forget gate has a value for each channel.
public struct KimiDeltaAttention: StateShape {
  public var heads: Int
  public var headDimension: Int
  /// Tokens under the short convolutions.
  public var kernel: Int
  /// The output gate is projected at once (Kimi K3), else down and up.
  public var hasFullRankGate: Bool
  /// So is the forget gate (Ling V3).
  public var hasFullRankForgetGate: Bool

  public init(
    heads: Int, headDimension: Int, kernel: Int, hasFullRankGate: Bool = false, hasFullRankForgetGate: Bool = false
  ) {
    self.heads = heads
    self.headDimension = headDimension
    self.kernel = kernel
    self.hasFullRankGate = hasFullRankGate
    self.hasFullRankForgetGate = hasFullRankForgetGate
  }

  /// Of the forget gate and the output gate.
  public var fullRankGates: Int { (hasFullRankGate ? 1 : 0) + (hasFullRankForgetGate ? 1 : 0) }

  private var width: Int { heads * headDimension }
  var stateElements: Int { width * headDimension }
  var convolutionElements: Int { (kernel - 1) * 3 * width }

  /// Queries, keys, values; convolutions; forget and output gates of low rank; strength, decay, biases, norm; output.
  func parameters(hiddenSize: Int) -> Int {
    let low = hiddenSize * headDimension + headDimension * width
    let gates = fullRankGates * hiddenSize * width + (2 - fullRankGates) * low
    return 4 * hiddenSize * width + 3 * width * kernel + gates + hiddenSize * heads + width + heads + headDimension
  }

  var decodeFLOPs: Double { 7 * Double(stateElements) }

  /// In chunks of 64 tokens.
  var prefillFLOPs: Double {
    Double(heads) * Double(64 * 8 * headDimension + 6 * headDimension * headDimension)
  }
}
