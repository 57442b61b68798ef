import Formats

/// What the supply model must reach on a group of its rows; it may only become stricter.
public struct SupplyBudget: Decodable, Sendable {
  public var name, kind: String
  public var group: String
  public var insideShare, closeShare, coverage: Double?
  public var medianAbsoluteError, rankedScore: Double?

  /// Those of kind `supply` in a file of budgets.
  public static func read(_ node: Node) throws -> [SupplyBudget] {
    try node.elements.filter { $0.field("kind")?.text == "supply" }.map { try $0.decode(SupplyBudget.self) }
  }

  /// Sentences that say which limit is broken and by how much; none when all hold.
  public func violations(in validation: SupplyValidation) -> [String] {
    guard let reached = validation.group(group) else { return ["\(name): there is no group '\(group)'"] }
    var found: [String] = []
    func check(_ label: String, _ value: Double?, atLeast limit: Double?) {
      guard let value, let limit, value < limit else { return }
      found.append("\(name): \(label) \(percent(value)) is below its budget of \(percent(limit))")
    }
    func check(_ label: String, _ value: Double?, atMost limit: Double?) {
      guard let value, let limit, value > limit else { return }
      found.append("\(name): \(label) \(percent(value)) is above its budget of \(percent(limit))")
    }
    check("share inside the band", reached.insideShare, atLeast: insideShare)
    check("share within 20%", reached.closeShare, atLeast: closeShare)
    check("coverage", Double(reached.covered) / Double(reached.rows), atLeast: coverage)
    check("median error", reached.medianAbsoluteError, atMost: medianAbsoluteError)
    check("ranked probability score", reached.rankedScore, atMost: rankedScore)
    return found
  }
}
