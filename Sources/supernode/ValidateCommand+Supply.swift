import Formats
import Pages
import Reports
import Supply
import Units
import Validation

extension Validate {
  /// The supply model against what sources say, each row at its own information date.
  func supplyValidation(_ catalog: Catalog, files: [String], budgets: [SupplyBudget]) throws -> SupplyValidation {
    var result = try SupplyValidation(
      catalog: catalog, files: files, draws: draws, seed: 1, workers: processorCount(), version: Supernode.version)
    result.violations = budgets.flatMap { $0.violations(in: result) }
    return result
  }

  /// The simulated engines against measured runs.
  func runValidation(_ catalog: Catalog, files: [String], budgets: [RunBudget]) throws -> RunValidation {
    var result = try RunValidation(catalog: catalog, files: files, every: every, workers: processorCount())
    // A part of the runs says nothing about a group's error.
    result.violations = every > 1 ? [] : budgets.flatMap { $0.violations(in: result) }
    return result
  }

  /// The engines' constants found again on the runs that calibrate.
  func printFit(_ catalog: Catalog) throws {
    let fit = try RunFit(catalog: catalog, every: every, workers: processorCount())
    let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
    Terminal.write(renderer.render(fit.document))
  }

  /// Files of `--rows` by their columns: estimates of supply have a `quantity` and a `period`, runs of engines a
  /// `concurrency`.
  func rowFiles() throws -> (supply: [String], runs: [String], measurements: [String]) {
    var files: (supply: [String], runs: [String], measurements: [String]) = ([], [], [])
    for path in rows {
      let header = try CSVTable.read(path: path).header
      if header.contains("quantity") && header.contains("period") {
        files.supply.append(path)
      } else if ServingRun.isHeader(header) {
        files.runs.append(path)
      } else {
        files.measurements.append(path)
      }
    }
    return files
  }
}

/// What `validate` gives: rows of measurements, of runs and of supply in one list.
struct ValidationAnswer: Encodable {
  var measured: ValidationReport?
  var runs: RunValidation?
  var supply: SupplyValidation?

  var violations: [String] { (measured?.violations ?? []) + (runs?.violations ?? []) + (supply?.violations ?? []) }

  enum CodingKeys: String, CodingKey { case summary, rows, constants, fittedConstants, refits, violations, run }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    var summary = container.nestedUnkeyedContainer(forKey: .summary)
    for group in measured?.summary ?? [] { try summary.encode(group) }
    for group in runs?.summaries ?? [] { try summary.encode(group) }
    for group in supply?.groups ?? [] { try summary.encode(group) }
    var rows = container.nestedUnkeyedContainer(forKey: .rows)
    for outcome in measured?.outcomes ?? [] { try rows.encode(outcome) }
    for outcome in runs?.outcomes ?? [] { try rows.encode(outcome) }
    for row in supply?.rows ?? [] { try rows.encode(row) }
    var constants = container.nestedUnkeyedContainer(forKey: .constants)
    for constant in measured?.constants ?? [] { try constants.encode(constant) }
    for constant in supply?.constants ?? [] { try constants.encode(constant) }
    let fitted = (measured?.fittedConstants ?? 0) + (supply?.constants.count ?? 0)
    try container.encode(fitted, forKey: .fittedConstants)
    try container.encode(measured?.refits ?? [], forKey: .refits)
    try container.encode(violations, forKey: .violations)
    try container.encodeIfPresent(supply?.run, forKey: .run)
  }
}
