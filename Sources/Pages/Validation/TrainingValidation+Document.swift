import Reports
import Training
import Validation

extension TrainingValidation {
  private typealias Test = (TrainingOutcome) -> Bool

  /// The groups that a reader asks for first.
  private var headlineGroups: [(name: String, test: Test)] {
    [
      ("dense models: time, throughput, MFU", { $0.isSpeed && !$0.row.isMixture }),
      ("mixtures of experts: time, throughput, MFU", { $0.isSpeed && $0.row.isMixture }),
      ("memory", { $0.isMemory }),
    ]
  }

  /// The report: coverage and errors first, then groups, what is not predicted, the worst rows.
  public func document(version: String) -> Document {
    let all = summary()
    let dense = summary { $0.isSpeed && !$0.row.isMixture }
    let mixture = summary { $0.isSpeed && $0.row.isMixture }
    let memory = summary { $0.isMemory }
    let verdict =
      violations.isEmpty ? "All error budgets hold." : "Budgets are broken: \(violations.joined(separator: "; "))."
    let calibrated = summary(role: .calibrate)
    return Document(
      title: "Supernode against published training jobs",
      subtitle: "\(Text.counted(published.count, "row")), \(Text.grouped(all.rows)) to be scored, "
        + "\(Text.grouped(all.covered)) predicted",
      badges: [
        Document.Badge(violations.isEmpty ? "budgets hold" : "budget broken", tone: violations.isEmpty ? .good : .bad)
      ],
      lead: [
        "Of \(Text.grouped(all.rows)) rows that may be scored, \(Text.grouped(all.covered)) "
          + "(\(shown(all.coverage))) have a prediction. Median absolute error: dense models "
          + "\(shown(dense.medianAbsoluteError)), mixtures of experts \(shown(mixture.medianAbsoluteError)), memory "
          + "\(shown(memory.medianAbsoluteError)). \(verdict)",
        "Constants were fitted to \(Text.grouped(calibrated.rows)) other rows (whole groups of source, chip and "
          + "model); these stand apart.",
      ] + rankSentence,
      headlines: [
        Document.Headline("Dense", value: shown(dense.medianAbsoluteError), note: "median error"),
        Document.Headline("Experts", value: shown(mixture.medianAbsoluteError), note: "median error"),
        Document.Headline("Memory", value: shown(memory.medianAbsoluteError), note: "median error"),
        Document.Headline("Covered", value: shown(all.coverage), note: "of the rows to be scored"),
      ],
      sections: ownSections + [
        Document.Section("Errors", [.table(headlineTable)]),
        Document.Section("What other tools reach on these rows", [.table(otherToolsTable)]),
        Document.Section("By chip", [.table(table("chip") { "\($0.row.chip), \($0.kindName)" })]),
        Document.Section("By source", [.table(table("source", \.sourceName))]),
        Document.Section("By release", [.table(table("release", \.releaseName))]),
        Document.Section("By figure", [.table(table("figure") { $0.row.metric })]),
        Document.Section(
          "By model", [.folded(title: "Errors of each model", [.table(table("model") { $0.row.model })])]),
        Document.Section("By what the flags rest on", [.table(table("flags") { $0.row.flagsBasis })]),
        Document.Section(
          "Rows that calibrate",
          [.folded(title: "Errors of each group", [.table(table("group", \.groupName, .calibrate))])]),
        Document.Section("Rows without a prediction", [.table(unsupportedTable)]),
        Document.Section("Worst rows", [.folded(title: "The rows farthest off", [.table(worstTable)])]),
      ],
      footer: "supernode \(version)")
  }

  public func terminalDocument(everyRow: Bool) -> Document {
    var whole = document(version: "")
    whole.sections = whole.sections.filter {
      everyRow || !["By figure", "By what the flags rest on", "Rows that calibrate"].contains($0.title)
    }
    if everyRow { whole.sections.append(Document.Section("Every row", [.table(rows("Every row", outcomes))])) }
    whole.footer = ""
    return whole
  }

  private var rankSentence: [String] {
    guard let rank = rankCorrelation(where: { $0.row.model.hasPrefix("BLOOM") }) else { return [] }
    return [
      "BLOOM's sweep of plans (\(rank.plans) rates): rank correlation of predicted and measured "
        + "\(Text.significant(rank.value)), against 0.46 of Calculon and 0.44 of SimuMax."
    ]
  }

