import Formats
import Foundation
import Synchronization
import Pages
import Testing
import Units

@testable import Supply

@Suite struct SupplyLintTests {
  private let catalog = Catalog.beside(#filePath)

  @Test("every file of the catalog's supply folder is without fault")
  func builtIn() throws {
    let names = catalog.names("supply")
    #expect(names.contains("parameters") && names.contains("base"))
    for name in names { try SupplyScenario.lint(catalog.node("supply", name), catalog: catalog) }
  }

  @Test("every built-in example can be run, and answers its own claims")
  func examples() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let files = try FileManager.default.contentsOfDirectory(atPath: "/\(folder)/Examples/supply").sorted()
    #expect(files.count >= 7)
    for file in files where file.hasSuffix(".yaml") {
      let node = try Node.read(path: "/\(folder)/Examples/supply/\(file)")
      try SupplyScenario.lint(node, catalog: catalog)
      let own = node.field("claims")?.elements.compactMap { $0.field("id")?.text } ?? []
      let scenario = try SupplyScenario(node, catalog: catalog)
      #expect(own.allSatisfy { id in scenario.claims.contains { $0.id == id } }, "\(file)")
    }
  }

  @Test("a number without unit, source or grade, or with a range or date that cannot be, is named with its line")
  func parameters() throws {
    func sentence(_ fields: String) throws -> String {
      let given = Dictionary(
        uniqueKeysWithValues: fields.split(separator: ";").map { field in
          let parts = field.split(separator: "=").map(String.init)
          return (parts[0], parts.count > 1 ? parts[1] : "' '")
        })
      let standard = [("name", "n"), ("unit", "chips"), ("value", "3"), ("source", "s"), ("grade", "D")]
      let others = given.keys.filter { key in !standard.contains { $0.0 == key } }.sorted().map { ($0, "") }
      let text = (standard + others).map { "\($0.0): \(given[$0.0] ?? $0.1)" }.joined(separator: ", ")
      let node = try Node.parse("parameters:\n- {\(text)}", file: "p.yaml")
      let error = #expect(throws: Problems.self, "\(text)") { try SupplyScenario.lint(node, catalog: catalog) }
      return error?.description ?? ""
    }
    let faults: [(String, String)] = [
      ("unit=furlongs", "'furlongs' is not a unit"), ("unit=chips/mnth", "did you mean 'month'?"),
      ("unit=", "no unit"), ("source=", "no source"), ("grade=E", "'E' is not a grade; use one of A, B, C, D, M"),
      ("value={low: 3, mid: 2, high: 4}", "do not rise"), ("value=-1", "negative"),
      ("unit=fraction;value=2", "2 is above 1"), ("asOf=soon", "not a date"),
      ("earlier=[{asOf: 2024, value: 1}]", "no date of its own"),
      ("asOf=2023;earlier=[{asOf: 2024, value: 1}]", "not before 2023-01"),
      ("factor={name: f, loading: -2}", "correlation of -2"),
      ("schools={group: capacity, values: {nobody: 1}}", "no member 'nobody'"),
    ]
    for (fields, words) in faults {
      let found = try sentence(fields)
      #expect(found.contains("p.yaml:2") && found.contains(words), "\(fields): \(found)")
    }
  }

  @Test("events out of order and twins of a name are named with their line")
  func lists() throws {
    let event = { (id: String, date: String) in
      "- {id: \(id), date: \(date), title: t, actor: a, source: s, information: true}"
    }
    let lists: [(String, String)] = [
      ("events:\n" + event("a", "2025-02") + "\n" + event("b", "2025-01"), "stands after one of 2025-02"),
      ("events:\n" + event("a", "2025-01") + "\n" + event("a", "2025-02"), "two of the event 'a'"),
      (
        "claims:\n- {id: a, definition: {quantity: sold.H20, over: 2025}, atLeast: 1}\n- {id: b, definition: "
          + "{quantity: sold.H21, over: 2025}, atLeast: 1}", "did you mean 'sold.H20'?"
      ),
    ]
    for (text, words) in lists {
      let node = try Node.parse(text, file: "l.yaml")
      let error = #expect(throws: (any Error).self) { try SupplyScenario.lint(node, catalog: catalog) }
      let sentence = error.map { String(describing: $0) } ?? ""
      #expect(sentence.contains("l.yaml:3") && sentence.contains(words), "\(sentence)")
    }
  }

  @Test("every quantity on which events can act has a unit and a meaning, and none is described that is not there")
  func levers() throws {
    let world = try SupplyScenario("base", catalog: catalog).compiled(SupplyQuestion(draws: 1))
    let kinds = world.levers.map { LeverKind.of($0.name)?.pattern }
    #expect(!kinds.contains(nil), "\(zip(world.levers, kinds).filter { $1 == nil }.map(\.0.name))")
    let used = Set(kinds.compactMap(\.self) + [PolicyEvent.performance])
    #expect(Set(LeverKind.all.map(\.pattern)) == used)
    #expect(LeverKind.all.allSatisfy { !$0.unit.isEmpty && !$0.meaning.isEmpty })
  }

  @Test("every quantity of a run has a meaning, and none is described that is not there")
  func quantities() throws {
    let world = try SupplyScenario("base", catalog: catalog).compiled(SupplyQuestion(draws: 1))
    let kinds = world.series.map { QuantityKind.of($0.name)?.pattern }
    let without = zip(world.series, kinds).filter { $1 == nil }.map(\.0.name)
    #expect(without == [])
    #expect(Set(QuantityKind.all.map(\.pattern)) == Set(kinds.compactMap(\.self)))
  }

  @Test("a number, an event, a group, a chip, a quantity, a lever and a claim are explained, and a misspelt one is not")
  func explanations() throws {
    let base = try SupplyScenario("base", catalog: catalog)
    func text(_ name: String) throws -> String { String(describing: try base.explanation(of: name)) }
    let asked: [(String, String)] = [
      ("chip.life_years", "years"), ("h20-ban", "import.H20.export is 0"), ("beijing", "--without beijing"),
      ("910C", "of ascend"), ("H20", "import.H20.export"), ("domestic.units", "the sum of its months"),
      ("fleet.units", "at the end"), ("mandate.state", "fraction"), ("import.H20.fee", "revenue-share"),
      ("triple-chips", "domestic.units"),
    ]
    for (name, words) in asked { #expect(try text(name).contains(words), "\(name)") }
    for listing in SupplyScenario.listings { #expect(try text(listing).count > 500, "\(listing)") }
    let problem = #expect(throws: Problem.self) { try base.explanation(of: "h20-bann") }
    #expect(problem?.wayOut == "did you mean 'h20-ban'?")
  }

  @Test("a run that nobody wants any more ends without an answer")
  func cancelled() throws {
    let base = try SupplyScenario("base", catalog: catalog)
    var question = SupplyQuestion(draws: 5_000_000, without: [["h20-ban"]], sensitivity: "triple-chips")
    question.watch = RunWatch(advanced: { _ in }, isCancelled: { true })
    #expect(throws: RunCancelled.self) { try SupplyReport(base, question, version: "test") }
    let counted = Mutex(0)
    question = SupplyQuestion(draws: 1100, without: [["h20-ban"]], workers: 2)
    question.watch = RunWatch(advanced: { count in counted.withLock { $0 += count } }, isCancelled: { false })
    _ = try SupplyReport(base, question, version: "test")
    #expect(counted.withLock { $0 } == question.expectedDraws)
  }
}
