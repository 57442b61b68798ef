import Supply
import Validation

/// The JSON of `validate`: rows of measurements, of runs and of supply in one list.
///
/// A value that a kind of row has but not this row is null; what its kind does not have is left out.
public struct ValidationResult: Codable, Sendable {
  /// Groups of rows and their errors.
  public var summary: [Group]
  /// Every row.
  public var rows: [Row]
  /// Of the models that predict.
  public var constants: [ValidationReport.Constant]
  /// Constants fitted on rows.
  public var fittedConstants: Int
  /// Fits without one row each, or as good.
  public var refits: [ValidationReport.Refit]
  /// Broken budgets, as sentences.
  public var violations: [String]
  /// Of the supply model: version, seed, draws, months, hash of its inputs.
  public var run: SupplyReport.Run?

  public init(
    _ measured: ValidationReport?, _ runs: RunValidation?, _ supply: SupplyValidation?,
    _ training: TrainingValidation? = nil
  ) {
    summary = (measured?.summary ?? []).map(Group.init)
    summary += (runs?.summaries ?? []).map(Group.init)
    summary += (supply?.groups ?? []).map(Group.init)
    summary += (training?.namedGroups ?? []).map(Group.init)
    rows = (measured?.outcomes ?? []).map(Row.init)
    rows += (runs?.outcomes ?? []).map(Row.init)
    rows += (supply?.rows ?? []).map(Row.init)
    rows += (training?.outcomes ?? []).map(Row.init)
    let ours = supply?.constants ?? []
    constants = (measured?.constants ?? []) + ours
    fittedConstants = (measured?.fittedConstants ?? 0) + ours.count
    refits = measured?.refits ?? []
    violations = (measured?.violations ?? []) + (runs?.violations ?? []) + (supply?.violations ?? [])
    violations += training?.violations ?? []
    run = supply?.run
  }

  /// Errors of a group of rows; a property is "all" where the rows differ in it.
  public struct Group: Codable, Sendable {
    /// File of the rows.
    public var file: String
    /// Kind of the rows: network, operator, serving, caching, power, supply.
    public var kind: String
    /// Document that they stand in.
    public var source: String
    /// Chip that was measured.
    public var chip: String
    /// Serving engine.
    public var engine: String
    /// Model.
    public var model: String
    /// What was measured; of supply the name of the group.
    public var metric: String
    /// Rows to be scored.
    public var rows: Int
    /// Of these, predicted.
    public var covered: Int
    /// Of |predicted − published| / published.
    public var medianAbsoluteError, p90AbsoluteError, worstAbsoluteError: Double??
    /// Median signed error, share of the published value.
    public var bias: Double??
    /// Supply: share of the predicted rows whose middle lies in the model's 90% band.
    public var insideShare: Double??
    /// Supply: the same of the 50% band.
    public var insideHalfShare: Double??
    /// Supply: share whose median lies within 20% of the middle.
    public var closeShare: Double??
    /// Supply: mean continuous ranked probability score, by the middle.
    public var rankedScore: Double??
    /// Supply: mean of −ln of the density of ln X at the middle.
    public var logarithmicScore: Double??
    /// Runs: version of the engine.
    public var engineVersion: String?
    /// Runs: agg (one engine) or disagg.
    public var mode: String?
    /// Runs: what the flags rest on.
    public var flagsBasis: String?
    /// Runs: validate or calibrate.
    public var role: String?
    /// Runs: all rows of the group, those that cannot be read among them.
    public var fileRows: Int?
  }

  /// A row with its prediction and how it counts.
  public struct Row: Codable, Sendable {
    /// As its file names it.
    public var id: String
    /// Its file.
    public var file: String
    /// network, operator, serving, caching, power, training or supply.
    public var kind: String
    /// Engine or machine that was measured.
    public var system: String
    /// Chip that was measured.
    public var chip: String
    /// What was measured.
    public var metric: String
    /// Of published and predicted.
    public var unit: String
    /// How the row may be used.
    public var role: String
    /// In the row's unit.
    public var published: Double
    /// In the row's unit.
    public var predicted: Double??
    /// (predicted − published) / published.
    public var error: Double??
    /// Percentage points, for changes in percent.
    public var points: Double??
    /// How it counts.
    public var status: String
    /// Why it is not predicted, or what was filled in.
    public var reason: String
    /// Runs: engine.
    public var engine: String?
    /// Runs: version of the engine.
    public var engineVersion: String?
    /// Runs: model.
    public var model: String?
    /// Runs: agg (one engine) or disagg.
    public var mode: String?
    /// Runs: what the flags rest on.
    public var flagsBasis: String?
    /// Supply: whether the published middle lies in the model's 90% band.
    public var insideBand: Bool??
    /// Supply: lowest and highest that the source allows.
    public var low, high: Double?
    /// Supply: quantiles of the model's draws.
    public var p05, p25, p75, p95: Double??
    /// Supply: information date.
    public var asOf: String?
    /// Supply: the model's quantity and period.
    public var measure: String?
    /// Supply: upper for plans and ceilings, lower for floors.
    public var bound: String??
    /// Supply: whether sources differ by a factor.
    public var disputed: Bool?
    /// Supply: continuous ranked probability score, by the middle.
    public var rankedScore: Double??
    /// Supply: −ln of the density of ln X at the middle.
    public var logarithmicScore: Double??
    /// Supply: share of the draws below the middle.
    public var probabilityBelow: Double??
    /// Supply: source of the row.
    public var source: String?
  }
}

