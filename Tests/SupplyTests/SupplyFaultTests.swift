import Formats
import Foundation
import Testing
import Units

@testable import Supply

/// What the library says of a scenario that makes no sense: one sentence, with file, line and way out.
@Suite struct SupplyFaultTests {
  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    /// Where it stands, and words of the sentence.
    var words: [String]
    var testDescription: String { name }
    init(_ name: String, _ text: String, _ words: String...) {
      self.name = name
      self.text = text
      self.words = words
    }
  }

  private static func event(_ effect: String, date: String = "2025-04") -> String {
    """
    name: x
    events:
    - id: mine
      date: \(date)
      title: Mine
      actor: me
      source: this scenario
      effects:
      - \(effect)
    """
  }

  private static func claim(_ definition: String, _ bound: String = "atLeast: 1") -> String {
    """
    name: x
    claims:
    - id: mine
      definition: {\(definition)}
      \(bound)
    """
  }

  private static func parameter(_ fields: String) -> String {
    """
    name: x
    set:
      fabs[0].capacity: mine
    parameters:
    - {name: mine, unit: wafers/month, source: mine, grade: D, \(fields)}
    """
  }

  static let numbers: [Fault] = [
    Fault("unknown parameter", "name: x\nvalues:\n  chip.life_yeers: 3", "x.yaml:3", "did you mean 'chip.life_years'?"),
    Fault("low above high", "name: x\nvalues:\n  chip.life_years: 5 to 3", "x.yaml:3", "its low 5 is above its high 3"),
    Fault(
      "mid above high", "name: x\nvalues:\n  chip.life_years: {low: 1, mid: 4, high: 3}", "x.yaml:3", "do not rise"),
    Fault(
      "a number that names itself", "name: x\nvalues:\n  chip.life_years: chip.life_years", "x.yaml:3", "not a number"),
    Fault("negative number", "name: x\nvalues:\n  chip.life_years: -3", "x.yaml:3", "-3 is negative"),
    Fault("share above one", "name: x\nvalues:\n  demand.substitution: 1.2", "x.yaml:3", "1.2 is above 1"),
    Fault("no values", "name: x\nvalues:\n  chip.life_years: {empirical: []}", "x.yaml:3", "empirical has no value"),
    Fault(
      "unknown distribution", "name: x\nvalues:\n  chip.life_years: {trianguler: [1, 2, 3]}", "x.yaml:3",
      "did you mean 'triangular'?"),
    Fault(
      "correlation", parameter("value: 5, factor: {name: f, loading: 1.4}"), "x.yaml:5", "correlation of 1.4",
      "-1 to 1"),
    Fault(
      "unknown school of a number", parameter("value: 5, schools: {group: capasity, values: {nikkei: 3}}"), "x.yaml:5",
      "did you mean 'capacity'?"),
    Fault(
      "unknown member of a number", parameter("value: 5, schools: {group: capacity, values: {nikei: 3}}"), "x.yaml:5",
      "did you mean 'nikkei'?"),
    Fault("unknown field of a number", parameter("value: 5, sources: me"), "x.yaml:5", "did you mean 'source'?"),
    Fault(
      "two numbers of one name",
      "name: x\nparameters:\n"
        + [1, 2].map {
          "- {name: p, unit: chips, value: \($0), source: s, grade: D}"
        }.joined(separator: "\n"), "x.yaml:4", "two of the parameter 'p'"),
  ]

  static let worlds: [Fault] = [
    Fault("negative capacity", "name: x\nset:\n  fabs[0].capacity: -5", "x.yaml:3", "-5 is negative"),
    Fault("negative price", "name: x\nset:\n  products[0].price: -1", "x.yaml:3", "-1 is negative"),
    Fault("negative low", "name: x\nset:\n  products[0].price: {low: -1, mid: 2, high: 3}", "x.yaml:3", "negative"),
    Fault("negative share", "name: x\nset:\n  fabs[0].dies: {ascend: -0.5}", "x.yaml:3", "-0.5 is negative"),
    Fault("share above one", "name: x\nset:\n  fabs[0].dies: {ascend: 1.5}", "x.yaml:3", "a share of 1.5 is above 1"),
    Fault(
      "shares above one in all", "name: x\nset:\n  fabs[0].dies: {ascend: 0.8, others: 0.4}", "x.yaml:3",
      "add up to 1.2"),
    Fault(
      "two that are the rest", "name: x\nset:\n  fabs[0].dies: {ascend: rest, others: rest}", "x.yaml:3", "the rest"),
    Fault(
      "shares of cities", "name: x\nset:\n  cities[0].demandShare: 0.99", "cities' shares of demand", "add up to"),
    Fault("yield above one", "name: x\nset:\n  dies[0].yield.value: 1.1", "x.yaml:3", "1.1 is above 1"),
    Fault(
      "yield without an area", "name: x\nset:\n  dies[0].yield: {model: murphy, value: 0.2}", "x.yaml:3", "area"),
    Fault("two plants of one name", "name: x\nset:\n  fabs[1].name: SMIC", "x.yaml:3", "two plants", "'SMIC'"),
    Fault(
      "a plant listed twice", "name: x\nset:\n  fabs[2].capacity.start: fab.huawei.1.start", "base.yaml",
      "'Huawei-2' overlaps 'Huawei-1'", "remove one"),
    Fault(
      "a chip made and imported", "name: x\nset:\n  imports[1].name: 910B", "x.yaml:3", "made at home and imported"),
    Fault("a name with a plus", "name: x\nset:\n  imports[1].name: H20+", "x.yaml:3", "'+'"),
    Fault("unknown die", "name: x\nset:\n  products[0].die: ascent", "x.yaml:3", "did you mean 'ascend'?"),
    Fault("unknown memory", "name: x\nset:\n  products[0].memory: huawi", "x.yaml:3", "did you mean 'huawei'?"),
    Fault("unknown line", "name: x\nset:\n  products[0].packaging: none", "x.yaml:3", "use one of huawei, others"),
    Fault("unknown chip", "name: x\nset:\n  fleet.systems[0].takes: {910D: 0.5}", "x.yaml:3", "did you mean '910B'?"),
    Fault("unknown vendor", "name: x\nset:\n  fleet.otherSalesVendor: Nvidea", "x.yaml:3", "did you mean 'Nvidia'?"),
    Fault("unknown number", "name: x\nset:\n  fabs[0].capacity: smic.growth", "x.yaml:3", "no parameter 'smic.growth'"),
    Fault("unknown field", "name: x\nset:\n  fabs[0].kapacity: 5", "x.yaml:3", "did you mean 'capacity'?"),
    Fault("no such plant", "name: x\nset:\n  fabs[9].capacity: 5", "x.yaml:3", "no element 9"),
    Fault("years", "name: x\nset:\n  lastYear: 2020", "x.yaml:3", "2023 to 2020"),
    Fault("unknown event", "name: x\nwithout:\n- h20-bann", "x.yaml:3", "did you mean 'h20-ban'?"),
    Fault("unknown school", "name: x\nschools:\n  huawei: nobody", "x.yaml:3", "did you mean 'huawei-output'?"),
    Fault("unknown member", "name: x\nschools:\n  capacity: nobody", "x.yaml:3", "use one of morgan-stanley"),
    Fault("unknown base", "name: x\nbase: bass", "x.yaml:2", "did you mean 'base'?"),
    Fault("unknown part", "name: x\nclaim: []", "x.yaml:2", "did you mean 'claims'?"),
    Fault("no name", "title: x", "x.yaml:1", "'name' is missing"),
  ]

  static let events: [Fault] = [
    Fault(
      "no effect", event("").replacingOccurrences(of: "  effects:\n  - ", with: ""), "x.yaml:3",
      "'mine' has no effect"),
    Fault("unknown quantity", event("{on: fab.SMIC.wafer, set: 0}"), "x.yaml:9", "did you mean 'fab.SMIC.wafers'?"),
    Fault("a quantity of no kind", event("{on: fab.X, set: 0}"), "x.yaml:9", "no quantity 'fab.X'", "--why levers"),
    Fault("two actions", event("{on: fab.SMIC.wafers, set: 0, multiply: 2}"), "x.yaml:9", "has set and multiply"),
    Fault("no action", event("{on: fab.SMIC.wafers}"), "x.yaml:3", "none of set, multiply and pulse"),
    Fault("until before", event("{on: fab.SMIC.wafers, set: 0, until: 2025-03}"), "x.yaml:9", "ends on 2025-03"),
    Fault("after the run", event("{on: fab.SMIC.wafers, set: 0}", date: "2031-02"), "x.yaml:3", "comes after the run"),
    Fault("no date", event("{on: fab.SMIC.wafers, set: 0}", date: "soon"), "x.yaml:4", "soon is not a date"),
    Fault("a factor of one", event("{on: fab.SMIC.wafers, multiply: 1}"), "x.yaml:9", "changes nothing"),
    Fault("negative", event("{on: fab.SMIC.wafers, set: -1}"), "x.yaml:9", "-1 is negative"),
    Fault("a share above one", event("{on: mandate.state, set: 1.5}"), "x.yaml:9", "cannot be 1.5"),
    Fault("a pulse with an end", event("{on: import.H20.writeOff, pulse: 5, until: 2026}"), "x.yaml:9", "pulse lasts"),
    Fault(
      "a pulse before the run", event("{on: import.H20.writeOff, pulse: 5}", date: "2022"), "x.yaml:9", "before the run"
    ),
    Fault("a threshold above all", event("{on: control.performance, set: 999999}"), "x.yaml:9", "no import exceeds"),
    Fault("unknown number", event("{on: fab.SMIC.wafers, set: smic.growth}"), "x.yaml:9", "no parameter 'smic.growth'"),
    Fault("unknown field", event("{on: fab.SMIC.wafers, set: 0, untill: 2026}"), "x.yaml:9", "did you mean 'until'?"),
    Fault(
      "information that acts", event("{on: demand.value, set: 0}\n  information: true"), "x.yaml:3", "for information"),
  ]

  static let claims: [Fault] = [
    Fault(
      "unknown quantity", claim("quantity: domestic.unit, over: 2026"), "x.yaml:4", "did you mean 'domestic.units'?"),
    Fault(
      "unknown denominator", claim("quantity: domestic.units, over: 2026, by: nothing"), "x.yaml:4",
      "no quantity 'nothing'"),
    Fault("after the run", claim("quantity: domestic.units, over: 2036"), "x.yaml:4", "2036 lies outside the run"),
    Fault(
      "partly after the run", claim("quantity: domestic.units, over: 2030-06..2031-06"), "x.yaml:4",
      "not all within the run"),
    Fault("no period", claim("quantity: domestic.units, over: 2026Q5"), "x.yaml:4", "2026Q5 is not a period"),
    Fault(
      "two units", claim("quantity: domestic.units + domestic.value, over: 2026"), "x.yaml:4",
      "adds domestic.value in USD to domestic.units in chips"),
    Fault("no bound", claim("quantity: domestic.units, over: 2026", "title: Mine"), "x.yaml:3", "has no bound"),
    Fault(
      "bounds crossed", claim("quantity: domestic.units, over: 2026", "atLeast: 3\n  atMost: 1"), "x.yaml:3",
      "a low above its high"),
    Fault("scale", claim("quantity: domestic.units, over: 2026, scale: 0"), "x.yaml:4", "a scale of 0"),
    Fault("unknown field", claim("quantity: domestic.units, ofer: 2026"), "x.yaml:4", "did you mean 'over'?"),
  ]

  @Test(
    "a fault of a scenario is a sentence with file, line and way out", arguments: numbers + worlds + events + claims)
  func faults(_ fault: Fault) throws {
    let sentence = try Self.sentence(fault.text)
    #expect(sentence.contains(";"), "no way out: \(sentence)")
    for word in fault.words { #expect(sentence.contains(word), "no '\(word)' in: \(sentence)") }
  }

  /// What refusing a scenario says; empty if it is taken.
  static func sentence(_ text: String) throws -> String {
    let error = #expect(throws: (any Error).self) {
      let scenario = try SupplyScenario(Node.parse(text, file: "x.yaml"), catalog: .beside(#filePath))
      _ = try SupplyReport(scenario, SupplyQuestion(draws: 1), version: "test")
    }
    return error.map { String(describing: $0) } ?? ""
  }

  @Test("bases that lead round in a circle are told in full")
  func circle() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("supply-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, other) = (folder.appendingPathComponent("one.yaml"), folder.appendingPathComponent("other.yaml"))
    try Data("name: one\nbase: \(other.path)".utf8).write(to: one)
    try Data("name: other\nbase: \(one.path)".utf8).write(to: other)
    let sentence = try Self.sentence("name: x\nbase: \(one.path)")
    #expect(sentence.contains("other.yaml:2") && sentence.contains("one.yaml → "), "\(sentence)")
  }

  @Test("a shorter run leaves out what its base says of later years")
  func shorter() throws {
    let scenario = try SupplyScenario(
      Node.parse("name: x\nset: {lastYear: 2026}", file: "x.yaml"), catalog: .beside(#filePath))
    let report = try SupplyReport(scenario, SupplyQuestion(draws: 2), version: "test")
    #expect(report.series.allSatisfy { $0.quantiles.count == 48 })
    #expect(report.claims.map(\.id).contains("triple-chips") && !report.claims.map(\.id).contains("seventy-value"))
  }

  @Test("a number, event or claim of a name that the base has takes its place")
  func replaced() throws {
    let text = """
      name: x
      parameters: [{name: chip.life_years, unit: years, value: 7, source: mine, grade: D}]
      claims: [{id: triple-chips, definition: {quantity: sold.H20, over: 2025}, atLeast: 1}]
      """
    let base = try SupplyScenario("base", catalog: .beside(#filePath))
    let scenario = try SupplyScenario(Node.parse(text, file: "x.yaml"), catalog: .beside(#filePath))
    #expect(scenario.parameters.count == base.parameters.count && scenario.claims.count == base.claims.count)
    #expect(scenario.parameters.first { $0.name == "chip.life_years" }?.source == "mine")
    #expect(scenario.claims.first { $0.id == "triple-chips" }?.definition.quantity.list == ["sold.H20"])
  }

  @Test("a question that the scenario cannot answer is refused before any draw")
  func questions() throws {
    let scenario = try SupplyScenario("base", catalog: .beside(#filePath))
    let early = try #require(CalendarDay("2020-01"))
    let questions: [(SupplyQuestion, String)] = [
      (SupplyQuestion(draws: 1, asOf: early), "--as-of: 2020-01 is before the run"),
      (SupplyQuestion(draws: 1, without: [["h20-bann"]]), "did you mean 'h20-ban'?"),
      (SupplyQuestion(draws: 1, schools: [("capacity", "none")]), "--school"),
      (SupplyQuestion(draws: 1, sensitivity: "triple"), "--sensitivity: there is no claim 'triple'"),
    ]
    for (question, words) in questions {
      let error = #expect(throws: Problems.self) { try SupplyReport(scenario, question, version: "test") }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test("a file of claims without a claim is refused")
  func noClaims() throws {
    var scenario = try SupplyScenario("base", catalog: .beside(#filePath))
    for text in ["claims: []", "[]", "title: mine"] {
      #expect(throws: Problem.self) { try scenario.add(claimsOf: Node.parse(text, file: "claims.yaml")) }
    }
  }
}

extension Catalog {
  /// That of the source tree in which a test's file lies.
  static func beside(_ file: String) -> Catalog {
    let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
    return Catalog(builtIn: "/\(root)/Sources/Formats/Resources/catalog")
  }
}
