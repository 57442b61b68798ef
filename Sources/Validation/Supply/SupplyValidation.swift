import Formats
import Supply

/// How the model stands against what sources say, each row at its own information date.
public struct SupplyValidation: Sendable {
  public var rows: [Row]
  /// Numbers of ours that were set with rows in sight, and these rows.
  public var constants: [Constant]
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String]
  public var run: SupplyReport.Run
  /// The built-in rows again, each with its like left out.
  public var folds: [Fold]
  /// Draws of these.
  public var leftOutDraws: Int
  /// Statements whose date has passed.
  public var forecasts: [SupplyRows.Forecast]

  /// Rows that were answered as if unseen.
  public struct Fold: Sendable {
    public var kind, name: String
    public var rows: [Row]
    public var freed: [String]
  }

  public typealias Constant = ValidationReport.Constant

  /// Built-in rows, then those of `files`.
  public init(
    catalog: Catalog, files: [String] = [], draws: Int, leftOutDraws: Int? = nil, leavesOut: Bool = true, seed: UInt64,
    workers: Int, version: String
  ) throws {
    let answered = try SupplyRows(
      catalog: catalog, files: files, draws: draws, leftOutDraws: leftOutDraws, leavesOut: leavesOut, seed: seed,
      workers: workers, version: version)
    rows = answered.rows.map(Row.init)
    constants = answered.fits.map { fit in
      Constant(
        name: fit.name, value: fit.parameter.map { "\($0.value.text) \($0.unit)" } ?? "", identifiedBy: fit.rows,
        source: fit.parameter?.source ?? "")
    }
    violations = []
    folds = answered.folds.map { Fold(kind: $0.kind, name: $0.name, rows: $0.rows.map(Row.init), freed: $0.freed) }
    self.leftOutDraws = answered.leftOutDraws
    forecasts = answered.forecasts
    run = answered.run
  }
}
