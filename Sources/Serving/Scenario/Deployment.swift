import Costs
import Formats
import Hardware
import Models
import Simulation
import Units
import Workloads

/// A scenario checked against its model, system and engine: afterwards it can be simulated.
public struct Deployment: Sendable {
  public let scenario: Scenario
  public let architecture: Architecture
  public let machine: Machine
  /// As the scenario says, or as the model's files are.
  public let precision: Precision
  /// In the order in which a request passes them.
  public let pools: [DeployedPool]
  public let configuration: ServingConfiguration
  /// Said in the report: how the rate was scaled, what was spread.
  public let notes: [ServingNote]
  /// How many requests there will be, where that is known before the run.
  public let expectedRequests: Int?
  let workload: WorkloadSpecification
  let catalog: Catalog

  /// Throws the faults found, by the scenario's field.
  ///
  /// - Parameter changing: changes the scenario's engine before anything is made of it: a calibration tries constants.
  public init(
    _ scenario: Scenario, catalog: Catalog, changing: ((inout Engine) -> Void)? = nil
  ) throws {
    self.scenario = scenario
    self.catalog = catalog
    try scenario.checkCounts()
    var parts = try Parts(scenario, catalog: catalog)
    changing?(&parts.machine.engine)
    architecture = parts.architecture
    machine = parts.machine
    precision = parts.precision
    let seed = Seed(scenario.seed ?? 1)
    let scaled: ScaledWorkload
    if machine.engine.scheduling == nil {
      let phases = try PhasedPools(scenario, machine)
      pools = try phases.deployed(parts)
      var configuration = try phases.configuration(parts, pools)
      configuration.window = ServingConfiguration.Window(scenario.workload.statistics)
      configuration.maxModelLength = try scenario.checkedModelLength(parts.architecture)
      self.configuration = configuration
      scaled = try ScaledWorkload(scenario, catalog: catalog, seed: seed, hasCache: configuration.cache.scope != .none)
      {
        LoadEstimate(of: $0.upTo(configuration.maxModelLength), on: configuration)
      }
    } else {
      let pools = try scenario.enginePools(parts)
      self.pools = pools
      var configuration = try ServingConfiguration(scenario, parts, pools)
      configuration.window = ServingConfiguration.Window(scenario.workload.statistics)
      configuration.maxModelLength = try scenario.checkedModelLength(parts.architecture)
      self.configuration = configuration
      let hasCache = configuration.engines.contains { $0.memory.prefixUnitTokens > 0 }
      scaled = try ScaledWorkload(scenario, catalog: catalog, seed: seed, hasCache: hasCache) {
        LoadEstimate(
          of: $0.upTo(configuration.maxModelLength), pools: pools,
          objective: configuration.objectives.timePerOutputToken?.seconds)
      }
    }
    workload = scaled.workload
    notes = scaled.notes
    expectedRequests = scaled.requests ?? workload.prompts
  }

  /// The requests, from their start; every call opens them anew.
  public func makeSource() throws -> any RequestSource {
    try workload.makeSource(catalog: catalog, seed: configuration.seed)
  }

  public var chipsInUse: Int { pools.reduce(0) { $0 + $1.instances * $1.chips } }

  /// The pool that computes prompts, and the one that decodes; the same one where they are together.
  public var promptPool: DeployedPool { pools[0] }
  public var decodePool: DeployedPool { pools[pools.count - 1] }

  /// The systems that its pools stand on, each once, with the chips in use there.
  public var systems: [SystemInUse] { pools.systems }
}

extension Deployment {
  /// What a scenario names, read from the catalog.
  struct Parts {
    let scenario: Scenario
    let catalog: Catalog
    let architecture: Architecture
    var machine: Machine
    let precision: Precision
    let drafting: Drafting

    init(_ scenario: Scenario, catalog: Catalog) throws {
      self.scenario = scenario
      self.catalog = catalog
      let config = try placed("model") { try catalog.node("models", scenario.model) }
      architecture = try Architecture(config: config, name: scenario.model)
      machine = try Machine(system: scenario.system, engine: scenario.engine, bin: scenario.bin, in: catalog)
      precision = scenario.precision ?? Precision(checkpoint: architecture, engine: machine.engine)
      drafting = try scenario.speculation?.drafting(catalog) ?? .none
    }

    /// Tokens in a hashed block of the trace; 0 where prompts have no hashes.
    func tokensPerBlock() throws -> Int {
      if try scenario.workload.isReadOnce(catalog: catalog) { return scenario.workload.blockTokens ?? 512 }
      return try scenario.workload.makeSource(catalog: catalog, seed: Seed(scenario.seed ?? 1)).tokensPerBlock
    }

    /// Refuses more chips than a system has.
    func checkChips(_ used: Int, of system: System, at place: String) throws {
      guard used > system.chips.value, system.scales != true else { return }
      throw Problem(
        place, "\(used) chips are asked for and \(system.name) has \(system.chips.value)",
        wayOut: "use fewer instances, or fewer chips in each")
    }
  }
}

extension Scenario.Speculation {
  /// As a step drafts.
  func drafting(_ catalog: Catalog) throws -> Drafting {
    if method != .draftModel, let model {
      throw Problem(
        "speculation.model", "'\(model)' drafts only with method: draftModel", wayOut: "leave one of them out")
    }
    let chances = self.chances
    guard !chances.isEmpty, chances.count <= max(1, draftTokens) else {
      throw Problem(
        "speculation.acceptance", "\(chances.count) chances are given for \(draftTokens) draft tokens",
        wayOut: "give one for all, or at most one for each")
    }
    let kind: Drafting.Method
    switch method ?? .mtp {
    case .mtp: kind = .predictionLayer
    case .eagle: kind = .head
    case .ngram: kind = .lookup
    case .draftModel:
      guard let model else {
        throw Problem(
          "speculation.model", "is missing", wayOut: "name the smaller model that drafts, such as Llama-3.1-8B")
      }
      kind = .model(
        try placed("speculation.model") { try Architecture(config: catalog.node("models", model), name: model) })
    }
    return Drafting(tokens: draftTokens, acceptance: chances, method: kind)
  }

  var assumed: Method.Assumed { (method ?? .mtp).assumed }

  /// The chance that a draft is accepted, at each position or at all.
  public var chances: [Double] { acceptance?.byPosition ?? [assumed.chance] }
}

extension Scenario.Speculation.Method {
  /// The chance that a draft is accepted where nobody says it, and between what it may be.
  public typealias Assumed = (chance: Double, low: Double, high: Double)

  /// Layers, heads and models that draft: as published for one draft of DeepSeek-V3 (0.7, arXiv 2506.12708v2), the ends
  /// are our judgement. Look-ups: all three are; texts that repeat themselves decide what they find.
  public var assumed: Assumed { self == .ngram ? (0.4, 0.1, 0.7) : (0.7, 0.5, 0.9) }
}

extension Scenario {
  /// What was asked for, or the positions that the model has.
  fileprivate func checkedModelLength(_ architecture: Architecture) throws -> Int {
    guard let wanted = maxModelLength else { return architecture.maximumPositions }
    guard wanted >= 1, wanted <= 1 << 31 else {
      throw Problem(
        "maxModelLength", "\(wanted) is not between 1 and 2,147,483,648 tokens", wayOut: "give a length in tokens")
    }
    return wanted
  }
}
