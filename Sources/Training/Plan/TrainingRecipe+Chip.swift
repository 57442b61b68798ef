import Hardware
import Units

extension TrainingRecipe.Products {
  /// Whether a chip multiplies the format; it would widen the numbers and gain nothing.
  public func runs(on chip: Chip) -> Bool {
    switch self {
    case .bf16: true
    case .fp8Delayed, .fp8Current, .mxfp8: chip.peak.fp8 != nil
    case .nvfp4: chip.peak.fp4 != nil
    }
  }

  /// - Throws: a `Problem` where the chip does not.
  public func check(on chip: Chip) throws {
    guard !runs(on: chip) else { return }
    let has = chip.peak.fp8 == nil ? "bf16" : "bf16, fp8 or mxfp8"
    throw Problem(
      "--precision", "\(chip.name) has no products in \(self == .nvfp4 ? "nvfp4" : "eight-bit floats")",
      wayOut: "use \(has)")
  }
}
