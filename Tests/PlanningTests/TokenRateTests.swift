import Formats
import Supply
import Testing
import Units
import Validation

@testable import Planning

private let rates = Result { try TokenRates(SupplyScenario("base", catalog: Worlds.catalog), catalog: Worlds.catalog) }

@Suite struct TokenRateTests {
  @Test("the catalog's token rates are what the model says: else `supernode supply --write-token-rates` again")
  func file() throws {
    let path = try #require(Worlds.catalog.path(of: "tokens", kind: "supply"))
    #expect(try String(decoding: readBytes(of: path), as: UTF8.self) == rates.get().yaml)
  }

  @Test("the tables of Documentation/Models/Tokens.md are what the model says")
  func tables() throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let path = "\(root)/Documentation/Models/Tokens.md"
    let text = String(decoding: try readBytes(of: path), as: UTF8.self)
    let expected = try rates.get().markdown
    if !text.contains(expected) { Issue.record("put these in the place of the tables:\n\(expected)") }
  }

  @Test("every chip of the base world has a rate, and low, mid and high rise")
  func complete() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    let rated = try rates.get().rates
    for name in base.world.products.map(\.name) + base.world.imports.map(\.name) {
      #expect(rated.contains { $0.chip == name }, "\(name)")
    }
    for rate in rated {
      for band in [rate.tokensPerSecond, rate.joulesPerToken] {
        #expect(band.low > 0 && band.low < band.mid && band.mid < band.high, "\(rate.chip)")
      }
      #expect(rate.outputTokensPerSecond < rate.tokensPerSecond.mid)
      #expect(abs(rate.parts.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    }
  }

  @Test("a mix of one small model is served faster than the mix of the catalog")
  func ownMix() throws {
    let small = try Node.parse(
      """
      - {model: Qwen3-30B-A3B, share: 1, promptTokens: 2048, outputTokens: 256, timePerOutputToken: 50 ms,
         timeToFirstToken: 3 s, source: a test, grade: D}
      """, file: "mix.yaml")
    var scenario = try SupplyScenario("base", catalog: Worlds.catalog)
    scenario.mix = small
    let own = try TokenRates(scenario, catalog: Worlds.catalog)
    for (before, after) in zip(try rates.get().rates, own.rates) {
      #expect(after.tokensPerSecond.mid > before.tokensPerSecond.mid, "\(before.chip)")
    }
    let parameters = try own.parameters()
    #expect(parameters.count == 2 * own.rates.count)
    let count = scenario.parameters.count
    try scenario.replace("tokens_per_second.910C", by: .point(7))
    scenario.replace(parameters)
    #expect(scenario.parameters.count == count)
    // What the user sets goes before what the mix gives.
    #expect(scenario.parameters.filter { $0.name == "tokens_per_second.910C" }.map(\.value) == [.point(7)])
  }

  /// Measured over predicted tokens a second of the scored serving rows lie between a family's factors.
  @Test(
    "a measured family's factors cover what `validate` finds",
    arguments: [("CloudMatrix", ["910C"]), ("Hopper", ["H800", "H100"])])
  func families(_ name: String, _ chips: [String]) throws {
    let platforms = try ServingPlatforms(Worlds.catalog.node("supply", "platforms"))
    let family = try #require(platforms.families.first { $0.name == name })
    let report = try ValidationReport.run(
      catalog: Worlds.catalog, extraFiles: [], kind: "serving", budgets: [])
    var ratios: [Double] = []
    for outcome in report.outcomes where chips.contains(where: outcome.row.chip.contains) && outcome.status == .scored {
      guard let predicted = outcome.predicted, !outcome.row.isChangeInPercent else { continue }
      let ratio = outcome.row.value / predicted
      ratios.append(outcome.row.unit == "ms" ? 1 / ratio : ratio)
    }
    #expect(ratios.count >= 3)
    for ratio in ratios { #expect((family.throughput.low...family.throughput.high).contains(ratio)) }
  }
}
