import Formats
import Foundation
import Pages
import Testing
import Units

@testable import Supply

/// Turns of policy, growth that levels off, first months, and quantiles within what was seen.
@Suite struct PolicyTurnTests {
  private static let events = """
    [{id: ban, date: 2024-07, title: t, actor: a, source: s, effects: [{on: import.I.export, set: 0}]}]
    """

  private func world(_ perYear: String, known: String? = "2025-01", more: String = "") throws -> CompiledWorld {
    let yaml =
      SmallWorld.yaml() + "\n  risks:\n  - {name: r, title: t, perYear: \(perYear), ends: [ban]\(more)}\n"
    let node = try Node.parse(yaml, file: "world.yaml")
    let world = try #require(node.field("world")).decode(SupplyWorld.self)
    let list = try Node.parse("events: \(Self.events)", file: "events.yaml")
    let decoded = try #require(list.field("events")).decode([PolicyEvent].self)
    var builder = WorldBuilder(
      world, parameters: [], settings: .init(knownTo: known.flatMap { CalendarDay($0) }), seed: .init(1))
    return try builder.build(events: decoded)
  }

  @Test("a ban ends on the day of its turn and not before what is known, and policy stays until then")
  func ends() throws {
    let world = try world("0.5")
    var turned = 0
    for drawn in DrawnSeries.first(60, of: world) {
      let first = drawn["policy.stays"].firstIndex(of: 0) ?? 36
      #expect(first >= 12)
      #expect(drawn["sold.I"][6..<first].allSatisfy { $0 == 0 })
      if first < 35 { #expect(drawn["sold.I"][35] == 10) }
      turned += first < 36 ? 1 : 0
    }
    // In two years three of four: 45, with a standard deviation of 3.4.
    #expect((31...59).contains(turned))
  }

  @Test("without a chance, or with nothing known, policy stays in every draw")
  func stays() throws {
    for world in [try world("0"), try world("0.9", known: nil)] {
      let drawn = DrawnSeries(world, draw: 3)
      #expect(drawn["policy.stays"].allSatisfy { $0 == 1 })
      #expect(drawn["sold.I"].suffix(20).allSatisfy { $0 == 0 })
    }
  }

  @Test("a claim is told with a turn of policy and without one")
  func claims() throws {
    var scenario = try SupplyScenario("base", catalog: SourceTree.catalog)
    scenario.claims = scenario.claims.filter { $0.id == "seventy-value" }
    let report = try SupplyReport(scenario, SupplyQuestion(draws: 400, workers: 2), version: "test")
    let claim = try #require(report.claims.first)
    let (stays, kept) = (try #require(claim.policyStays), try #require(claim.probabilityIfPolicyStays))
    // Of chances p a year none comes in t years with ∏ (1 − p)^t; turns that share a number share its draw.
    let years = (2028 * 12 - (try #require(scenario.knownTo)).months) / 12
    var expected = 1.0
    for (name, turns) in [("beijing", 2.0), ("licences", 2), ("bars", 1), ("mandates", 1)] {
      let chance = try #require(scenario.parameters.last { $0.name == "policy.turn.\(name)" })
      let function = QuantileFunction(chance.value, within: chance.bounds)
      let levels = (0..<1000).map { (Double($0) + 0.5) / 1000 }
      expected *= levels.reduce(0) { $0 + pow(1 - function($1), turns * years) } / 1000
    }
    #expect(abs(stays - expected) < 4 * (expected * (1 - expected) / 400).squareRoot())
    #expect((0...1).contains(kept))
    #expect(report.turns?.count == scenario.world.risks?.count)
  }

  @Test("growth levels off at its ceiling and never passes it")
  func ceiling() throws {
    let yaml = SmallWorld.yaml(
      demand: "{at: {2024-01: 1000}, growth: 1000, ceiling: 50000}", wanted: "0")
    let demand = DrawnSeries(try SmallWorld.world(yaml))["market.demand"]
    #expect(zip(demand, demand.dropFirst()).allSatisfy { $0 <= $1 + 1e-9 })
    #expect(demand.allSatisfy { $0 <= 50_000 + 1e-6 })
    #expect((demand.last ?? 0) > 49_000)
  }

  @Test("the first month in which one quantity exceeds another is that month, or the one after the period")
  func first() throws {
    let world = try SmallWorld.world(
      SmallWorld.yaml(wanted: "{at: {2024-01: 10, 2024-12: 10, 2025-01: 200}, step: true}"))
    func month(_ text: String) throws -> Double {
      let measure: SupplyMeasure = try Node.parse(text, file: "m").decode()
      let compiled = try CompiledMeasure(measure, series: world.series, horizon: world.horizon)
      return Double(world.run(draws: 1, measures: [compiled], workers: 1).measures[0][0])
    }
    let start = Double(2024 * 12)
    #expect(
      try month("{quantity: imports.units, over: 2024-01..2026-12, by: domestic.units, aggregate: first}") == start + 12
    )
    #expect(
      try month("{quantity: domestic.units, over: 2024-01..2026-12, by: imports.units, aggregate: first}") == start)
    #expect(
      try month("{quantity: domestic.units, over: 2024-01..2026-12, exceeds: 1000000, aggregate: first}") == start + 36)
  }

  @Test("the month since which one quantity exceeds another to the end comes after the last in which it does not")
  func lasting() throws {
    // Above in months 0 to 5, below in 6 to 11, and above from month 12 on.
    let wanted = "{at: {2024-01: 200, 2024-07: 10, 2025-01: 200}, step: true}"
    let world = try SmallWorld.world(SmallWorld.yaml(wanted: wanted))
    func month(_ over: String, _ aggregate: String) throws -> Double {
      let text = "{quantity: imports.units, over: '\(over)', exceeds: 100, aggregate: \(aggregate)}"
      let measure: SupplyMeasure = try Node.parse(text, file: "m").decode()
      let compiled = try CompiledMeasure(measure, series: world.series, horizon: world.horizon)
      return Double(world.run(draws: 1, measures: [compiled], workers: 1).measures[0][0])
    }
    let start = Double(2024 * 12)
    #expect(try month("2024-01..2026-12", "first") == start)
    #expect(try month("2024-01..2026-12", "lasting") == start + 12)
    #expect(try month("2024-01..2024-09", "lasting") == start + 9)
    #expect(try month("2024-01..2024-05", "lasting") == start)
  }

  @Test("quantiles never leave the values that were seen")
  func extremes() throws {
    let world = try SmallWorld.world(SmallWorld.yaml(wafers: "20 to 400", stacks: "{uniform: [100, 103]}"))
    let index = try #require(world.series.map(\.name).firstIndex(of: "fleet.powered"))
    let stacks = try #require(world.series.map(\.name).firstIndex(of: "stacks.m"))
    for draws in [3, 130, 700] {
      let outcome = world.run(draws: draws, measures: [], workers: 2)
      #expect(outcome.quantiles[index].allSatisfy { $0.allSatisfy { $0 <= 1 } })
      #expect(outcome.quantiles[stacks].allSatisfy { $0.allSatisfy { (100...103).contains($0) } })
    }
  }
}

/// Claims in one line, paths by names, and a scenario beside its base.
@Suite struct AnalystTests {
  private func base() throws -> SupplyScenario { try SupplyScenario("base", catalog: SourceTree.catalog) }

