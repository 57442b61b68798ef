/// MiniMax's lightning attention: linear attention with a fixed decay for each head.
public struct LightningAttention: StateShape {
  public var heads: Int
  public var headDimension: Int

  public init(heads: Int, headDimension: Int) {
    self.heads = heads
    self.headDimension = headDimension
  }

  private var width: Int { heads * headDimension }
  var stateElements: Int { width * headDimension }
  var convolutionElements: Int { 0 }

  /// Queries, keys, values, gate and output; a norm before the gate.
  func parameters(hiddenSize: Int) -> Int { 5 * hiddenSize * width + width }

  var decodeFLOPs: Double { 5 * Double(stateElements) }

  /// In blocks of 256 tokens.
  var prefillFLOPs: Double { Double(4 * 256 * width) + 4 * Double(stateElements) }
}
