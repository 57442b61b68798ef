import Formats
import Testing
import Units
import Validation

@Suite struct BudgetFileTests {
  private func budgets() throws -> Node {
    try Node.read(path: try #require(Catalog().resourcePath("catalog/published/budgets.yaml")))
  }

  private func entries(_ node: Node) throws -> [String: Node] {
    let pairs = try node.elements.map { (try #require($0.field("name")?.text), $0) }
    return Dictionary(pairs) { first, _ in first }
  }

  @Test("a budget may only shrink: none is looser than at the last release, none is gone")
  func ceilings() throws {
    let here = #filePath
    let folder = here.prefix(upTo: try #require(here.lastIndex(of: "/")))
    let ceilings = try Node.read(path: "\(folder)/ceilings.yaml")
    #expect(ceilings.elements.count > 10)
    let now = try entries(budgets())
    for ceiling in ceilings.elements {
      let name = try #require(ceiling.field("name")?.text)
      let budget = try #require(now[name], "the budget '\(name)' is gone")
      for field in BudgetFile.most + BudgetFile.least {
        guard let limit = ceiling.field(field)?.text.flatMap(Double.init) else { continue }
        let value = try #require(budget.field(field)?.text.flatMap(Double.init), "\(name): \(field) is gone")
        #expect(BudgetFile.most.contains(field) ? value <= limit : value >= limit, "\(name): \(field)")
      }
    }
  }

  @Test("the built-in budgets are a list of known kinds with limits") func builtIn() throws {
    try BudgetFile.check(budgets())
  }

  @Test(
    "a file of budgets that holds nothing to anything is refused",
    arguments: [
      ("hello", "there is text where a list of budgets was expected"),
      ("a: 1", "there is a mapping where a list of budgets was expected"), ("[]", "there is no budget"),
      ("[{name: x}]", "no kind"), ("[{name: x, kind: nothing, coverage: 1}]", "no kind of rows 'nothing'"),
      ("[{name: x, kind: network}]", "no limit"),
    ]) func faults(text: String, fault: String) throws
  {
    let node = try Node.parse(text, file: "b.yaml")
    let error = #expect(throws: (any Error).self) { try BudgetFile.check(node) }
    #expect("\(try #require(error))".contains(fault))
  }
}
