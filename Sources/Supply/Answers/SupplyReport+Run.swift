import Formats
import Simulation
import Units

extension SupplyReport {
  /// Runs a scenario, and beside it each world that lacks some events, with the same draws.
  public init(_ scenario: SupplyScenario, _ question: SupplyQuestion, version: String) throws {
    try scenario.check(question)
    let world = try scenario.compiled(question)
    let studied = try Self.study(scenario, question, world)
    try scenario.check(scenario.claims, against: world)
    let plan = try MeasurePlan(
      scenario, world, comparing: !question.without.isEmpty || !scenario.isAlone(question))
    let outcome = world.run(
      draws: question.draws, measures: plan.measures, banded: plan.banded, workers: question.workers)
    try question.checkWanted()
    self.scenario = scenario.name
    title = scenario.title
    claims = plan.claims(scenario.claims, outcome)
    if question.judges {
      let own = Array(plan.measures.prefix(scenario.claims.count))
      let found = Self.judgements(own, scenario, world, draws: min(question.draws, 2048))
      for (index, one) in found.enumerated() {
        (claims[index].judgement, claims[index].movedBy) = (one.share, one.names)
      }
    }
    years = plan.years(outcome)
    vendors = Self.vendors(scenario.world)
    series = Self.series(world, outcome)
    quarters = plan.quarters(outcome)
    constraints = Self.constraints(world, outcome.constraints, draws: question.draws)
    binding = Self.constraints(world, outcome.binding, draws: question.draws)
    let beside = try scenario.beside(question, world)
    func counterfactual(_ other: CompiledWorld, without names: [String], _ name: String?) throws -> Counterfactual {
      let result = other.run(
        draws: question.draws, measures: plan.measures, banded: plan.banded, workers: question.workers)
      try question.checkWanted()
      return Counterfactual(
        without: names, name: name, claims: plan.claims(scenario.claims, result), years: plan.years(result),
        series: Self.series(other, result).filter { Self.comparedByMonth.contains($0.quantity) },
        differences: plan.differences(outcome, result))
    }
    counterfactuals = try question.without.map { names in
      let name = scenario.worlds.first { $0.without == names }?.name
      return try counterfactual(scenario.compiled(question, without: names), without: names, name)
    }
    counterfactuals += try beside.map { name, other in try counterfactual(other, without: [], name) }
    turns = Self.turns(scenario, world)
    events = try scenario.events(without: scenario.without, asOf: question.asOf).map(Event.init)
    sensitivity = studied.map { measure, title in
      SensitivityStudy(world, measure, draws: question.sensitivityDraws, workers: question.workers).result(of: title)
    }
    try question.checkWanted()
    parameters = Self.inputs(scenario, question, world)
    published = Self.published(scenario, question)
    notes = Self.notes(scenario, question)
    validity = SupplyValidity(scenario, question)
    run = Run(
      version: version, seed: question.seed, draws: question.draws, months: world.horizon.count,
      asOf: question.asOf?.dayText, knownTo: Self.knownTo(scenario, question), inputHash: scenario.inputHash)
  }

  /// What may turn, with its chance a year; nil where nothing may.
  private static func turns(_ scenario: SupplyScenario, _ world: CompiledWorld) -> [String]? {
    guard !world.risks.isEmpty else { return nil }
    return (scenario.world.risks ?? []).map { "\($0.title) (\(scenario.chance(of: $0)) a year)" }
  }

  /// The date that was asked for, or the last event that happened.
  private static func knownTo(_ scenario: SupplyScenario, _ question: SupplyQuestion) -> String? {
    if let date = question.asOf { return date.description }
    return scenario.knownTo?.description
  }

  /// Rows about one quantity as it is, of what was known.
  private static func published(_ scenario: SupplyScenario, _ question: SupplyQuestion) -> [Published] {
    scenario.checks.compactMap { check in
      guard let measure = check.measure, measure.by == nil, measure.quantity.list.count == 1, !check.hasAssumptions,
        measure.aggregate == nil, question.asOf.map({ check.asOf <= $0 }) ?? true
      else { return nil }
      let scale = measure.scale ?? 1
      return Published(
        id: check.id, title: check.title, quantity: measure.quantity.list[0], from: measure.over.first.description,
        until: measure.over.end.description, low: check.estimate.low * scale, mid: check.estimate.mid * scale,
        high: check.estimate.high * scale, bound: check.bound?.rawValue, asOf: check.asOf.dayText,
        source: check.source)
    }
  }