  @Test("a claim on the command line is the claim of a file")
  func claim() throws {
    var scenario = try base()
    try scenario.add(claim: "domestic.units@2026 / domestic.units@2025 >= 3")
    #expect(scenario.claims[0].sentence == "domestic.units in 2026 ÷ domestic.units in 2025 ≥ 3")
    try scenario.add(claim: "first domestic.compute > 2 * imports.compute @ 2025-01..2030-12")
    #expect(
      scenario.claims[0].definition.text
        == "first month of 2025-01..2030-12 in which domestic.compute exceeds 2 times imports.compute")
    try scenario.add(claim: "lasting domestic.compute > imports.compute @ 2025-01..2030-12")
    #expect(scenario.claims[0].definition.aggregate == .lasting)
    #expect(scenario.claims.prefix(3).map(\.id) == ["asked", "asked-2", "asked-3"])
    try scenario.add(claim: "units.Huawei@2026 >= 800,000")
    #expect(scenario.claims[0].atLeast == 800_000)
    // Each would else be read as another claim.
    for text in [
      "units.Huawei@2026 >= 8,5", "units.Huawei@2026 / units.Huawei@2025 / units.Hygon@2025 >= 3",
      "first domestic.units <= imports.units", "first domestic.units >", "first domestic.units > imports.units * 2",
      "first domestic.units > 2 * 3 * imports.units", "domestic.units@2026 = 3", "domestic.units@2026 >= 1e400",
    ] {
      #expect(SupplyScenario.isClaim(text))
      #expect(throws: Problem.self, "\(text)") { try scenario.add(claim: text) }
    }
    #expect(throws: Problem.self) { try scenario.add(claim: "domestic.units >= 3") }
    #expect(throws: Problem.self) { try scenario.add(claim: "domestic.units@2026 >= many") }
  }

