import Formats
import Hardware
import Units

/// A system with its chip and the engine that runs on it, read from the catalog.
public struct Machine: Sendable {
  public let system: System
  public let chip: Chip
  public let engine: Engine

  public init(system: String, engine: String, in catalog: Catalog) throws {
    self.system = try catalog.system(system)
    chip = try catalog.chip(self.system.chip)
    self.engine = try catalog.engine(engine)
  }
}
