import Formats
import Simulation
import Units

/// What each mechanism is worth: the scored runs predicted without it, one mechanism at a time.
///
/// The result of `validate --without` as JSON; shares of the published value.
public struct Ablation: Codable, Sendable, Hashable {
  /// Only the first of every so many runs was taken.
  public var every: Int
  /// With every mechanism.
  public var whole: Errors
  /// Without one each, in the order asked for.
  public var rows: [Row]

  /// Without one mechanism.
  public struct Row: Codable, Sendable, Hashable {
    /// As `--without` takes it.
    public var mechanism: Mechanism
    /// What it is, and what stands in its place.
    public var title: String
    /// Scored runs whose prediction differs without it.
    public var changedRuns: Int
    /// Of all scored runs.
    public var errors: Errors
    /// Of the runs that it changes and that have a prediction both ways: with it, and without it.
    public var changedWith: Errors
    public var changedWithout: Errors
  }

  /// Over the runs of one engine, and over those with prefill and decode apart.
  public struct Errors: Codable, Sendable, Hashable {
    /// Prefill and decode on the same chips.
    public var together: Mode
    /// Prefill and decode on chips of their own.
    public var apart: Mode
  }

  /// Of one mode.
  public struct Mode: Codable, Sendable, Hashable {
    public var timePerOutputToken: Metric
    public var timeToFirstToken: Metric
    /// Per chip.
    public var throughput: Metric
  }

  /// Of one metric over runs.
  public struct Metric: Codable, Sendable, Hashable {
    /// With a prediction.
    public var runs: Int
    /// Of |predicted − published| / published; nil of no run.
    public var medianAbsoluteError: Double?
    /// Median signed error.
    public var bias: Double?
  }
}

extension Ablation {
  /// Predicts the scored runs of the built-in file and of `files` with all mechanisms, then without each of
  /// `mechanisms`, on `workers` threads with the same result on any number of them.
  public init(
    without mechanisms: [Mechanism], catalog: Catalog, files: [String] = [], every: Int = 1, workers: Int
  ) throws {
    let runs = try RunValidation.runs(catalog: catalog, files: files, every: every).filter {
      $0.role == .validate && $0.reading.isScored
    }
    try self.init(runs, without: mechanisms, catalog: catalog, every: every, workers: workers)
  }

  init(
    _ runs: [ServingRun], without mechanisms: [Mechanism], catalog: Catalog, every: Int = 1, workers: Int
  ) throws {
    let predictor = try RunPredictor(catalog: catalog, for: runs)
    let before = concurrentMap(runs, workers: workers) { predictor.predict($0) }
    self.init(every: every, whole: Errors(runs, before), rows: [])
    for mechanism in mechanisms {
      let changed = predictor.without(mechanism)
      let after = concurrentMap(Array(zip(runs, before)), workers: workers) { run, old in
        var run = run
        let flags = run.flags
        mechanism.remove(from: &run)
        return !mechanism.isOfEngineOrMachine && run.flags == flags ? old : changed.predict(run)
      }
      rows.append(Row(mechanism, runs, before, after))
    }
  }
}

extension Ablation.Row {
  fileprivate init(
    _ mechanism: Mechanism, _ runs: [ServingRun], _ before: [RunPrediction], _ after: [RunPrediction]
  ) {
    let moved = runs.indices.filter { before[$0] != after[$0] }
    // Side by side only what has a prediction both ways.
    let both = moved.filter { before[$0].isOfTimes && after[$0].isOfTimes }
    func pick<Element>(_ list: [Element]) -> [Element] { both.map { list[$0] } }
    self.init(
      mechanism: mechanism, title: mechanism.title, changedRuns: moved.count, errors: Ablation.Errors(runs, after),
      changedWith: Ablation.Errors(pick(runs), pick(before)),
      changedWithout: Ablation.Errors(pick(runs), pick(after)))
  }
}

extension RunPrediction {
  fileprivate var isOfTimes: Bool {
    if case .times = self { return true }
    return false
  }
}

extension Ablation.Errors {
  fileprivate init(_ runs: [ServingRun], _ predictions: [RunPrediction]) {
    func errors(_ mode: ServingRun.Mode) -> Ablation.Mode {
      let outcomes = zip(runs, predictions).filter { $0.0.mode == mode }.flatMap { run, prediction in
        // Names for groups, which there are none of here.
        RunOutcome.all(run, prediction, chip: run.system, isDense: false)
      }
      func metric(_ metric: RunOutcome.Metric) -> Ablation.Metric {
        let errors = outcomes.filter { $0.metric == metric && $0.status == .scored }.compactMap(\.signedError)
        return Ablation.Metric(
          runs: errors.count, medianAbsoluteError: quantile(errors.map(abs).sorted(), 0.5),
          bias: quantile(errors.sorted(), 0.5))
      }
      return Ablation.Mode(
        timePerOutputToken: metric(.timePerOutputToken), timeToFirstToken: metric(.timeToFirstToken),
        throughput: metric(.throughput))
    }
    self.init(together: errors(.aggregated), apart: errors(.disaggregated))
  }
}

extension Ablation {
  /// One line a mechanism, mode and metric; the first lines, of no mechanism, are with all of them.
  public var csv: String {
    var text = CSVText(header: ["without", "mode", "metric", "runs", "median_absolute_error", "bias", "changed_runs"])
    func lines(_ name: String, _ errors: Errors, _ changed: String) {
      for (mode, errors) in [("agg", errors.together), ("disagg", errors.apart)] {
        let metrics: [(RunOutcome.Metric, Metric)] = [
          (.timePerOutputToken, errors.timePerOutputToken), (.timeToFirstToken, errors.timeToFirstToken),
          (.throughput, errors.throughput),
        ]
        for (label, metric) in metrics {
          text.append([
            name, mode, label.rawValue, "\(metric.runs)", metric.medianAbsoluteError.map(CSVText.number) ?? "",
            metric.bias.map(CSVText.number) ?? "", changed,
          ])
        }
      }
    }
    lines("", whole, "")
    for row in rows { lines(row.mechanism.rawValue, row.errors, "\(row.changedRuns)") }
    return text.text
  }
}
