/// Gated delta rule of Qwen3-Next and Qwen3.5: a matrix of key × value dimension for each value head.
public struct GatedDeltaNet: StateShape {
  public var keyHeads: Int
  public var valueHeads: Int
  public var keyDimension: Int
  public var valueDimension: Int
  /// Tokens under the short convolution.
  public var kernel: Int

  public init(keyHeads: Int, valueHeads: Int, keyDimension: Int, valueDimension: Int, kernel: Int) {
    self.keyHeads = keyHeads
    self.valueHeads = valueHeads
    self.keyDimension = keyDimension
    self.valueDimension = valueDimension
    self.kernel = kernel
  }

  var heads: Int { valueHeads }
  private var values: Int { valueHeads * valueDimension }
  /// Queries, keys and values, which the convolution runs over.
  private var channels: Int { 2 * keyHeads * keyDimension + values }

  var stateElements: Int { values * keyDimension }
  var convolutionElements: Int { (kernel - 1) * channels }

  /// Queries, keys, values and the output's gate; decay and strength of each head; convolution; norm; output.
  func parameters(hiddenSize: Int) -> Int {
    let input = hiddenSize * (channels + values + 2 * valueHeads)
    return input + channels * kernel + 2 * valueHeads + valueDimension + values * hiddenSize
  }

  var decodeFLOPs: Double { 7 * Double(stateElements) }

  /// In chunks of 64 tokens.
  var prefillFLOPs: Double {
    let chunk = 64 * (5 * keyDimension + 3 * valueDimension)
    return Double(valueHeads) * Double(chunk + 6 * keyDimension * valueDimension)
  }
}
