import Formats
import Testing
import Units

@testable import Supply

/// The guide of the scenario file against the program.
@Suite struct SupplyGuideTests {
  private let catalog = Catalog.beside(#filePath)

  private func lines() throws -> [Substring] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try readBytes(of: "/\(root)/Documentation/Guides/SupplyScenario.md")
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("every block of the guide is a scenario that runs")
  func blocks() throws {
    var blocks: [String] = []
    var block: [Substring]?
    for line in try lines() {
      if line == "```yaml" {
        block = []
      } else if line == "```", let text = block {
        blocks.append(text.joined(separator: "\n"))
        block = nil
      } else {
        block?.append(line)
      }
    }
    #expect(blocks.count >= 5)
    for text in blocks {
      let scenario = try SupplyScenario(Node.parse(text, file: "guide.yaml"), catalog: catalog)
      let report = try SupplyReport(scenario, SupplyQuestion(draws: 3), version: "test")
      #expect(report.claims.count == scenario.claims.count)
    }
  }

  @Test("every amount in the guide's table is read")
  func amounts() throws {
    let rows = try lines().filter { $0.hasPrefix("| `") && ($0.contains("`{") || $0.contains(" to ")) }
    let texts = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    let amounts = texts.filter { $0.hasPrefix("{") || $0.first?.isNumber == true }
    #expect(amounts.count >= 9)
    for text in amounts { _ = try Uncertainty(Node.parse(text, file: "guide")) }
  }

  @Test("the guide lists every quantity on which events act, with its unit and meaning")
  func levers() throws {
    let text = try lines()
    let start = try #require(text.firstIndex(of: "<!-- levers -->"))
    let rows = text[(start + 3)...].prefix { $0.hasPrefix("|") }
    let expected = LeverKind.all.map { "| `\($0.pattern)` | \($0.unit) | \($0.meaning) |" }
    #expect(rows.map(String.init) == expected)
  }
}
