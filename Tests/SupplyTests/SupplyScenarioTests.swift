import Formats
import Testing
import Units

@testable import Supply

@Suite struct SupplyScenarioTests {
  /// The catalog of the source tree, which the tests find beside themselves.
  private var catalog: Catalog {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return Catalog(builtIn: "/\(root)/Sources/Formats/Resources/catalog")
  }

  private func base() throws -> SupplyScenario { try SupplyScenario("base", catalog: catalog) }

  @Test("the base answers every claim and names all events of the data")
  func answers() throws {
    let report = try SupplyReport(base(), SupplyQuestion(draws: 60), version: "test")
    #expect(report.claims.count >= 15)
    #expect(report.claims.allSatisfy { (0...1).contains($0.probability) })
    #expect(report.events.count >= 43)
    #expect(report.series.allSatisfy { $0.quantiles.count == 96 })
    #expect(report.parameters.allSatisfy { !$0.source.isEmpty && !$0.unit.isEmpty })
  }

  @Test("equal seeds give equal bytes and another seed another answer")
  func deterministic() throws {
    let scenario = try base()
    let one = try JSONText.encode(SupplyReport(scenario, SupplyQuestion(draws: 40, workers: 1), version: "test"))
    let two = try JSONText.encode(SupplyReport(scenario, SupplyQuestion(draws: 40, workers: 2), version: "test"))
    let other = try JSONText.encode(SupplyReport(scenario, SupplyQuestion(draws: 40, seed: 2), version: "test"))
    #expect(one == two)
    #expect(one != other)
  }

  @Test("without the ban more H20 are sold in 2025, with the same draws until April")
  func counterfactual() throws {
    let scenario = try base()
    let world = try scenario.compiled(SupplyQuestion())
    let other = try scenario.compiled(SupplyQuestion(), without: ["h20-ban"])
    for draw in 0..<20 {
      let one = DrawnSeries(world, draw: UInt64(draw)), two = DrawnSeries(other, draw: UInt64(draw))
      #expect(one["sold.H20"].prefix(27) == two["sold.H20"].prefix(27))
      let with: Double = one["sold.H20"][27..<36].reduce(0, +)
      let without: Double = two["sold.H20"][27..<36].reduce(0, +)
      #expect(without > with)
    }
  }

  @Test("a user's claim is three lines")
  func claim() throws {
    var scenario = try base()
    let text = """
      - id: mine
        definition: {quantity: sold.910C, over: 2026}
        atLeast: 500000
      """
    try scenario.add(claimsOf: Node.parse(text, file: "claims.yaml"))
    let report = try SupplyReport(scenario, SupplyQuestion(draws: 50), version: "test")
    #expect(report.claims.last?.id == "mine")
  }

  @Test("an information date forgets later events and widens later numbers")
  func informationDate() throws {
    let scenario = try base()
    let date = try #require(CalendarDay("2025-09-30"))
    let events = try scenario.events(without: [], asOf: date)
    #expect(events.allSatisfy { $0.date <= date } && events.count < scenario.events.count)
  }

  @Test("faults of a scenario are sentences with a way out")
  func faults() throws {
    let catalog = catalog
    let texts = [
      "{name: x, values: {chip.life_yeers: 3}}", "{name: x, values: {chip.life_years: 5 to 3}}",
      "{name: x, events: [{id: a, date: 2025-01, title: t, actor: a, source: s}]}",
      "{name: x, events: [{id: a, date: 2025-01, title: t, actor: a, source: s, effects: [{on: fab.X, set: 0}]}]}",
      "{name: x, values: {chip.life_years: -3}}", "{name: x, set: {'fabs[0].capacity': -5}}",
      "{name: x, without: [h20-bann]}", "{name: x, schools: {huawei-output: nobody}}",
      "{name: x, claims: [{id: a, definition: {quantity: domestic.unit, over: 2026}, atLeast: 1}]}",
    ]
    for text in texts {
      let error = #expect(throws: (any Error).self) {
        let scenario = try SupplyScenario(Node.parse(text, file: "x.yaml"), catalog: catalog)
        _ = try SupplyReport(scenario, SupplyQuestion(draws: 1), version: "test")
      }
      let sentence = String(describing: error ?? Problem("", ""))
      #expect(sentence.contains(";") && sentence.contains(":"), "\(sentence)")
    }
  }

  @Test("every quantity of the base is finite and not negative, in every month of every draw")
  func finite() throws {
    let world = try SupplyScenario("base", catalog: Catalog()).compiled(SupplyQuestion())
    let model = MonthlyModel(world)
    var faults: [String: Int] = [:]
    for block in 0..<32 {
      model.run(first: UInt64(block * ColumnStore.draws)) { month in
        for (series, column) in zip(world.series, model.series) {
          for draw in 0..<ColumnStore.draws where !(column.draws[draw] >= -1e-6 && column.draws[draw].isFinite) {
            faults[series.name, default: month] = min(month, faults[series.name] ?? month)
          }
        }
      }
    }
    #expect(faults.isEmpty)
  }
}
