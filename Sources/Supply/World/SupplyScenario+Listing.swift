/// What a compiled world says of itself, for those who ask why.
package struct WorldListing: Sendable {
  /// Quantities on which events act.
  package var levers: [String]
  package var series: [SupplySeries]
  /// Where each number is used: its name, then a place in the world's file.
  package var uses: [(name: String, place: String)]
}

extension SupplyScenario {
  package func listing() throws -> WorldListing {
    let compiled = try compiled(SupplyQuestion(draws: 1))
    return WorldListing(levers: compiled.levers.map(\.name), series: compiled.series, uses: compiled.uses)
  }
}
