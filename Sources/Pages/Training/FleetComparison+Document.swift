import Planning
import Reports
import Training
import Units

extension FleetComparison {
  /// The answer in sentences, then training and serving of each fleet side by side.
  public func document(_ context: ReportContext) -> Document {
    var sections = [
      Document.Section("Training", [.table(trainingTable)]), Document.Section("Serving", [.table(servingTable)]),
      Document.Section("Together", [.table(wholeTable)]),
    ]
    if fleets.contains(where: { $0.training.wholeRun != nil }) {
      sections.insert(Document.Section("When it is done", [.chart(doneChart)]), at: 1)
    }
    sections.append(Document.Section("What this rests on", [.notes(notes)]))
    return Document(
      title: title, subtitle: context.system, mark: mark, lead: lead, sections: sections, footer: context.commandLine)
  }

  /// The same for a terminal.
  public func summary(_ context: ReportContext) -> Document {
    var document = document(context)
    document.sections.removeAll { $0.title == "When it is done" }
    document.footer = ""
    return document
  }

  private var mark: Document.Badge {
    fleets.allSatisfy { $0.training.validity.isCompared && $0.training.validity.outside.isEmpty }
      ? Document.Badge("training compared with measurements", tone: .good)
      : Document.Badge("outside what was compared", tone: .caution)
  }

  private var lead: [String] {
    fleets.map { fleet in
      let training = fleet.training
      guard let run = training.wholeRun, run.finishes > 0 else { return "\(fleet.name): its run never finishes." }
      var text =
        "\(fleet.name): \(Text.significant(run.days.p50)) days (\(TrainingReport.range(run.days))) on "
        + "\(Text.counted(training.chips, "chip")) of \(training.system)"
      if let finish = training.finish, let by = finish.by, let chance = finish.probability {
        text += ", done by the end of \(by) with \(Measure(chance, .percent))"
      }
      if training.maturity != nil {
        text += ", \(Text.significant(run.maturityDays)) of the days by its platform's youth"
      }
      if !training.memory.fits { text += "; it does NOT fit in memory" }
      guard let serving = fleet.serving else { return text + "; no plan serves it within the objectives." }
      return text + "; served by \(Text.counted(serving.chips, "chip")) of \(serving.system)"
        + (serving.dollarsPerMillionTokens.map { " at \(Measure($0.value, .dollars)) per million output tokens" } ?? "")
        + "."
    }
  }

  private func table(_ title: String, _ rows: [(name: String, value: (Fleet) -> String?)]) -> Table {
    Table(
      title, columns: [""] + fleets.map { .number($0.name) },
      rows: rows.map { row in
        [Table.Cell(row.name)] + fleets.map { Table.Cell(row.value($0) ?? Text.missing) }
      })
  }

  private func days(_ fleet: Fleet, _ value: (TrainingRunReport) -> Double) -> String? {
    fleet.training.wholeRun.flatMap { $0.finishes > 0 ? Text.significant(value($0)) : nil }
  }

  private var trainingTable: Table {
    table(
      "Training",
      [
        ("system", { $0.training.system }), ("chips", { Text.grouped($0.training.chips) }),
        ("plan", { $0.training.planWords }),
        ("step", { Measure($0.training.step.time.value, .duration).description }),
        ("use of the BF16 peak", { Measure($0.training.step.modelUtilisation, .percent).description }),
        ("memory", { $0.training.memory.fits ? "fits" : "too little" }),
        ("days, median", { days($0, \.days.p50) }), ("days, 10%", { days($0, \.days.p10) }),
        ("days, 90%", { days($0, \.days.p90) }),
        ("days by youth, mean", { days($0, \.maturityDays) }),
        ("interruptions, median", { days($0, \.interruptions.p50) }),
        ("never finishes", { $0.training.wholeRun.map { Measure(1 - $0.finishes, .percent).description } }),
        (
          "done by \(fleets.compactMap { $0.training.finish?.by?.description }.first ?? "then")",
          { $0.training.finish?.probability.map { Measure($0, .percent).description } }
        ),
        ("energy", { $0.training.energy.map { Measure($0.value, .joules).description } }),
        ("cost", { $0.training.cost.map { Measure($0.value, .dollars).description } }),
        ("compared rows", { Text.grouped($0.training.validity.rows) }),
      ])
  }

  private var servingTable: Table {
    func measure(_ value: Double?, _ notation: Notation) -> String? { value.map { Measure($0, notation).description } }
    return table(
      "Serving, by estimates of the best plan",
      [
        ("system", { $0.serving?.system }), ("engine", { $0.serving?.engine }),
        ("chips", { $0.serving.map { Text.grouped($0.chips) } }),
        ("requests/s", { measure($0.serving?.requestsPerSecond, .count) }),
        ("output tokens/s a chip", { measure($0.serving?.outputTokensPerChip, .count) }),
        ("time to first token", { measure($0.serving?.timeToFirstToken.value, .duration) }),
        ("time per output token", { measure($0.serving?.timePerOutputToken.value, .duration) }),
        ("energy an output token", { measure($0.serving?.joulesPerOutputToken?.value, .joules) }),
        ("cost per million tokens", { measure($0.serving?.dollarsPerMillionTokens?.value, .dollars) }),
      ])
  }

  private var wholeTable: Table {
    table(
      "Training once and serving for a year at the asked rate",
      [
        ("energy", { $0.joules.map { Measure($0.value, .joules).description } }),
        ("cost", { $0.dollars.map { Measure($0.value, .dollars).description } }),
      ])
  }

  private var doneChart: Chart {
    Chart(
      "When it is done", caption: "Share of all draws whose run is done after so many days.",
      .lines(
        .init(
          x: .init("Days", .plain), y: .init("Share of the draws", .percent),
          series: fleets.compactMap { fleet in
            fleet.training.wholeRun.map { run in
              .init(fleet.name, run.done.map { .init($0.days, $0.share) })
            }
          })))
  }

  private var notes: [String] {
    var list: [String] = []
    for fleet in fleets {
      for text in fleet.training.validity.sentences + fleet.training.unknown {
        let line = "\(fleet.training.system): \(text)"
        if !list.contains(line) { list.append(line) }
      }
    }
    list.append(
      "Cost: hardware written off over four years by the catalog's prices, spare nodes included, and 0.08 USD/kWh at a "
        + "building's 1.2; of chip hours where --price-per-chip-hour is given.")
    list.append("`train` and `plan` with a fleet's flags give each answer in full; `plan` also simulates it.")
    return list
  }
}
