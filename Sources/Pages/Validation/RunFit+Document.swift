import Reports
import Validation

extension RunFit {
  /// The constants before and after, and how far each may move.
  public var document: Document {
    Document(
      title: "Engines' constants on the runs that calibrate",
      subtitle:
        "\(runs) runs; loss \(Text.significant(lossBefore)) with the catalog's, \(Text.significant(lossAfter)) fitted",
      sections: [Document.Section("Constants", [.table(table)])])
  }

  private var table: Table {
    Table(
      "Low and high: values tried that lose less than 0.5% more, the others staying",
      columns: [
        "constant", "engine", "unit", .number("catalog"), .number("fitted"), .number("low"), .number("high"),
      ],
      rows: values.map { value in
        [
          Table.Cell(value.constant.rawValue), Table.Cell(value.engine ?? "all"), Table.Cell(value.constant.unit),
          Table.Cell(Text.significant(value.before)), Table.Cell(Text.significant(value.after)),
          Table.Cell(Text.significant(value.low)), Table.Cell(Text.significant(value.high)),
        ]
      })
  }
}
