import Reports
import Serving
import Units

extension ServingReport {
  var balanceSection: Document.Section {
    Document.Section(
      "Balance of prefill and decode", [.paragraph(balance.sentence), .table(poolTable), .table(cacheTable)])
  }

  var poolTable: Table {
    func row(_ name: String, _ prefill: String, _ decode: String) -> [Table.Cell] {
      [Table.Cell(name), Table.Cell(prefill), Table.Cell(decode)]
    }
    func count(_ value: Double) -> String { Measure(value, .count).description }
    return Table(
      "Instances of each phase", columns: ["", .number("Prefill"), .number("Decode")],
      rows: [
        row("Instances", Text.grouped(prefill.instances), Text.grouped(decode.instances)),
        row("Chips", Text.grouped(prefill.chips), Text.grouped(decode.chips)),
        row("Busy", "\(Measure(prefill.utilisation, .percent))", "\(Measure(decode.utilisation, .percent))"),
        row("Steps", count(Double(prefill.steps)), count(Double(decode.steps))),
        row("Mean step", prefill.meanStep.text, decode.meanStep.text),
        row("Requests in a step", count(prefill.meanBatch), count(decode.meanBatch)),
        row("Requests in a step, per rank", Text.missing, count(decode.meanBatchPerRank)),
        row("Tokens in a step", count(prefill.meanTokensPerStep), count(decode.meanTokensPerStep)),
        row("Batch limit", prefill.batchLimit, decode.batchLimit),
      ])
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
        "\(Measure(cost.hardwareShare, .percent)) hardware, \(Measure(cost.electricityShare, .percent)) electricity"
      rows += [
        row("Cost per million output tokens", Text.dollars(cost.perMillionOutputTokens.value), shares),
        row("Cost per million tokens, prompts included", Text.dollars(cost.perMillionTokens.value)),
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
    notes.isEmpty ? nil : Document.Section("What to bear in mind", [.notes(notes)])
  }

  func inputsSection(_ context: ReportContext) -> Document.Section? {
    var blocks: [Document.Block] = []
    if !context.scenario.isEmpty { blocks.append(.verbatim(title: "Scenario", text: context.scenario)) }
    if !context.commandLine.isEmpty { blocks.append(.verbatim(title: "Command", text: context.commandLine)) }
    return blocks.isEmpty ? nil : Document.Section("Inputs", blocks)
  }
}
