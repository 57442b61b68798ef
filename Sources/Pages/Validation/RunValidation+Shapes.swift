import Reports
import Validation

extension RunValidation {
  /// Whether predictions choose the shape that measurements would choose; nothing where no case has three shapes.
  var shapeSections: [Document.Section] {
    let choices = shapeChoices
    guard let share = choices.shareWithin else { return [] }
    return [
      Document.Section(
        "Choosing a shape",
        [
          .paragraph(
            "In \(Text.percent(share)) of \(Text.grouped(choices.count)) cases the shape that predictions rank first "
              + "reaches 95% of the best measured throughput at that speed per user. A case is one model, machine, "
              + "engine, format and pair of lengths with three measured shapes or more, at one of three speeds."),
          .folded(title: "Cases that miss", [.table(missedShapes(choices))]),
        ])
    ]
  }

  private func missedShapes(_ choices: [ShapeChoice]) -> Table {
    Table(
      "Cases in which the chosen shape serves less than 95% of the best, the farthest first",
      columns: [
        "candidates", .number("shapes"), .number("tokens/s a user"), "chosen", "measured best",
        .number("throughput of chosen over best"),
      ],
      rows: choices.filter { !$0.isWithin }.sorted { ($0.share, $0.candidates) < ($1.share, $1.candidates) }.map {
        [
          Table.Cell($0.candidates), "\($0.shapes)", Table.Cell(Text.significant($0.speed)), Table.Cell($0.chosen),
          Table.Cell($0.best), Table.Cell(shown($0.share)),
        ]
      })
  }
}
