import Reports
import Training
import Units

extension TrainingReport {
  /// The answer in a paragraph, the step, memory by stage, and the run.
  ///
  /// - Parameter timeline: the pipeline of the step, whose lists are drawn.
  public func document(_ context: ReportContext, timeline: PipelineTimeline? = nil) -> Document {
    var sections = [
      Document.Section("Step", [.table(stepTable), .charts([stepChart])]),
      Document.Section("Memory", memoryBlocks),
    ]
    if let timeline {
      let lines = timeline.drawnLines.joined(separator: "\n")
      sections.append(
        Document.Section("Pipeline", [.verbatim(title: "What the ranks do first, by micro-batch", text: lines)]))
    }
    if let run = wholeRun { sections.append(Document.Section("Run", runBlocks(run))) }
    return Document(
      title: context.title, subtitle: context.system, mark: mark, badges: badges, lead: lead, headlines: headlines,
      sections: sections, sources: context.sources, footer: context.commandLine)
  }

  /// The same for a terminal.
  public func summary(_ context: ReportContext) -> Document {
    var document = document(context)
    document.sections[0] = Document.Section("Step", [.table(stepTable)])
    document.sources = []
    document.footer = ""
    return document
  }

  // MARK: words

  private var mark: Document.Badge {
    validity.isCompared && validity.outside.isEmpty
      ? Document.Badge("compared with measurements", tone: .good)
      : Document.Badge("outside what was compared", tone: .caution)
  }

  private var badges: [Document.Badge] {
    [memory.fits ? Document.Badge("fits in memory", tone: .good) : Document.Badge("out of memory", tone: .bad)]
  }

  private var lead: [String] {
    var lines = validity.sentences
    let speed =
      "\(model) on \(Text.counted(chips, "chip")) of \(system), \(planWords): a step of "
      + "\(Text.grouped(globalBatch)) × \(Text.grouped(sequenceLength)) tokens takes "
      + "\(Measure(step.time.value, .duration)), \(Measure(step.tokensPerSecond, .count)) tokens/s, "
      + "\(Measure(step.modelUtilisation, .percent)) of the BF16 peak in useful work."
    lines.append(speed)
    if memory.fits {
      lines.append(
        "The fullest rank holds \(Measure(memory.peak.value, .bytes)) of \(Measure(memory.capacity.value, .bytes)).")
    } else {
      let stage = memory.largest.map { "stage \($0.rank)" } ?? "a rank"
      let ways = changesThatFit.isEmpty ? "no single change makes it fit" : changesThatFit.joined(separator: ", or ")
      lines.append(
        "It does not fit: \(stage) is short of \(Measure(memory.short.value, .bytes)). What would make it fit: \(ways)."
      )
    }
    if let run = wholeRun {
      lines.append(
        "The run takes \(days(run.days)) (\(Text.significant(run.productiveDays)) without a stop), with "
          + "\(Text.significant(run.interruptions.p50)) interruptions "
          + "(\(Text.significant(run.interruptions.p10)) to \(Text.significant(run.interruptions.p90)) in 80% of the "
          + "draws) and \(Measure(run.effectiveShare.p50, .percent)) effective time.")
    }
    if let energy, let chipHours {
      let money = cost.map { ", \(Measure($0.value, .dollars))" } ?? ""
      lines.append(
        "Energy \(Measure(energy.value, .joules)) at \(Measure(power.value, .watts)); "
          + "\(Measure(chipHours, .count)) chip hours\(money).")
    }
    return lines
  }

  private func days(_ quantiles: TrainingRunReport.Quantiles) -> String {
    "\(Text.significant(quantiles.p50)) days (\(Text.significant(quantiles.p10)) to "
      + "\(Text.significant(quantiles.p90)) in 80% of the draws)"
  }

  private var headlines: [Document.Headline] {
    var list = [
      Document.Headline("Step", Measure(step.time.value, .duration)),
      Document.Headline("Tokens per second and chip", Measure(step.tokensPerSecondAndChip, .count)),
      Document.Headline("Model FLOPs utilisation", Measure(step.modelUtilisation, .percent)),
      Document.Headline("Fullest rank", Measure(memory.peak.value, .bytes)),
    ]
    if let run = wholeRun { list.append(Document.Headline("Days", Measure(run.days.p50, .plain))) }
    return list
  }

