import Formats
import Units

/// A system with the chip that it is built of and the engine that runs on it: what a step, a search and a simulation
/// are asked of.
///
///     let machine = try Machine(system: "HGX H100", engine: "vLLM", in: Catalog())
public struct Machine: Sendable {
  public var system: System
  public var chip: Chip
  public var engine: Engine

  public init(system: System, chip: Chip, engine: Engine) {
    self.system = system
    self.chip = chip
    self.engine = engine
  }

  /// `bin` picks another of the bins under which the chip is sold, by its dense BF16 peak.
  public init(system: String, engine: String, bin: FLOPsPerSecond? = nil, in catalog: Catalog) throws {
    self.system = try placed("system") { try catalog.system(system) }
    let named = self.system.chip
    let sold = try placed("system") { try catalog.chip(named) }
    if let bin, !(sold.bins ?? [sold.peak.bf16.value]).contains(bin) {
      let bins = (sold.bins ?? [sold.peak.bf16.value]).map { "\(Int($0.teraFLOPsPerSecond)) TFLOPS" }
      throw Problem(
        "bin", "\(sold.name) is not sold with \(bin.teraFLOPsPerSecond) TFLOPS",
        wayOut: "use \(bins.joined(separator: " or "))")
    }
    chip = bin.map(sold.inBin) ?? sold
    self.engine = try placed("engine") { try catalog.engine(engine) }
  }
}
