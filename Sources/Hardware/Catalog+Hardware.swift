import Formats
import Units

extension Catalog {
  public func chip(_ name: String) throws -> Chip { try fact(Chip.self, "chips", name).value }
  public func system(_ name: String) throws -> System { try fact(System.self, "systems", name).value }
  public func engine(_ name: String) throws -> Engine { try fact(Engine.self, "engines", name).value }

  /// Numbers of a chip, system or engine that name no source, as an entry of the user's own may have them.
  public func numbersWithoutSource(_ kind: String, _ name: String) throws -> [Place] {
    switch kind {
    case "chips": try fact(Chip.self, kind, name).withoutSource
    case "systems": try fact(System.self, kind, name).withoutSource
    case "engines": try fact(Engine.self, kind, name).withoutSource
    default: []
    }
  }

  private func fact<T: Decodable>(
    _ type: T.Type, _ kind: String, _ name: String
  ) throws -> (value: T, withoutSource: [Place]) {
    try HardwareFacts.checked(node(kind, name)).decodedFacts(type, userInfo: decodingRules)
  }
}
