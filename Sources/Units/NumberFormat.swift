/// How a number is stored and multiplied: its bits, the scales of its block, the format that a product computes in.
public enum NumberFormat: String, Codable, Sendable, CaseIterable, Hashable {
  case fp32, bf16, fp16
  case fp8
  /// A scale of 32 bits for each block of 128 by 128 (DeepSeek).
  case fp8Block
  /// A scale of 8 bits for each 32 values.
  case mxfp8
  case int8
  /// Weights of 4 bits that are multiplied in INT8.
  case int4
  /// Weights of 4 bits with a scale for each group, multiplied in 16 bits (AWQ, GPTQ with groups of 128).
  case int4Group
  /// Four-bit floats with a scale of 8 bits for each 32 values.
  case mxfp4
  /// Four-bit floats with a scale of 8 bits for each 16 values.
  case nvfp4

  /// Its place in `allCases`, without making that list.
  public var place: Int {
    switch self {
    case .fp32: 0
    case .bf16: 1
    case .fp16: 2
    case .fp8: 3
    case .fp8Block: 4
    case .mxfp8: 5
    case .int8: 6
    case .int4: 7
    case .int4Group: 8
    case .mxfp4: 9
    case .nvfp4: 10
    }
  }

  /// Bits of one value, without the scales of its block.
  public var bits: Int {
    switch self {
    case .fp32: 32
    case .bf16, .fp16: 16
    case .fp8, .fp8Block, .mxfp8, .int8: 8
    case .int4, .int4Group, .mxfp4, .nvfp4: 4
    }
  }

  /// Values that share scales, and the bits of those; scales of a whole row or tensor weigh nothing.
  public var block: (values: Int, bits: Int)? {
    switch self {
    case .fp32, .bf16, .fp16, .fp8, .int8, .int4: nil
    case .fp8Block: (128 * 128, 32)
    case .mxfp8, .mxfp4: (32, 8)
    case .int4Group: (128, 20)
    case .nvfp4: (16, 8)
    }
  }

  /// Bytes of one value with its part of the scales.
  public var bytes: Double {
    let scales = block.map { Double($0.bits) / Double($0.values) } ?? 0
    return (Double(bits) + scales) / 8
  }

  /// What products of weights in this format are computed in, where the chip can. MXFP4 weights meet activations of
  /// eight bits, as the engines run them.
  public var compute: NumberFormat {
    switch self {
    case .fp32: .fp32
    case .bf16, .fp16, .int4Group: .bf16
    case .fp8, .fp8Block, .mxfp8: .fp8
    case .int8, .int4: .int8
    case .mxfp4: .mxfp8
    case .nvfp4: .nvfp4
    }
  }
}
