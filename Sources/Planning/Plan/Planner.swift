import Costs
import Formats
import Hardware
import Models
import Serving
import Simulation
import Units

/// Finds the best deployments for a model and its traffic over the chips that one may have.
///
///     let answer = try Planner(request, catalog: Catalog(), workers: 2).plan()
public struct Planner: Sendable {
  var request: PlanRequest
  let catalog: Catalog
  let workers: Int
  let architecture: Architecture
  var searches: [PlanSearch]
  /// Systems and engines that no search could be made of, with the reason.
  let leftOut: [String]
  /// Engines' names, and what they were asked for by, where that is another: a file.
  let engineEntries: [String: String]
  let region: Region?

  /// Reads what the request names.
  ///
  /// - Throws: the faults of the request, by the field of `PlanRequest`.
  public init(_ request: PlanRequest, catalog: Catalog, workers: Int) throws {
    try request.check()
    self.request = request
    self.catalog = catalog
    self.workers = workers
    let config = try placed("model") { try catalog.node("models", request.model) }
    let architecture = try Architecture(config: config, name: request.model)
    self.architecture = architecture
    let whole = Int(request.lengths.whole.rounded(.up))
    guard whole <= architecture.maximumPositions else {
      throw Problem(
        "lengths",
        "\(whole) tokens of prompt and answer are more than the \(architecture.maximumPositions) positions "
          + "of \(architecture.name)", wayOut: "give shorter ones")
    }
    var entries: [String: String] = [:]
    let engines =
      try request.engines.map { names in
        try names.map { name in
          let engine = try placed("engine") { try catalog.engine(name) }
          if let other = entries[engine.name], other != name {
            throw Problem("engine", "\(name) and \(other) both call themselves \(engine.name)", wayOut: "rename one")
          }
          entries[engine.name] = name
          return engine
        }
      } ?? Self.current(catalog)
    engineEntries = entries
    region = try request.region.map { name in try placed("region") { try catalog.region(name) } }
    var searches: [PlanSearch] = []
    var leftOut: [String] = []
    for fleet in request.fleets {
      let system = try placed("system") { try catalog.system(fleet.system) }
      let chip = try placed("system") { try catalog.chip(system.chip) }
      var fleet = fleet
      fleet.system = system.name
      if fleet.chips > system.chips.value, system.scales != true {
        throw Problem(
          "chips", "\(fleet.chips) are more than the \(system.chips.value) chips of \(system.name)",
          wayOut: "give at most \(system.chips.value)")
      }
      fleet.chips = try request.withinBudgets(fleet.chips, of: system, chip)
      let fitting = request.engines == nil ? Self.offered(engines, for: chip) : engines
      if fitting.isEmpty { leftOut.append("\(system.name): no engine of the catalog is for \(chip.vendor)'s chips") }
      for engine in fitting {
        let machine = Machine(system: system, chip: chip, engine: engine)
        for formats in request.formats {
          searches.append(
            PlanSearch(request, fleet: fleet, formats: formats, machine: machine, architecture: architecture))
        }
      }
    }
    self.searches = searches
    self.leftOut = leftOut
  }

  /// All engines of the catalog but the variations of another, such as its older releases, which are asked for by name.
  private static func current(_ catalog: Catalog) throws -> [Engine] {
    try catalog.names("engines").filter { name in
      guard let path = catalog.path(of: name, kind: "engines") else { return false }
      let file = try Node.read(path: path)
      return file.field("basedOn") == nil || file.field("makers") != nil
    }.map { try catalog.engine($0) }
  }

  /// Engines that are offered for a chip without being asked for: where its maker has a port of an engine, not the
  /// engine itself.
  static func offered(_ engines: [Engine], for chip: Chip) -> [Engine] {
    let own = engines.filter { $0.makers?.contains(chip.vendor) == true }
    let ported = Set(own.compactMap(\.scheduling?.scheduler))
    let general = engines.filter { engine in
      engine.makers == nil && engine.scheduling.map { !ported.contains($0.scheduler) } ?? false
    }
    return own + general
  }

  /// Entries of the catalog that decide the plan, by kind.
  public var entries: [(kind: String, name: String)] {
    let machines = searches.map(\.space.machine)
    let systems = Set(machines.map(\.system.name)).sorted().map { ("systems", $0) }
    let chips = Set(machines.map(\.chip.name)).sorted().map { ("chips", $0) }
    let engines = Set(machines.map { engineEntries[$0.engine.name] ?? $0.engine.name }).sorted().map { ("engines", $0) }
    return [("models", request.model)] + systems + chips + engines + (region.map { [("regions", $0.name)] } ?? [])
  }

  /// Each system for prompts with each other one for answers, of one engine in one format.
  private var pairs: [(PlanSearch, PlanSearch?)] {
    guard request.divisions.contains(.mixed) else { return [] }
    return searches.flatMap { first -> [(PlanSearch, PlanSearch?)] in
      guard first.space.machine.engine.scheduling != nil else { return [] }
      return searches.filter { second in
        second.fleet.system != first.fleet.system && second.formats == first.formats
          && second.space.machine.engine.name == first.space.machine.engine.name
      }.map { (first, $0) }
    }
  }

