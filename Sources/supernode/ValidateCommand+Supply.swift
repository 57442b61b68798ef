import Formats
import Pages
import Reports
import Supply
import Units
import Validation

extension Validate {
  /// The supply model against what sources say, each row at its own information date.
  func supplyValidation(_ catalog: Catalog, files: [String], budgets: [SupplyBudget]) throws -> SupplyValidation {
    // Who asks for more than the usual draws asks for them everywhere.
    let leftOut = draws > 1000 ? draws : nil
    var result = try SupplyValidation(
      catalog: catalog, files: files, draws: draws, leftOutDraws: leftOut, seed: 1, workers: processorCount(),
      version: Supernode.version)
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

  /// The model of a training step against published jobs.
  func trainingValidation(
    _ catalog: Catalog, files: [String], budgets: [TrainingBudget]
  ) throws -> TrainingValidation {
    var result = try TrainingValidation(catalog: catalog, files: files, every: every, workers: processorCount())
    result.violations = every > 1 ? [] : budgets.flatMap { $0.violations(in: result) }
    return result
  }

  /// Files of `--rows` by their columns: estimates of supply have a `quantity` and a `period`, runs of engines a
  /// `concurrency`.
  func rowFiles() throws -> RowFiles {
    var files = RowFiles()
    for path in rows {
      let header = try CSVTable.read(path: path).header
      if header.contains("quantity") && header.contains("period") {
        files.supply.append(path)
      } else if ServingRun.isHeader(header) {
        files.runs.append(path)
      } else if TrainingRow.isHeader(header) {
        files.training.append(path)
      } else {
        files.measurements.append(path)
      }
    }
    if kind == "runs", let other = (files.supply + files.measurements).first {
      throw Problem(
        other, "its columns are not those of runs",
        wayOut: "a run needs \(ServingRun.signature.joined(separator: ", ")) and ttft_ms or tpot_ms, divided by commas")
    }
    if kind == "supply", let other = (files.runs + files.measurements).first {
      throw Problem(other, "its columns are not those of estimates", wayOut: "an estimate needs quantity and period")
    }
    return files
  }
}

/// Files of rows by what is in them.
struct RowFiles {
  var supply: [String] = []
  var runs: [String] = []
  var training: [String] = []
  var measurements: [String] = []
}

/// What `validate` gives: rows of measurements, of runs, of supply and of training in one list.
struct ValidationAnswer {
  var measured: ValidationReport?
  var runs: RunValidation?
  var supply: SupplyValidation?
  var training: TrainingValidation?

  var result: ValidationResult { ValidationResult(measured, runs, supply, training) }
}
