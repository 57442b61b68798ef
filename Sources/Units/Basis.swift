/// How well a result is grounded; a sum takes the weakest of its parts.
public enum Basis: String, Codable, Sendable, Comparable, CaseIterable {
  /// Read from a table of measured times.
  case measured
  /// From a model whose constants were fitted to measurements of this kind of operator on this chip.
  case calibrated
  /// From first principles, data-sheet figures and judged constants.
  case prior

  public static func < (left: Basis, right: Basis) -> Bool { left.strength < right.strength }
  private var strength: Int {
    switch self {
    case .prior: 0
    case .calibrated: 1
    case .measured: 2
    }
  }
}
