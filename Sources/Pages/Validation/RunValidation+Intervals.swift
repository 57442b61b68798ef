import Reports
import Validation

extension RunValidation {
  /// How many runs lie within the intervals that answers tell, where an interval is of other runs than it is tried on.
  var intervalTable: Table {
    Table(
      "Answers say between which times nine of ten such runs lie; "
        + "here the intervals are of other runs than those tried",
      columns: ["intervals of", "tried on", "metric", .number("runs"), .number("within"), .number("share")],
      rows: intervalCoverage.map { coverage in
        let (made, tried) =
          switch coverage.split {
          case .halves: ("one half of the model's or the group's runs", "the other half")
          case .otherChips: ("the engine's runs on all other chips", "the chip left out")
          }
        return [
          Table.Cell(made), Table.Cell(tried), Table.Cell(coverage.metric.rawValue),
          Table.Cell(Text.grouped(coverage.runs)), Table.Cell(Text.grouped(coverage.within)),
          Table.Cell(shown(coverage.share)),
        ]
      })
  }
}
