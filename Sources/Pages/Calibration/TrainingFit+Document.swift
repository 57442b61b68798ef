import Reports
import Validation

extension TrainingFit {
  /// What `supernode calibrate --kind training` found.
  public func document(version: String) -> Document {
    Document(
      title: "Constants of training found again from their rows",
      subtitle: "\(Text.counted(rows, "row")) that calibrate, \(Text.counted(values.count, "constant"))",
      lead: [
        "Times of these rows are missed by \(shown(before.median)) in the median with the catalog's constants and by "
          + "\(shown(after.median)) with those found (nine of ten within \(shown(before.p90)) and "
          + "\(shown(after.p90))); the loss is \(Text.significant(before.loss)) and \(Text.significant(after.loss)).",
        "\(moved.count) of \(values.count) of the catalog's values lie outside of the posterior's nine in ten"
          + (moved.isEmpty ? "." : ": \(moved.joined(separator: ", "))."),
        "Left is the deviation that the rows leave, as a share of the prior's: 100% where they say nothing. No row of "
          + "role validate was read.",
      ],
      sections: [
        Document.Section("Constants", [.table(constantTable)]),
        Document.Section("A group left out of the fit", [.table(leftOutTable)]),
        Document.Section("Priors and rows", [.folded(title: "Of each constant", [.table(homeTable)])]),
      ], footer: "supernode \(version)")
  }

  /// The same as Markdown.
  public func markdown(version: String) -> String { tables(of: document(version: version)) }

  /// Constants whose value in the catalog is outside of the band found.
  private var moved: [String] {
    values.filter { $0.catalog < $0.posterior.low || $0.catalog > $0.posterior.high }.map { name($0) }
  }

  private func name(_ value: Value) -> String {
    value.platform == "generic" ? value.constant.rawValue : "\(value.constant.rawValue) (\(value.platform))"
  }

  private func range(_ range: RunFit.Range) -> String {
    "\(Text.significant(range.value)) (\(Text.significant(range.low)) to \(Text.significant(range.high)))"
  }

  private var constantTable: Table {
    Table(
      "Values in the unit of the constant; in brackets nine in ten",
      columns: [
        "constant", "unit", .number("catalog"), "prior", "posterior", .number("moved"), .number("left"),
        .number("rows"),
      ],
      rows: values.map { value in
        [
          Table.Cell(name(value)), Table.Cell(value.constant.unit), Table.Cell(Text.significant(value.catalog)),
          Table.Cell(range(value.prior)), Table.Cell(range(value.posterior)),
          Table.Cell(shownSigned(value.posterior.value / value.catalog - 1)), Table.Cell(shown(value.left)),
          "\(value.rows)",
        ]
      })
  }

  private var leftOutTable: Table {
    Table(
      "Medians of absolute errors of the group's times, on the lines of the fit",
      columns: [
        "left out", "name", .number("rows"), .number("in the fit"), .number("left out"),
      ],
      rows: leftOut.map {
        [
          Table.Cell($0.kind), Table.Cell($0.name), "\($0.rows)", Table.Cell(shown($0.within)),
          Table.Cell(shown($0.without)),
        ]
      })
  }

  private var homeTable: Table {
    Table(
      "", columns: ["constant", "prior's reason", "rows that tell it"],
      rows: values.map {
        [Table.Cell(name($0)), Table.Cell($0.reason), Table.Cell($0.groups.joined(separator: ", "))]
      })
  }
}
