import Formats
import Simulation
import Testing
import Units

@testable import Supply

@Suite struct UncertaintyTests {
  private func parsed(_ text: String) throws -> Uncertainty { try Uncertainty(Node.parse(text, file: "test.yaml")) }

  /// Mean and standard deviation of `count` draws.
  private func moments(_ uncertainty: Uncertainty, count: Int = 40_000) -> (mean: Double, deviation: Double) {
    let function = QuantileFunction(uncertainty)
    let stream = Seed(7).stream("test")
    let values = (0..<count).map { function(uniform(stream.number(UInt64($0)))) }
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    return (mean, variance.squareRoot())
  }

  @Test(
    "the mean of each distribution is its closed form to within four standard errors",
    arguments: [
      ("{uniform: [2, 6]}", 4.0), ("{triangular: [1, 2, 6]}", 3.0), ("{normal: [5, 2]}", 5.0),
      // e^(σ²/2) with σ = 0.5
      ("{lognormal: [1, 0.5]}", 1.1331484530668263),
      // (1 + 4·2 + 6) / 6
      ("{pert: [1, 2, 6]}", 2.5), ("{beta: [2, 6]}", 0.25), ("{empirical: [1, 2, 6]}", 3.0), ("7", 7.0),
    ])
  func means(text: String, mean: Double) throws {
    let drawn = moments(try parsed(text))
    #expect(abs(drawn.mean - mean) <= 4 * drawn.deviation / 200 + 1e-12)
  }

  @Test("an interval's ends are its 5% and 95%")
  func interval() throws {
    for text in ["2 to 50", "-3 to 9"] {
      let uncertainty = try parsed(text)
      guard case .interval(let low, let high) = uncertainty else { throw Problem("", "no interval") }
      let function = QuantileFunction(uncertainty)
      #expect(abs(function(0.05) - low) < 1e-9 && abs(function(0.95) - high) < 1e-9)
    }
  }

  @Test("low, mid and high are the 5%, 50% and 95%, also where low is zero")
  func quantiles() throws {
    for (low, mid, high) in [(1.0, 2.0, 9.0), (0.0, 1.0, 5.0), (3.0, 3.0, 8.0)] {
      let function = QuantileFunction(.quantiles(low: low, mid: mid, high: high))
      for (level, value) in [(0.05, low), (0.5, mid), (0.95, high)] {
        #expect(abs(function(level) - value) < 1e-9)
      }
    }
  }

  @Test("the incomplete beta function has its closed form where one parameter is one")
  func betaFunction() {
    // I_x(a, 1) = x^a
    for x in [0.1, 0.5, 0.9] { #expect(abs(betaProbability(x, 3, 1) - x * x * x) < 1e-13) }
    #expect(abs(betaQuantile(0.125, 3, 1) - 0.5) < 1e-12)
  }

  @Test("the normal function and its inverse undo each other")
  func normal() {
    for p in [0.001, 0.02, 0.3, 0.5, 0.77, 0.9999] { #expect(abs(normalProbability(normalQuantile(p)) - p) < 1e-13) }
    for x in [-20.0, -1, 0, 0.3, 5, 40] {
      #expect(abs(quickExponential(x) / exponential(x) - 1) < 4e-15)
    }
  }

  @Test("a fraction stays between zero and one")
  func bounds() {
    let function = QuantileFunction(.quantiles(low: 0.1, mid: 0.5, high: 0.99), within: 0...1)
    #expect(function(0.9999999) == 1)
  }

  @Test("a low above its high is refused with the line and a way out")
  func refused() throws {
    for text in [
      "5 to 2", "{low: 3, mid: 2, high: 4}", "{triangular: [1, 2]}", "{trianguler: [1, 2, 3]}", "{normal: [1, -2]}",
    ] {
      #expect(throws: Problem.self) { try parsed(text) }
    }
  }

  @Test("yields are one without defects and fall in the order Poisson, Murphy, negative binomial")
  func yields() {
    for form in [YieldModel.Form.poisson, .murphy, .negativeBinomial] {
      #expect(abs(YieldModel.share(form, defectsPerDie: 0, clustering: 3) - 1) < 1e-12)
    }
    // e^(−1) < (1 − e^(−1))² < (1 + 1/2)^(−2)
    let poisson = YieldModel.share(.poisson, defectsPerDie: 1, clustering: 2)
    let murphy = YieldModel.share(.murphy, defectsPerDie: 1, clustering: 2)
    let clustered = YieldModel.share(.negativeBinomial, defectsPerDie: 1, clustering: 2)
    #expect(abs(poisson - 0.36787944117144233) < 1e-12)
    #expect(abs(murphy - 0.39957640089372803) < 1e-12)
    #expect(abs(clustered - 4.0 / 9) < 1e-12)
  }

  @Test("the geometry of a 665.61 mm² die gives between 76 and 80 dies a wafer")
  func grossDies() { #expect((76...80).contains(YieldModel.grossDies(area: 665.61))) }

  @Test("dates and periods are read and printed")
  func dates() throws {
    let date = try #require(CalendarDay("2025-04-16"))
    #expect(date.description == "2025-04")
    #expect(CalendarDay("2025-13") == nil)
    let horizon = Horizon(firstYear: 2023, lastYear: 2030)
    #expect(Period("2025Q3")?.months(of: horizon) == 30..<33)
    #expect(Period("2025H1")?.months(of: horizon) == 24..<30)
    #expect(Period("2024-02..2025-01")?.months(of: horizon) == 13..<25)
    #expect(Period("2025Q5") == nil)
  }

  @Test("the score of a certain forecast is its distance")
  func score() { #expect(abs(rankedProbabilityScore([3, 3, 3], 5) - 2) < 1e-12) }
}
