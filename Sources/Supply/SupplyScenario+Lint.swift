import Formats
import Units

extension SupplyScenario {
  /// Reads one file of the catalog's supply folder as the model would; throws what does not fit.
  public static func lint(_ node: Node, catalog: Catalog) throws {
    struct Lists: Decodable {
      var parameters: [Parameter]?
      var events: [PolicyEvent]?
      var claims: [SupplyClaim]?
    }
    if node.field("world") != nil || node.field("base") != nil {
      _ = try SupplyScenario(node, catalog: catalog).compiled(SupplyQuestion(draws: 1))
    } else if let list = ["parameters", "events", "claims"].first(where: { node.field($0) != nil }) {
      let decoded = try node.decode(Lists.self)
      try refuseTwins((decoded.parameters ?? []).map(\.name), in: node, list, "parameters")
      try refuseTwins((decoded.events ?? []).map(\.id), in: node, list, "events")
      try refuseTwins((decoded.claims ?? []).map(\.id), in: node, list, "claims")
    }
  }

  private static func refuseTwins(_ names: [String], in node: Node, _ field: String, _ what: String) throws {
    let elements = node.field(field)?.elements ?? []
    let problems = names.indices.compactMap { index -> Problem? in
      guard names[..<index].contains(names[index]) else { return nil }
      let place = elements.indices.contains(index) ? elements[index].place.description : field
      return Problem(place, "two \(what) have the name '\(names[index])'", wayOut: "rename or remove one")
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }
}
