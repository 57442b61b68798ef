/// Kimi Linear's delta attention: a gated delta rule whose forget gate has a value for each channel.
public struct KimiDeltaAttention: StateShape {
  public var heads: Int
  public var headDimension: Int
  /// Tokens under the short convolutions.
  public var kernel: Int

  public init(heads: Int, headDimension: Int, kernel: Int) {
    self.heads = heads
    self.headDimension = headDimension
    self.kernel = kernel
  }

  private var width: Int { heads * headDimension }
  var stateElements: Int { width * headDimension }
  var convolutionElements: Int { (kernel - 1) * 3 * width }

  /// Queries, keys, values; convolutions; forget and output gates of low rank; strength, decay, biases, norm; output.
  func parameters(hiddenSize: Int) -> Int {
    let gates = 2 * (hiddenSize * headDimension + headDimension * width)
    return 4 * hiddenSize * width + 3 * width * kernel + gates + hiddenSize * heads + width + heads + headDimension
  }

  var decodeFLOPs: Double { 7 * Double(stateElements) }

  /// In chunks of 64 tokens.
  var prefillFLOPs: Double {
    Double(heads) * Double(64 * 8 * headDimension + 6 * headDimension * headDimension)
  }
}
