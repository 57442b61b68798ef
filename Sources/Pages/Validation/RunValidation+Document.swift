import Reports
import Validation

extension RunValidation {
  /// The groups that a reader asks for first.
  var headlineGroups: [(name: String, members: [RunOutcome])] {
    let published = self.published
    func pick(_ condition: (RunOutcome) -> Bool) -> [RunOutcome] { published.filter(condition) }
    func isColocated(_ outcome: RunOutcome) -> Bool { outcome.run.mode == .aggregated }
    return [
      ("all runs", published),
      ("dense models, one engine, H100 and H200", pick { isColocated($0) && $0.isDense && $0.isOnHopper }),
      ("dense models, one engine, other chips", pick { isColocated($0) && $0.isDense && !$0.isOnHopper }),
      ("mixtures of experts, one engine", pick { isColocated($0) && !$0.isDense && !$0.hasDrafts }),
      ("prefill and decode apart", pick { !isColocated($0) && !$0.hasDrafts }),
      ("with draft tokens (acceptance is not published)", pick(\.hasDrafts)),
    ].filter { !$0.members.isEmpty }
  }

  /// The report: what to believe first, then groups, what is not predicted, the worst rows.
  public func document(version: String) -> Document {
    let each = summary(.timePerOutputToken)
    let first = summary(.timeToFirstToken)
    let throughput = summary(.throughput)
    let verdict =
      violations.isEmpty ? "All error budgets hold." : "Budgets are broken: \(violations.joined(separator: "; "))."
    return Document(
      title: "Supernode against measured runs of serving engines",
      subtitle: "\(Text.counted(runs, "run")), \(Text.grouped(each.rows)) to be scored, "
        + "\(Text.grouped(each.covered)) predicted",
      badges: [
        Document.Badge(violations.isEmpty ? "budgets hold" : "budget broken", tone: violations.isEmpty ? .good : .bad)
      ],
      lead: [
        "\(Text.grouped(each.covered)) of \(Text.grouped(each.rows)) runs that may be scored have a prediction of the "
          + "time per output token; its median absolute error is \(shown(each.medianAbsoluteError)), "
          + "nine of ten are within \(shown(each.p90AbsoluteError)). \(verdict)",
        "Headlines count runs that no constant was fitted to; runs that calibrate stand apart. "
          + "\(shown(coverageOfFile)) of all published figures of the file have a prediction.",
      ],
      headlines: [
        Document.Headline("TPOT", value: shown(each.medianAbsoluteError), note: "median error"),
        Document.Headline("TTFT", value: shown(first.medianAbsoluteError), note: "median error"),
        Document.Headline("Throughput", value: shown(throughput.medianAbsoluteError), note: "median error"),
        Document.Headline(
          "Covered", value: Text.grouped(each.covered), unit: "of \(Text.grouped(each.rows))", note: "runs to be scored"
        ),
      ],
      sections: (ownTable.map { [Document.Section("Your own runs", [.table(ownErrors), .table($0)])] } ?? []) + [
        Document.Section("Runs of engines: errors", [.table(headlineTable)]),
        Document.Section("What other tools reach on these runs", [.table(otherToolsTable)]),
        Document.Section("Intervals of answers", [.table(intervalTable)]),
      ] + shapeSections + leftOutSections + [
        Document.Section("Predicted against measured", RunOutcome.Metric.allCases.map { .chart(deviations($0)) }),
        Document.Section(
          "By chip, engine, model and mode",
          [.folded(title: "Errors of each group", [.table(table(by: \.groupName, "Scored runs"))])]),
        Document.Section(
          "By engine version",
          [.folded(title: "Errors of each group", [.table(table(by: \.versionName, "Scored runs"))])]),
        Document.Section(
          "By what the flags rest on",
          [.folded(title: "Errors of each group", [.table(table(by: \.run.flagsBasis, "Scored runs"))])]),
        Document.Section(
          "Runs that calibrate",
          [
            .folded(
              title: "Errors of each group",
              [.table(table(by: \.groupName, "Runs that constants may be fitted to", .calibrate))])
          ]),
        Document.Section("Runs without a prediction", [.table(unsupportedTable)]),
        Document.Section("Worst rows", [.folded(title: "The rows farthest off", [.table(worstTable)])]),
        Document.Section("A run of each group", [.folded(title: "A run of each", [.table(sampleTable)])]),
      ],
      footer: "supernode \(version)")
  }

