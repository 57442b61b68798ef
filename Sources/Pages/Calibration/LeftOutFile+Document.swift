import Reports
import Validation

extension LeftOutFile {
  /// Bars of issue 10 for runs of a group that no fit saw: TPOT, TTFT, throughput.
  static let bars = (each: 0.14, first: 0.30, throughput: 0.14)

  public func document(version: String) -> Document {
    Document(
      title: "Engines' constants without the runs that they are tried on",
      subtitle: kinds.map { "\($0.kind.rawValue): \($0.groups.count)" }.joined(separator: ", "),
      lead: [
        "For each group its runs were left out of the fit of engines' constants, and its scored runs predicted. "
          + "Kernels are those of the chip's own tables, and which mechanisms are modelled was chosen with all runs in "
          + "sight: neither is left out here.",
        "The bars are 14, 30 and 14% (TPOT, TTFT, throughput; medians of absolute errors). \(verdict)",
      ],
      sections: [Document.Section("All scored runs on one engine", [.table(pooledTable)])]
        + kinds.map { kind in
          Document.Section("By \(kind.kind.rawValue)", [.table(table(of: kind))])
        }, footer: "supernode \(version)")
  }

  /// The same as Markdown.
  public func markdown(version: String) -> String { tables(of: document(version: version)) }

  private var verdict: String {
    let missed = kinds.filter { kind in
      let errors = kind.leftOut
      return (errors.timePerOutputToken.median ?? 0) > Self.bars.each
        || (errors.timeToFirstToken.median ?? 0) > Self.bars.first
        || (errors.throughput.median ?? 0) > Self.bars.throughput
    }
    return missed.isEmpty
      ? "All hold." : "Missed with \(missed.map { "a \($0.kind.rawValue)" }.joined(separator: " or ")) left out."
  }

  /// Errors over all groups: left out, with the full fit, and with the catalog's constants.
  package var pooledTable: Table {
    func row(_ name: String, _ errors: LeaveOut.Errors) -> [Table.Cell] {
      [Table.Cell(name), "\(errors.timePerOutputToken.runs)"] + cells(errors)
    }
    let each = kinds.flatMap { kind -> [[Table.Cell]] in
      let name = "each \(kind.kind.rawValue)"
      let isPart = kind.seenLeftOut.timePerOutputToken.runs < kind.leftOut.timePerOutputToken.runs
      let seen = [
        row("of these only \(kind.kind.rawValue)s in the fit", kind.seenLeftOut),
        row("the same, nothing left out", kind.seenFull),
      ]
      return [row(name, kind.leftOut)] + (isPart ? seen : [])
    }
    let whole = kinds.first.map { kind in
      [row("nothing, the same fit", kind.full), row("nothing, the catalog's constants", kind.catalog)]
    }
    return Table(
      "Medians and 90th percentiles of absolute errors; bias is the median signed error. The runs of groups that are "
        + "in the fit are left out of it; all other groups never were in it",
      columns: ["left out", .number("runs")] + Self.columns, rows: each + (whole ?? []))
  }

  private func table(of kind: LeaveOut) -> Table {
    Table(
      "Errors with the group left out, and in the median with the full fit; the constant that moved most",
      columns: [Table.Column("\(kind.kind.rawValue) left out"), .number("runs in the fit"), .number("runs")]
        + Self.columns + [.number("full fit: TPOT"), .number("TTFT"), .number("throughput"), "moved most"],
      rows: kind.groups.map { group in
        [Table.Cell(group.name), "\(group.calibrating)", "\(group.leftOut.timePerOutputToken.runs)"]
          + cells(group.leftOut)
          + [
            Table.Cell(shown(group.full.timePerOutputToken.median)),
            Table.Cell(shown(group.full.timeToFirstToken.median)), Table.Cell(shown(group.full.throughput.median)),
            Table.Cell(
              group.moved.map {
                "\($0.constant.rawValue): \(quantity($0.full, $0.unit)) to \(quantity($0.leftOut, $0.unit))"
              } ?? "nothing was left out"),
          ]
      })
  }

  private static let columns: [Table.Column] = ["TPOT", "TTFT", "throughput"].flatMap {
    [.number("\($0) median"), .number("p90"), .number("bias")]
  }

  private func cells(_ errors: LeaveOut.Errors) -> [Table.Cell] {
    [errors.timePerOutputToken, errors.timeToFirstToken, errors.throughput].flatMap {
      [Table.Cell(shown($0.median)), Table.Cell(shown($0.p90)), Table.Cell(shownSigned($0.bias))]
    }
  }
}
