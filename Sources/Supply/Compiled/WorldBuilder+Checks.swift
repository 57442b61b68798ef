import Formats
import Units

/// What makes no sense in a world's description, each fault at its place in the file.
extension WorldBuilder {
  /// Where a part of the world stands; the path itself where no file is known.
  func place(_ path: String, _ field: String? = nil) -> Place {
    let found = node?[path].flatMap { found in field.map { found.field($0) ?? found } ?? found }
    return found?.place ?? Place(file: "world", line: 0, path: field.map { "\(path).\($0)" } ?? path)
  }

  mutating func refuse(_ place: Place, _ fault: String, _ wayOut: String) {
    problems.append(Problem(place, fault, wayOut: wayOut))
  }

  mutating func checkWorld() {
    checkNames()
    checkPlants()
    for (index, fab) in world.fabs.enumerated() { checkShares(fab.dies, at: "fabs[\(index)].dies") }
    for (index, source) in world.memorySources.enumerated() {
      checkShares(source.memories, at: "memorySources[\(index)].memories")
    }
    for (index, city) in (world.cities ?? []).enumerated() {
      checkShare(city.demandShare, at: place("cities[\(index)].demandShare"))
      checkShare(city.compliance, at: place("cities[\(index)].compliance"))
    }
    checkSum((world.cities ?? []).map(\.demandShare), at: place("cities"), "the cities' shares of demand")
    checkSystems()
    checkFractions()
  }

  // MARK: names

  private mutating func checkNames() {
    let lists: [(kind: String, path: String, names: [String])] = [
      ("schools", "schools", world.schools.map(\.group)), ("die families", "dies", world.dies.map(\.name)),
      ("plants", "fabs", world.fabs.map(\.name)), ("memories", "memories", world.memories),
      ("sources of memory", "memorySources", world.memorySources.map(\.name)),
      ("packaging lines", "packaging", world.packaging.map(\.name)),
      ("chips", "products", world.products.map(\.name)), ("imported chips", "imports", world.imports.map(\.name)),
      ("cities", "cities", (world.cities ?? []).map(\.name)),
      ("systems", "fleet.systems", world.fleet.systems.map(\.name)),
    ]
    for (kind, path, names) in lists {
      for (index, name) in names.enumerated() {
        let place = place("\(path)[\(index)]", "name")
        if names[..<index].contains(name) {
          refuse(place, "two \(kind) have the name '\(name)'", "rename or remove one")
        }
        if let odd = name.first(where: { " +*".contains($0) }), path != "schools" {
          refuse(place, "a name cannot have '\(odd)' in it", "write it with '-' instead")
        }
      }
    }
    let made = world.products.map(\.name)
    for (index, chip) in world.imports.enumerated() where made.contains(chip.name) {
      refuse(
        place("imports[\(index)].name"), "'\(chip.name)' is made at home and imported under one name",
        "rename one, such as \(chip.name)-imported")
    }
    for (index, city) in (world.cities ?? []).enumerated() where ["state", "national", "elsewhere"].contains(city.name)
    {
      refuse(place("cities[\(index)].name"), "a city cannot be called '\(city.name)'", "the word has its own meaning")
    }
  }

  // MARK: plants

  /// A plant counted twice: of one owner and with one start, ramp and height under two names.
  private mutating func checkPlants() {
    for (index, fab) in world.fabs.enumerated() {
      let twin = world.fabs[..<index].first { $0.name != fab.name && $0.owner == fab.owner && isSame($0, fab) }
      if let twin {
        refuse(
          place("fabs[\(index)]"), "'\(fab.name)' overlaps '\(twin.name)': one owner, start, ramp and capacity",
          "remove one, or give them starts of their own")
      }
    }
  }

  private func isSame(_ one: SupplyWorld.Fab, _ other: SupplyWorld.Fab) -> Bool {
    func texts(_ trajectory: Trajectory) -> [String]? {
      guard case .plant(let start, let ramp, let full) = trajectory.form else { return nil }
      return ([start, ramp, full] + trajectory.factors).map(\.text)
    }
    guard let first = texts(one.capacity), let second = texts(other.capacity) else { return false }
    return first == second
  }

