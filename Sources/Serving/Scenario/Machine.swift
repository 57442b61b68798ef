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
    self.system = try placed("system") { try catalog.system(system) }
    let sold = try catalog.chip(self.system.chip)
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

/// Gives a problem without a place the scenario's field that led to it.
func placed<T>(_ field: String, _ body: () throws -> T) throws -> T {
  do { return try body() } catch let problem as Problem where problem.place.isEmpty {
    throw Problem(field, problem.fault, wayOut: problem.wayOut)
  }
}