  @Test("a node that no plant has is told as such, and a plant by its numbers")
  func nodes() throws {
    let scenario = try base()
    let nodes = "\(try scenario.explanation(of: "5 nm"))"
    #expect(nodes.contains("Plant SMIC") && nodes.contains("7 nm class") && nodes.contains("has no plant here"))
    #expect(nodes.contains("yield.die.smic@2027-12=0.7"))
    let plant = "\(try scenario.explanation(of: "SMIC"))"
    #expect(plant.contains("smic.advanced.capacity_wpm@2026-12") && !plant.contains("fab.huawei"))
    #expect(throws: Problem.self) { try scenario.explanation(of: "smog") }
  }

  @Test("a part of the world is found by its name, and its dates are shifted")
  func names() throws {
    var scenario = try base()
    #expect(scenario.isPath("memory.CXMT.shift") && scenario.isPath("product.910C.plan"))
    #expect(!scenario.isPath("chip.life_years") && !scenario.isPath("memory.CXMD.shift"))
    try scenario.set(path: "product.910C.price", to: "12345")
    #expect(scenario.world.products.first { $0.name == "910C" }?.price.amounts.first?.text == "12345")
    try scenario.set(path: "memory.CXMT.shift", to: "12 months")
    let node = try #require(
      scenario.worldNode.field("memorySources")?.elements.first { $0.field("name")?.text == "CXMT" })
    #expect(node.field("stacks")?.field("at")?.fields.map(\.key) == ["2025-12", "2026-07", "2027-07", "2028-07"])
    #expect(throws: Problem.self) { try scenario.set(path: "memory.CXMT.shift", to: "soon") }
  }

  @Test("a scenario stands beside its base with the same draws, unless it changes nothing")
  func beside() throws {
    let text = "{name: x, values: {price.910c: 20000}}"
    let scenario = try SupplyScenario(Node.parse(text, file: "x.yaml"), catalog: SourceTree.catalog)
    var question = SupplyQuestion(draws: 16, workers: 1)
    question.besideBase = true
    let report = try SupplyReport(scenario, question, version: "test")
    #expect(report.counterfactuals.count == 1)
    let row = try #require(report.counterfactuals[0].differences.first { $0.quantity == "domestic.units" })
    #expect(row.bands[0].p95 == 0)
    let same = try SupplyScenario(Node.parse("{name: y, base: base}", file: "y.yaml"), catalog: SourceTree.catalog)
    #expect(try SupplyReport(same, question, version: "test").counterfactuals.isEmpty)
  }

  @Test("a date's claim tells in which share of the draws it has come by each month, and it only rises")
  func byMonth() throws {
    var scenario = try base()
    scenario.claims = []
    try scenario.add(claim: "first domestic.compute > imports.compute @ 2024-01..2026-12")
    let claim = try #require(SupplyReport(scenario, SupplyQuestion(draws: 64, workers: 2), version: "t").claims.first)
    let months = try #require(claim.byMonth)
    #expect(months.count == 36 && months.first?.month == "2024-01" && months.last?.month == "2026-12")
    #expect(zip(months, months.dropFirst()).allSatisfy { $0.share <= $1.share })
    #expect(months.last?.share == claim.probability)
  }

  @Test("in yuan every amount of money is the rate times as much, and all else what it was")
  func yuan() throws {
    let report = try SupplyReport(base(), SupplyQuestion(draws: 16, workers: 2), version: "t")
    let rate = try #require(report.middleRate)
    #expect(rate == 7.15)
    let yuan = report.inYuan(at: rate)
    for (before, after) in zip(report.series, yuan.series) {
      let factor = before.unit == "USD" ? rate : 1
      #expect(after.unit == (before.unit == "USD" ? "CNY" : before.unit))
      #expect(after.quantiles == before.quantiles.map { $0.map { $0 * factor } })
    }
    #expect(!yuan.years.contains { $0.unit == "USD" } && !yuan.quarters.contains { $0.unit == "USD" })
    #expect(yuan.csv().contains("domestic.value,CNY,2026,") && !yuan.csv().contains(",USD,"))
    let page = "\(yuan.document())"
    #expect(page.contains("yuan a month") && !page.contains("US dollars a month"))
  }

  @Test("the base is a forecast beyond its counts; what is supposed can be compared with none")
  func validity() throws {
    let question = SupplyQuestion(draws: 4, workers: 1)
    var scenario = try base()
    try scenario.add(claim: "domestic.units@2024 >= 1")
    try scenario.add(claim: "domestic.units@2029 >= 1")
    try scenario.add(claim: "power.sites@2024 >= 1".replacingOccurrences(of: "power.sites", with: "fleet.gridShare"))
    let own = SupplyValidity(scenario, question)
    #expect(own.rows > 20 && own.until.map { $0 > "2025-06" } == true)
    #expect(own.claims.prefix(3).map(\.grade) == [.neverCompared, .forecast, .compared])
    #expect(own.grade == .compared)
    var other = scenario
    try other.set(path: "memory.CXMT.shift", to: "12 months")
    #expect(SupplyValidity(other, question).grade == .supposed)
    var early = question
    early.asOf = CalendarDay("2025-01-01")
    #expect(SupplyValidity(scenario, early).rows < own.rows)
  }

  @Test("numbers times and by each other are a range; a name that is none is refused")
  func arithmetic() throws {
    let text = "cm384.power_kw * nvl72.bf16_pflops / cm384.bf16_pflops / nvl72.power_kw"
    let band = try #require(try base().arithmetic(text, asOf: nil))
    let line = try #require(try article().lines.first { $0.run.contains(text) })
    #expect(abs(band.p50 - 2.37) < 0.02 && line.definition.contains("cm384.power_kw"))
    #expect(try base().arithmetic("chip.life_years", asOf: nil) == nil)
    #expect(throws: Problem.self) { try base().arithmetic("chip.life_years / chip.life", asOf: nil) }
  }

  private func article(asOf: String? = nil) throws -> SupplyArticle {
    let question = SupplyQuestion(draws: 64, asOf: asOf.flatMap { CalendarDay($0) }, workers: 2)
    return try SupplyArticle(base(), catalog: SourceTree.catalog, question)
  }

  @Test("the article has a number for every statement, and a run for it")
  func article() throws {
    let article = try article(asOf: nil)
    #expect(article.lines.count >= 15)
    #expect(article.lines.allSatisfy { !$0.run.isEmpty && $0.value.map { $0.p05 <= $0.p95 } == true })
    #expect(article.lines.contains { $0.probability != nil && $0.ifPolicyStays != nil })
  }

  @Test("what the article says of events after the day asked about is not known, and has no number")
  func articleOfADay() throws {
    let lines = try article(asOf: "2025-07-20").lines
    let unknown = lines.filter { $0.value == nil }
    let days = ["2025-08-11", "2025-08-11", "2025-07-31", "2025-08-22", "2025-08-14"]
    #expect(unknown.map(\.note) == days.map { "not known on 2025-07-20: it became known on \($0)" })
    // The ban and its reversal are known; and no world of a statement knows more than was asked.
    #expect(try #require(lines.first { $0.statement.contains("H20 is banned") }).value?.p50 ?? 0 < 0)
    #expect(lines.allSatisfy { $0.run.components(separatedBy: "--as-of 2025-07-20").count == 2 })
  }

  @Test("a world without the H20 does not tell the article")
  func noArticle() throws {
    let node = try Node.parse("{name: x, set: {lastYear: 2027}}", file: "x.yaml")
    let scenario = try SupplyScenario(node, catalog: SourceTree.catalog)
    let error = #expect(throws: Problem.self) {
      try SupplyArticle(scenario, catalog: SourceTree.catalog, SupplyQuestion(draws: 8))
    }
    #expect(error?.fault.contains("Huawei-3") == true)
  }
}