  // MARK: shares

  /// The middle of an amount, as known today; nil for `rest` and what is not known.
  private func middle(_ amount: Amount) -> Double? {
    switch amount.form {
    case .inline(let uncertainty): QuantileFunction(uncertainty)(0.5)
    case .named(let name):
      parameterNamed[name].map { QuantileFunction($0.value, within: $0.bounds)(0.5) }
    }
  }

  private mutating func checkShare(_ amount: Amount, at place: Place) {
    guard case .inline(let uncertainty) = amount.form, let high = uncertainty.given.max(), high > 1 else { return }
    refuse(place, "a share of \(uncertainty.text) is above 1", "give a share from 0 to 1")
  }

  private mutating func checkShares(_ shares: NamedValues<Amount>, at path: String) {
    for (name, amount) in shares.list { checkShare(amount, at: place(path, name)) }
    if shares.list.filter(\.value.isRest).count > 1 {
      refuse(place(path), "two shares are the rest", "give all but one a number")
    }
    if shares.list.isEmpty { refuse(place(path), "it goes nowhere", "name at least one share, such as rest") }
    checkSum(shares.list.map(\.value), at: place(path), "its shares")
  }

  private mutating func checkSum(_ shares: [Amount], at place: Place, _ what: String) {
    let sum = shares.compactMap(middle).reduce(0, +)
    guard sum > 1 + 1e-6, !settings.scalesShares else { return }
    refuse(place, "\(what) add up to \(CSVText.number((sum * 1000).rounded() / 1000))", "lower them to 1 in all")
  }

  private mutating func checkSystems() {
    for (index, system) in world.fleet.systems.enumerated() {
      for (chip, amount) in system.takes.list { checkShare(amount, at: place("fleet.systems[\(index)].takes", chip)) }
      if system.chips < 1 {
        refuse(place("fleet.systems[\(index)].chips"), "a system has at least one chip", "such as 384")
      }
    }
    for product in world.products {
      let takes = world.fleet.systems.compactMap { $0.takes[product.name] }
      checkSum(takes, at: place("fleet.systems"), "the systems' shares of \(product.name)")
    }
  }

  /// Paths over time that are shares.
  private mutating func checkFractions() {
    var paths: [(Trajectory, String)] = []
    for (index, family) in world.dies.enumerated() where family.yield.model == .curve {
      paths.append((family.yield.value, "dies[\(index)].yield.value"))
    }
    for (index, family) in world.dies.enumerated() {
      let place = place("dies[\(index)].yield")
      if family.yield.model != .curve, family.yield.area == nil {
        refuse(place, "a yield from defects needs the die's area", "add area, in mm²")
      }
      if family.yield.model == .negativeBinomial, family.yield.clustering == nil {
        refuse(place, "a negative binomial yield needs how much defects cluster", "add clustering, such as 3")
      }
    }
    for (index, product) in world.products.enumerated() {
      paths.append((product.packagingYield, "products[\(index)].packagingYield"))
    }
    if let trainable = world.demand.trainable { paths.append((trainable, "demand.trainable")) }
    for (path, name) in paths where path.factors.isEmpty {
      for amount in path.amounts { checkShare(amount, at: amount.place.line > 0 ? amount.place : place(name)) }
    }
    for (name, amount) in [
      ("stateShare", world.demand.stateShare), ("substitution", world.demand.substitution),
    ]
      + [("loyalty", world.demand.loyalty), ("trainingShare", world.demand.trainingShare)].compactMap({ name, amount in
        amount.map { (name, $0) }
      })
    { checkShare(amount, at: place("demand.\(name)")) }
  }
}

extension Trajectory {
  /// Its values, leaving growth and factors aside.
  var amounts: [Amount] {
    switch form {
    case .constant(let amount): [amount]
    case .knots(let knots, _, _, _): knots.map(\.amount)
    case .spread(let total, _, _): [total]
    case .plant(_, _, let full): [full]
    }
  }
}
