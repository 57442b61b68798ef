import Hardware
import Planning
import Reports
import Serving
import Units

extension Comparison {
  /// One system with its own best plan.
  public struct Contender: Sendable {
    public var system: System
    public var chip: Chip
    public var answer: PlanAnswer
    public init(system: System, chip: Chip, answer: PlanAnswer) {
      self.system = system
      self.chip = chip
      self.answer = answer
    }

    var chips: Int { answer.request.fleets.first?.chips ?? system.chips.value }
    var plan: PlanAnswer.Plan? { answer.best }
    var run: PlanSimulation? { plan?.simulated }
  }

  /// Systems side by side, each at its own best plan.
  public init(_ contenders: [Contender], title: String) {
    let notes = contenders.filter { $0.plan != nil }.flatMap { contender -> [String] in
      let name = contender.system.name
      let validity = contender.run.map { ["\(name): \($0.report.validity.sentence)"] } ?? []
      let price = contender.system.price == nil ? ["\(name): no price is known, so nothing is said of its cost."] : []
      return validity + price
    }
    let served = Self.served(contenders).filter { $0.words != nil || $0.values.contains { $0 != nil } }
    self.init(
      title: title, names: contenders.map(\.system.name), rows: Self.hardware(contenders) + served, notes: notes)
    unlike = Self.unlike(contenders)
    lacking = contenders.filter { $0.plan == nil }.map { "\($0.system.name): \($0.answer.failure)" }
  }

  /// Where one has twice the chips of another or more: what of the table then compares them.
  private static func unlike(_ contenders: [Contender]) -> String? {
    let sizes = contenders.map(\.chips)
    guard let least = sizes.min(), let most = sizes.max(), most >= 2 * least else { return nil }
    let words = contenders.map { "\($0.system.name) has \(Text.counted($0.chips, "chip"))" }
    return "Of unlike size: \(words.joined(separator: ", ")). Compare what a chip, a megawatt or a token makes or "
      + "costs; for totals give all as many chips (--chips \(least))."
  }

  /// What the chips that may be used come to.
  private static func hardware(_ contenders: [Contender]) -> [Row] {
    func row(_ name: String, _ notation: Notation, _ value: (Contender) -> Double?) -> Row {
      Row(name, notation, contenders.map(value))
    }
    func times(_ contender: Contender, _ value: FLOPsPerSecond?) -> Double? {
      value.map { $0.value * Double(contender.chips) / 1e15 }
    }
    return [
      row("chips", .count) { Double($0.chips) },
      row("BF16 peak, PFLOP/s", .count) { times($0, $0.chip.peak.bf16.value) },
      row("8-bit peak, PFLOP/s", .count) { times($0, $0.chip.peak.fp8?.value ?? $0.chip.peak.int8?.value) },
      row("memory", .bytes) { $0.chip.memory.capacity.value.value * Double($0.chips) },
      row("memory bandwidth, bytes/s", .bytes) { $0.chip.memory.bandwidth.value.value * Double($0.chips) },
      row("power at full load", .watts) {
        SystemPower($0.system, chip: $0.chip).watts(utilisation: 1, chips: $0.chips).value
      },
      row("price", .dollars) { contender in
        contender.system.price.map { $0.value.value * Double(contender.chips) / Double(contender.system.chips.value) }
      },
    ]
  }

  /// What each serves.
  private static func served(_ contenders: [Contender]) -> [Row] {
    func row(_ name: String, _ notation: Notation, _ value: (Contender) -> Double?) -> Row {
      Row(name, notation, contenders.map(value))
    }
    return [
      Row("best plan", words: contenders.map { $0.plan?.candidate.words ?? "none" }),
      row("chips in use", .count) { $0.plan.map { Double($0.candidate.chips) } },
      row("requests/s", .count) { $0.run?.servedRate ?? $0.plan?.candidate.requestsPerSecond },
      row("output tokens/s", .count) { contender in
        contender.run.map { $0.servedRate * contender.answer.request.lengths.output }
          ?? contender.plan?.candidate.outputTokens
      },
      row("output tokens/s a chip", .count) {
        $0.run?.outputTokensPerChip ?? $0.plan?.candidate.outputTokensPerChip
      },
      row("output tokens/s a megawatt", .count) { contender in
        (contender.run?.report.energy.joulesPerOutputToken ?? contender.plan?.candidate.joulesPerOutputToken)
          .map { 1e6 / $0.value }
      },
      row("TTFT p50", .duration) {
        ($0.run?.report.timeToFirstToken.p50 ?? $0.plan?.candidate.timeToFirstToken)?.value
      },
      row("TPOT p50", .duration) {
        ($0.run?.report.timePerOutputToken.p50 ?? $0.plan?.candidate.timePerOutputToken)?.value
      },
      row("power", .watts) { contender in
        contender.run.map { $0.report.energy.meanPower.value * Double($0.slices) }
          ?? contender.plan?.candidate.power?.value
      },
      row("energy per output token", .joules) {
        ($0.run?.report.energy.joulesPerOutputToken ?? $0.plan?.candidate.joulesPerOutputToken)?.value
      },
      row("CO\u{2082}e per million output tokens, kg", .count) { contender in
        let each = contender.run?.report.energy.joulesPerOutputToken ?? contender.plan?.candidate.joulesPerOutputToken
        return each.flatMap { contender.answer.carbon?.ofMillionTokens($0).value }
      },
      row("cost per million output tokens", .dollars) { contender in
        guard contender.system.price != nil else { return nil }
        return (contender.run?.report.cost.perMillionOutputTokens ?? contender.plan?.candidate.dollarsPerMillionTokens)?
          .value
      },
      Row("validity", words: contenders.map { $0.run?.report.validity.badge.text ?? "estimated" }),
    ]
  }
}
