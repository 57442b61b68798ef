import Formats
import Units

extension Catalog {
  public func chip(_ name: String) throws -> Chip { try HardwareFacts.checked(node("chips", name)).decode(Chip.self) }
  public func system(_ name: String) throws -> System {
    try HardwareFacts.checked(node("systems", name)).decode(System.self)
  }
  public func engine(_ name: String) throws -> Engine {
    try HardwareFacts.checked(node("engines", name)).decode(Engine.self)
  }
}