extension ValidationResult.Group {
  init(_ group: ValidationSummary) {
    (file, kind, source) = (group.file, group.kind, group.source)
    (chip, engine, model) = (group.chip, group.engine, group.model)
    (metric, rows, covered) = (group.metric, group.rows, group.covered)
    medianAbsoluteError = group.medianAbsoluteError.map(Optional.some)
    p90AbsoluteError = group.p90AbsoluteError.map(Optional.some)
    worstAbsoluteError = group.worstAbsoluteError.map(Optional.some)
    bias = group.bias.map(Optional.some)
  }

  init(_ group: RunSummary) {
    (file, kind, source) = (group.file, group.kind, group.source)
    (chip, engine, model) = (group.chip, group.engine, group.model)
    (metric, rows, covered) = (group.metric, group.rows, group.covered)
    medianAbsoluteError = group.medianAbsoluteError.map(Optional.some)
    p90AbsoluteError = group.p90AbsoluteError.map(Optional.some)
    worstAbsoluteError = group.worstAbsoluteError.map(Optional.some)
    bias = group.bias.map(Optional.some)
    (engineVersion, mode, flagsBasis) = (group.engineVersion, group.mode, group.flagsBasis)
    (role, fileRows) = (group.role, group.fileRows)
  }

  init(_ group: SupplyValidation.Group) {
    (file, kind, source) = (group.file, "supply", "all")
    (chip, engine, model) = ("all", "all", "all")
    (metric, rows, covered) = (group.name, group.rows, group.covered)
    medianAbsoluteError = .some(group.medianAbsoluteError)
    p90AbsoluteError = .some(group.p90AbsoluteError)
    worstAbsoluteError = .some(group.worstAbsoluteError)
    bias = .some(group.bias)
    insideShare = .some(group.insideShare)
    insideHalfShare = .some(group.insideHalfShare)
    closeShare = .some(group.closeShare)
    rankedScore = .some(group.rankedScore)
    logarithmicScore = .some(group.logarithmicScore)
  }
}

extension ValidationResult.Row {
  init(_ outcome: Outcome) {
    let row = outcome.row
    (id, file, kind, system, chip) = (row.id, row.file, row.kind, row.system, row.chip)
    (metric, unit, role, published) = (row.metric, row.unit, row.role.rawValue, row.value)
    predicted = .some(outcome.predicted)
    error = .some(outcome.signedError)
    points = .some(outcome.points)
    (status, reason) = (outcome.status.rawValue, outcome.reason)
  }

  init(_ outcome: RunOutcome) {
    let run = outcome.run
    (id, file, kind, system, chip) = (run.id, run.file, "serving", run.system, outcome.chip)
    (metric, unit, role) = (outcome.metric.rawValue, outcome.metric.unit, run.role.rawValue)
    published = outcome.published
    predicted = .some(outcome.predicted)
    error = .some(outcome.signedError)
    (status, reason) = (outcome.status.rawValue, outcome.reason)
    (engine, engineVersion, model) = (run.engine, run.engineVersion, run.model)
    (mode, flagsBasis) = (run.mode.rawValue, run.flagsBasis)
  }

  init(_ row: SupplyValidation.Row) {
    (id, file, kind, system, chip) = (row.id, row.file, "supply", "", "")
    (metric, unit, published) = (row.title, row.unit, row.mid)
    role = row.bound != nil ? "bound" : row.fits.isEmpty ? "validate" : "calibrate"
    predicted = .some(row.model?.p50)
    error = .some(row.error)
    (status, reason) = (row.status.rawValue, row.reason)
    insideBand = .some(row.isInside)
    (low, high) = (row.low, row.high)
    p05 = .some(row.model?.p05)
    p25 = .some(row.model?.p25)
    p75 = .some(row.model?.p75)
    p95 = .some(row.model?.p95)
    (asOf, measure, bound) = (row.asOf, row.measure, .some(row.bound?.rawValue))
    disputed = row.isDisputed
    rankedScore = .some(row.rankedScore)
    logarithmicScore = .some(row.logarithmicScore)
    probabilityBelow = .some(row.probabilityBelow)
    source = row.source
  }
}
