import Reports
import Validation

/// What `supernode calibrate` found: the constants of engines and those of decode on CloudMatrix 384.
public struct CalibrationPage {
  public var runs: RunFit
  public var decode: DecodeRefit

  public init(_ runs: RunFit, _ decode: DecodeRefit) {
    self.runs = runs
    self.decode = decode
  }

  public func document(version: String) -> Document {
    let sample = runs.every > 1 ? ", every \(runs.every) of them the first" : ""
    return Document(
      title: "Constants found again from their data",
      subtitle: "\(Text.counted(runs.runs, "run")) of engines that calibrate\(sample); \(decode.rows) rows of "
        + "CloudMatrix 384",
      lead: [
        "Engines: TPOT of the runs that calibrate is missed by \(shown(runs.before.timePerOutputToken)) in the median "
          + "with the catalog's constants and by \(shown(runs.after.timePerOutputToken)) with those found, TTFT by "
          + "\(shown(runs.before.timeToFirstToken)) and \(shown(runs.after.timeToFirstToken)); the loss is "
          + "\(Text.significant(runs.before.loss)) and \(Text.significant(runs.after.loss)).",
        "CloudMatrix 384: the loss is \(Text.significant(decode.lossBefore)) with the catalog's constants and "
          + "\(Text.significant(decode.lossAfter)) with those found.",
        "Left is the deviation that the data leave, as a share of the prior's: 100% where they say nothing. "
          + "No scored row was read.",
      ],
      sections: [
        Document.Section("Engines", [.table(engineTable)]),
        Document.Section("Decode on CloudMatrix 384", [.table(decodeTable)]),
        Document.Section("Homes, priors and data", [.folded(title: "Of each constant", [.table(homeTable)])]),
      ], footer: "supernode \(version)")
  }

  /// The same as Markdown.
  public func markdown(version: String) -> String { tables(of: document(version: version)) }

  private var engineTable: Table {
    Table(
      "Nine in ten of the prior, and of the posterior",
      columns: [
        "constant", "engines", .number("catalog"), .number("prior"), .number("prior's range"), .number("posterior"),
        .number("its range"), .number("left"), .number("runs"),
      ],
      rows: runs.values.map { value in
        [
          Table.Cell(value.constant.rawValue), Table.Cell(value.engines.joined(separator: ", ")),
          Table.Cell(quantity(value.catalog, value.unit)), Table.Cell(quantity(value.prior.value, value.unit)),
          Table.Cell(range(value.prior)), Table.Cell(quantity(value.posterior.value, value.unit)),
          Table.Cell(range(value.posterior)), Table.Cell(shown(value.left)), "\(value.runs)",
        ]
      })
  }

  private var decodeTable: Table {
    Table(
      "Nine in ten of the prior, and of the posterior",
      columns: [
        "constant", .number("catalog"), .number("prior"), .number("prior's range"), .number("posterior"),
        .number("its range"), .number("left"), .number("rows"),
      ],
      rows: decode.values.map { value in
        let (unit, scale) = value.unitAndScale
        return [
          Table.Cell(value.constant), Table.Cell(quantity(value.catalog * scale, unit)),
          Table.Cell(quantity(value.prior.value * scale, unit)), Table.Cell(range(value.prior, scale)),
          Table.Cell(quantity(value.posterior.value * scale, unit)), Table.Cell(range(value.posterior, scale)),
          Table.Cell(shown(value.left)), "\(value.rows.count)",
        ]
      })
  }

  private var homeTable: Table {
    let engines = runs.values.map { value -> [Table.Cell] in
      [
        Table.Cell(value.constant.rawValue),
        Table.Cell("\(value.engines.joined(separator: ", ")): \(value.constant.field)"), Table.Cell(value.reason),
        Table.Cell(value.groups.joined(separator: ", ")),
      ]
    }
    let rows = decode.values.map { value -> [Table.Cell] in
      [
        Table.Cell(value.constant), Table.Cell(value.home), Table.Cell(value.reason),
        Table.Cell(value.rows.joined(separator: ", ")),
      ]
    }
    return Table("", columns: ["constant", "home", "prior's source", "found on"], rows: engines + rows)
  }
}

extension DecodeRefit.Value {
  /// A unit in which the value is neither tiny nor huge, and how many of it make one of SI.
  fileprivate var unitAndScale: (String, Double) {
    guard isTime else { return ("", 1) }
    return prior.value >= 0.5e-3 ? ("ms", 1e3) : prior.value >= 0.5e-6 ? ("us", 1e6) : ("ns", 1e9)
  }
}

func quantity(_ value: Double, _ unit: String) -> String {
  unit.isEmpty ? Text.significant(value) : "\(Text.significant(value)) \(unit)"
}

func range(_ range: RunFit.Range, _ scale: Double = 1) -> String {
  "\(Text.significant(range.low * scale)) to \(Text.significant(range.high * scale))"
}

/// Lead and tables of a document as Markdown.
func tables(of document: Document) -> String {
  var text = "# \(document.title)\n"
  for paragraph in ["\(document.subtitle)."] + document.lead { text += "\n\(paragraph)\n" }
  for section in document.sections {
    text += "\n## \(section.title)\n"
    let blocks = section.blocks.flatMap { block in
      if case .folded(_, let inner) = block { inner } else { [block] }
    }
    for block in blocks {
      switch block {
      case .paragraph(let words): text += "\n\(words)\n"
      case .table(let table):
        text += table.caption.isEmpty ? "\n" : "\n\(table.caption).\n\n"
        text += table.markdown
      case .notes(let lines): text += "\n" + lines.map { "- \($0)\n" }.joined()
      default: break
      }
    }
  }
  return text
}
