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
      Document.Section("Memory", [.charts([memoryChart])] + memoryBlocks),
    ]
    if let timeline { sections.append(Document.Section("Pipeline", timeline.blocks(of: step.microbatches))) }
    if let run = wholeRun { sections.append(Document.Section("Run", runCharts(run) + runBlocks(run))) }
    return Document(
      title: context.title, subtitle: context.system, mark: mark, badges: badges, lead: lead, headlines: headlines,
      sections: sections, sources: context.sources, footer: context.commandLine)
  }

  /// The same for a terminal.
  public func summary(_ context: ReportContext) -> Document {
    var document = document(context)
    document.sections = [Document.Section("Step", [.table(stepTable)]), Document.Section("Memory", memoryBlocks)]
    if let run = wholeRun { document.sections.append(Document.Section("Run", runBlocks(run))) }
    document.sources = []
    document.footer = ""
    return document
  }

  // MARK: words

  private var mark: Document.Badge {
    validity.isCompared && validity.outside.isEmpty && memory.fits
      ? Document.Badge("compared with measurements", tone: .good)
      : Document.Badge(memory.fits ? "outside what was compared" : "cannot run", tone: .caution)
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
    if let found = search?.best.first {
      lines.append(
        "Found among \(Text.grouped(search?.tried ?? 0)) plans: \(found.planWords), micro-batch "
          + "\(found.plan.microbatch), \(found.plan.sharding.level), recompute \(found.recompute.words).")
    }
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
    if let run = wholeRun { lines += sentences(of: run) }
    if let fleetSentence { lines.append(fleetSentence) }
    if let energy, let chipHours {
      let money = cost.map { ", \(Measure($0.value, .dollars))" } ?? ""
      lines.append(
        "Energy \(Measure(energy.value, .joules)) at \(Measure(power.value, .watts)); "
          + "\(Measure(chipHours, .count)) chip hours with those of spare nodes\(money) (median run).")
    }
    return lines
  }

  private var headlines: [Document.Headline] {
    var list = [
      Document.Headline("Step", Measure(step.time.value, .duration)),
      Document.Headline("Tokens per second and chip", Measure(step.tokensPerSecondAndChip, .count)),
      Document.Headline("Model FLOPs utilisation", Measure(step.modelUtilisation, .percent)),
      Document.Headline("Fullest rank", Measure(memory.peak.value, .bytes)),
    ]
    if let run = wholeRun, run.finishes > 0 {
      list.append(Document.Headline("Days", Measure(run.days.p50, .plain), note: "median"))
    }
    if let finish, let by = finish.by, let chance = finish.probability {
      list.append(Document.Headline("Done by \(by)", Measure(chance, .percent)))
    }
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

  /// Ranks that tables and charts show: all of a short pipeline, else ends and middle.
  private var shownStages: [Int] {
    let count = memory.stages.count
    return count > 8 ? [0, 1, count / 2, count - 2, count - 1] : Array(0..<count)
  }

  private var memoryChart: Chart {
    let wholes = shownStages.map { index -> Chart.Shares.Whole in
      let stage = memory.stages[index]
      let items: [(String, Bytes)] = [
        ("weights", stage.weights), ("gradients", stage.gradients), ("optimizer", stage.optimizer),
        ("activations", stage.activations), ("working", stage.working), ("ends", stage.ends),
        ("gathered", stage.gathered), ("overhead", stage.overhead),
      ]
      return Chart.Shares.Whole("rank \(stage.rank)", items.map { .init($0.0, $0.1.value) })
    }
    return Chart(
      "Memory by pipeline rank",
      caption: "At its peak; a rank has \(Measure(memory.capacity.value, .bytes)).", .shares(.init(.bytes, wholes)))
  }

  private var memoryBlocks: [Document.Block] {
    func bytes(_ value: Bytes) -> Table.Cell { Table.Cell(Measure(value.value, .bytes).description) }
    let table = Table(
      "By pipeline rank, at its peak",
      columns: [
        .number("rank"), .number("weights"), .number("gradients"), .number("optimizer"), .number("activations"),
        .number("working"),
        .number("ends"), .number("gathered"), .number("overhead"), .number("total"),
      ],
      rows: shownStages.map { index in
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