  /// What charts show of a scenario and of the world without some events, one beside the other.
  static let comparedByMonth = [
    "domestic.units", "domestic.compute", "imports.units", "imports.value", "market.unmet", "fleet.compute",
    "tokens.capacity",
  ]

  private static func series(_ world: CompiledWorld, _ outcome: SupplyOutcome) -> [Series] {
    zip(world.series, outcome.quantiles).map { series, quantiles in
      Series(
        quantity: series.name, unit: series.unit, isStock: series.isStock,
        months: world.horizon.dates.map(\.description), quantiles: quantiles)
    }
  }

  private static func vendors(_ world: SupplyWorld) -> [Vendor] {
    let all =
      world.products.map { Vendor(name: $0.vendor, origin: .domestic) }
      + world.imports.map { Vendor(name: $0.vendor, origin: $0.isSmuggled == true ? .smuggled : .imported) }
    let unique = all.enumerated().filter { index, vendor in !all[..<index].contains { $0.name == vendor.name } }
    // What is left over comes last of its kind.
    let origins: [Vendor.Origin] = [.domestic, .imported, .smuggled]
    return origins.flatMap { origin in
      let own = unique.map(\.element).filter { $0.origin == origin }
      return own.filter { $0.name != "Others" } + own.filter { $0.name == "Others" }
    }
  }

  private static func constraints(_ world: CompiledWorld, _ counts: [[UInt32]], draws: Int) -> [ConstraintMonth] {
    let names = MonthlyModel.Constraint.allCases.map { "\($0)" }
    return counts.enumerated().map { month, counts in
      let shares = counts.map { Double($0) / Double(draws) }
      let most = shares.indices.max { shares[$0] < shares[$1] } ?? 0
      return ConstraintMonth(
        month: world.horizon.date(of: month).description, plan: shares[0], demand: shares[1], logic: shares[2],
        memory: shares[3], packaging: shares[4], policy: shares[5], binding: names[most])
    }
  }

  private static func inputs(_ scenario: SupplyScenario, _ question: SupplyQuestion, _ world: CompiledWorld) -> [Input]
  {
    scenario.parameters.map { parameter in
      let known = parameter.known(on: question.asOf)
      let schools = parameter.schools.map { schools in
        " by \(schools.group): "
          + schools.values.list.map { "\($0.name) \($0.value.text(in: parameter.unit))" }.joined(separator: ", ")
      }
      return Input(
        name: parameter.name, unit: parameter.unit, value: known.value.text(in: parameter.unit) + (schools ?? ""),
        source: parameter.source, grade: parameter.grade, asOf: parameter.asOf?.description, note: parameter.note,
        uses: world.uses.filter { $0.name == parameter.name }.map(\.place))
    }
  }

  private static func notes(_ scenario: SupplyScenario, _ question: SupplyQuestion) -> [String] {
    var notes = [
      "There is no data on share prices: the makers' revenue stands for the rally.",
      "Packaging capacity is back-solved, not seen; demand multipliers are guesses from the wording of reports.",
    ]
    if let date = question.asOf {
      let forgotten = scenario.events.filter { $0.date > date }.count
      let guessed = scenario.parameters.filter { $0.known(on: date).isGuess }.map(\.name)
      notes.append("Known on \(date.dayText): \(forgotten) later events are left out.")
      if !guessed.isEmpty {
        notes.append(
          "\(guessed.count) numbers became known later and have twice their spread: \(guessed.joined(separator: ", "))."
        )
      }
    }
    return notes
  }
}

extension SupplyReport.Event {
  init(_ event: PolicyEvent) {
    id = event.id
    date = event.date.dayText
    title = event.title
    label = event.label
    actor = event.actor
    source = event.source
    effects = (event.effects ?? []).map { effect in
      let action = effect.pulse != nil ? "pulse" : effect.set != nil ? "set" : "multiply"
      let amount = effect.set ?? effect.multiply ?? effect.pulse
      return "\(effect.on) \(action) \(amount?.text ?? "")"
    }
  }
}

