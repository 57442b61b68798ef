import Formats
import Simulation
import Units

/// Turns a world's description into indices and slots, collecting every fault.
struct WorldBuilder {
  let world: SupplyWorld
  let parameterNamed: [String: Parameter]
  let settings: Settings
  let seed: Seed
  var compiled: CompiledWorld
  var problems: [Problem] = []
  private var slotOfParameter: [String: Int] = [:]
  var leverIndex: [String: Int] = [:]
  private var schoolIndex: [String: Int] = [:]
  private var factorIndex: [String: Int] = [:]

  /// What the command or scenario changes in every parameter at once.
  struct Settings: Sendable {
    var asOf: CalendarDay?
    /// Group and the member to which it is held.
    var schools: [(group: String, member: String)] = []
  }

  init(_ world: SupplyWorld, parameters: [Parameter], settings: Settings, seed: Seed) {
    self.world = world
    self.settings = settings
    self.seed = seed
    parameterNamed = Dictionary(parameters.map { ($0.name, $0) }) { _, last in last }
    compiled = CompiledWorld(horizon: Horizon(firstYear: world.firstYear, lastYear: world.lastYear))
  }

  mutating func build(events: [PolicyEvent]) throws -> CompiledWorld {
    guard (1...40).contains(world.lastYear - world.firstYear + 1) else {
      throw Problem(
        "lastYear", "\(world.firstYear) to \(world.lastYear) is no stretch of 1 to 40 years",
        wayOut: "such as 2023 to 2030")
    }
    addSchools()
    addDies()
    addMemories()
    addProducts()
    addImports()
    addBuyers()
    addFleet()
    addEvents(events)
    guard problems.isEmpty else { throw Problems(problems) }
    return compiled
  }

  private mutating func addSchools() {
    for school in world.schools {
      let members = school.weights.list
      var weights = members.map(\.value)
      if let held = settings.schools.last(where: { $0.group == school.group }) {
        if !members.contains(where: { $0.name == held.member }) {
          problems.append(
            Problem(
              "school \(school.group)", "it has no member '\(held.member)'",
              wayOut: "use one of \(members.map(\.name).joined(separator: ", "))"))
        }
        weights = members.map { $0.name == held.member ? 1 : 0 }
      }
      let total = weights.reduce(0, +)
      guard total > 0, weights.allSatisfy({ $0 >= 0 }) else {
        problems.append(
          Problem("school \(school.group)", "its weights are not shares", wayOut: "give positive weights"))
        continue
      }
      var sum = 0.0
      let cumulative = weights.map { weight -> Double in
        sum += weight / total
        return sum
      }
      schoolIndex[school.group] = compiled.slots.schools.count
      compiled.slots.schools.append(
        .init(
          group: school.group, members: members.map(\.name), cumulative: cumulative,
          stream: seed.stream("supply/school/\(school.group)")))
    }
    for held in settings.schools where schoolIndex[held.group] == nil {
      let groups = world.schools.map(\.group)
      problems.append(
        Problem("school", "there is no group '\(held.group)'", wayOut: "use one of \(groups.joined(separator: ", "))"))
    }
  }

  // MARK: amounts

  mutating func slot(_ amount: Amount, _ what: String) -> Int {
    switch amount.form {
    case .inline(let uncertainty):
      let name = what
      refuseNegative(uncertainty, amount.place.description.isEmpty ? what : "\(amount.place)")
      return add(.init(name: name, functions: [QuantileFunction(uncertainty)], stream: seed.stream("supply/\(name)")))
    case .named(let name):
      guard let parameter = parameterNamed[name] else {
        let near = Problems.nearest(to: name, among: parameterNamed.keys.sorted()).map { "did you mean '\($0)'?" }
        problems.append(
          Problem(
            amount.place.description, "there is no parameter '\(name)'",
            wayOut: near ?? "see `supernode supply --why list`"))
        return 0
      }
      compiled.uses.append((name, what))
      if let known = slotOfParameter[name] { return known }
      let index = add(slot(of: parameter))
      slotOfParameter[name] = index
      return index
    }
  }

