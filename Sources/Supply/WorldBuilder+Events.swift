import Formats
import Units

extension WorldBuilder {
  /// Turns events into changes of levers, in the order of their dates.
  mutating func addEvents(_ events: [PolicyEvent]) {
    let ordered = events.enumerated().sorted { ($0.element.date, $0.offset) < ($1.element.date, $1.offset) }
    for (_, event) in ordered {
      let effects = event.effects ?? []
      if effects.isEmpty, event.information != true {
        problems.append(
          Problem("event \(event.id)", "it has no effect", wayOut: "add effects, or information: true"))
      }
      for effect in effects { add(effect, of: event) }
    }
  }

  private mutating func add(_ effect: PolicyEvent.Effect, of event: PolicyEvent) {
    let given: [(CompiledLever.Action, Amount?)] = [
      (.set, effect.set), (.multiply, effect.multiply), (.pulse, effect.pulse),
    ]
    let actions = given.compactMap { action, amount in amount.map { (action, $0) } }
    guard actions.count == 1, let (action, amount) = actions.first else {
      problems.append(
        Problem(
          "event \(event.id)", "the effect on '\(effect.on)' needs one of set, multiply and pulse",
          wayOut: "write such as {on: \(effect.on), set: 0}"))
      return
    }
    if effect.on == PolicyEvent.performance { return bar(above: amount, action, effect, of: event) }
    let targets = levers(named: effect.on)
    guard !targets.isEmpty else {
      let names = compiled.levers.map(\.name) + [PolicyEvent.performance]
      let near = Problems.nearest(to: effect.on, among: names).map { "did you mean '\($0)'?" }
      problems.append(
        Problem(
          "event \(event.id)", "there is no quantity '\(effect.on)'",
          wayOut: near ?? "use one of \(names.joined(separator: ", "))"))
      return
    }
    let value = slot(amount, "event \(event.id) on \(effect.on)")
    for target in targets { change(target, action, value, effect, of: event) }
  }

  private mutating func change(
    _ lever: Int, _ action: CompiledLever.Action, _ value: Int, _ effect: PolicyEvent.Effect, of event: PolicyEvent
  ) {
    let horizon = compiled.horizon
    compiled.levers[lever].changes.append(
      .init(
        date: horizon.offset(of: event.date), delay: effect.after.map { slot($0, "event \(event.id) delay") },
        until: effect.until.map { horizon.offset(of: $0) }, action: action, value: value))
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
    above limit: Amount, _ action: CompiledLever.Action, _ effect: PolicyEvent.Effect, of event: PolicyEvent
  ) {
    let place = "event \(event.id)"
    guard action == .set else {
      problems.append(Problem(place, "a threshold is set", wayOut: "write {on: \(effect.on), set: 4800}"))
      return
    }
    func middle(_ slot: Int) -> Double { compiled.slots.slots[slot].functions[0](0.5) }
    let threshold = middle(slot(limit, "\(place) threshold"))
    let barred = compiled.imports.filter { !$0.isSmuggled && 16 * middle($0.specification.compute) > threshold }
    if barred.isEmpty {
      problems.append(
        Problem(
          place, "no import exceeds a performance of \(CSVText.number(threshold))",
          wayOut: "lower the threshold or remove the effect"))
    }
    let zero = slot(Amount(0), "\(place) barred")
    for chip in barred { change(chip.exportLever, .set, zero, effect, of: event) }
  }
}
