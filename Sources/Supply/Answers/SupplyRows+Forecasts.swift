import Formats
import Units

extension SupplyRows {
  /// A statement whose date has passed: what came of it, and what the model said before.
  public struct Forecast: Sendable {
    public var id, title, definition, asOf, source: String
    public var outcome: Bool
    /// By what was known on its day.
    public var probability: Double
  }

  /// As `catalog/supply/resolved.yaml` has it.
  package struct Resolved: Decodable, HasPlace {
    var id: String
    var title: String
    /// The day on which the model is asked.
    var asOf: CalendarDay
    var definition: SupplyMeasure
    var atLeast: Double
    /// What came of it.
    var outcome: Bool
    var source: String
    var place = Place.nowhere

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case id, title, asOf, definition, atLeast, outcome, source
    }
  }
}

extension SupplyScenario {
  /// The chance of each statement of `resolved.yaml` by what was known on its day.
  func forecasts(_ catalog: Catalog, _ question: SupplyQuestion) throws -> [SupplyRows.Forecast] {
    struct File: Decodable { var resolved: [SupplyRows.Resolved] }
    guard catalog.names("supply").contains("resolved") else { return [] }
    let list = try catalog.node("supply", "resolved").decode(File.self).resolved
    let readings = list.map { one in
      let check = SupplyCheck(
        id: one.id, title: one.title, unit: "", asOf: one.asOf, measure: one.definition,
        estimate: .init(low: 0, mid: 0, high: 0), source: one.source)
      return SupplyRowFile.Reading(check: check, file: "", reason: "")
    }
    return zip(list, try answers(readings, question)).compactMap { one, answer in
      guard case .draws(let draws) = answer else { return nil }
      let held = draws.reduce(0.0) { $0 + (Double($1) >= one.atLeast ? 1 : 0) }
      return SupplyRows.Forecast(
        id: one.id, title: one.title, definition: "\(one.definition.text) ≥ \(CSVText.number(one.atLeast))",
        asOf: one.asOf.description, source: one.source, outcome: one.outcome,
        probability: held / Double(max(draws.count, 1)))
    }
  }
}
