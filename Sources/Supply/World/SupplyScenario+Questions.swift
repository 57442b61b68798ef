import Formats
import Units

extension SupplyScenario {
  /// Adds the claims of a file: a list, or a mapping with `claims`.
  public mutating func add(claimsOf node: Node) throws {
    let list = node.field("claims") ?? node
    guard !list.elements.isEmpty else {
      throw node.problem("there is no claim in it", wayOut: "write '- {id: …, definition: …, atLeast: …}' lines")
    }
    claims = try Self.merged(list.decode([Placed<SupplyClaim>].self), into: claims, \.id, "claim")
    texts.append(node.canonicalText)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }
}
