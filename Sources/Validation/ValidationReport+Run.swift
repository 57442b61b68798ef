import Formats
import Simulation
import Units

extension ValidationReport {
  /// Predicts every row of the built-in files and of `extraFiles`, or those of one kind.
  public static func run(
    catalog: Catalog, extraFiles: [String], kind: String?, budgets: [Budget]
  ) throws -> ValidationReport {
    let builtIn = PublishedRow.builtInFiles.map { catalog.resourcePath("catalog/published/\($0)") }
    let files = builtIn.compactMap { $0 } + extraFiles
    var rows = try files.flatMap(PublishedRow.read(path:))
    if let kind {
      let kinds = unique(rows.map(\.kind))
      guard kinds.contains(kind) else {
        throw Problem(
          "--kind", "there are no rows of kind '\(kind)'", wayOut: "use one of \(kinds.joined(separator: ", "))")
      }
      rows = rows.filter { $0.kind == kind }
    }
    let predictor = Predictor(catalog: catalog)
    let outcomes = concurrentMap(rows, workers: 2) { Outcome($0, predictor.predict($0)) }
    return ValidationReport(
      outcomes: outcomes, constants: try predictor.constants(), refits: try predictor.refits(of: outcomes),
      violations: budgets.flatMap { $0.violations(in: outcomes) })
  }
}
