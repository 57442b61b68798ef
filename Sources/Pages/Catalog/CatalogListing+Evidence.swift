import Formats
import Reports
import Serving
import Units
import Validation

extension CatalogListing {
  /// How much was measured on chips and engines: closed-loop runs that were predicted, and published rows.
  struct Evidence {
    private let runs: [ComparedRuns]
    /// Chip of each row that validates.
    private let rows: [String]
    private let catalog: Catalog

    init(_ catalog: Catalog) throws {
      self.catalog = catalog
      runs = try ComparedRuns.read(catalog)
      rows = try PublishedRow.builtInFiles.compactMap { catalog.resourcePath("catalog/published/\($0)") }.flatMap {
        try CSVTable.read(path: $0).rows.filter { $0["role"] == "validate" }.compactMap { $0["chip"] }
      }
    }

    /// Of a chip, or of an engine.
    struct Sum {
      var runs = 0
      /// Median over groups of runs, each counted by its runs.
      var timePerOutputToken: Double?
      var rows = 0

      /// `1,018 runs, 8%`.
      var words: String { amount + (timePerOutputToken.map { ", \(Int(($0 * 100).rounded()))%" } ?? "") }

      /// `1,018 runs`, `never`.
      var amount: String {
        if runs > 0 { return Text.counted(runs, "run") }
        return "never"
      }
    }

    /// An entry of the user's was compared with nothing, whatever its name.
    func ofChip(_ name: String) -> Sum {
      guard catalog.path(of: name, kind: "chips").map({ !catalog.isOwn($0) }) ?? false else { return Sum() }
      var sum = Self.sum(runs.filter { $0.group.chip == name })
      // `Ascend 910C (Atlas 800I A3)` is a 910C.
      sum.rows = rows.filter { $0 == name || $0.hasPrefix("\(name) ") }.count
      return sum
    }

    func ofEngine(_ name: String) -> Sum {
      guard catalog.path(of: name, kind: "engines").map({ !catalog.isOwn($0) }) ?? false else { return Sum() }
      return Self.sum(runs.filter { $0.group.engine == name })
    }

    private static func sum(_ groups: [ComparedRuns]) -> Sum {
      let count = groups.map(\.runs).reduce(0, +)
      let steps = groups.compactMap { group in group.timePerOutputToken.map { (error: $0, runs: group.runs) } }
      let all = steps.reduce(0) { $0 + $1.runs }
      var below = 0
      let median = steps.sorted { $0.error < $1.error }.first { step in
        below += step.runs
        return 2 * below >= all
      }
      return Sum(runs: count, timePerOutputToken: median?.error)
    }
  }

  static let evidenceColumns = [
    Column(key: "comparedRuns", head: nil, isNumber: true),
    Column(key: "medianErrorOfTimePerOutputToken", head: nil, isNumber: true),
    Column(key: "publishedRows", head: nil, isNumber: true),
  ]

  static func cells(_ sum: Evidence.Sum) -> [Cell] {
    [.count(sum.runs), .number(sum.timePerOutputToken) { "\($0)" }, .count(sum.rows)]
  }
}
