/// Errors of one metric over a group of runs; a property is "all" where the runs differ in it.
public struct RunSummary: Sendable, Hashable {
  public var file: String
  public var kind = "serving"
  public var source = "closed-loop runs"
  public var chip: String
  public var engine: String
  public var engineVersion: String
  public var model: String
  public var mode: String
  public var flagsBasis: String
  public var role: String
  public var metric: String
  /// Rows of the role that can be read.
  public var rows: Int
  /// Of these, rows with a prediction that counts.
  public var covered: Int
  /// All rows of the group, those that cannot be read among them.
  public var fileRows: Int
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  public var worstAbsoluteError: Double?
  /// Median signed error.
  public var bias: Double?

  /// Of outcomes of one metric; scored are those of `role`.
  public init(_ outcomes: [RunOutcome], role wanted: ServingRun.Role = .validate) {
    func common(_ value: (RunOutcome) -> String) -> String {
      guard let first = outcomes.first.map(value) else { return "all" }
      return outcomes.allSatisfy { value($0) == first } ? first : "all"
    }
    file = common(\.run.file)
    chip = common(\.chip)
    engine = common(\.run.engine)
    engineVersion = common(\.run.engineVersion)
    model = common(\.run.model)
    mode = common(\.run.mode.rawValue)
    flagsBasis = common(\.run.flagsBasis)
    role = wanted.rawValue
    metric = common(\.metric.rawValue)
    let mine = outcomes.filter { $0.run.role == wanted && $0.run.reading.isScored }
    let counting: Outcome.Status = wanted == .calibrate ? .calibrated : .scored
    let errors = mine.filter { $0.status == counting }.compactMap(\.signedError)
    rows = mine.count
    covered = errors.count
    fileRows = outcomes.count
    let figures = ErrorFigures(errors)
    medianAbsoluteError = figures.median
    p90AbsoluteError = figures.p90
    worstAbsoluteError = figures.worst
    bias = figures.bias
  }

  public var coverage: Double? { rows > 0 ? Double(covered) / Double(rows) : nil }
}