  private static var columns: [Table.Column] {
    [
      "group", .number("rows"), .number("covered"), .number("median"), .number("p90"), .number("worst"),
      .number("bias"),
    ]
  }

  private func cells(_ name: String, _ summary: TrainingSummary) -> [Table.Cell] {
    [
      Table.Cell(name), "\(summary.rows)", "\(summary.covered)", Table.Cell(shown(summary.medianAbsoluteError)),
      Table.Cell(shown(summary.p90AbsoluteError)), Table.Cell(shown(summary.worstAbsoluteError)),
      Table.Cell(shownSigned(summary.bias)),
    ]
  }

  private var headlineTable: Table {
    Table(
      "Absolute errors of rows that no constant was fitted to; bias is the median signed error", columns: Self.columns,
      rows: headlineGroups.map { cells($0.name, summary(where: $0.test)) })
  }

  private func table(
    _ name: String, _ key: @escaping (TrainingOutcome) -> String, _ role: TrainingRow.Role = .validate
  ) -> Table {
    var columns = Self.columns
    columns[0] = Table.Column(stringLiteral: name)
    return Table("", columns: columns, rows: groups(by: key, role: role).map { cells($0.name, $0.summary) })
  }

  private var otherToolsTable: Table {
    Table(
      "Run by the project on rows with a full plan", columns: ["tool", "rows", "reaches", "source"],
      rows: otherTools.map {
        [Table.Cell($0.tool), Table.Cell($0.rows), Table.Cell($0.metric), Table.Cell($0.source)]
      })
  }

  private var unsupportedTable: Table {
    let missing = published.filter { $0.predicted == nil }
    func reason(_ outcome: TrainingOutcome) -> String {
      // The place differs from row to row.
      let words = outcome.reason
      return words.firstRange(of: ".csv:").map { range in
        String(words[range.upperBound...].drop { $0.isNumber || $0 == ":" || $0 == " " })
      } ?? words
    }
    let reasons = Set(missing.map(reason)).sorted()
    return Table(
      "", columns: ["reason", .number("rows"), .number("to be scored"), "for example"],
      rows: reasons.map { text in
        let mine = missing.filter { reason($0) == text }
        return [
          Table.Cell(text), "\(mine.count)", "\(mine.filter { $0.row.role == .validate && $0.row.isScored }.count)",
          Table.Cell(mine.prefix(2).map(\.row.id).joined(separator: " ")),
        ]
      })
  }

  private var worstTable: Table {
    let worst = published.filter { $0.status == .scored }
      .sorted { (abs($0.signedError ?? 0), $1.row.id) > (abs($1.signedError ?? 0), $0.row.id) }
    return rows("Scored rows farthest from their measurement", Array(worst.prefix(25)))
  }

  private var ownSections: [Document.Section] {
    guard !own.isEmpty else { return [] }
    return [Document.Section("Your own rows", [.table(rows("What was measured, and what is predicted", own))])]
  }

  private func rows(_ caption: String, _ list: [TrainingOutcome]) -> Table {
    Table(
      caption,
      columns: [
        "row", "model", "chip", "figure", .number("published"), .number("predicted"), "unit", .number("error"),
        "status",
        "why",
      ],
      rows: list.map { outcome in
        [
          Table.Cell(outcome.row.id), Table.Cell(outcome.row.model), Table.Cell(outcome.row.chip),
          Table.Cell(outcome.row.metric), Table.Cell(Text.significant(outcome.row.value)),
          Table.Cell(outcome.predicted.map { Text.significant($0) } ?? ""), Table.Cell(outcome.row.unit),
          Table.Cell(shownSigned(outcome.signedError)), Table.Cell(outcome.status.rawValue), Table.Cell(outcome.reason),
        ]
      })
  }
}

extension TrainingOutcome {
  var kindName: String {
    isSpeed ? (row.isMixture ? "experts" : "dense") : isMemory ? "memory" : "bubble"
  }
  var groupName: String { "\(sourceName), \(row.chip), \(row.model)" }
  var releaseName: String { row.release.isEmpty ? "none named" : row.release }

  /// The document without its path, so that its rows stand together.
  var sourceName: String {
    let families = [
      "Megatron-Bridge", "llm-foundry", "bigscience", "Zero Bubble", "torchtitan", "NeMo 24.07", "calculon",
      "Megatron-LM", "2205.05198", "fms-fsdp", "MoE-ModelZoo", "MLCommons", "2201.11990",
    ]
    return families.first(where: row.source.contains) ?? row.source
  }
}