  /// Searches, ranks and draws the frontier; nothing is simulated.
  public func plan() -> PlanAnswer {
    let outcomes = concurrentMap(searches.map { ($0, nil) } + pairs, workers: workers) { first, second in
      second.map(first.run(decodingOn:)) ?? first.run()
    }
    var answer = PlanAnswer(request, outcomes: outcomes, searches: searches, leftOut: leftOut)
    answer.carbon = region.map { PlanAnswer.Carbon(region: $0.name, intensity: $0.carbon.value) }
    return answer
  }
}

extension PlanRequest {
  /// Of so many chips of a system, those that the budgets of power and money allow.
  func withinBudgets(_ chips: Int, of system: System, _ chip: Chip) throws -> Int {
    var most = chips
    if let powerBudget {
      let each = SystemPower(system, chip: chip).watts(utilisation: 1, chips: 1)
      most = min(most, Int(min(powerBudget / each, 1e6)))
      guard most >= 1 else {
        throw Problem(
          "power-budget", "\(system.name) takes \(Int(each.value.rounded(.up))) W for each chip at full load",
          wayOut: "give at least that")
      }
    }
    if let budget {
      guard let price = system.price?.value else {
        throw Problem(
          "budget", "no price of \(system.name) is known", wayOut: "give its price in a catalog of your own, or --chips"
        )
      }
      // Boards are bought, not chips.
      let board = min(system.chipsPerNode.value, system.chips.value)
      let each = price / Double(system.chips.value) * Double(board)
      most = min(most, Int(min(budget / each, 1e6)) * board)
      guard most >= 1 else {
        throw Problem(
          "budget",
          "a board of \(board) chips of \(system.name) costs \(Int(each.value.rounded(.up))) USD with its share of "
            + "the system", wayOut: "give at least that")
      }
    }
    return most
  }

  /// Whether pools on two systems keep both budgets together.
  func keepsBudgets(_ parts: [(machine: Machine, chips: Int)]) -> Bool {
    let watts = parts.reduce(0) { sum, part in
      sum + SystemPower(part.machine.system, chip: part.machine.chip).watts(utilisation: 1, chips: part.chips).value
    }
    let dollars = parts.reduce(0) { sum, part in
      let system = part.machine.system
      return sum + (system.price?.value.value ?? 0) * Double(part.chips) / Double(system.chips.value)
    }
    return watts <= powerBudget?.value ?? .infinity && dollars <= budget?.value ?? .infinity
  }

  /// Chips of a system that one plan is made for at most.
  static let mostChips = 100_000

  /// What cannot be asked.
  func check() throws {
    var faults: [Problem] = []
    func refuse(_ isWrong: Bool, _ place: String, _ fault: String, _ wayOut: String) {
      if isWrong { faults.append(Problem(place, fault, wayOut: wayOut)) }
    }
    refuse(fleets.isEmpty, "system", "is missing", "name at least one system")
    for fleet in fleets {
      refuse(
        fleet.chips < 1 || fleet.chips > Self.mostChips, "chips",
        "\(fleet.chips) is not between 1 and \(Self.mostChips)",
        "give a number of chips")
    }
    refuse(
      !(lengths.prompt >= 1 && lengths.prompt <= 1e7), "input-len", "\(lengths.prompt) is no length of a prompt",
      "give tokens from 1 on")
    refuse(
      lengths.sharedPrefix.map { !($0 >= 0 && $0 < lengths.prompt) } ?? false, "prefix-len",
      "\(lengths.sharedPrefix ?? 0) shared tokens leave none of a prompt of \(lengths.prompt)", "give fewer")
    refuse(
      !(lengths.output >= 1 && lengths.output <= 1e7), "output-len", "\(lengths.output) is no length of an answer",
      "give tokens from 1 on")
    refuse(!(objectives.share > 0 && objectives.share <= 1), "share", "\(objectives.share) is no share", "such as 0.95")
    let limits = [objectives.timeToFirstToken, objectives.timePerOutputToken, objectives.endToEnd].compactMap { $0 }
    refuse(
      limits.contains { !($0.value > 0 && $0.value < 1e7) }, "goodput", "a limit is not above 0", "such as tpot:50")
    refuse(
      requestRate.map { !($0 >= 1e-3 && $0 < 1e9) } ?? false, "request-rate",
      "\(requestRate ?? 0) is no rate that can be planned for", "give requests per second from 0.001 on")
    refuse(
      goal == .chips && requestRate == nil, "optimise", "fewest chips are asked for, and no rate is to be served",
      "give --request-rate")
    refuse(powerBudget.map { !($0.value > 0) } ?? false, "power-budget", "is not above 0", "such as '500 kW'")
    refuse(budget.map { !($0.value > 0) } ?? false, "budget", "is not above 0", "such as '4e6 USD'")
    refuse(
      (draftTokens ?? []).contains { !(0...16).contains($0) }, "draft-tokens", "lie outside 0 to 16", "such as 0,1,3")
    refuse(
      (chunkTokens ?? []).contains { !(1...1_000_000).contains($0) }, "chunk-tokens",
      "lie outside 1 to 1,000,000", "such as 2048,8192")
    refuse(
      acceptance.map { !($0 >= 0 && $0 <= 1) } ?? false, "speculative-acceptance", "\(acceptance ?? 0) is no chance",
      "give 0 to 1")
    refuse(
      memoryShares.contains { !($0 > 0 && $0 <= 1) }, "gpu-memory-utilization", "is no share of the memory",
      "such as 0.85,0.9")
    refuse(!(0...1000).contains(spares), "spare", "\(spares) is no number of instances", "give 0 to 1000")
    guard faults.isEmpty else { throw Problems(faults) }
  }
}
