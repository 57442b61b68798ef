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
        .init("How it fares", [.table(groupTable)]), .init("Beside forecasts without a model", [.table(naiveTable)]),
        .init("Statements whose date has passed", [.table(calibrationTable), .table(forecastTable)]),
        .init("Rows left out with their like", [.table(foldTable)]), .init("Rows", [.table(rowTable)]),
        .init("Numbers of ours that were set with rows in sight", [.table(constantTable)]),
      ],
      sources: rows.map {
        Document.Source(what: $0.id, value: "\(Measure($0.mid, .plain)) \($0.unit)", source: $0.source)
      },
      footer: "supernode \(run.version), seed \(run.seed), \(run.draws) draws a date, \(leftOutDraws) for rows left "
        + "out")
  }

  /// The page `Documentation/SupplyValidation.md`.
  public var markdown: String {
    let document = document()
    var text =
      "# \(document.title)\n\nWritten by `supernode validate --kind supply --draws \(run.draws) --format markdown`; a "
      + "test holds it to what the program says.\n"
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
    func plain(_ value: Double?) -> String { value.map { "\(Measure($0, .plain))" } ?? "none" }
    func share(_ value: Double?) -> String { value.map { "\(Measure($0, .percent))" } ?? "none" }
    if let seen = group("in sight"), let unseen = group("not in sight") {
      let left = ["by maker", "by quantity", "by date"].compactMap { kind -> String? in
        guard let group = group("left out \(kind)") else { return nil }
        return "\(share(group.insideShare)) of \(group.covered) \(kind)"
      }
      lead.append(
        "Inside the 90% band lie \(share(seen.insideShare)) of the \(seen.covered) rows that were in sight when "
          + "numbers of ours were set, \(share(unseen.insideShare)) of the \(unseen.covered) that were not, and of "
          + "rows left out with their like \(left.joined(separator: ", ")). Plans and bounds are apart. The band's "
          + "median width is \(plain(unseen.medianWidth)) of the middle for rows not in sight.")
    }
    if let date = group("left out by date"), date.naiveRows > 0 {
      lead.append(
        "Asked on \(SupplyRows.cutOff) for what was published in the thirteen months after: ranked probability score "
          + "\(plain(date.rankedOnNaive)) of the middle on the \(date.naiveRows) rows that have a past, against "
          + "\(plain(date.naiveLast)) for the last value known and \(plain(date.naiveGrown)) for the growth of the "
          + "last year. \(share(date.insideShare)) of its \(date.covered) rows lie in the 90% band.")
    }
    if let brier {
      lead.append(
        "Statements whose date has passed: Brier score \(plain(brier.score)) over \(forecasts.count), against "
          + "\(plain(brier.climate)) for always saying the share that came true.")
    }
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
        + "\(rows.filter { !$0.fits.isEmpty }.count) rows were in sight when \(constants.count) numbers of ours were "
        + "set. A number set on a row that is left out is held at least twofold either way, about the middle it has: "
        + "a middle cannot be unlearned, so rows from elsewhere (`--rows FILE.csv`) are the real test.")
    let assumed = rows.filter { $0.isDateAssumed && $0.model != nil }.count
    if assumed > 0 {
      lead.append(
        "\(assumed == 1 ? "One row gives" : "\(assumed) rows give") no date on which it was known: the end of the "
          + "period was taken. A column asOf, or 'date 2025-09-30' among the notes, says otherwise.")
    }
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

  private var naiveTable: Table {
    func plain(_ value: Double?) -> Table.Cell { Table.Cell(value.map { "\(Measure($0, .plain))" } ?? "") }
    return Table(
      "Ranked probability score by the middle, on rows that have a past: of the model, of the last value known (a "
        + "year or more before), and of that grown on as in the year before. Width: of the 90% band, by the middle; "
        + "and how wide bands about the better of the two would be to hold as many rows.",
      columns: [
        "Rows", .number("With a past"), .number("Model"), .number("Last value"), .number("Last growth"),
        .number("Width"), .number("Naive width"),
      ],
      rows: groups.filter { $0.naiveRows > 0 }.map { group in
        [
          Table.Cell(group.name), "\(group.naiveRows)", plain(group.rankedOnNaive), plain(group.naiveLast),
          plain(group.naiveGrown), plain(group.medianWidth), plain(group.naiveWidth),
        ]
      })
  }

  private var calibrationTable: Table {
    Table(
      "How often statements came true, by the chance that the model gave them.",
      columns: ["Chance given", .number("Statements"), .number("Mean chance"), .number("Came true")],
      rows: calibration.map { part in
        [
          Table.Cell(part.range), "\(part.count)", Table.Cell("\(Measure(part.chance, .percent))"),
          Table.Cell("\(Measure(part.share, .percent))"),
        ]
      })
  }

  private var forecastTable: Table {
    Table(
      "By what was known on its day.",
      columns: ["Statement", "Definition", "Asked on", .number("Chance"), "Came true", "Source"],
      rows: forecasts.map { one in
        [
          Table.Cell(one.title), Table.Cell(one.definition), Table.Cell(one.asOf),
          Table.Cell("\(Measure(one.probability, .percent))"), Table.Cell(one.outcome ? "yes" : "no"),
          Table.Cell(one.source),
        ]
      })
  }

  private var foldTable: Table {
    Table(
      "Which numbers of ours were set with the rows left out in sight, and so were widened; each row has "
        + "\(Text.counted(leftOutDraws, "draw")).",
      columns: ["Left out", .number("Rows"), "Numbers held wider"],
      rows: folds.map { fold in
        [
          Table.Cell("\(fold.kind): \(fold.name)"), "\(fold.rows.count)",
          Table.Cell(fold.freed.isEmpty ? "none" : fold.freed.joined(separator: ", ")),
        ]
      })
  }

  /// A number of the row as it is read: a date as a date.
  private func text(_ value: Double, _ row: Row) -> String {
    row.unit == "date" ? CalendarDay(months: value).description : "\(Measure(value, .plain))"
  }

  private var rowTable: Table {
    Table(
      "Middle estimate of the source against the model's draws, knowing only what was known on that date.",
      columns: [
        "Row", "What", "Held against", "Known on", .number("Source"), .number("Model"), .number("5% to 95%"), "Band",
        .number("Error"), .number("Ranked"), .number("Log"), "Status",
      ],
      rows: rows.map { row in
        let title = row.title + (row.isDisputed ? " (disputed)" : "")
        let first = [Table.Cell(row.id), Table.Cell(title), Table.Cell(row.measure), Table.Cell(row.asOf)]
        guard let model = row.model, let isInside = row.isInside else {
          return first + [
            Table.Cell(text(row.mid, row)), "", "", "", "", "", "", Table.Cell("unsupported: \(row.reason)"),
          ]
        }
        let error = row.unit == "date" ? nil : row.error
        return first + [
          Table.Cell(text(row.mid, row)), Table.Cell(text(model.p50, row)),
          Table.Cell("\(text(model.p05, row)) to \(text(model.p95, row))"),
          Table.Cell(isInside ? "inside" : "outside", tone: isInside ? .good : .bad),
          Table.Cell(error.map { "\(Measure($0, .percent))" } ?? ""),
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
