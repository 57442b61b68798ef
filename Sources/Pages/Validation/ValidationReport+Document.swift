import Reports
import Validation

extension ValidationReport {
  /// The report: what to believe first, then every row.
  public func document(version: String) -> Document {
    let scored = outcomes.filter { $0.status == .scored }
    let assumed = outcomes.filter { $0.status == .assumed }.count
    let wanted = outcomes.filter { $0.row.role == .validate && $0.status != .assumed }
    let levels = ValidationSummary(wanted.filter { !$0.row.isChangeInPercent })
    let serving = ValidationSummary(wanted.filter { $0.row.kind == "serving" && !$0.row.isChangeInPercent })
    let verdict =
      violations.isEmpty ? "All error budgets hold." : "Budgets are broken: \(violations.joined(separator: "; "))."
    return Document(
      title: "Supernode against published measurements",
      subtitle: "\(outcomes.count) rows, \(wanted.count) to be scored, \(scored.count) predicted",
      badges: [
        Document.Badge(violations.isEmpty ? "budgets hold" : "budget broken", tone: violations.isEmpty ? .good : .bad)
      ],
      lead: [
        "\(scored.count) of \(wanted.count) rows that may be scored have a prediction; \(assumed) more rest on what "
          + "their sources hide, and stand apart. Over the "
          + "\(serving.covered) that publish a level of serving (throughput or TPOT) the median absolute error is "
          + "\(shown(serving.medianAbsoluteError)) and the worst \(shown(serving.worstAbsoluteError)); over all "
          + "levels, network and operators among them, they are "
          + "\(shown(levels.medianAbsoluteError)) and \(shown(levels.worstAbsoluteError)). \(verdict)",
        "\(constants.count) constants stand behind CloudMatrix 384: \(readOff) are each read off one calibration "
          + "row, \(fittedConstants - readOff) are "
          + "fitted to several, \(constants.count - fittedConstants) are facts or priors. A model with this many "
          + "can meet a few rows by luck: "
          + "what to believe is how it fares with a row left out.",
      ],
      headlines: [
        Document.Headline(
          "Serving, median error", value: shown(serving.medianAbsoluteError),
          note: "throughput and TPOT, \(Text.counted(serving.covered, "row"))"),
        Document.Headline(
          "Serving, worst error", value: shown(serving.worstAbsoluteError), note: "of the same rows"),
        Document.Headline("Covered", value: "\(scored.count)", unit: "of \(wanted.count)", note: "rows to be scored"),
        Document.Headline(
          "Constants", value: "\(fittedConstants)", unit: "of \(constants.count)",
          note: "fitted or read off calibration rows"),
      ],
      sections: [
        Document.Section("What to believe", [.table(refitTable)]),
        Document.Section("Predicted against published", [.chart(deviations)]),
        Document.Section("Errors by group", [.table(groupTable)]),
        rowSection,
        Document.Section(
          "Constants",
          [.folded(title: "\(constants.count) constants and what identifies each", [.table(constantTable)])]),
      ],
      footer: "supernode \(version)")
  }

  var groupTable: Table {
    Table(
      "Scored rows; for gains the error is that of the ratio of which the gain speaks",
      columns: [
        "group", .number("rows"), .number("covered"), .number("median |error|"), .number("p90"), .number("worst"),
        .number("bias"),
      ],
      rows: groups.map { group in
        let summary = group.summary
        return [
          Table.Cell(group.name), "\(summary.rows)", "\(summary.covered)",
          Table.Cell(shown(summary.medianAbsoluteError)),
          Table.Cell(shown(summary.p90AbsoluteError)), Table.Cell(shown(summary.worstAbsoluteError)),
          Table.Cell(shownSigned(summary.bias)),
        ]
      })
  }

  var refitTable: Table {
    Table(
      "Decode and prefill on CloudMatrix 384, with each calibration row left out of the fit in turn, and over "
        + "other fits as good",
      columns: ["fit", .number("median |error|"), .number("worst |error|"), .number("error of the row left out")],
      rows: refits.map {
        [
          Table.Cell($0.name), Table.Cell(shown($0.medianAbsoluteError)), Table.Cell(shown($0.worstAbsoluteError)),
          Table.Cell(shownSigned($0.errorOfOmittedRow)),
        ]
      })
  }

  var constantTable: Table {
    Table(
      "Constants and what identifies each", columns: ["constant", .number("value"), "fitted on", "source"],
      rows: constants.map {
        [
          Table.Cell($0.name), Table.Cell($0.value), Table.Cell($0.identifiedBy.joined(separator: ", ")),
          Table.Cell($0.source),
        ]
      })
  }

  /// All rows for a terminal, as the file has them.
  var rowTable: Table { rows("Published and predicted, in the row's own unit", outcomes) }

