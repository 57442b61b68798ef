import Formats
import Testing
import Units

@testable import Supply

@Suite struct SensitivityTests {
  /// Plans are the only limit, so the year's chips are 12 · a · b.
  private func study(_ first: String, _ second: String, draws: Int) throws -> SupplyReport.Sensitivity {
    let yaml = SmallWorld.yaml(
      wafers: "100000", stacks: "1000000", line: "100000", plan: "{at: {2024-01: \(first)}, times: \(second)}",
      demand: "1000000000")
    let world = try SmallWorld.world(yaml)
    let index = try #require(world.series.firstIndex { $0.name == "domestic.units" })
    let measure = CompiledMeasure(series: index, months: 0..<12, isStock: false)
    return SensitivityStudy(world, measure, draws: draws, workers: 2).result(of: "chips")
  }

  @Test("the indices of a product of two independent numbers are their closed forms")
  func product() throws {
    // Of X · Y: V = (m²+s²)(n²+t²) − m²n²; first order of X: s²n²/V; total: s²(n²+t²)/V.
    let result = try study("{normal: [100, 20]}", "{normal: [10, 1]}", draws: 4096)
    let variance = (10_000.0 + 400) * (100 + 1) - 10_000 * 100
    let x = try #require(result.influences.first { $0.parameter.hasPrefix("product.A plan at") })
    let y = try #require(result.influences.first { $0.parameter == "product.A plan factor" })
    #expect(abs(x.first - 400 * 100 / variance) < 4 * x.firstError + 0.01)
    #expect(abs(y.first - 10_000 / variance) < 4 * y.firstError + 0.01)
    #expect(abs(x.total - 400 * 101 / variance) < 0.06)
    #expect(abs(y.total - 10_400 / variance) < 0.04)
    #expect(abs(x.known - 400 * 100 / variance) < 0.05)
    #expect(abs(result.mean - 12_000) < 4 * 12 * variance.squareRoot() / 90)
    #expect(result.mostWorthKnowing == x.parameter)
    // The tornado: from 100 − 1.645 · 20 to 100 + 1.645 · 20, times ten, twelve months.
    #expect(abs(x.high - x.low - 12 * 10 * 2 * 1.6449 * 20) < 30)
  }

  @Test("a number that changes nothing has no influence and is not listed")
  func idle() throws {
    let result = try study("100", "{normal: [10, 1]}", draws: 512)
    #expect(result.influences.map(\.parameter) == ["product.A plan factor"])
    #expect(abs((result.influences.first?.total ?? 0) - 1) < 0.15)
  }

  @Test("a quantity's period is studied as a claim is, and an unknown one is told")
  func quantity() throws {
    let base = try SupplyScenario("base", catalog: Catalog())
    let (definition, title) = try base.measure(named: "domestic.units@2026H1")
    #expect(definition.quantity.list == ["domestic.units"])
    #expect(title == "domestic.units in 2026H1")
    #expect(try base.measure(named: "triple-chips").title.contains("triples"))
    for name in ["domestic.unit@2026", "domestic.units@26", "triple-chip"] {
      #expect(throws: (any Error).self, "\(name)") {
        _ = try SupplyReport.study(
          base, SupplyQuestion(draws: 1, sensitivity: name), base.compiled(SupplyQuestion(draws: 1)))
      }
    }
  }
}
