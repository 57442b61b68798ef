/// Errors of a group of scored rows.
public struct ValidationSummary: Sendable, Hashable {
  public var file: String
  public var kind: String
  public var source: String
  public var chip: String
  public var engine: String
  public var model: String
  public var metric: String
  /// Rows whose role is to be scored, without those that rest on an assumption.
  public var rows: Int
  /// Of these, rows with a prediction.
  public var covered: Int
  /// |predicted − published| / published; nil where no row is covered.
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  public var worstAbsoluteError: Double?
  /// Median signed error.
  public var bias: Double?

  /// What the rows have in common; "all" where they differ.
  public init(_ outcomes: [Outcome]) {
    func common(_ value: (PublishedRow) -> String) -> String {
      let values = Set(outcomes.map { value($0.row) })
      return values.count == 1 ? values.first ?? "all" : "all"
    }
    file = common(\.file)
    kind = common(\.kind)
    source = common(\.source)
    chip = common(\.chip)
    engine = common(\.system)
    model = common(\.model)
    metric = common(\.metric)
    let scored = outcomes.filter { $0.row.role == .validate && $0.status != .assumed }
    rows = scored.count
    let errors = scored.filter { $0.status == .scored }.compactMap(\.signedError)
    covered = errors.count
    let figures = ErrorFigures(errors)
    medianAbsoluteError = figures.median
    p90AbsoluteError = figures.p90
    worstAbsoluteError = figures.worst
    bias = figures.bias
  }
}

/// Linear interpolation between order statistics; nil of nothing.
func quantile(_ sorted: [Double], _ p: Double) -> Double? {
  guard let last = sorted.last else { return nil }
  let position = p * Double(sorted.count - 1)
  let lower = Int(position)
  guard lower + 1 < sorted.count else { return last }
  return sorted[lower] + (position - Double(lower)) * (sorted[lower + 1] - sorted[lower])
}
