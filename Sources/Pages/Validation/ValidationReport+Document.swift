import Reports
import Validation

extension ValidationReport {
  /// The report: what to believe first, then every row.
  public func document(version: String) -> Document {
    let scored = outcomes.filter { $0.status == .scored }
    let wanted = outcomes.filter { $0.row.role == .validate }
    let levels = ValidationSummary(wanted.filter { !$0.row.isChangeInPercent })
    let verdict =
      violations.isEmpty ? "All error budgets hold." : "Budgets are broken: \(violations.joined(separator: "; "))."
    return Document(
      title: "Supernode against published measurements",
      subtitle: "\(outcomes.count) rows, \(wanted.count) to be scored, \(scored.count) predicted",
      badges: [
        Document.Badge(violations.isEmpty ? "budgets hold" : "budget broken", tone: violations.isEmpty ? .good : .bad)
      ],
      lead: [
        "\(scored.count) of \(wanted.count) rows that may be scored have a prediction. Over those that publish a "
          + "level the median "
          + "absolute error is \(text(levels.medianAbsoluteError)) and the worst "
          + "\(text(levels.worstAbsoluteError)). \(verdict)",
        "\(constants.count) constants stand behind CloudMatrix 384: \(readOff) are each read off one calibration "
          + "row, \(fittedConstants - readOff) are "
          + "fitted to several, \(constants.count - fittedConstants) are facts or priors. A model with this many "
          + "can meet a few rows by luck: "
          + "what to believe is how it fares with a row left out.",
      ],
      headlines: [
        Document.Headline("Median error", value: text(levels.medianAbsoluteError), note: "levels"),
        Document.Headline("Worst error", value: text(levels.worstAbsoluteError), note: "levels"),
        Document.Headline("Covered", value: "\(scored.count)", unit: "of \(wanted.count)", note: "rows to be scored"),
        Document.Headline(
          "Constants", value: "\(fittedConstants)", unit: "of \(constants.count)",
          note: "fitted or read off calibration rows"),
      ],
      sections: [
        Document.Section("What to believe", [.table(refitTable)]),
        Document.Section("Errors by group", [.table(groupTable)]),
        Document.Section("Predicted against published", [.charts([scatter])]),
        Document.Section("Every row", [.table(rowTable)]),
        Document.Section("Constants", [.table(constantTable)]),
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
          Table.Cell(text(summary.medianAbsoluteError)),
          Table.Cell(text(summary.p90AbsoluteError)), Table.Cell(text(summary.worstAbsoluteError)),
          Table.Cell(signed(summary.bias)),
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
          Table.Cell($0.name), Table.Cell(percent($0.medianAbsoluteError)), Table.Cell(percent($0.worstAbsoluteError)),
          Table.Cell(signed($0.errorOfOmittedRow)),
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

  var rowTable: Table {
    Table(
      "Published and predicted, in the row's own unit",
      columns: [
        "row", "metric", "system", .number("published"), .number("predicted"), "unit", .number("error"), "status",
        "why",
      ],
      rows: outcomes.map { outcome in
        let error = outcome.points.map { "\(rounded($0)) points" } ?? signed(outcome.signedError)
        let bad = outcome.status == .boundBroken || (outcome.status == .scored && abs(outcome.signedError ?? 0) > 0.25)
        return [
          Table.Cell(outcome.row.id), Table.Cell(outcome.row.metric), Table.Cell(outcome.row.system),
          Table.Cell(Text.significant(outcome.row.value)),
          Table.Cell(outcome.predicted.map { Text.significant($0) } ?? ""),
          Table.Cell(outcome.row.unit), Table.Cell(error, tone: bad ? .bad : .plain),
          Table.Cell(outcome.status.rawValue),
          Table.Cell(outcome.reason),
        ]
      })
  }

  var scatter: Chart {
    let kinds = unique(outcomes.map(\.row.kind))
    let groups = kinds.compactMap { kind -> Chart.Scatter.Group? in
      let dots = outcomes.compactMap { outcome -> Chart.Scatter.Dot? in
        guard outcome.row.kind == kind, outcome.status == .scored, !outcome.row.isChangeInPercent,
          let predicted = outcome.predicted, predicted > 0, outcome.row.value > 0
        else { return nil }
        return Chart.Scatter.Dot("\(outcome.row.id) \(outcome.row.metric)", x: outcome.row.value, y: predicted)
      }
      return dots.isEmpty ? nil : Chart.Scatter.Group(kind, dots)
    }
    return Chart(
      "Predicted against published",
      caption: "Each dot is a scored row in its own unit; on the diagonal both agree, the bands are 10% and 25%.",
      .scatter(
        Chart.Scatter(
          x: Chart.Axis("published", .count, isLogarithmic: true),
          y: Chart.Axis("predicted", .count, isLogarithmic: true),
          groups: groups, bands: [0.1, 0.25])))
  }
}

private func text(_ fraction: Double?) -> String { fraction.map(percent) ?? Text.missing }

private func signed(_ fraction: Double?) -> String {
  guard let fraction else { return Text.missing }
  return (fraction > 0 ? "+" : "") + percent(fraction)
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
