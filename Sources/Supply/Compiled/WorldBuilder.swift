import Formats
import Simulation
import Units

/// Turns a world's description into indices and slots, collecting every fault.
struct WorldBuilder {
  let world: SupplyWorld
  /// The same as its file has it, with the places of its parts.
  let node: Node?
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
    /// Shares above one in all are no fault but scaled down: for the assumptions of a check's source.
    var scalesShares = false
    /// The last day of what is known: turns of policy come after it.
    var knownTo: CalendarDay?
    /// Numbers held as one would without some published rows: what stands in place of each.
    var unseen: [String: Uncertainty] = [:]
  }

  init(_ world: SupplyWorld, node: Node? = nil, parameters: [Parameter], settings: Settings, seed: Seed) {
    self.world = world
    self.node = node
    self.settings = settings
    self.seed = seed
    parameterNamed = Dictionary(parameters.map { ($0.name, $0) }) { _, last in last }
    compiled = CompiledWorld(horizon: Horizon(firstYear: world.firstYear, lastYear: world.lastYear))
  }

  mutating func build(events: [PolicyEvent]) throws -> CompiledWorld {
    guard (1...40).contains(world.lastYear - world.firstYear + 1) else {
      throw Problem(
        place("lastYear"), "\(world.firstYear) to \(world.lastYear) is no stretch of 1 to 40 years",
        wayOut: "such as 2023 to 2030")
    }
    checkWorld()
    addSchools()
    addDies()
    addMemories()
    addProducts()
    addImports()
    addBuyers()
    addFleet()
    addRisks()
    addEvents(events)
    guard problems.isEmpty else { throw Problems(problems) }
    return compiled
  }

  private mutating func addSchools() {
    for (index, school) in world.schools.enumerated() {
      let members = school.weights.list
      var weights = members.map(\.value)
      if let held = settings.schools.last(where: { $0.group == school.group }) {
        weights = members.map { $0.name == held.member ? 1 : 0 }
      }
      let total = weights.reduce(0, +)
      guard total > 0, weights.allSatisfy({ $0 >= 0 }) else {
        refuse(
          place("schools[\(index)]", "weights"), "its weights are not shares", "give weights from 0 on, one above 0")
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
  }

  // MARK: amounts

  mutating func slot(_ amount: Amount, _ what: String) -> Int {
    switch amount.form {
    case .inline(let uncertainty):
      let bounds = 0...Double.greatestFiniteMagnitude
      if let (fault, wayOut) = uncertainty.fault(within: bounds) {
        let isKnown = amount.place.line > 0 || !amount.place.file.isEmpty
        problems.append(
          Problem(isKnown ? amount.place : Place(file: what, line: 0), fault, wayOut: wayOut))
      }
      let function = QuantileFunction(uncertainty, within: bounds)
      return add(.init(name: what, functions: [function], stream: seed.stream("supply/\(what)")))
    case .named(let name):
      guard let parameter = parameterNamed[name] else {
        let names = parameterNamed.keys.sorted()
        refuse(amount.place, "there is no parameter '\(name)'", alternatives(to: name, among: names))
        return 0
      }
      compiled.uses.append((name, what))
      if let known = slotOfParameter[name] { return known }
      let index = add(slot(of: parameter))
      slotOfParameter[name] = index
      return index
    }
  }

  mutating func add(_ slot: SlotTable.Slot) -> Int {
    compiled.slots.slots.append(slot)
    return compiled.slots.slots.count - 1
  }

  private mutating func slot(of parameter: Parameter) -> SlotTable.Slot {
    let known = settings.unseen[parameter.name] ?? parameter.known(on: settings.asOf).value
    problems += parameter.faults(schools: world.schools)
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
    guard let schools = parameter.schools, parameter.earlierView(on: settings.asOf) == nil,
      settings.unseen[parameter.name] == nil
    else { return slot }
    guard let group = schoolIndex[schools.group] else { return slot }
    slot.school = group
    slot.functions = compiled.slots.schools[group].members.map { member in
      QuantileFunction(schools.values[member] ?? known, within: parameter.bounds)
    }
    return slot
  }

  mutating func path(_ trajectory: Trajectory, _ what: String) -> Int {
    let horizon = compiled.horizon
    let form: CompiledTrajectory.Form
    switch trajectory.form {
    case .constant(let amount): form = .constant(slot(amount, what))
    case .knots(let knots, let growth, let ceiling, let isStep):
      form = .knots(
        offsets: knots.map { horizon.offset(of: $0.date) },
        slots: knots.map { slot($0.amount, "\(what) at \($0.date)") },
        growth: growth.map { slot($0, "\(what) growth") },
        ceiling: ceiling.map { slot($0, "\(what) ceiling") }, isStep: isStep)
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

  mutating func index(of name: String, in names: [String], at place: Place) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    refuse(place, "there is no '\(name)'", alternatives(to: name, among: names))
    return 0
  }

  /// `path` is where they stand in the world.
  mutating func shares(
    _ shares: NamedValues<Amount>, in names: [String], _ what: String, at path: String
  ) -> [CompiledWorld.Share] {
    shares.list.map { name, amount in
      let target = index(of: name, in: names, at: place(path, name))
      return CompiledWorld.Share(target: target, slot: amount.isRest ? nil : slot(amount, "\(what) to \(name)"))
    }
  }
}
