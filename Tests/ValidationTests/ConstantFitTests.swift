import Simulation
import Testing

@testable import Validation

/// A world whose times are sums that a reader can check.
@Suite struct ConstantFitTests {
  private static func prior(_ mean: Double, deviation: Double = 0.5, most: Double = .infinity) -> ConstantPrior {
    ConstantPrior(mean: mean, deviation: deviation, range: 0...most)
  }

  /// TPOT = 5 ms + a · row + b, TTFT = 20 ms + c; measured with a = 2 ms, b = 1 ms, c = 30 ms.
  private static let truth = [2e-3, 1e-3, 30e-3]

  private static func times(_ row: Int, _ values: [Double]) -> [Double?] {
    [5e-3 + values[0] * Double(row) + values[1], 20e-3 + values[2]]
  }

  private func fit(
    rows: Int, priors: [ConstantPrior], moved: (Int, [Double?]) -> [Double?] = { $1 }, touches: [Bool]? = nil
  ) -> ConstantFit {
    ConstantFit(
      cases: (0..<rows).map { row in
        ConstantFit.Case(
          measured: moved(row, Self.times(row, Self.truth)), touches: touches ?? priors.map { _ in true })
      }, priors: priors, scales: [0.03, 0.1], workers: 2, predict: Self.times)
  }

  @Test("known constants come back from exact times, each within its own doubt")
  func recovered() {
    let problem = fit(rows: 8, priors: [Self.prior(1e-3), Self.prior(0.5e-3), Self.prior(15e-3)])
    let (found, _) = problem.fit(from: problem.priors.map(\.mean), rounds: 3)
    for (value, (truth, deviation)) in zip(found.values, zip(Self.truth, found.deviations)) {
      #expect(abs(logarithm(value / truth)) < 1.6 * deviation, "\(value) for \(truth), doubt \(deviation)")
    }
    #expect(abs(found.values[0] / Self.truth[0] - 1) < 0.02 && abs(found.values[2] / Self.truth[2] - 1) < 0.02)
    // Eight steps tell the slope; the constant beside it less.
    #expect(found.deviations[0] < 0.05 && found.deviations[0] < found.deviations[1])
  }

  @Test("a prior holds where the data say nothing: the value and its deviation stay")
  func silent() {
    let priors = [Self.prior(1e-3), Self.prior(0.5e-3, deviation: 0.7), Self.prior(15e-3)]
    let problem = fit(rows: 8, priors: priors, touches: [true, false, true])
    let (found, _) = problem.fit(from: priors.map(\.mean), rounds: 3)
    #expect(abs(found.values[1] / priors[1].mean - 1) < 1e-9)
    #expect(abs(found.deviations[1] - 0.7) < 1e-9)
    let none = fit(rows: 0, priors: priors).fit(from: priors.map(\.mean), rounds: 3).solution
    #expect(none.values == priors.map(\.mean))
  }

  @Test("two constants that only their sum tells are said to be told only together")
  func together() {
    let problem = ConstantFit(
      cases: [.init(measured: [8e-3, nil], touches: [true, true])],
      priors: [Self.prior(1e-3), Self.prior(1e-3)], scales: [0.01, 0.1], workers: 1
    ) { _, values in [4e-3 + values[0] + values[1], nil] }
    let (found, _) = problem.fit(from: [1e-3, 1e-3], rounds: 3)
    // 8 ms less 4 ms, in two equal parts.
    #expect(abs(found.values[0] - found.values[1]) < 1e-9 && abs(found.values[0] - 2e-3) < 0.2e-3)
    #expect(found.correlations[0][1] < -0.9)
  }

  @Test("one time that no constant explains moves them little")
  func outlier() {
    let priors = [Self.prior(1e-3), Self.prior(0.5e-3), Self.prior(15e-3)]
    let plain = fit(rows: 8, priors: priors).fit(from: priors.map(\.mean), rounds: 3).solution
    let bad = fit(rows: 8, priors: priors) { row, times in row == 5 ? times.map { $0.map { $0 * 5 } } : times }
      .fit(from: priors.map(\.mean), rounds: 3).solution
    #expect(abs(logarithm(bad.values[0] / plain.values[0])) < 0.05)
    #expect(abs(logarithm(bad.values[2] / plain.values[2])) < 0.05)
  }

  @Test("a constant stays within what it can mean")
  func range() {
    let priors = [Self.prior(1e-3, most: 1.5e-3), Self.prior(0.5e-3), Self.prior(15e-3)]
    let (found, _) = fit(rows: 8, priors: priors).fit(from: priors.map(\.mean), rounds: 3)
    #expect(found.values[0] == 1.5e-3)
  }

  @Test("the same on one worker and on two")
  func workers() {
    var problem = fit(rows: 8, priors: [Self.prior(1e-3), Self.prior(0.5e-3), Self.prior(15e-3)])
    let two = problem.fit(from: problem.priors.map(\.mean), rounds: 3).solution
    problem.workers = 1
    #expect(problem.fit(from: problem.priors.map(\.mean), rounds: 3).solution.values == two.values)
  }
}
