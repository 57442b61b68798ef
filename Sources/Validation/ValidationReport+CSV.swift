import Formats

extension ValidationReport {
  /// One line a row.
  public var csv: String {
    var text = CSVText(
      header: ["id", "kind", "metric", "unit", "role", "published", "predicted", "error", "status", "reason"])
    for outcome in outcomes {
      text.append([
        outcome.row.id, outcome.row.kind, outcome.row.metric, outcome.row.unit, outcome.row.role.rawValue,
        "\(outcome.row.value)", outcome.predicted.map { "\($0)" } ?? "", outcome.signedError.map { "\($0)" } ?? "",
        outcome.status.rawValue, outcome.reason,
      ])
    }
    return text.text
  }
}