  /// Scored rows first; what calibrates, what is shown and what is not predicted folded.
  private var rowSection: Document.Section {
    func part(_ title: String, _ statuses: [Outcome.Status], more: [Document.Block] = []) -> Document.Block? {
      let mine = outcomes.filter { statuses.contains($0.status) }
      if mine.isEmpty { return nil }
      return .folded(title: "\(Text.counted(mine.count, "row")) \(title)", more + [.table(rows("", mine))])
    }
    let scored = outcomes.filter { $0.status == .scored }
    return Document.Section(
      "Every row",
      [
        .table(
          rows(
            "The \(Text.counted(scored.count, "scored row")): published and predicted, in the row's own unit. An id "
              + "names the paper and the row of its file.", scored)),
        part("that calibrate", [.calibrated]),
        part("shown only, assumed or kept as bounds", [.shown, .assumed, .boundKept, .boundBroken]),
        part(
          "without a prediction, by reason and in full", [.unsupported, .contradicts],
          more: [.table(unsupportedTable)]),
      ].compactMap { $0 })
  }

  private func rows(_ caption: String, _ list: [Outcome]) -> Table {
    Table(
      caption,
      columns: [
        .init("row", isUnbroken: true), "metric", "system", .number("published"), .number("predicted"), "unit",
        .number("error"), "status", "why", "source",
      ],
      rows: list.map { outcome in
        let error = outcome.points.map { "\(Text.fixed($0, 1)) points" } ?? shownSigned(outcome.signedError)
        let bad = outcome.status == .boundBroken || (outcome.status == .scored && abs(outcome.signedError ?? 0) > 0.25)
        return [
          Table.Cell(outcome.row.id), Table.Cell(outcome.row.metric), Table.Cell(outcome.row.system),
          Table.Cell(Text.significant(outcome.row.value)),
          Table.Cell(outcome.predicted.map { Text.significant($0) } ?? ""),
          Table.Cell(outcome.row.unit), Table.Cell(error, tone: bad ? .bad : .plain),
          Table.Cell(outcome.status.rawValue), Table.Cell(outcome.reason),
          Table.Cell(outcome.row.place(in: outcome.row.table), tone: .muted, link: outcome.row.link),
        ]
      })
  }

  /// Signed errors of the scored rows, a row for each kind and system.
  var deviations: Chart {
    let scored = outcomes.filter { $0.status == .scored }
    let names = unique(scored.map(\.groupName))
    let rows = names.map { name in
      Chart.Deviations.Row(
        name,
        scored.filter { $0.groupName == name }.compactMap { outcome in
          outcome.signedError.map { Chart.Deviations.Dot("\(outcome.row.id) \(outcome.row.metric)", $0) }
        })
    }
    return Chart(
      "Signed error by group",
      caption: "Each dot is a scored row: to the right the prediction is too high. The bands are ±10% and ±25%; "
        + "gains in percent count by the ratio of which they speak.",
      .deviations(Chart.Deviations(counted: "row", rows: rows)))
  }
}

extension Outcome {
  /// `serving, CloudMatrix-Infer`; gains apart.
  fileprivate var groupName: String {
    "\(row.kind), \(row.system)\(row.isChangeInPercent ? ", gains" : "")"
  }
}

extension PublishedRow {
  /// The paper, where its address follows from its name.
  var link: String? {
    guard let range = source.firstRange(of: "arXiv:") else { return nil }
    let number = source[range.upperBound...].prefix { $0.isNumber || $0 == "." || $0 == "v" }
    return number.count >= 9 ? "https://arxiv.org/abs/\(number)" : nil
  }

  /// `arXiv:2506.12708v2, Table 1`.
  fileprivate func place(in table: String) -> String { table.isEmpty ? source : "\(source), \(table)" }
}

extension ValidationReport {
  /// For a terminal: what to believe, the groups, what broke; every row only when asked for.
  public func terminalDocument(everyRow: Bool) -> Document {
    var whole = document(version: "")
    whole.sections = [
      Document.Section("What to believe", [.table(refitTable)]), Document.Section("Errors", [.table(groupTable)]),
    ]
    let statuses = counts.map { "\($0.rows) \($0.status.rawValue)" }.joined(separator: ", ")
    whole.sections.append(Document.Section("Rows", [.paragraph(statuses)] + (everyRow ? [.table(rowTable)] : [])))
    if !everyRow { whole.sections.append(Document.Section("Not predicted", [.table(unsupportedTable)])) }
    whole.footer = ""
    return whole
  }

  /// Why rows that should be scored have no prediction.
  var unsupportedTable: Table {
    let missing = outcomes.filter { $0.row.role == .validate && $0.predicted == nil }
    let reasons = unique(missing.map(\.reason))
    return Table(
      "Rows without a prediction, by reason", columns: ["reason", .number("rows"), "ids"],
      rows: reasons.map { reason in
        let ids = missing.filter { $0.reason == reason }.map(\.row.id)
        let shown = ids.prefix(6).joined(separator: " ") + (ids.count > 6 ? " …" : "")
        return [Table.Cell(reason), "\(ids.count)", Table.Cell(shown)]
      })
  }
}