  /// For a terminal: errors and what is missing; every row only when asked for.
  public func terminalDocument(everyRow: Bool) -> Document {
    var whole = document(version: "")
    whole.sections = whole.sections.filter { section in
      everyRow
        || !["Predicted against measured", "By what the flags rest on", "A run of each group"].contains(section.title)
    }
    if everyRow { whole.sections.append(Document.Section("Every row", [.table(rowTable)])) }
    whole.footer = ""
    return whole
  }

  static var columns: [Table.Column] {
    ["group", .number("runs"), .number("covered")]
      + RunOutcome.Metric.allCases.flatMap { metric -> [Table.Column] in
        let name = metric == .throughput ? "throughput" : metric.rawValue
        return [.number("\(name) median"), .number("p90"), .number("bias")]
      }
  }

  func cells(_ name: String, _ members: [RunOutcome], _ role: ServingRun.Role = .validate) -> [Table.Cell] {
    let summaries = RunOutcome.Metric.allCases.map { metric in
      RunSummary(members.filter { $0.metric == metric }, role: role)
    }
    let each = summaries.first { $0.metric == RunOutcome.Metric.timePerOutputToken.rawValue } ?? summaries[1]
    return [Table.Cell(name), "\(each.rows)", "\(each.covered)"]
      + summaries.flatMap {
        [
          Table.Cell(shown($0.medianAbsoluteError)), Table.Cell(shown($0.p90AbsoluteError)),
          Table.Cell(shownSigned($0.bias)),
        ]
      }
  }

  /// Errors of the user's own runs, which no other figure counts.
  var ownErrors: Table {
    Table("Absolute errors of your runs alone", columns: Self.columns, rows: [cells("your own runs", own)])
  }

  var headlineTable: Table {
    Table(
      "Absolute errors: median and 90th percentile; bias is the median signed error", columns: Self.columns,
      rows: headlineGroups.map { cells($0.name, $0.members) })
  }

  func table(by key: (RunOutcome) -> String, _ caption: String, _ role: ServingRun.Role = .validate) -> Table {
    var groups: [String: [RunOutcome]] = [:]
    for outcome in published where outcome.run.role == role { groups[key(outcome), default: []].append(outcome) }
    return Table(
      caption, columns: Self.columns, rows: groups.keys.sorted().map { cells($0, groups[$0] ?? [], role) })
  }

  var otherToolsTable: Table {
    Table(
      "What other tools reach on rows of this file",
      columns: ["tool", "rows", "metric", .number("median |error|"), .number("coverage"), "source"],
      rows: otherTools.map {
        [
          Table.Cell($0.tool), Table.Cell($0.rows), Table.Cell($0.metric), Table.Cell(shown($0.medianAbsoluteError)),
          Table.Cell(shown($0.coverage)), Table.Cell($0.source),
        ]
      })
  }
}

extension RunOutcome {
  var isOnHopper: Bool { ["NVIDIA H100", "NVIDIA H200"].contains(chip) }
  var hasDrafts: Bool { (run.flags.draftTokens ?? 0) > 0 }
  var versionName: String { "\(run.engine) \(run.engineVersion.isEmpty ? "(not given)" : run.engineVersion)" }
}

/// A fraction of 1 as all of these pages print it: `7.3%`, `18.0%`.
func shown(_ fraction: Double?) -> String { fraction.map { Text.percent($0).description } ?? Text.missing }

/// The same with its sign: `+7.3%`, `−2.0%`.
func shownSigned(_ fraction: Double?) -> String {
  guard let fraction else { return Text.missing }
  return (fraction > 0 ? "+" : "") + Text.percent(fraction).description
}
