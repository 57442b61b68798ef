import Formats

extension RunValidation {
  /// Runs that a test predicts anew to see whether the page is old: the first of each group with few in flight.
  public static func sample(_ runs: [ServingRun]) -> [ServingRun] {
    var seen = Set<String>()
    return runs.filter { run in
      run.role == .validate && run.reading.isScored && run.mode == .aggregated && run.concurrency <= 8
        && seen.insert("\(run.engine) \(run.system) \(run.model)").inserted
    }
  }

  /// One line a metric of a run.
  public var csv: String {
    var text = CSVText(header: [
      "id", "engine", "engine_version", "model", "system", "mode", "metric", "unit", "role", "published", "predicted",
      "error", "status", "reason",
    ])
    for outcome in outcomes {
      let run = outcome.run
      text.append([
        run.id, run.engine, run.engineVersion, run.model, run.system, run.mode.rawValue, outcome.metric.rawValue,
        outcome.metric.unit, run.role.rawValue, CSVText.number(outcome.published),
        outcome.predicted.map(CSVText.number) ?? "", outcome.signedError.map(CSVText.number) ?? "",
        outcome.status.rawValue, outcome.reason,
      ])
    }
    return text.text
  }
}
