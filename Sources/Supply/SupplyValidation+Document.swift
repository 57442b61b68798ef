import Formats
import Reports
import Units

extension SupplyValidation {
  public func document() -> Document {
    let lead =
      "\(Measure(insideShare, .percent)) of \(rows.count) rows lie inside the 90% band at their own information date; "
      + "on rows where sources agree the median error is \(Measure(medianError, .percent)) and "
      + "\(Measure(closeShare, .percent)) are within 20%. "
      + "Mean ranked probability score: \(Measure(score, .plain)) of the middle."
    let cells = rows.map { row -> [Table.Cell] in
      [
        Table.Cell(row.id), Table.Cell(row.title + (row.isDisputed ? " (disputed)" : "")), Table.Cell(row.asOf),
        Table.Cell("\(Measure(row.mid, .plain))"), Table.Cell("\(Measure(row.model.p50, .plain))"),
        Table.Cell("\(Measure(row.model.p05, .plain)) to \(Measure(row.model.p95, .plain))"),
        Table.Cell(row.isInside ? "inside" : "outside", tone: row.isInside ? .good : .bad),
        Table.Cell(row.error.map { "\(Measure($0, .percent))" } ?? ""), Table.Cell("\(Measure(row.score, .plain))"),
      ]
    }
    let table = Table(
      "Middle estimate of the source against the model's draws, knowing only what was known on that date.",
      columns: [
        "Row", "What", "Known on", .number("Source"), .number("Model"), .number("5% to 95%"), "Band", .number("Error"),
        .number("Score"),
      ], rows: cells)
    return Document(
      title: "Supply against what others say", lead: [lead], sections: [.init("Rows", [.table(table)])],
      sources: rows.map {
        Document.Source(what: $0.id, value: "\(Measure($0.mid, .plain)) \($0.unit)", source: $0.source)
      },
      footer: "supernode \(run.version), seed \(run.seed), \(run.draws) draws a date")
  }
}

extension SupplyValidation {
  /// One line a row.
  public func csv() -> String {
    var text = CSVText(
      header: ["id", "what", "unit", "known", "low", "mid", "high", "p05", "p50", "p95", "inside", "disputed", "score"])
    for row in rows {
      let numbers = [row.low, row.mid, row.high, row.model.p05, row.model.p50, row.model.p95].map(CSVText.number)
      text.append(
        [row.id, row.title, row.unit, row.asOf] + numbers
          + [row.isInside ? "true" : "false", row.isDisputed ? "true" : "false", CSVText.number(row.score)])
    }
    return text.text
  }
}
