import Reports
import Training
import Units

extension TrainingReport {
  /// How long the run takes, when it is done, how often it stops, and what its platform's youth costs.
  func sentences(of run: TrainingRunReport) -> [String] {
    guard run.finishes > 0 else {
      let why =
        run.givenUp < 1
        ? "it stops more often than it gets on: use fewer chips, or write checkpoints more often"
        : "every draw is given up"
      return ["The run finishes in none of \(Text.grouped(run.draws)) draws: \(why)."]
    }
    var lines = [
      "The run takes \(Text.significant(run.days.p50)) days (\(Self.range(run.days)) in 80% of the draws"
        + "\(run.finishes < 1 ? " that finish, \(Measure(run.finishes, .percent)) of all" : ""); "
        + "\(Text.significant(run.productiveDays)) without a stop\(maturity == nil ? "" : " and youth")), with "
        + "\(Text.significant(run.interruptions.p50)) interruptions (\(Self.range(run.interruptions))) and "
        + "\(Measure(run.effectiveShare.p50, .percent)) effective time, each a median of its own."
    ]
    if let finish { lines.append(Self.sentence(of: finish, run)) }
    if let maturity {
      lines.append(
        "Of the \(Text.significant(run.meanDays)) days in the mean, \(Text.significant(run.maturityDays)) come from "
          + "the youth of its platform (profile '\(maturity)', judgement between published ends: slower steps, more "
          + "and longer stops); \(Measure(run.givenUp, .percent)) of such runs are given up.")
    }
    return lines
  }

  private static func sentence(of finish: TrainingFinish, _ run: TrainingRunReport) -> String {
    var text = "Started on \(finish.start), it is done on \(finish.p50) (\(finish.p10) to \(finish.p90))"
    if let by = finish.by, let chance = finish.probability, let error = finish.standardError {
      text += "; by the end of \(by) with \(Measure(chance, .percent))"
      text += " (± \(Measure(error, .percent)) from the number of draws)"
    }
    if run.finishes < 1 { text += "; \(Measure(1 - run.finishes, .percent)) of the draws never finish" }
    return text + "."
  }

  /// Whether a month's fleet has room for the run.
  var fleetSentence: String? {
    guard let fleet else { return nil }
    func chips(_ value: Double) -> String { Measure(value, .count).description }
    let trains = fleet.chips.p50 * fleet.trainingShare
    let times = Int(trains / Double(max(1, fleet.needed)))
    let room = times < 1 ? "less than it needs" : "\(Text.counted(times, "such run")) at once"
    return "By the end of \(fleet.month) \(chips(fleet.chips.p50)) \(fleet.chip) were sold in the supply scenario "
      + "'\(fleet.scenario)' (\(chips(fleet.chips.p05)) to \(chips(fleet.chips.p95)) in 90% of its draws). Training "
      + "has \(Measure(fleet.trainingShare, .percent)) of them (median): \(chips(trains)), \(room). "
      + "That is enough for the \(Text.grouped(fleet.needed)) of this run with \(Measure(fleet.probability, .percent))."
  }

  static func range(_ quantiles: TrainingRunReport.Quantiles) -> String {
    "\(Text.significant(quantiles.p10)) to \(Text.significant(quantiles.p90))"
  }

  // MARK: tables

  func runBlocks(_ run: TrainingRunReport) -> [Document.Block] {
    guard run.finishes > 0 else { return [.notes(unknown)] }
    return [.table(wholeTable(run)), .table(partsTable(run)), .table(causesTable(run)), .notes(runNotes(run))]
  }

  private func wholeTable(_ run: TrainingRunReport) -> Table {
    func row(_ name: String, _ quantiles: TrainingRunReport.Quantiles, _ show: (Double) -> String) -> [Table.Cell] {
      [
        Table.Cell(name), Table.Cell(show(quantiles.p10)), Table.Cell(show(quantiles.p50)),
        Table.Cell(show(quantiles.p90)),
      ]
    }
    return Table(
      "Over \(Text.grouped(run.draws)) draws", columns: ["", .number("p10"), .number("p50"), .number("p90")],
      rows: [
        row("days", run.days) { Text.significant($0) },
        row("effective time", run.effectiveShare) { Measure($0, .percent).description },
        row("interruptions", run.interruptions) { Text.significant($0) },
        row("planned stops", run.plannedStops) { Text.significant($0) },
        row("hours between stops", run.timeBetweenStops) { Text.significant($0) },
      ])
  }

  private func partsTable(_ run: TrainingRunReport) -> Table {
    Table(
      "Where the days of a mean run go", columns: ["part", .number("days"), .number("share")],
      rows: run.parts.filter { $0.days > 0 }.map { part in
        [
          Table.Cell(part.name), Table.Cell(Text.significant(part.days)),
          Table.Cell(Measure(part.days / run.meanDays, .percent).description),
        ]
      })
  }

  private func causesTable(_ run: TrainingRunReport) -> Table {
    Table(
      "",
      columns: ["interruptions by cause", .number("p10"), .number("p50"), .number("p90"), .number("hours lost, mean")],
      rows: run.causes.map { cause in
        [
          Table.Cell(cause.name), Table.Cell(Text.significant(cause.p10)), Table.Cell(Text.significant(cause.p50)),
          Table.Cell(Text.significant(cause.p90)), Table.Cell(Text.significant(cause.hours)),
        ]
      })
  }

  private func runNotes(_ run: TrainingRunReport) -> [String] {
    [
      "A checkpoint is written every \(Measure(run.interval.value, .duration)) and blocks for "
        + "\(Measure(run.checkpointWrite.value, .duration)).",
      "Stops are drawn from the rates of fleets in '\(failures)', as wide as these differ; "
        + "beside \(Text.counted(run.nodes, "node")) wait \(Text.grouped(run.spareNodes)) to take the place of those "
        + "in repair.",
      "A step's time is drawn with a deviation of \(Measure(stepSpread, .percent)): how far such estimates were off.",
    ] + unknown
  }

  // MARK: charts

  func runCharts(_ run: TrainingRunReport) -> [Document.Block] {
    guard run.finishes > 0 else { return [] }
    let parts = Chart(
      "Where the days of a mean run go", caption: "They add up to \(Text.significant(run.meanDays)) days.",
      .bars(.init(.init("Days", .plain), run.parts.filter { $0.days > 0 }.map { .init($0.name, $0.days) })))
    let done = Chart(
      "When it is done", caption: "Share of all draws that are done after so many days.",
      .lines(
        .init(
          x: .init("Days", .plain), y: .init("Share of the draws", .percent),
          series: [.init("done", run.done.map { .init($0.days, $0.share) })])))
    let cadence = Chart(
      "How often to write a checkpoint",
      caption: "Effective time to first order; \(Measure(run.interval.value, .duration)) is taken.",
      .lines(
        .init(
          x: .init("Interval", .duration, isLogarithmic: true), y: .init("Effective time", .percent),
          series: [.init("effective time", run.cadences.map { .init($0.interval.value, $0.effectiveShare) })])))
    return [.charts([parts, done]), .chart(cadence)]
  }
}