  // MARK: tables

  private var stepTable: Table {
    let whole = step.time.value
    return Table(
      "Where a step's time goes, on the slowest rank", columns: ["part", .number("time"), .number("share")],
      rows: step.parts.named.filter { $0.time.value > 0 }.map { name, time in
        [
          Table.Cell(name), Table.Cell(Measure(time.value, .duration).description),
          Table.Cell(Measure(time.value / whole, .percent).description),
        ]
      })
  }

  private var stepChart: Chart {
    Chart(
      "A step", caption: "Seconds on the slowest rank.",
      .bars(
        .init(
          .init("Time", .duration),
          step.parts.named.filter { $0.time.value > 0 }.map { .init($0.name, $0.time.value) })))
  }

  private var memoryBlocks: [Document.Block] {
    let shown =
      memory.stages.count > 8 ? [0, memory.stages.count / 2, memory.stages.count - 1] : Array(memory.stages.indices)
    func bytes(_ value: Bytes) -> Table.Cell { Table.Cell(Measure(value.value, .bytes).description) }
    let table = Table(
      "By pipeline rank, at its peak",
      columns: [
        .number("rank"), .number("weights"), .number("gradients"), .number("optimizer"), .number("activations"),
        .number("working"),
        .number("ends"), .number("gathered"), .number("overhead"), .number("total"),
      ],
      rows: shown.map { index in
        let stage = memory.stages[index]
        return [
          Table.Cell("\(stage.rank)"), bytes(stage.weights), bytes(stage.gradients), bytes(stage.optimizer),
          bytes(stage.activations), bytes(stage.working), bytes(stage.ends), bytes(stage.gathered),
          bytes(stage.overhead),
          bytes(stage.total),
        ]
      })
    let note =
      "Working: outputs that wait for gradients, the layer whose backward runs. Ends: logits, loss, embedding. "
      + "Gathered: weights and gradients of layers at hand, where sharded."
    return [.table(table), .notes([note])]
  }

  private func runBlocks(_ run: TrainingRunReport) -> [Document.Block] {
    func row(_ name: String, _ quantiles: TrainingRunReport.Quantiles, _ show: (Double) -> String) -> [Table.Cell] {
      [
        Table.Cell(name), Table.Cell(show(quantiles.p10)), Table.Cell(show(quantiles.p50)),
        Table.Cell(show(quantiles.p90)),
      ]
    }
    let columns: [Table.Column] = ["", .number("p10"), .number("p50"), .number("p90")]
    let whole = Table(
      "Over \(Text.grouped(run.draws)) draws", columns: columns,
      rows: [
        row("days", run.days) { Text.significant($0) },
        row("effective time", run.effectiveShare) { Measure($0, .percent).description },
        row("interruptions", run.interruptions) { Text.significant($0) },
        row("hours between stops", run.timeBetweenStops) { Text.significant($0) },
      ])
    let causes = Table(
      "", columns: ["interruptions by cause"] + columns.dropFirst(),
      rows: run.causes.map { cause in
        [
          Table.Cell(cause.name), Table.Cell(Text.significant(cause.p10)), Table.Cell(Text.significant(cause.p50)),
          Table.Cell(Text.significant(cause.p90)),
        ]
      })
    return [
      .table(whole), .table(causes),
      .notes(
        [
          "A checkpoint is written every \(Measure(run.interval.value, .duration)) and blocks for "
            + "\(Measure(run.checkpointWrite.value, .duration)).",
          "Stops are drawn from the rates of fleets in '\(failures)', as wide as these differ.",
        ] + unknown),
    ]
  }
}

extension TrainingValidity {
  /// How far the answer can be trusted; first on every page.
  public var sentences: [String] {
    guard rows > 0 else { return outside }
    let kind =
      "Compared: \(Text.counted(rows, "published row")) of this chip and kind of model that no constant was fitted to; "
      + "median error \(shown(medianAbsoluteError)), nine of ten within \(shown(p90AbsoluteError))."
    return [kind] + outside.map { "Outside of these: \($0)" }
  }
}
