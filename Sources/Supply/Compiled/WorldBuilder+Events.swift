import Formats
import Units

extension WorldBuilder {
  /// Turns of policy: each with a day of its own in every draw.
  mutating func addRisks() {
    compiled.knownTo = settings.knownTo.map { max(0, compiled.horizon.offset(of: $0)) } ?? .infinity
    guard compiled.knownTo < Double(compiled.horizon.count) else { return }
    for risk in world.risks ?? [] {
      let what = "risk \(risk.name)"
      let wait = SlotTable.Slot(
        name: what, functions: [QuantileFunction(waitingTimeOf: 12)], stream: seed.stream("supply/\(what)"))
      compiled.risks.append(.init(name: risk.name, perYear: slot(risk.perYear, "\(what) a year"), wait: add(wait)))
    }
  }

  /// What begins with a turn of policy, after all events.
  private mutating func addTurns() {
    for (index, risk) in (world.risks ?? []).enumerated() where index < compiled.risks.count {
      let event = PolicyEvent(of: risk, on: compiled.horizon.date(of: Int(compiled.knownTo)))
      for effect in risk.effects ?? [] {
        let place = place("risks[\(index)].effects")
        let count = compiled.levers.map(\.changes.count)
        add(effect, at: place, of: event)
        for (lever, before) in count.enumerated() where compiled.levers[lever].changes.count > before {
          compiled.levers[lever].changes[before].begunBy = index
        }
      }
    }
  }

  /// The turns of policy that end an event.
  private func turns(ending event: PolicyEvent) -> [Int] {
    compiled.risks.indices.filter { index in
      let ends = world.risks?[index].ends ?? []
      return ends.contains(event.id) || event.group.map(ends.contains) ?? false
    }
  }

  /// Turns events into changes of levers, in the order of their dates.
  mutating func addEvents(_ events: [PolicyEvent]) {
    let ordered = events.enumerated().sorted { ($0.element.date, $0.offset) < ($1.element.date, $1.offset) }
    for (_, event) in ordered {
      problems += event.faults(horizon: compiled.horizon)
      for (index, effect) in (event.effects ?? []).enumerated() { add(effect, at: event.place(of: index), of: event) }
    }
    addTurns()
  }

  private mutating func add(_ effect: PolicyEvent.Effect, at place: Place, of event: PolicyEvent) {
    let given: [(CompiledLever.Action, Amount?)] = [
      (.set, effect.set), (.multiply, effect.multiply), (.pulse, effect.pulse),
    ]
    let actions = given.compactMap { action, amount in amount.map { (action, $0) } }
    guard actions.count == 1, let (action, amount) = actions.first else { return }
    if effect.on == PolicyEvent.performance { return bar(above: amount, action, effect, at: place, of: event) }
    let targets = levers(named: effect.on)
    guard !targets.isEmpty else {
      let names = compiled.levers.map(\.name) + [PolicyEvent.performance]
      refuse(
        place, "there is no quantity '\(effect.on)' on which an event can act",
        alternatives(to: effect.on, among: names, listedBy: "levers"))
      return
    }
    let value = slot(amount, "event \(event.id) on \(effect.on)")
    if action == .set, let kind = LeverKind.of(effect.on) {
      let high = compiled.slots.slots[value].functions[0](0.5)
      if high > kind.bounds.upperBound {
        refuse(place, "'\(effect.on)' is a share and cannot be \(CSVText.number(high))", "give a share from 0 to 1")
      }
    }
    for target in targets { change(target, action, value, effect, of: event) }
  }

  private mutating func change(
    _ lever: Int, _ action: CompiledLever.Action, _ value: Int, _ effect: PolicyEvent.Effect, of event: PolicyEvent
  ) {
    let horizon = compiled.horizon
    compiled.levers[lever].changes.append(
      .init(
        date: horizon.offset(of: event.date), delay: effect.after.map { slot($0, "event \(event.id) delay") },
        until: effect.until.map { horizon.offset(of: $0) }, action: action, value: value,
        endedBy: turns(ending: event)))
  }

  /// Levers of a name in which `*` stands for any one part: `import.*.export`.
  private func levers(named name: String) -> [Int] {
    guard name.contains("*") else { return leverIndex[name].map { [$0] } ?? [] }
    let parts = name.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    return compiled.levers.indices.filter { index in
      let lever = compiled.levers[index].name
      return lever.hasPrefix(parts[0]) && lever.hasSuffix(parts[1])
        && lever.utf8.count > parts[0].utf8.count + parts[1].utf8.count
    }
  }

  /// A threshold on total processing performance (dense BF16 TFLOP/s times 16 bits): it bars legal imports above it.
  private mutating func bar(
    above limit: Amount, _ action: CompiledLever.Action, _ effect: PolicyEvent.Effect, at place: Place,
    of event: PolicyEvent
  ) {
    let what = "event \(event.id)"
    guard action == .set else {
      return refuse(place, "a threshold is set, not multiplied", "write {on: \(effect.on), set: 4800}")
    }
    func middle(_ slot: Int) -> Double { compiled.slots.slots[slot].functions[0](0.5) }
    let threshold = middle(slot(limit, "\(what) threshold"))
    let barred = compiled.imports.filter { !$0.isSmuggled && 16 * middle($0.specification.compute) > threshold }
    if barred.isEmpty {
      refuse(
        place, "no import exceeds a performance of \(CSVText.number(threshold))",
        "lower the threshold or remove the effect")
    }
    let zero = slot(Amount(0), "\(what) barred")
    for chip in barred { change(chip.exportLever, .set, zero, effect, of: event) }
  }
}
