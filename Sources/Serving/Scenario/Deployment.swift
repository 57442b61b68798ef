import Costs
import Formats
import Hardware
import Simulation
import Units
import Models
import Workloads

/// A scenario checked against its model, system and engine: afterwards it can be simulated.
public struct Deployment: Sendable {
  public let scenario: Scenario
  public let architecture: Architecture
  public let machine: Machine
  public let prefill: StepModel
  public let decode: StepModel
  public let prefillMemory: MemoryPlan
  public let decodeMemory: MemoryPlan
  /// In the order in which a request passes them.
  public let pools: [DeployedPool]
  public let configuration: ServingConfiguration
  /// Said in the report: how the rate was scaled, what was spread.
  public let notes: [String]
  /// How many requests there will be, where that is known before the run.
  public let expectedRequests: Int?
  let workload: WorkloadSpecification
  let catalog: Catalog

  /// Throws the faults found, by the scenario's field.
  public init(_ scenario: Scenario, catalog: Catalog) throws {
    self.scenario = scenario
    self.catalog = catalog
    let config = try placed("model") { try catalog.node("models", scenario.model) }
    architecture = try Architecture(config: config, name: scenario.model)
    machine = try Machine(system: scenario.system, engine: scenario.engine, bin: scenario.bin, in: catalog)
    try Self.checkCounts(scenario, machine.system)
    prefill = try Self.model(.prefill, scenario, architecture, machine)
    decode = try Self.model(.decode, scenario, architecture, machine)
    try Self.checkGroups(scenario, decode)
    let perRank = Self.requestsPerRank(scenario, decode)
    prefillMemory = prefill.memoryPlan(
      requestsPerRank: 0, tokensPerRank: scenario.prefill.maxBatchedTokensPerChip / machine.chip.dies.value)
    decodeMemory = decode.memoryPlan(requestsPerRank: perRank)
    let shortfalls = [prefillMemory.shortfall, decodeMemory.shortfall].compactMap { $0 }
    guard shortfalls.isEmpty else { throw Problems(shortfalls) }
    pools = [
      DeployedPool(
        name: "prefill", role: .prefill, instances: scenario.prefill.instances, chips: scenario.prefill.chips,
        machine: machine, model: prefill, memory: prefillMemory, maxRequestsPerRank: 0,
        maxTokensPerRank: scenario.prefill.maxBatchedTokensPerChip * scenario.prefill.chips / prefill.ranks),
      DeployedPool(
        name: "decode", role: .decode, instances: scenario.decode.instances, chips: scenario.decode.chips,
        machine: machine, model: decode, memory: decodeMemory, maxRequestsPerRank: perRank, maxTokensPerRank: 0),
    ]
    configuration = try ServingConfiguration(
      scenario, machine, prefill: prefill, decode: decode, prefillMemory: prefillMemory, decodeMemory: decodeMemory,
      tokensPerBlock: Self.tokensPerBlock(scenario, catalog), requestsPerRank: perRank)
    let seed = Seed(scenario.seed ?? 1)
    let scaled = try ScaledWorkload(scenario, catalog: catalog, seed: seed, on: configuration)
    workload = scaled.workload
    notes = scaled.notes
    expectedRequests = scaled.requests ?? workload.prompts
  }

  private static func checkGroups(_ scenario: Scenario, _ decode: StepModel) throws {
    guard let wanted = scenario.decode.dataParallel, wanted != decode.plan.data else { return }
    let (dies, tensor) = (decode.plan.dies, decode.plan.tensor)
    throw Problem(
      "decode.dataParallel",
      "\(dies) dies with tensor parallelism \(tensor) make \(decode.plan.data) groups, not \(wanted)",
      wayOut: "use \(decode.plan.data), or change decode.chips")
  }

  /// The requests, from their start; every call opens them anew.
  public func makeSource() throws -> any RequestSource {
    try workload.makeSource(catalog: catalog, seed: configuration.seed)
  }

  public var chipsInUse: Int {
    scenario.prefill.instances * scenario.prefill.chips + scenario.decode.instances * scenario.decode.chips
  }

  private static func checkCounts(_ scenario: Scenario, _ system: System) throws {
    var problems: [Problem] = []
    let counts = [
      ("prefill.instances", scenario.prefill.instances), ("prefill.chips", scenario.prefill.chips),
      ("decode.instances", scenario.decode.instances), ("decode.chips", scenario.decode.chips),
      ("prefill.maxBatchedTokensPerChip", scenario.prefill.maxBatchedTokensPerChip),
      ("decode.maxRequestsPerChip", scenario.decode.maxRequestsPerChip),
    ]
    for (place, count) in counts where count < 1 || count > 1_000_000 {
      problems.append(
        Problem(place, "\(count) is not between 1 and 1,000,000", wayOut: "give a whole number from 1 on"))
    }
    if problems.isEmpty {
      let used = scenario.prefill.instances * scenario.prefill.chips + scenario.decode.instances * scenario.decode.chips
      if used > system.chips.value, system.scales != true {
        problems.append(
          Problem(
            "prefill, decode", "\(used) chips are asked for and \(system.name) has \(system.chips.value)",
            wayOut: "use fewer instances, or fewer chips in each"))
      }
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }

  private static func model(
    _ phase: Phase, _ scenario: Scenario, _ architecture: Architecture, _ machine: Machine
  ) throws -> StepModel {
    let isDecode = phase == .decode
    let plan = try ParallelPlan.instance(
      phase, chips: isDecode ? scenario.decode.chips : scenario.prefill.chips, of: architecture, on: machine.system,
      chip: machine.chip, engine: machine.engine,
      tensorParallel: isDecode ? scenario.decode.tensorParallel : scenario.prefill.tensorParallel,
      redundantExperts: (isDecode ? scenario.decode.redundantExperts : scenario.prefill.redundantExperts) ?? 0)
    let speculation = isDecode ? scenario.speculation : nil
    return try StepModel(
      architecture: architecture, system: machine.system, chip: machine.chip, engine: machine.engine, plan: plan,
      precision: scenario.precision,
      drafting: Drafting(tokens: speculation?.draftTokens ?? 0, acceptance: speculation.map { [$0.acceptance] } ?? []),
      microbatching: isDecode ? scenario.decode.microbatches : scenario.prefill.microbatches,
      cachePlane: isDecode ? nil : scenario.cache?.plane, place: phase.rawValue)
  }

  /// Of the limit per package, rounded up: 128 requests on a package of two dies are 64 on each.
  private static func requestsPerRank(_ scenario: Scenario, _ decode: StepModel) -> Int {
    let total = scenario.decode.maxRequestsPerChip * scenario.decode.chips
    return max(1, (total + decode.ranks - 1) / decode.ranks)
  }

  private static func tokensPerBlock(_ scenario: Scenario, _ catalog: Catalog) throws -> Int {
    guard scenario.cache != nil else { return 0 }
    if scenario.workload.trace == "-" { return scenario.workload.blockTokens ?? 512 }
    return try scenario.workload.makeSource(catalog: catalog, seed: Seed(scenario.seed ?? 1)).tokensPerBlock
  }
}
