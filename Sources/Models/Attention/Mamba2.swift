/// Mamba 2: a state of head dimension × state size for each head, with inputs shared in groups.
public struct Mamba2: StateShape {
  public var heads: Int
  public var headDimension: Int
  public var groups: Int
  public var stateSize: Int
  /// Tokens under the short convolution.
  public var kernel: Int
  /// Tokens that a prompt is computed in at a time.
  public var chunk: Int
  /// A norm on the output (Falcon-H1 has none).
  public var hasNorm: Bool

  public init(
    heads: Int, headDimension: Int, groups: Int, stateSize: Int, kernel: Int, chunk: Int, hasNorm: Bool = true
  ) {
    self.heads = heads
    self.headDimension = headDimension
    self.groups = groups
    self.stateSize = stateSize
    self.kernel = kernel
    self.chunk = chunk
    self.hasNorm = hasNorm
  }

  private var inner: Int { heads * headDimension }
  private var channels: Int { inner + 2 * groups * stateSize }

  var stateElements: Int { inner * stateSize }
  var convolutionElements: Int { (kernel - 1) * channels }

  /// Input and gate, the groups' inputs, steps; convolution with bias; step bias, decay and skip; norm; output.
  func parameters(hiddenSize: Int) -> Int {
    let input = hiddenSize * (inner + channels + heads)
    return input + channels * (kernel + 1) + 3 * heads + (hasNorm ? inner : 0) + inner * hiddenSize
  }

  var decodeFLOPs: Double { 5 * Double(stateElements) }

  var prefillFLOPs: Double {
    Double(2 * chunk * (stateSize * groups + inner)) + 4 * Double(stateElements)
  }
}
