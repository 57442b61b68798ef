import Formats
import Hardware
import Units

/// A system with its chip and the engine that runs on it, read from the catalog.
public struct Machine: Sendable {
  public let system: System
  public let chip: Chip
  public let engine: Engine

  /// `bin` picks another of the bins under which the chip is sold, by its dense BF16 peak.
  public init(system: String, engine: String, bin: FLOPsPerSecond? = nil, in catalog: Catalog) throws {
    self.system = try catalog.system(system)
    let sold = try catalog.chip(self.system.chip)
    if let bin, !(sold.bins ?? [sold.peak.bf16.value]).contains(bin) {
      let bins = (sold.bins ?? [sold.peak.bf16.value]).map { "\(Int($0.teraFLOPsPerSecond)) TFLOPS" }
      throw Problem(
        "bin", "\(sold.name) is not sold with \(bin.teraFLOPsPerSecond) TFLOPS",
        wayOut: "use \(bins.joined(separator: " or "))")
    }
    chip = bin.map(sold.inBin) ?? sold
    self.engine = try catalog.engine(engine)
  }
}
