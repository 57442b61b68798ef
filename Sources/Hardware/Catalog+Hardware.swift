import Formats
import Units

extension Catalog {
  public func chip(_ name: String) throws -> Chip { try node("chips", name).decode(Chip.self) }
  public func system(_ name: String) throws -> System { try node("systems", name).decode(System.self) }
  public func engine(_ name: String) throws -> Engine { try node("engines", name).decode(Engine.self) }
}
