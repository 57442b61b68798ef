import Formats
import Reports
import Validation

extension RunValidation {
  /// Why runs that should be scored have no prediction, and which cannot be read.
  var unsupportedTable: Table {
    let missing = published.filter { $0.metric == .timePerOutputToken && $0.predicted == nil }
    let reasons = unique(missing.map(\.reason))
    return Table(
      "Runs without a prediction, by reason",
      columns: ["reason", .number("runs"), .number("to be scored"), "for example"],
      rows: reasons.map { reason in
        let mine = missing.filter { $0.reason == reason }
        return [
          Table.Cell(reason), "\(mine.count)", "\(mine.filter(\.isWanted).count)",
          Table.Cell(mine.prefix(2).map(\.run.id).joined(separator: " ")),
        ]
      })
  }

  /// The scored rows that are farthest off, a few of each metric.
  var worstTable: Table {
    let worst = RunOutcome.Metric.allCases.flatMap { metric in
      published.filter { $0.metric == metric && $0.status == .scored }
        .sorted { (abs($0.signedError ?? 0), $1.run.id) > (abs($1.signedError ?? 0), $0.run.id) }.prefix(12)
    }
    return rows("Scored rows farthest from their measurement", worst)
  }

  var rowTable: Table { rows("Every row", outcomes) }

  var sampleTable: Table {
    var seen = Set<String>()
    let ids = Set(Self.sample(published.map(\.run).filter { seen.insert($0.id).inserted }).map(\.id))
    return rows("A run of each group, which a test predicts anew", outcomes.filter { ids.contains($0.run.id) })
  }

  /// Lines of the page for those runs.
  public var sampleLines: [String] {
    sampleTable.markdown.split(separator: "\n").dropFirst(2).map(String.init)
  }

  /// Runs of the user's own files, three hundred metrics at most; nil where there are none.
  var ownTable: Table? {
    let own = self.own
    guard !own.isEmpty else { return nil }
    let shown = Array(own.prefix(300))
    let rest = own.count > shown.count ? "; the first \(shown.count) of \(Text.grouped(own.count)), all in --json" : ""
    return rows("Your runs: what was measured, and what is predicted\(rest)", shown)
  }

  private func rows(_ caption: String, _ list: [RunOutcome]) -> Table {
    Table(
      caption,
      columns: [
        "run", "engine", "metric", .number("measured"), .number("predicted"), "unit",
        .number("error"), "status",
        "why",
      ],
      rows: list.map { outcome in
        [
          Table.Cell(outcome.run.id), Table.Cell(outcome.versionName), Table.Cell(outcome.metric.rawValue),
          Table.Cell(Text.significant(outcome.published)),
          Table.Cell(outcome.predicted.map { Text.significant($0) } ?? ""), Table.Cell(outcome.metric.unit),
          Table.Cell(shownSigned(outcome.signedError)), Table.Cell(outcome.status.rawValue),
          Table.Cell(outcome.reason),
        ]
      })
  }

  /// Signed errors of the scored runs, a row for each engine on each chip.
  func deviations(_ metric: RunOutcome.Metric) -> Chart {
    let mine = published.filter { $0.metric == metric && $0.status == .scored }
    let names = unique(mine.map(\.placeName)).sorted()
    let rows = names.map { name in
      Chart.Deviations.Row(
        name,
        mine.filter { $0.placeName == name }.compactMap { outcome in
          outcome.signedError.map { Chart.Deviations.Dot(outcome.run.id, $0) }
        })
    }
    return Chart(
      "\(metric.rawValue), signed error",
      caption: "Each dot is a scored run: to the right the prediction is too high. The bands are ±10% and ±25%; "
        + "what is off by more than 60% is a ring at the edge.",
      .deviations(Chart.Deviations(counted: "run", rows: rows)))
  }
}

extension RunOutcome {
  /// `vLLM on NVIDIA H100, dense`.
  fileprivate var placeName: String {
    let engines = ["vllm": "vLLM", "sglang": "SGLang", "trtllm": "TensorRT-LLM"]
    return "\(engines[run.engine] ?? run.engine) on \(chip), \(isDense ? "dense" : "mixture of experts")"
  }
}
