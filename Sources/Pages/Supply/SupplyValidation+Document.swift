import Formats
import Reports
import Supply
import Validation
import Units

extension SupplyValidation {
  public func document() -> Document {
    Document(
      title: "Supply against what others say", lead: lead,
      sections: [
        .init("How it fares", [.table(groupTable)]), .init("Rows", [.table(rowTable)]),
        .init("Numbers of ours that were set with rows in sight", [.table(constantTable)]),
      ],
      sources: rows.map {
        Document.Source(what: $0.id, value: "\(Measure($0.mid, .plain)) \($0.unit)", source: $0.source)
      },
      footer: "supernode \(run.version), seed \(run.seed), \(run.draws) draws a date")
  }

  /// The page `Documentation/SupplyValidation.md`.
  public var markdown: String {
    let document = document()
    var text =
      "# \(document.title)\n\nWritten by `supernode validate --kind supply --format markdown`; a test holds it to what "
      + "the program says.\n"
    for paragraph in document.lead { text += "\n\(paragraph)\n" }
    for section in document.sections {
      for case .table(let table) in section.blocks {
        text += "\n## \(section.title)\n\n\(table.caption)\n\n" + table.markdown
      }
    }
    return text
  }

  private var lead: [String] {
    var lead: [String] = []
    func share(_ value: Double?) -> String { value.map { "\(Measure($0, .percent))" } ?? "none" }
    if let all = group("all rows"), let outcomes = group("without plans and bounds"),
      let agreed = group("sources agree")
    {
      lead.append(
        "\(share(all.insideShare)) of \(all.covered) rows lie inside the 90% band at their own information date, "
          + "\(share(outcomes.insideShare)) of the \(outcomes.covered) that are no plan or bound. On the "
          + "\(agreed.covered) rows where sources agree the median error is \(share(agreed.medianAbsoluteError)) and "
          + "\(share(agreed.closeShare)) of the medians are within 20% of the middle.")
      lead.append(
        "Proper scores: ranked probability \(Measure(all.rankedScore ?? 0, .plain)) of the middle, logarithmic "
          + "\(Measure(all.logarithmicScore ?? 0, .plain)). Middles by fifth of the model's draws: "
          + "\(fifths.map(String.init).joined(separator: ", ")) (equal counts "
          + "would mean bands neither too wide nor too narrow).")
    }
    let bounds = rows.filter { $0.bound != nil }
    let kept = bounds.filter { $0.status == .boundKept }.count
    let unsupported = rows.filter { $0.status == .unsupported }.count
    lead.append(
      "\(kept) of \(bounds.count) plans and bounds are kept by the median. \(unsupported) rows are not predicted. "
        + "Every row of the built-in file is labelled calibration by the data, and "
        + "\(rows.filter { !$0.fits.isEmpty }.count) were in sight when \(constants.count) numbers of ours were set: "
        + "rows from elsewhere (`--rows FILE.csv`) are the real test.")
    if !violations.isEmpty { lead.append("Budgets are broken: \(violations.joined(separator: "; ")).") }
    return lead
  }

  private var groupTable: Table {
    func percent(_ value: Double?) -> Table.Cell { Table.Cell(value.map { "\(Measure($0, .percent))" } ?? "") }
    func plain(_ value: Double?) -> Table.Cell { Table.Cell(value.map { "\(Measure($0, .plain))" } ?? "") }
    return Table(
      "Inside: the published middle lies in the model's 90% (50%) band. Close: the median within 20% of it.",
      columns: [
        "Rows", .number("Count"), .number("Predicted"), .number("Inside 90%"), .number("Inside 50%"), .number("Close"),
        .number("Median error"), .number("Bias"), .number("Ranked"), .number("Log"),
      ],
      rows: groups.map { group in
        [
          Table.Cell(group.name), "\(group.rows)", "\(group.covered)", percent(group.insideShare),
          percent(group.insideHalfShare), percent(group.closeShare), percent(group.medianAbsoluteError),
          percent(group.bias), plain(group.rankedScore), plain(group.logarithmicScore),
        ]
      })
  }

  private var rowTable: Table {
    Table(
      "Middle estimate of the source against the model's draws, knowing only what was known on that date.",
      columns: [
        "Row", "What", "Known on", .number("Source"), .number("Model"), .number("5% to 95%"), "Band", .number("Error"),
        .number("Ranked"), .number("Log"), "Status",
      ],
      rows: rows.map { row in
        let title = row.title + (row.isDisputed ? " (disputed)" : "")
        guard let model = row.model, let isInside = row.isInside else {
          return [
            Table.Cell(row.id), Table.Cell(title), Table.Cell(row.asOf), Table.Cell("\(Measure(row.mid, .plain))"), "",
            "", "", "", "", "", Table.Cell("unsupported: \(row.reason)"),
          ]
        }
        return [
          Table.Cell(row.id), Table.Cell(title), Table.Cell(row.asOf), Table.Cell("\(Measure(row.mid, .plain))"),
          Table.Cell("\(Measure(model.p50, .plain))"),
          Table.Cell("\(Measure(model.p05, .plain)) to \(Measure(model.p95, .plain))"),
          Table.Cell(isInside ? "inside" : "outside", tone: isInside ? .good : .bad),
          Table.Cell(row.error.map { "\(Measure($0, .percent))" } ?? ""),
          Table.Cell(row.rankedScore.map { "\(Measure($0, .plain))" } ?? ""),
          Table.Cell(row.logarithmicScore.map { "\(Measure($0, .plain))" } ?? ""), Table.Cell(row.status.rawValue),
        ]
      })
  }

  private var constantTable: Table {
    Table(
      "What these rows say of the model is closure, not foresight.",
      columns: ["Number", "Value", "Rows", "Source"],
      rows: constants.map {
        [
          Table.Cell($0.name), Table.Cell($0.value), Table.Cell($0.identifiedBy.joined(separator: ", ")),
          Table.Cell($0.source),
        ]
      })
  }

  /// One line a row.
  public func csv() -> String {
    var text = CSVText(
      header: [
        "id", "what", "unit", "known", "low", "mid", "high", "p05", "p50", "p95", "inside", "disputed", "status",
        "ranked", "log", "reason",
      ])
    for row in rows {
      let numbers = [row.low, row.mid, row.high, row.model?.p05, row.model?.p50, row.model?.p95]
      let scores = [row.rankedScore, row.logarithmicScore]
      func cell(_ number: Double?) -> String { number.map(CSVText.number) ?? "" }
      text.append(
        [row.id, row.title, row.unit, row.asOf] + numbers.map(cell)
          + [row.isInside.map { "\($0)" } ?? "", "\(row.isDisputed)", row.status.rawValue] + scores.map(cell)
          + [row.reason])
    }
    return text.text
  }
}
