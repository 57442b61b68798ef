import Reports
import Supply
import Units

extension SupplyArticle {
  /// For a terminal: one table, then what is counted and how to run it.
  public func document() -> Document {
    Document(
      title: "The article, statement by statement",
      subtitle: "\(Text.counted(draws, "draw")) of each world" + (SupplyReport.fewDraws(draws).map { "; \($0)" } ?? ""),
      sections: [
        .init("What the model says", [.table(table(withMeaning: false))]),
        .init("What is counted, and the run that gives it", [.notes(notes)]),
      ])
  }

  /// One page of the report.
  var section: Document.Section {
    .init(
      "The article, statement by statement",
      [.table(table(withMeaning: true)), .folded(title: "What is counted, and the run that gives it", [.notes(notes)])])
  }

  private func table(withMeaning: Bool) -> Table {
    Table(
      "Median and 5% to 95% of the draws; a difference of two worlds is taken draw by draw. How sure: the share of "
        + "draws in which it is true, and of those in which policy stays as it is.",
      columns: ["Statement", .number("Number"), .number("5% to 95%")] + (withMeaning ? ["Counted as"] : [])
        + [.number("How sure"), .number("If policy stays")],
      rows: lines.map { line in
        [
          Table.Cell(line.statement), Table.Cell(line.value.map { line.text($0.p50) } ?? "not known then"),
          Table.Cell(line.value.map { "\(line.text($0.p05)) to \(line.text($0.p95))" } ?? ""),
        ] + (withMeaning ? [Table.Cell(line.meaning, tone: .muted)] : []) + [
          Table.Cell(line.probability.map(SupplyReport.rounded) ?? ""),
          Table.Cell(line.ifPolicyStays.map(SupplyReport.rounded) ?? ""),
        ]
      })
  }

  private var notes: [String] {
    lines.map { line in
      "\(line.statement): \(line.meaning). \(line.definition)\(line.note.map { "; \($0)" } ?? ""). `\(line.run)`"
    }
  }
}

extension SupplyArticle.Line {
  func text(_ value: Double) -> String {
    let sign = isDifference && value > 0 ? "+" : ""
    switch unit {
    case "fraction": return sign + Measure(value, .percent).description
    case "ratio": return "\(sign)\(Measure(value, .plain)) ×"
    case "USD": return sign + Measure(value, .dollars).description
    case SupplyReport.yuan: return sign + Measure(value, .yuan).description
    default: return sign + Measure(value, .count).description
    }
  }
}