  private mutating func add(_ slot: SlotTable.Slot) -> Int {
    compiled.slots.slots.append(slot)
    return compiled.slots.slots.count - 1
  }

  private mutating func slot(of parameter: Parameter) -> SlotTable.Slot {
    let known = parameter.known(on: settings.asOf).value
    if parameter.unit != "number" { refuseNegative(known, "parameter \(parameter.name)") }
    var slot = SlotTable.Slot(
      name: parameter.name, functions: [QuantileFunction(known, within: parameter.bounds)],
      stream: seed.stream("supply/\(parameter.name)"))
    if let factor = parameter.factor {
      slot.loading = min(max(factor.loading, -1), 1)
      slot.factor = factorIndex[factor.name] ?? compiled.slots.factors.count
      if factorIndex[factor.name] == nil {
        factorIndex[factor.name] = compiled.slots.factors.count
        compiled.slots.factors.append(.init(name: factor.name, stream: seed.stream("supply/factor/\(factor.name)")))
      }
    }
    guard let schools = parameter.schools else { return slot }
    guard let group = schoolIndex[schools.group] else {
      problems.append(
        Problem(
          "parameter \(parameter.name)", "there is no school '\(schools.group)'",
          wayOut: "add it to the world's schools"))
      return slot
    }
    slot.school = group
    slot.functions = compiled.slots.schools[group].members.map { member in
      QuantileFunction(schools.values[member] ?? known, within: parameter.bounds)
    }
    return slot
  }

  /// Nothing in the world can be less than nothing: a median below zero is a mistake.
  private mutating func refuseNegative(_ uncertainty: Uncertainty, _ place: String) {
    guard QuantileFunction(uncertainty)(0.5) < 0 else { return }
    problems.append(Problem(place, "\(uncertainty.text) is negative", wayOut: "give an amount from 0 on"))
  }

  mutating func path(_ trajectory: Trajectory, _ what: String) -> Int {
    let horizon = compiled.horizon
    let form: CompiledTrajectory.Form
    switch trajectory.form {
    case .constant(let amount): form = .constant(slot(amount, what))
    case .knots(let knots, let growth, let isStep):
      form = .knots(
        offsets: knots.map { horizon.offset(of: $0.date) },
        slots: knots.map { slot($0.amount, "\(what) at \($0.date)") },
        growth: growth.map { slot($0, "\(what) growth") }, isStep: isStep)
    case .spread(let total, let from, let to):
      form = .spread(slot(total, "\(what) total"), from: horizon.offset(of: from), to: horizon.offset(of: to))
    case .plant(let start, let ramp, let full):
      form = .plant(
        start: slot(start, "\(what) start"), ramp: slot(ramp, "\(what) ramp"), full: slot(full, "\(what) full"))
    }
    let factors = trajectory.factors.map { slot($0, "\(what) factor") }
    compiled.trajectories.append(CompiledTrajectory(form: form, factors: factors))
    return compiled.trajectories.count - 1
  }

  mutating func lever(_ name: String, initially value: Double) -> Int {
    if let index = leverIndex[name] { return index }
    leverIndex[name] = compiled.levers.count
    compiled.levers.append(CompiledLever(name: name, initial: value))
    return compiled.levers.count - 1
  }

  mutating func index(of name: String, in names: [String], _ what: String) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
    problems.append(
      Problem(what, "there is no '\(name)'", wayOut: near ?? "use one of \(names.joined(separator: ", "))"))
    return 0
  }

  mutating func shares(_ shares: NamedValues<Amount>, in names: [String], _ what: String) -> [CompiledWorld.Share] {
    shares.list.map { name, amount in
      let target = index(of: name, in: names, what)
      return CompiledWorld.Share(target: target, slot: amount.isRest ? nil : slot(amount, "\(what) to \(name)"))
    }
  }
}
