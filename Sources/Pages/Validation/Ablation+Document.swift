import Reports
import Validation

extension Ablation {
  /// What each mechanism is worth: over all scored runs, apart runs by themselves, and over the runs that it changes.
  public var document: Document {
    let sample = every > 1 ? ", every \(every) runs the first" : ""
    let apart = whole.apart.timePerOutputToken.runs
    return Document(
      title: "What each mechanism is worth",
      subtitle: "\(Text.grouped(whole.together.timePerOutputToken.runs + apart)) scored runs\(sample)",
      lead: [
        "Each line predicts the runs without one mechanism, all others staying: |error| is the median absolute error, "
          + "bias the median signed one. No constant was fitted again."
      ],
      sections: [
        Document.Section("Prefill and decode on the same chips", [.table(table(\.together))]),
        Document.Section("Prefill and decode apart", [.table(table(\.apart))]),
        Document.Section("Runs that each mechanism changes", [.table(changedTable)]),
        Document.Section("What stands in its place", [.table(titleTable)]),
      ])
  }

  /// The same as Markdown.
  public var markdown: String {
    let parts = document.sections.flatMap { section in
      section.blocks.compactMap { block -> String? in
        guard case .table(let table) = block else { return nil }
        return "## \(section.title)\n\n\(table.markdown)"
      }
    }
    return (["# \(document.title)\n\n\(document.subtitle). \(document.lead[0])\n"] + parts).joined(separator: "\n")
  }

  private func table(_ mode: (Errors) -> Mode) -> Table {
    func cells(_ name: String, _ errors: Mode) -> [Table.Cell] {
      [Table.Cell(name), "\(errors.timePerOutputToken.runs)"]
        + errors.metrics.flatMap { [Table.Cell(shown($0.medianAbsoluteError)), Table.Cell(shownSigned($0.bias))] }
    }
    return Table(
      "",
      columns: ["without", .number("runs")]
        + ["TPOT", "TTFT", "throughput"].flatMap { [.number("\($0) |error|"), .number("bias")] },
      rows: [cells("nothing", mode(whole))] + rows.map { cells($0.mechanism.rawValue, mode($0.errors)) })
  }

  /// Of the runs that a mechanism changes, each mode by itself.
  private var changedTable: Table {
    let rows = self.rows.flatMap { row in
      [("", \Errors.together), (", apart", \.apart)].compactMap { suffix, mode -> [Table.Cell]? in
        let (with, without) = (row.changedWith[keyPath: mode], row.changedWithout[keyPath: mode])
        guard with.timePerOutputToken.runs > 0 else { return nil }
        let errors = [\Mode.timePerOutputToken, \.timeToFirstToken].flatMap { metric in
          [with, without].map { Table.Cell(shown($0[keyPath: metric].medianAbsoluteError)) }
        }
        return [Table.Cell(row.mechanism.rawValue + suffix), "\(with.timePerOutputToken.runs)"] + errors
      }
    }
    return Table(
      "",
      columns: [
        "without", .number("runs"), .number("TPOT |error| with"), .number("without"), .number("TTFT |error| with"),
        .number("without"),
      ], rows: rows)
  }

  private var titleTable: Table {
    Table(
      "", columns: ["mechanism", "in its place"],
      rows: rows.map { row in
        let parts = row.title.split(separator: ":", maxSplits: 1)
        return [
          Table.Cell("\(row.mechanism.rawValue): \(parts[0])"),
          Table.Cell(parts.last.map { $0.drop { $0 == " " } }.map(String.init) ?? ""),
        ]
      })
  }
}

extension Ablation.Mode {
  fileprivate var metrics: [Ablation.Metric] { [timePerOutputToken, timeToFirstToken, throughput] }
}
