import Formats
import Testing

@testable import Validation

/// Whether predictions choose the shape that measurements would choose.
@Suite struct ShapeChoiceTests {
  /// A run of one engine of so many chips; both outcomes: time per token in ms and throughput per chip.
  private func outcomes(
    _ chips: Int, load: Int, measured: (each: Double, rate: Double), predicted: (each: Double, rate: Double)
  ) throws -> [RunOutcome] {
    let path = try #require(Catalog().resourcePath("catalog/published/serving-runs-gpu.csv"))
    var run = try #require(try ServingRun.read(path: path).first { $0.role == .validate && $0.mode == .aggregated })
    run.engineShape = EngineShape(chips: chips, tensor: chips)
    run.place = "\(chips):\(load)"
    func outcome(_ metric: RunOutcome.Metric, _ published: Double, _ predicted: Double) -> RunOutcome {
      RunOutcome(
        run: run, chip: "C", isDense: true, metric: metric, published: published, predicted: predicted,
        status: .scored, reason: "")
    }
    return [
      outcome(.timePerOutputToken, measured.each, predicted.each), outcome(.throughput, measured.rate, predicted.rate),
    ]
  }

  /// Three shapes at one load, all at 100 tokens a second; what each serves as measured and as predicted.
  private func choices(_ rates: [(measured: Double, predicted: Double)]) throws -> [ShapeChoice] {
    ShapeChoice.all(
      try rates.enumerated().flatMap { index, rate in
        try outcomes(1 << index, load: 1, measured: (10, rate.measured), predicted: (10, rate.predicted))
      })
  }

  @Test("the shape that predictions rank first is judged by what it was measured to serve")
  func share() throws {
    let right = try choices([(100, 10), (200, 30), (150, 20)])
    #expect(right.count == 3 && right.allSatisfy { $0.share == 1 && $0.chosen == "TP2" && $0.shapes == 3 })
    let wrong = try choices([(100, 10), (200, 20), (150, 30)])
    #expect(wrong.allSatisfy { $0.share == 0.75 && $0.chosen == "TP4" && $0.best == "TP2" && !$0.isWithin })
    #expect(wrong.shareWithin == 0 && right.shareWithin == 1)
  }

  @Test("two shapes are no choice, and what is five hundredths below the best is within")
  func few() throws {
    #expect(try choices([(100, 10), (200, 20)]).isEmpty && [ShapeChoice]().shareWithin == nil)
    #expect(try choices([(95, 30), (100, 20), (50, 10)]).shareWithin == 1)
    #expect(try choices([(94, 30), (100, 20), (50, 10)]).shareWithin == 0)
  }

  @Test("each shape stands at the load whose speed is nearest, its own as measured and as predicted")
  func nearest() throws {
    // At 100 tokens a second TP1 serves 300 at its second load; predictions have it there at 101 with 290.
    var list = try outcomes(1, load: 1, measured: (5, 100), predicted: (5, 100))
    list += try outcomes(1, load: 2, measured: (10, 300), predicted: (9.9, 290))
    list += try outcomes(2, load: 1, measured: (10, 200), predicted: (10, 200))
    list += try outcomes(4, load: 1, measured: (10, 250), predicted: (10, 280))
    let choices = ShapeChoice.all(list)
    #expect(choices.map(\.speed) == [100, 100, 100] && choices.allSatisfy { $0.chosen == "TP1" && $0.share == 1 })
  }
}