extension Amount {
  package var text: String {
    switch form {
    case .inline(let uncertainty): uncertainty.text
    case .named(let name): name
    }
  }
}

/// The measures that a report asks of each draw: its claims and, for pairs of worlds, the main quantities by year; as
/// bands, every quantity by year.
struct MeasurePlan {
  var measures: [CompiledMeasure]
  var banded: [CompiledMeasure] = []
  private let claimCount: Int
  /// By claim: where its measure of policy stands among the measures; none where no turn may come.
  private var stays: [Int] = []
  private let yearly: [SupplySeries]
  private let compared: [SupplySeries]
  private let years: [Int]
  private let quarterly: [(quantity: String, unit: String, measures: [CompiledMeasure])]
  private let quarterNames: [String]

  static let mainQuantities = [
    "sold.H20", "domestic.units", "domestic.value", "domestic.compute", "imports.units", "imports.value",
    "imports.fees",
    "imports.barred", "imports.writeOffs", "imports.booked", "market.unmet", "fleet.compute", "tokens.capacity",
    "revenue.Huawei", "revenue.Nvidia",
  ]

  init(_ scenario: SupplyScenario, _ world: CompiledWorld, comparing: Bool) throws {
    let series = world.series
    measures = try scenario.claims.map { try CompiledMeasure($0.definition, series: series, horizon: world.horizon) }
    if !world.risks.isEmpty, let policy = series.firstIndex(where: { $0.name == "policy.stays" }) {
      var places: [Int: Int] = [:]
      for measure in measures {
        let month = measure.lastMonth
        if places[month] == nil {
          places[month] = measures.count
          measures.append(CompiledMeasure(series: policy, months: month..<month + 1, isStock: true))
        }
        stays.append(places[month] ?? 0)
      }
    }
    claimCount = measures.count
    let firstYear = scenario.world.firstYear, count = world.horizon.count
    let years = (0..<count / 12).map { firstYear + $0 }
    self.years = years
    (quarterly, quarterNames) = Self.market(world)
    yearly = series
    compared = comparing ? series.filter { Self.mainQuantities.contains($0.name) } : []
    func byYear(_ chosen: [SupplySeries]) -> [CompiledMeasure] {
      chosen.flatMap { wanted -> [CompiledMeasure] in
        guard let index = series.firstIndex(of: wanted) else { return [] }
        return years.indices.map { year in
          CompiledMeasure(series: index, months: year * 12..<year * 12 + 12, isStock: wanted.isStock)
        }
      }
    }
    banded = byYear(yearly)
    for row in quarterly { banded += row.measures }
    measures += byYear(compared)
  }

  func claims(_ claims: [SupplyClaim], _ outcome: SupplyOutcome) -> [SupplyReport.Claim] {
    concurrentMap(claims.count) { index in
      let (claim, values) = (claims[index], outcome.measures[index])
      let count = Double(max(values.count, 1))
      let probability = values.reduce(0) { $0 + (claim.holds(Double($1)) ? 1.0 : 0) } / count
      var (kept, held) = (0.0, 0.0)
      if !stays.isEmpty {
        for (value, stay) in zip(values, outcome.measures[stays[index]]) where stay > 0.5 {
          kept += 1
          held += claim.holds(Double(value)) ? 1 : 0
        }
      }
      return SupplyReport.Claim(
        id: claim.id, title: claim.title ?? claim.id, definition: claim.sentence,
        date: claim.definition.over.description, meaning: claim.meaning, source: claim.source, unit: unit(of: claim),
        probability: probability,
        standardError: (probability * (1 - probability) / count).squareRoot(),
        probabilityIfPolicyStays: kept > 0 ? held / kept : nil, policyStays: stays.isEmpty ? nil : kept / count,
        never: claim.definition.isDate ? claim.definition.over.end.months : nil,
        value: .init(of: values), byMonth: claim.definition.isDate ? Self.byMonth(claim.definition.over, values) : nil)
    }
  }

  /// The share of the draws in which a date has come by the end of each month of a period.
  private static func byMonth(_ period: Period, _ values: [Float]) -> [SupplyReport.MonthShare] {
    let (first, end) = (Int(period.first.months.rounded()), Int(period.end.months.rounded()))
    var counts = [Int](repeating: 0, count: max(0, end - first))
    for value in values where Int(value) >= first && Int(value) < end { counts[Int(value) - first] += 1 }
    var all = 0
    return counts.enumerated().map { index, count in
      all += count
      return .init(
        month: CalendarDay(months: Double(first + index)).description, share: Double(all) / Double(max(values.count, 1))
      )
    }
  }

