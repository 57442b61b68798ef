import Formats
import Hardware
import Models
import Reports
import Units
import Workloads

extension CatalogListing {
  static func chips(_ catalog: Catalog, _ evidence: Evidence, _ isKept: (String) -> Bool) throws -> Section {
    let rows = try catalog.entries(kind: "chips").filter { isKept($0.name) }.map { entry -> [Cell] in
      let chip = try catalog.chip(entry.name)
      let sum = evidence.ofChip(entry.name)
      let status = chip.status ?? .sold
      let validated = status == .sold ? sum.words : status.rawValue
      let peaks = [chip.peak.bf16, chip.peak.fp8, chip.peak.int8, chip.peak.fp4].map { peak in
        Cell.number(peak?.value.teraFLOPsPerSecond) { Text.grouped(Int($0.rounded())) }
      }
      return [
        .text(entry.name), .number(chip.memory.capacity.value.value) { Text.fixed($0 / 1e9, 0) },
      ] + peaks + [
        .number(chip.memory.bandwidth.value.gigabytesPerSecond) { Text.fixed($0 / 1e3, 2) },
        .text(status.rawValue), .text(validated),
      ] + cells(sum) + [.text(entry.path)]
    }
    return Section(
      kind: "chips",
      caption: "Memory in 10⁹ bytes, dense peaks in TFLOPS, bandwidth in TB/s. Validated: measured runs that were "
        + "predicted, and the median error of their TPOT.",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "memoryBytes", head: "Memory", isNumber: true),
        Column(key: "bf16TFLOPS", head: "BF16", isNumber: true), Column(key: "fp8TFLOPS", head: "FP8", isNumber: true),
        Column(key: "int8TOPS", head: "INT8", isNumber: true), Column(key: "fp4TFLOPS", head: "FP4", isNumber: true),
        Column(key: "memoryGBPerSecond", head: "TB/s", isNumber: true), Column(key: "status", head: nil),
        Column(key: "validated", head: "Validated"),
      ] + evidenceColumns + [Column(key: "path", head: nil)],
      rows: rows)
  }

  static func systems(_ catalog: Catalog, _ evidence: Evidence, _ isKept: (String) -> Bool) throws -> Section {
    let rows = try catalog.entries(kind: "systems").compactMap { entry -> [Cell]? in
      let system = try catalog.system(entry.name)
      guard isKept(system.chip) else { return nil }
      let chip = try catalog.chip(system.chip)
      let sum = evidence.ofChip(chip.name)
      let status = chip.status ?? .sold
      let isNamedByMaker = chip.name.hasPrefix("\(chip.vendor) ")
      let short = isNamedByMaker ? String(chip.name.dropFirst(chip.vendor.count + 1)) : chip.name
      let bandwidth = system.scaleUp?.bandwidth.value.gigabytesPerSecond
      let fabric = system.scaleUp.map { "\($0.name) \(Text.round($0.bandwidth.value.gigabytesPerSecond))" }
      return [
        .text(entry.name), .text(chip.name, shown: short), .count(system.chipsPerNode.value),
        .count(system.chips.value), .text(system.scaleUp?.name ?? "", shown: fabric ?? ""),
        .number(bandwidth) { "\($0)" }, .number(system.scaleOut?.bandwidth.value.gigabytesPerSecond) { "\($0)" },
        .text(status == .sold ? sum.words : status.rawValue, shown: status == .sold ? sum.amount : status.rawValue),
      ] + cells(sum) + [.text(entry.path)]
    }
    return Section(
      kind: "systems",
      caption: "Chips a node and in all; fabric: the plane that joins an instance's chips, GB/s of a chip one way. "
        + "Validated: of its chip.",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "chip", head: "Chip"),
        Column(key: "chipsPerNode", head: "Node", isNumber: true), Column(key: "chips", head: "Chips", isNumber: true),
        Column(key: "fabric", head: "Fabric"), Column(key: "scaleUpGBPerSecond", head: nil, isNumber: true),
        Column(key: "scaleOutGBPerSecond", head: nil, isNumber: true), Column(key: "validated", head: "Validated"),
      ] + evidenceColumns + [Column(key: "path", head: nil)],
      rows: rows)
  }

  static func engines(_ catalog: Catalog, _ evidence: Evidence) throws -> Section {
    let rows = try catalog.entries(kind: "engines").map { entry -> [Cell] in
      let engine = try catalog.engine(entry.name)
      let sum = evidence.ofEngine(entry.name)
      let scheduler = engine.scheduling.map { "\($0.scheduler)" } ?? "whole requests"
      let pools = engine.scheduling == nil ? "apart" : "together or apart"
      return [.text(entry.name), .text(scheduler), .text(pools), .text(sum.words)] + cells(sum) + [.text(entry.path)]
    }
    return Section(
      kind: "engines", caption: "Validated: measured runs that were predicted and the median error of their TPOT.",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "scheduler", head: "Scheduler"),
        Column(key: "prefillAndDecode", head: "Prefill and decode"), Column(key: "validated", head: "Validated"),
      ] + evidenceColumns + [Column(key: "path", head: nil)],
      rows: rows)
  }

  static func models(_ catalog: Catalog) throws -> Section {
    let rows = try catalog.entries(kind: "models").map { entry -> [Cell] in
      let model = try Architecture(named: entry.name, in: catalog)
      let count = ParameterCount(model)
      func billions(_ count: Int) -> Cell {
        .number(Double(count)) { "\(Text.significant($0 / 1e9))" }
      }
      return [
        .text(entry.name), billions(count.total), billions(count.activeWithEmbedding),
        .text(model.architectureClass), .count(model.maximumPositions), .text(entry.path),
      ]
    }
    return Section(
      kind: "models", caption: "Parameters in all and of a token, in billions.",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "parameters", head: "Total", isNumber: true),
        Column(key: "activeParameters", head: "Active", isNumber: true), Column(key: "class", head: "Class"),
        Column(key: "maximumPositions", head: nil, isNumber: true), Column(key: "path", head: nil),
      ],
      rows: rows)
  }

  static func traces(_ catalog: Catalog) throws -> Section {
    let rows = try catalog.entries(kind: "traces").map { entry -> [Cell] in
      let trace = try catalog.node("traces", entry.name).decode(TraceEntry.self)
      return [
        .text(entry.name), .text(trace.format.rawValue), .text(trace.licence), .text(trace.title), .text(entry.path),
      ]
    }
    return Section(
      kind: "traces", caption: "",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "format", head: "Format"),
        Column(key: "licence", head: "Licence"), Column(key: "title", head: "Title"), Column(key: "path", head: nil),
      ],
      rows: rows)
  }
}
