import Formats
import Units

extension PolicyEvent {
  /// What is wrong with it by itself, whatever the quantities are on which it acts.
  func faults(horizon: Horizon) -> [Problem] {
    let effects = effects ?? []
    var found: [Problem] = []
    func add(_ fault: String, _ wayOut: String) { found.append(Problem(place, fault, wayOut: wayOut)) }
    if isBlank(source) { add("the event '\(id)' has no source", "say where it is from, or 'this scenario'") }
    if effects.isEmpty, information != true {
      add("the event '\(id)' has no effect", "add effects, or information: true")
    }
    if !effects.isEmpty, information == true {
      add("the event '\(id)' is for information and has effects", "remove the one or the other")
    }
    if !effects.isEmpty, horizon.offset(of: date) >= Double(horizon.count) {
      let last = horizon.date(of: horizon.count - 1)
      add(
        "the event '\(id)' comes after the run, which ends with \(last)",
        "move it, set lastYear, or leave it out: without: [\(id)]")
    }
    return found + effects.indices.flatMap { faults(of: effects[$0], place(of: $0), horizon) }
  }

  /// Where an effect stands: where its amount does, if it has one.
  func place(of effect: Int) -> Place {
    let effects = effects ?? []
    guard effects.indices.contains(effect) else { return place }
    let amounts = [effects[effect].set, effects[effect].multiply, effects[effect].pulse, effects[effect].after]
    return amounts.compactMap(\.self).first?.place ?? place
  }

  private func faults(of effect: Effect, _ place: Place, _ horizon: Horizon) -> [Problem] {
    var found: [Problem] = []
    func add(_ fault: String, _ wayOut: String) { found.append(Problem(place, fault, wayOut: wayOut)) }
    let given = [("set", effect.set), ("multiply", effect.multiply), ("pulse", effect.pulse)].compactMap {
      name, amount in
      amount.map { (name, $0) }
    }
    if given.count != 1 {
      let has = given.isEmpty ? "none of set, multiply and pulse" : given.map(\.0).joined(separator: " and ")
      add("the effect on '\(effect.on)' has \(has)", "give one of them, such as {on: \(effect.on), set: 0}")
    }
    if let until = effect.until, until <= date {
      add("the effect on '\(effect.on)' ends on \(until), not after its event on \(date)", "give a later date")
    }
    if effect.pulse != nil, effect.until != nil {
      add("a pulse lasts a month and has no 'until'", "remove it, or use set or multiply")
    }
    if effect.pulse != nil, horizon.offset(of: date) < 0 {
      add("a pulse on \(date) comes before the run, which begins with \(horizon.start)", "move it or remove it")
    }
    if case .inline(.point(1)) = effect.multiply?.form {
      add("the effect on '\(effect.on)' multiplies by 1, which changes nothing", "give another factor or remove it")
    }
    return found
  }
}