  /// A bound below 1 on one quantity by another speaks of a share.
  private func unit(of claim: SupplyClaim) -> String {
    if claim.definition.isDate { return "date" }
    guard claim.definition.by == nil else {
      return (claim.atLeast ?? claim.atMost ?? 1) < 1 ? "fraction" : "ratio"
    }
    return yearly.first { $0.name == claim.definition.quantity.list[0] }?.unit ?? ""
  }

  func years(_ outcome: SupplyOutcome) -> [SupplyReport.YearRow] {
    rows(yearly) { SupplyReport.Band(outcome.bands[$0]) }
  }

  func quarters(_ outcome: SupplyOutcome) -> [SupplyReport.QuarterRow] {
    var place = yearly.count * years.count
    return quarterly.map { row in
      defer { place += row.measures.count }
      return SupplyReport.QuarterRow(
        quantity: row.quantity, unit: row.unit, quarters: quarterNames,
        bands: row.measures.indices.map { SupplyReport.Band(outcome.bands[place + $0]) })
    }
  }

  func differences(_ one: SupplyOutcome, _ other: SupplyOutcome) -> [SupplyReport.YearRow] {
    rows(compared) { index in
      let place = claimCount + index
      return SupplyReport.Band(of: zip(one.measures[place], other.measures[place]).map { $0 - $1 })
    }
  }

  private func rows(_ chosen: [SupplySeries], _ band: (Int) -> SupplyReport.Band) -> [SupplyReport.YearRow] {
    chosen.enumerated().map { number, series in
      SupplyReport.YearRow(
        quantity: series.name, unit: series.unit, years: years,
        bands: years.indices.map { band(number * years.count + $0) })
    }
  }
}

extension CompiledMeasure {
  init(series: Int, months: Range<Int>, isStock: Bool) {
    top = Part(series: [series], months: months, aggregate: isStock ? .end : .sum)
    bottom = nil
    scale = 1
  }
}

extension MeasurePlan {
  /// The market by quarter: units, revenue and share of each vendor, and what licences, bars and charges took.
  fileprivate static func market(
    _ world: CompiledWorld
  ) -> (rows: [(quantity: String, unit: String, measures: [CompiledMeasure])], quarters: [String]) {
    let series = world.series
    let starts = stride(from: 0, to: world.horizon.count - 2, by: 3).map { $0 }
    let names = starts.map { month in
      let date = Int(world.horizon.date(of: month).months)
      return "\(date / 12)Q\(date % 12 / 3 + 1)"
    }
    func index(_ name: String) -> Int? { series.firstIndex { $0.name == name } }
    var rows: [(quantity: String, unit: String, measures: [CompiledMeasure])] = []
    func add(_ name: String) {
      guard let place = index(name) else { return }
      let measures = starts.map { CompiledMeasure(series: place, months: $0..<$0 + 3, isStock: series[place].isStock) }
      rows.append((name, series[place].unit, measures))
    }
    for vendor in world.vendors {
      add("units.\(vendor)")
      add("revenue.\(vendor)")
      guard let revenue = index("revenue.\(vendor)"), let domestic = index("domestic.value"),
        let imports = index("imports.value"), !world.imports.contains(where: { $0.isSmuggled && $0.name == vendor })
      else { continue }
      let measures = starts.map { start -> CompiledMeasure in
        var measure = CompiledMeasure(series: revenue, months: start..<start + 3, isStock: false)
        measure.bottom = .init(series: [domestic, imports], months: start..<start + 3, aggregate: .sum)
        return measure
      }
      rows.append(("share.\(vendor)", "fraction", measures))
    }
    for name in [
      "imports.fees", "imports.tariffs", "imports.writeOffs", "imports.barred", "imports.booked", "imports.value",
      "domestic.value", "market.demand", "market.unmet", "domestic.revenueIndex",
    ] + world.imports.filter({ !$0.isSmuggled }).map({ "barred.\($0.name)" }) { add(name) }
    return (rows, names)
  }
}
