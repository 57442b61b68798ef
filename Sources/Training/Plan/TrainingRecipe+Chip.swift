import Hardware
import Units

extension TrainingRecipe.Products {
  /// Whether a chip multiplies the format; where not it would widen the numbers and gain nothing.
  ///
  /// Products with a scale for each small block came with those of four bits (Blackwell, MI355X, Ascend 950); NVFP4 is
  /// NVIDIA's.
  public func runs(on chip: Chip) -> Bool {
    switch self {
    case .bf16: true
    case .fp8Delayed, .fp8Current: chip.peak.fp8 != nil
    case .mxfp8: chip.peak.fp8 != nil && chip.peak.fp4 != nil
    case .nvfp4: chip.peak.fp4 != nil && chip.vendor == "NVIDIA"
    }
  }

  /// - Throws: a `Problem` where the chip does not.
  public func check(on chip: Chip) throws {
    guard !runs(on: chip) else { return }
    let has: [(Self, String)] = [(.bf16, "bf16"), (.fp8Current, "fp8"), (.mxfp8, "mxfp8"), (.nvfp4, "nvfp4")]
    let name = has.first { $0.0 == self }?.1 ?? "fp8"
    throw Problem(
      "--precision", "\(chip.name) has no products in \(name)",
      wayOut: "use \(has.filter { $0.0.runs(on: chip) }.map(\.1).joined(separator: ", "))")
  }
}
