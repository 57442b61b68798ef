import Testing
import Units

@testable import Serving

@Suite struct IntervalTests {
  private static let group = ComparedRuns.Group(engine: "vLLM", chip: "NVIDIA H100", dense: true, apart: false)

  private func quantiles(_ low: Double, _ median: Double, _ high: Double) throws -> MeasuredRatios.Quantiles {
    // The 5% quantile of 19 values is the least, the median the tenth, the 95% quantile the greatest.
    let ratios = Array(repeating: low, count: 9) + [median] + Array(repeating: high, count: 9)
    return try #require(MeasuredRatios.Quantiles(ratios.sorted()))
  }

  private func ratios(_ low: Double, _ median: Double, _ high: Double) throws -> MeasuredRatios {
    MeasuredRatios(timePerOutputToken: try quantiles(low, median, high))
  }

  private func file(ofGroup group: MeasuredRatios?, ofModel model: MeasuredRatios?) throws -> ComparedFile {
    let models: [ComparedRuns.Model] = [
      .init(model: "Own", runs: 19, timePerOutputToken: 0.1, fitted: true, ratios: model), .init(model: "Few", runs: 3),
    ]
    let runs = ComparedRuns(group: Self.group, runs: 40, timePerOutputToken: 0.1, ratios: group, models: models)
    return ComparedFile(
      groups: [runs],
      pools: [
        .init(engine: "vLLM", chips: 3, ratios: try ratios(0.5, 1, 2)),
        .init(chips: 5, ratios: try ratios(0.25, 1, 4)),
      ])
  }

  private func intervals(
    of model: String, in group: ComparedRuns.Group = Self.group, by file: ComparedFile, each: Double = 0.02,
    promptTokens: Double? = nil
  ) -> Validity.Intervals? {
    var values = ValidityTests.inside
    values.promptTokens = promptTokens
    var validity = Validity(values, of: model, in: group, compared: file.groups)
    validity.addIntervals(each: .seconds(each), first: .seconds(1), by: file)
    return validity.intervals
  }

  @Test("the quantile p of n values stands at p (n + 1): of 39 the second and the last but one, of 29 between two")
  func quantile() throws {
    // In any order: 1, 2 … 39.
    let many = try #require(MeasuredRatios.Quantiles((1...39).map { Double(40 - $0) }))
    #expect(many.low == 2 && many.median == 20 && many.high == 38 && many.runs == 39)
    let between = try #require(MeasuredRatios.Quantiles((1...29).map(Double.init)))
    #expect(abs(between.low - 1.5) < 1e-12 && between.median == 15 && abs(between.high - 28.5) < 1e-12)
    // Ten: the ends stand for the quantiles. Nine are too few.
    let few = try #require(MeasuredRatios.Quantiles((1...10).map(Double.init)))
    #expect(few.low == 1 && few.median == 5.5 && few.high == 10)
    #expect(MeasuredRatios.Quantiles((1...9).map(Double.init)) == nil)
  }

  @Test("the interval is the prediction times the quantiles: 20 ms by 0.9, 1.1 and 1.5 is 18, 22 and 30 ms")
  func product() throws {
    let file = try file(ofGroup: ratios(0.9, 1.1, 1.5), ofModel: nil)
    let found = try #require(intervals(of: "Other", by: file))
    let interval = try #require(found.timePerOutputToken)
    #expect(abs(interval.low.milliseconds - 18) < 1e-9 && abs(interval.high.milliseconds - 30) < 1e-9)
    #expect(abs(interval.median.milliseconds - 22) < 1e-9 && interval.predicted == .milliseconds(20))
    #expect(interval.runs == 19 && found.basis == .group && found.name == nil && !found.isLowerBound)
    // No first token was measured, so nothing is said of it; nor of a token after it where there is none.
    #expect(found.timeToFirstToken == nil)
    #expect(intervals(of: "Other", by: file, each: 0) == nil)
    let moved = found.around(each: .milliseconds(40), first: .zero)
    #expect(abs((moved.timePerOutputToken?.high.milliseconds ?? 0) - 60) < 1e-9)
  }

  @Test("the model's own runs go before the group's, those before the engine's on all chips, those before all")
  func bases() throws {
    let both = try file(ofGroup: ratios(0.9, 1.1, 1.5), ofModel: ratios(0.8, 1, 1.2))
    let own = try #require(intervals(of: "Own", by: both))
    #expect(own.basis == .model && own.name == "Own" && own.isFitted)
    #expect(abs((own.timePerOutputToken?.high.milliseconds ?? 0) - 24) < 1e-9)
    // Three runs of a model are too few.
    #expect(intervals(of: "Few", by: both)?.basis == .group)
    let few = try #require(intervals(of: "Few", by: file(ofGroup: nil, ofModel: nil)))
    #expect(few.basis == .engine && few.name == "vLLM" && few.chips == 3 && !few.isLowerBound)
    #expect(abs((few.timePerOutputToken?.high.milliseconds ?? 0) - 40) < 1e-9)
    #expect(intervals(of: "Own", by: ComparedFile()) == nil)
  }

  @Test(
    "a chip that was never compared has the spread over the engine's chips, or over all; the doubt is at least that")
  func never() throws {
    let file = try file(ofGroup: ratios(0.9, 1.1, 1.5), ofModel: ratios(0.8, 1, 1.2))
    let chip = ComparedRuns.Group(engine: "vLLM", chip: "NVIDIA A100", dense: true, apart: false)
    let engine = try #require(intervals(of: "Own", in: chip, by: file))
    #expect(engine.basis == .engine && engine.isLowerBound)
    let other = ComparedRuns.Group(engine: "MindIE", chip: "Ascend 910B", dense: true, apart: false)
    let all = try #require(intervals(of: "Own", in: other, by: file))
    #expect(all.basis == .all && all.name == nil && all.chips == 5 && all.isLowerBound)
    #expect(abs((all.timePerOutputToken?.low.milliseconds ?? 0) - 5) < 1e-9)
  }

  @Test("beyond what was measured, or with options left out, the interval is a lower bound on the doubt")
  func outside() throws {
    var group = try file(ofGroup: ratios(0.9, 1.1, 1.5), ofModel: nil)
    group.groups[0].span.promptTokens = [1000, 8000]
    #expect(intervals(of: "Other", by: group, promptTokens: 2000)?.isLowerBound == false)
    #expect(intervals(of: "Other", by: group, promptTokens: 20_000)?.isLowerBound == true)
    var validity = Validity(ValidityTests.inside, of: "Other", in: Self.group, compared: group.groups)
    validity.addIntervals(each: .milliseconds(20), first: .seconds(1), by: group)
    validity.leaveOut(["--enforce-eager"])
    #expect(validity.intervals?.isLowerBound == true)
  }
}
