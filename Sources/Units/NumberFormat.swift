/// How a number is stored and multiplied.
public enum NumberFormat: String, Codable, Sendable, CaseIterable, Hashable {
  case fp32, bf16, fp8, int8, int4

  /// Bytes of one value, without the scales of its block.
  public var bytes: Double {
    switch self {
    case .fp32: 4
    case .bf16: 2
    case .fp8, .int8: 1
    case .int4: 0.5
    }
  }
}
