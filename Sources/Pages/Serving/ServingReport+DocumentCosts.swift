import Reports
import Serving
import Units

extension ServingReport {
  var balanceSection: Document.Section {
    Document.Section(
      pools.count > 1 ? "Balance of the pools" : "How full the instances are",
      [.paragraph(balance.sentence(pools, isMissed: isMissed, isQueueing: isQueueing)), .table(poolTable)]
        + (hasCache ? [.table(cacheTable)] : []))
  }

  private var hasCache: Bool { cache.capacityBlocks > 0 || cache.lookedUpBlocks > 0 }

  var poolTable: Table {
    func row(_ name: String, _ value: (Pool) -> String) -> [Table.Cell] {
      [Table.Cell(name)] + pools.map { Table.Cell(value($0)) }
    }
    func count(_ value: Double) -> String { Measure(value, .count).description }
    var rows = [
      row("Instances") { Text.grouped($0.instances) },
      row("Chips") { Text.grouped($0.chips) },
      row("Busy") { "\(Measure($0.utilisation, .percent))" },
      row("Steps") { count(Double($0.steps)) },
      row("Mean step") { $0.meanStep.text },
      row("Requests in a step") { count($0.meanBatch) },
      row("Requests in a step, per rank") { $0.role == .prefill ? Text.missing : count($0.meanBatchPerRank) },
      row("Tokens in a step") { count($0.meanTokensPerStep) },
      row("Batch limit") { $0.batchLimit.words },
    ]
    if pools.contains(where: { $0.preemptions > 0 }) {
      rows.append(row("Requests computed again") { Text.grouped($0.preemptions) })
    }
    return Table(
      "Instances of each pool", columns: [""] + pools.map { .number($0.name.capitalizedFirst) }, rows: rows)
  }

  var cacheTable: Table {
    func row(_ name: String, _ value: String, _ note: String = "") -> [Table.Cell] {
      [Table.Cell(name), Table.Cell(value), Table.Cell(note, tone: .muted)]
    }
    func count(_ value: Int) -> String { Measure(Double(value), .count).description }
    func bytes(_ value: Bytes) -> String { Measure(value.value, .bytes).description }
    let hits = Double(cache.hitBlocks) / Double(max(cache.lookedUpBlocks, 1))
    return Table(
      "Prefix cache", columns: ["", .number("Value"), ""],
      rows: [
        row("Hit rate", "\(Measure(cache.hitRate, .percent))", "of prompt tokens"),
        row("Blocks looked up", count(cache.lookedUpBlocks), "\(Measure(hits, .percent)) found"),
        row("Blocks inserted", count(cache.insertedBlocks), "\(count(cache.evictedBlocks)) evicted"),
        row("Blocks resident at the end", count(cache.residentBlocks), "of \(count(cache.capacityBlocks))"),
        row("Capacity", bytes(cache.capacity)),
        row("Read from the cache", bytes(cache.bytesRead), "\(bytes(cache.bytesWritten)) written"),
      ])
  }

  var energySection: Document.Section {
    func row(_ name: String, _ value: String, _ note: String = "") -> [Table.Cell] {
      [Table.Cell(name), Table.Cell(value), Table.Cell(note, tone: .muted)]
    }
    let kilowattHours = energy.joulesPerOutputToken.value * 1e6 / 3.6e6
    var rows = [
      row("Energy of the run", "\(Text.significant(energy.joules.value / 3.6e6)) kWh", throughput.duration.text),
      row(
        "Mean power", "\(Measure(energy.meanPower.value, .watts))", "peak \(Measure(energy.peakPower.value, .watts))"),
      row("Energy per million output tokens", "\(Text.significant(kilowattHours)) kWh"),
    ]
    if cost.perMillionOutputTokens > .zero {
      let shares =
        isHardwareFree
        ? "electricity alone: no price of the hardware is known"
        : "\(Measure(cost.hardwareShare, .percent)) hardware, \(Measure(cost.electricityShare, .percent)) electricity"
      rows += [
        row("Cost per million output tokens", money(cost.perMillionOutputTokens), shares),
        row("Cost per million tokens, prompts included", money(cost.perMillionTokens)),
        row("Cost per chip-hour", money(cost.perChipHour), "hardware and electricity"),
      ]
    }
    let assumptions = energy.assumptions + cost.assumptions
    let table = Table("Energy and cost", columns: ["", .number("Value"), ""], rows: rows)
    return Document.Section(
      "Energy and cost",
      [.table(table)]
        + (assumptions.isEmpty ? [] : [.paragraph("These figures assume:"), .notes(assumptions.map(\.sentence))]))
  }

  var notesSection: Document.Section? {
    notes.isEmpty ? nil : Document.Section("What to bear in mind", [.notes(noteSentences)])
  }

  func inputsSection(_ context: ReportContext) -> Document.Section? {
    var blocks: [Document.Block] = []
    if !context.scenario.isEmpty { blocks.append(.verbatim(title: "Scenario", text: context.scenario)) }
    if !context.commandLine.isEmpty { blocks.append(.verbatim(title: "Command", text: context.commandLine)) }
    return blocks.isEmpty ? nil : Document.Section("Inputs", blocks)
  }
}
