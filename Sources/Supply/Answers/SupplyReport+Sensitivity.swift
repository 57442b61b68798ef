import Formats
import Units

extension SupplyReport {
  /// What is studied: how a claim's value, or a quantity's, depends on the numbers that went in.
  ///
  /// One at a time: each number is held at its 5% and its 95% value; the result is the mean over the same draws. Sobol
  /// indices by exchange between two independent sets of draws: first order after Saltelli et al. (2010), total after
  /// Jansen (1999). `known`: the share of the variance that knowing the number would take away, itself and all that it
  /// says of others; from the means over its own draws in equal parts.
  static func study(
    _ scenario: SupplyScenario, _ question: SupplyQuestion, _ world: CompiledWorld
  ) throws -> (measure: CompiledMeasure, title: String)? {
    guard let name = question.sensitivity else { return nil }
    let (definition, title) = try scenario.measure(named: name)
    return (try CompiledMeasure(definition, series: world.series, horizon: world.horizon), title)
  }
}

extension SupplyScenario {
  /// A claim's definition by its id, or `QUANTITY@PERIOD` such as `domestic.units@2026`.
  func measure(named name: String) throws -> (definition: SupplyMeasure, title: String) {
    if let claim = claims.first(where: { $0.id == name }) { return (claim.definition, claim.title ?? claim.id) }
    if let at = name.lastIndex(of: "@") {
      let text = "{quantity: \(name[..<at]), over: '\(name[name.index(after: at)...])'}"
      let definition = try Node.parse(text, file: "--sensitivity").decode(SupplyMeasure.self)
      return (definition, definition.text)
    }
    let near = Problems.nearest(to: name, among: claims.map(\.id)).map { "did you mean '\($0)'?" }
    throw Problem(
      "--sensitivity", "there is no claim '\(name)'",
      wayOut: near ?? "see `supernode supply --why claims`, or write a quantity's period, such as domestic.units@2026")
  }
}

/// The runs from which the influence of every uncertain number on one measure is read.
struct SensitivityStudy {
  let world: CompiledWorld
  let measure: CompiledMeasure
  let draws: Int
  let workers: Int
  private let base: [Double]
  private let other: [Double]

  init(_ world: CompiledWorld, _ measure: CompiledMeasure, draws: Int, workers: Int) {
    self.world = world
    self.measure = measure
    self.draws = max(draws, ColumnStore.draws)
    self.workers = workers
    base = Self.values(world, measure, self.draws, workers)
    var second = world
    second.slots.exchange = .everything
    other = Self.values(second, measure, self.draws, workers)
  }

  private static func values(
    _ world: CompiledWorld, _ measure: CompiledMeasure, _ draws: Int, _ workers: Int
  ) -> [Double] {
    world.run(draws: draws, measures: [measure], workers: workers, withSeries: false).measures[0].map(Double.init)
  }

  private func values(_ world: CompiledWorld) -> [Double] { Self.values(world, measure, draws, workers) }

  /// Of a quarter of the draws, which are the same for every pinned value.
  private func mean(pinning slot: Int, at quantile: Double) -> Double {
    var pinned = world
    pinned.slots.pinned = [(slot, quantile)]
    let some = max(ColumnStore.draws, draws / 4)
    return Self.values(pinned, measure, some, workers).reduce(0, +) / Double(some)
  }

  /// Whether exchanging an input changes any of the first draws.
  private func moves(_ input: SlotTable.Exchange) -> Bool {
    var exchanged = world
    exchanged.slots.exchange = input
    let some = ColumnStore.draws
    return Self.values(exchanged, measure, some, workers) != Array(base.prefix(some))
  }

  func result(of title: String) -> SupplyReport.Sensitivity {
    let all = base + other
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count - 1)
    let known = knowledge()
    var influences: [SupplyReport.Influence] = []
    for (number, slot) in world.slots.varying.enumerated() where moves(.slot(slot)) {
      let functions = world.slots.slots[slot].functions
      var influence = SupplyReport.Influence(
        parameter: world.slots.slots[slot].name, low: self.mean(pinning: slot, at: 0.05),
        high: self.mean(pinning: slot, at: 0.95), from: functions[0](0.05), to: functions[0](0.95))
      fill(&influence, .slot(slot), variance, mean)
      influence.known = known[number]
      influences.append(influence)
    }
    for (index, factor) in world.slots.factors.enumerated() {
      var influence = SupplyReport.Influence(parameter: "factor \(factor.name)", low: mean, high: mean, from: 0, to: 0)
      fill(&influence, .factor(index), variance, mean)
      influences.append(influence)
    }
    for (index, school) in world.slots.schools.enumerated() {
      var influence = SupplyReport.Influence(parameter: "school \(school.group)", low: mean, high: mean, from: 0, to: 0)
      fill(&influence, .school(index), variance, mean)
      influences.append(influence)
    }
    let order = influences.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
    let sorted = order.map(\.element).filter { $0.weight > 1e-9 }
    let best = influences.enumerated().max { ($0.element.known, $1.offset) < ($1.element.known, $0.offset) }?.element
    return SupplyReport.Sensitivity(
      of: title, draws: draws, mean: mean, standardDeviation: variance.squareRoot(), influences: sorted,
      mostWorthKnowing: best.flatMap { $0.known > 0 ? $0.parameter : nil }, narrowing: best?.known ?? 0)
  }

  /// Indices of one input; zero, and no run, where nothing varies.
  private func fill(
    _ influence: inout SupplyReport.Influence, _ input: SlotTable.Exchange, _ variance: Double, _ mean: Double
  ) {
    guard variance > 0 else { return }
    var exchanged = world
    exchanged.slots.exchange = input
    let mixed = values(exchanged)
    var (first, squares, total) = (0.0, 0.0, 0.0)
    for draw in 0..<draws {
      let part = (other[draw] - mean) * (mixed[draw] - base[draw])
      first += part
      squares += part * part
      total += (base[draw] - mixed[draw]) * (base[draw] - mixed[draw])
    }
    let count = Double(draws)
    influence.first = first / count / variance
    influence.total = total / 2 / count / variance
    let spread = max(0, squares / count - (first / count) * (first / count))
    influence.firstError = (spread / count).squareRoot() / variance
  }

  /// By varying slot: the share of the variance between the means of equal parts of its draws, less what chance gives.
  private func knowledge() -> [Double] {
    let slots = world.slots.varying
    var columns = [[Double]](repeating: [], count: slots.count)
    let model = MonthlyModel(world)
    var first = 0
    while first < draws {
      model.run(first: UInt64(first), months: 0) { _ in }
      let count = min(ColumnStore.draws, draws - first)
      for (number, slot) in slots.enumerated() {
        let column = model.slot(slot).draws
        for draw in 0..<count { columns[number].append(column[draw]) }
      }
      first += count
    }
    let parts = min(20, max(2, draws / 50))
    return columns.map { share(of: $0, in: parts) }
  }

  private func share(of input: [Double], in parts: Int) -> Double {
    let count = Double(draws)
    let mean = base.reduce(0, +) / count
    let variance = base.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    guard variance > 0 else { return 0 }
    let order = input.indices.sorted { (input[$0], $0) < (input[$1], $1) }
    var between = 0.0
    for part in 0..<parts {
      let members = order[part * draws / parts..<(part + 1) * draws / parts]
      let own = members.reduce(0) { $0 + base[$1] } / Double(members.count)
      between += (own - mean) * (own - mean) * Double(members.count)
    }
    let share = between / count / variance, chance = Double(parts - 1) / (count - 1)
    return min(1, max(0, (share - chance) / (1 - chance)))
  }
}
