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

extension RunOutcome: Encodable {
  enum CodingKeys: String, CodingKey {
    case id, file, kind, system, chip, metric, unit, role, published, predicted, error, status, reason
    case engine, engineVersion, model, mode, flagsBasis
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(run.id, forKey: .id)
    try container.encode(run.file, forKey: .file)
    try container.encode("serving", forKey: .kind)
    try container.encode(run.system, forKey: .system)
    try container.encode(chip, forKey: .chip)
    try container.encode(metric.rawValue, forKey: .metric)
    try container.encode(metric.unit, forKey: .unit)
    try container.encode(run.role.rawValue, forKey: .role)
    try container.encode(published, forKey: .published)
    try container.encode(predicted, forKey: .predicted)
    try container.encode(signedError, forKey: .error)
    try container.encode(status.rawValue, forKey: .status)
    try container.encode(reason, forKey: .reason)
    try container.encode(run.engine, forKey: .engine)
    try container.encode(run.engineVersion, forKey: .engineVersion)
    try container.encode(run.model, forKey: .model)
    try container.encode(run.mode.rawValue, forKey: .mode)
    try container.encode(run.flagsBasis, forKey: .flagsBasis)
  }
}
