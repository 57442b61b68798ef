import Costs
import Formats
import Hardware
import Reports
import Units
import Workloads

extension Deployment {
  /// Runs the simulation and puts prices, notes and the steps' parts to its outcome.
  ///
  /// `run` is asked at the end, since the program's version, wall time and memory are the caller's to know.
  public func simulate(
    observing observers: ServingObservers, run: (ServingOutcome) -> ServingReport.Run
  ) throws -> ServingReport {
    let outcome = try serve(makeSource(), under: configuration, observing: observers)
    return ServingReport(
      outcome, prices: prices, decodeStep: decodeBreakdown(outcome), prefillStep: prefillBreakdown(outcome),
      notes: notes + skippedNotes(outcome.skipped) + validityNotes(outcome), run: run(outcome))
  }

  private func skippedNotes(_ skipped: SkippedLines) -> [String] {
    guard let first = skipped.examples.first else { return [] }
    let lines = skipped.count == 1 ? "One damaged line was" : "\(skipped.count) damaged lines were"
    return ["\(lines) skipped; the first is \(first.place): \(first.fault)."]
  }

  var prices: ServingPrices {
    let cost =
      scenario.cost
      ?? Scenario.CostAssumptions(
        electricity: DollarsPerJoule(0.08 / 3.6e6), powerUsageEffectiveness: 1.2, amortization: .hours(4 * 8766),
        systemPrice: nil)
    let system = machine.system
    let whole = cost.systemPrice ?? system.price?.value
    let share = Double(chipsInUse) / Double(system.chips.value)
    let perSecond = (whole ?? .zero) * share / cost.amortization
    let years = Text.round(cost.amortization.value / 31_557_600)
    var assumptions = [
      "electricity at \(Text.round(cost.electricity.value * 3.6e6)) USD/kWh and a power usage effectiveness of "
        + Text.round(cost.powerUsageEffectiveness)
    ]
    if let whole {
      assumptions.append(
        "\(system.name) at \(Text.dollars(whole.value)), written off over \(years) years; "
          + "\(chipsInUse) of \(system.chips.value) chips are charged")
    } else {
      assumptions.append("no price of \(system.name) is known: hardware is left out; give cost.systemPrice")
    }
    return ServingPrices(
      hardware: perSecond, electricity: cost.electricity * cost.powerUsageEffectiveness, costAssumptions: assumptions,
      energyAssumptions: [
        "input power of the whole system as described in the catalog: chips between idle and maximum by how busy "
          + "matrix cores "
          + "and memory are, hosts, switches, optics and supply losses; chips not in use idle",
        "no published measurement of the power of this machine in service is known; the sum is held against press "
          + "estimates of the whole",
      ])
  }

  /// What the report says of its inputs.
  public func reportContext(scenario node: Node, commandLine: [String]) -> ReportContext {
    let plan =
      "\(scenario.prefill.instances) prefill instances of \(scenario.prefill.chips) chips and "
      + "\(scenario.decode.instances) decode of \(scenario.decode.chips)"
    let sentence =
      "\(architecture.name) on \(machine.system.name) with \(machine.engine.name): \(plan), "
      + "\(scenario.precision.weights.rawValue.uppercased()) weights."
    return ReportContext(
      title: scenario.name, system: sentence, scenario: node.yamlText, sources: sources,
      commandLine: commandLine.joined(separator: " "))
  }

  private var sources: [Document.Source] {
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
    list.append(Document.Source(what: machine.engine.name, value: "engine", source: machine.engine.source))
    return list
  }
}

extension Deployment {
  /// Everything beside the scenario that decides the result: catalog entries as text, and the trace's fingerprint.
  public func inputTexts() throws -> [String] {
    let entries = [
      ("models", scenario.model), ("systems", scenario.system), ("chips", machine.system.chip),
      ("engines", scenario.engine),
    ]
    var texts = try entries.map { try catalog.node($0.0, $0.1).canonicalText }
    if let path = try workload.tracePath(catalog: catalog), path != "-" {
      texts.append(contentHash(try readBytes(of: path)))
    }
    return texts + ["rateScale \(workload.rateScale)"]
  }
}
