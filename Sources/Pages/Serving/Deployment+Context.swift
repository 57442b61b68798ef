import Costs
import Formats
import Hardware
import Reports
import Serving
import Units

extension Deployment {
  /// What the report says of its inputs.
  public func reportContext(scenario node: Node, commandLine: [String]) -> ReportContext {
    let plan = pools.enumerated().map { index, pool in
      let role = pool.role == .colocated ? "" : "\(pool.role.rawValue) "
      let chips = Text.counted(pool.chips, "chip")
      guard index > 0 else { return "\(Text.counted(pool.instances, "\(role)instance")) of \(chips)" }
      return "\(pool.instances) \(role)of \(pool.chips)"
    }.joined(separator: " and ")
    let sentence =
      "\(architecture.name) on \(systemNames) with \(engineNames): \(plan), "
      + "\(precision.words)."
    return ReportContext(
      title: scenario.name, system: sentence, scenario: node.yamlText, sources: sources,
      commandLine: commandLine.joined(separator: " "))
  }

  /// `2 × HGX H100`, `HGX H100 and HGX H20`.
  private var systemNames: String { systems.map(\.words).joined(separator: " and ") }

  /// Of the pools, each once: `SGLang`, `vLLM and SGLang`.
  private var engineNames: String {
    var names: [String] = []
    for pool in pools where !names.contains(pool.engine.name) { names.append(pool.engine.name) }
    return names.joined(separator: " and ")
  }

  private var sources: [Document.Source] {
    var list = systems.flatMap { Self.sources($0.machine) }
    for (index, pool) in pools.enumerated()
    where !pools[..<index].contains(where: { $0.engine.name == pool.engine.name }) {
      list.append(Document.Source(what: pool.engine.name, value: "engine", source: pool.engine.source))
    }
    return list
  }

  private static func sources(_ machine: Machine) -> [Document.Source] {
    let chip = machine.chip
    var list: [Document.Source] = []
    func add<D: Dimension>(_ what: String, _ fact: Sourced<Quantity<D>>?, _ notation: Notation) {
      guard let fact else { return }
      list.append(
        Document.Source(what: what, value: Measure(fact.value.value, notation).description, source: fact.source))
    }
    list.append(
      Document.Source(what: chip.name, value: "\(chip.dies.value) dies", source: chip.dies.source))
    let peak = chip.peak.int8 ?? chip.peak.fp8 ?? chip.peak.bf16
    list.append(
      Document.Source(
        what: "peak, 8 bit", value: "\(Text.significant(peak.value.teraFLOPsPerSecond)) TFLOPS", source: peak.source))
    list.append(
      Document.Source(
        what: "peak, BF16", value: "\(Text.significant(chip.peak.bf16.value.teraFLOPsPerSecond)) TFLOPS",
        source: chip.peak.bf16.source))
    add("memory", chip.memory.capacity, .bytes)
    list.append(
      Document.Source(
        what: "memory bandwidth", value: "\(Text.significant(chip.memory.bandwidth.value.gigabytesPerSecond)) GB/s",
        source: chip.memory.bandwidth.source))
    add("chip power, idle", chip.power.idle, .watts)
    add("chip power, maximum", chip.power.maximum, .watts)
    for plane in machine.system.planes {
      list.append(
        Document.Source(
          what: "\(plane.name) plane, one way per \(plane.endpoint.rawValue)",
          value: "\(Text.significant(plane.bandwidth.value.gigabytesPerSecond)) GB/s", source: plane.bandwidth.source))
    }
    add("node memory", machine.system.host.memory, .bytes)
    add("price of \(machine.system.name)", machine.system.price, .dollars)
    return list
  }
}

extension Precision {
  /// `BF16 weights`, `BF16 weights and MXFP4 experts`.
  var words: String {
    let experts = experts.flatMap { $0 == weights ? nil : " and \($0.words) experts" } ?? ""
    return "\(weights.words) weights\(experts)"
  }
}

extension NumberFormat {
  /// As papers write it.
  var words: String {
    switch self {
    case .fp8Block: "block-scaled FP8"
    case .int4Group: "grouped INT4"
    default: rawValue.uppercased()
    }
  }
}
