import Costs
import Formats
import Hardware
import Models
import Simulation
import Units

extension Scenario {
  /// The pools of engines with a scheduler of steps, with their steps and memory.
  func enginePools(_ parts: Deployment.Parts) throws -> [DeployedPool] {
    if cache != nil {
      throw Problem(
        "cache", "\(parts.machine.engine.name) keeps prefixes in its own memory, not in a pool",
        wayOut: "leave it out; scheduling.prefixCaching: false turns them off")
    }
    let list = try poolList(parts.machine.chip)
    guard !list.isEmpty else { throw Problem("pools", "the list is empty", wayOut: "give at least one pool") }
    let pools = try list.map { try $0.deployed(parts, among: list) }
    for used in pools.systems { try parts.checkChips(used.chips, of: used.machine.system, at: "pools") }
    let shortfalls = pools.compactMap(\.memory.shortfall)
    guard shortfalls.isEmpty else { throw Problems(shortfalls) }
    for (pool, wanted) in zip(pools, list) where pool.blocks < 1 {
      throw Problem(
        "\(wanted.place).chips", "no memory is left for keys and values on \(pool.chips) × \(pool.model.chip.name)",
        wayOut: "give a larger memoryShare (--gpu-memory-utilization), more chips, or weights of fewer bits")
    }
    return pools.filter { $0.role != .decode } + pools.filter { $0.role == .decode }
  }
}

extension Scenario.Pool {
  fileprivate func deployed(_ parts: Deployment.Parts, among list: [Self]) throws -> DeployedPool {
    var machine = parts.machine
    if let system {
      let found = try placed("\(place).system") { try parts.catalog.system(system) }
      // The scenario's own keeps the bin that was picked for it.
      if found.name != machine.system.name {
        machine.system = found
        machine.chip = try placed("\(place).system") { try parts.catalog.chip(found.chip) }
      }
    }
    if let name = self.engine { machine.engine = try placed("\(place).engine") { try parts.catalog.engine(name) } }
    if let memoryShare {
      guard memoryShare > 0, memoryShare <= 1 else {
        throw Problem("\(place).memoryShare", "\(memoryShare) is no share", wayOut: "give more than 0, at most 1")
      }
      machine.engine.execution?.memory.share.value = memoryShare
    }
    if let exchange { machine.engine.execution?.exchange.split = exchange }
    if let wanted = promptExchange ?? exchange { machine.engine.execution?.exchange.prompts = wanted }
    if queueLimit != nil {
      throw Problem("\(place).queueLimit", "\(machine.engine.name) lets any number wait", wayOut: "leave it out")
    }
    if expertChips != nil {
      throw Problem(
        "\(place).expertChips", "\(machine.engine.name) keeps experts beside attention",
        wayOut: "leave it out, or take xDeepServe with prefill: and decode:")
    }
    let whole = try self.plan(machine.chip, isMixture: parts.architecture.mixture != nil)
    // SGLang and TensorRT-LLM have data parallel groups for attention alone, which step together.
    let scheduler = machine.engine.scheduling?.scheduler
    let isApart = parts.architecture.mixture == nil && (scheduler == .vLLM || scheduler == .ascend)
    let (plan, copies) = isApart ? whole.replicas(on: machine.chip) : (whole, 1)
    let role = role ?? .colocated
    let model = try StepModel(
      architecture: parts.architecture, machine: machine, plan: plan,
      precision: parts.precision, drafting: role == .prefill ? .none : parts.drafting, microbatching: microbatches,
      place: place)
    try model.checkPlausible()
    return try DeployedPool(
      name: uniqueName(among: list), role: role, instances: (instances ?? 1) * copies, model: model,
      options: scheduling ?? SchedulingOptions(), place: place)
  }

  /// The name or the role, with a number where several pools would share it.
  private func uniqueName(among list: [Self]) -> String {
    let plain = name ?? (role ?? .colocated).rawValue
    let same = list.filter { ($0.name ?? ($0.role ?? .colocated).rawValue) == plain }
    guard same.count > 1, let number = same.firstIndex(where: { $0.place == place }) else { return plain }
    return "\(plain) \(number + 1)"
  }
}

extension ParallelPlan {
  /// Of a dense model: one group of dies, and how many there are; its groups have nothing to exchange, so that none
  /// waits for another. As it is where a group is less than a package.
  func replicas(on chip: Chip) -> (plan: ParallelPlan, copies: Int) {
    guard data > 1, (dies / data).isMultiple(of: chip.dies.value) else { return (self, 1) }
    return (ParallelPlan(tensor: tensor, pipeline: pipeline, context: context), data)
  }
}

extension ServingConfiguration {
  /// Engines with a scheduler of steps as the scenario lays them out.
  init(_ scenario: Scenario, _ parts: Deployment.Parts, _ pools: [DeployedPool]) throws {
    let block = try parts.tokensPerBlock()
    let engines = try pools.compactMap { pool -> EnginePool? in
      guard let settings = pool.settings else { return nil }
      var engine = EnginePool(
        pool, settings: settings, traceBlock: block, power: PowerModel(pool.model.system, chip: pool.model.chip))
      if let routing = scenario.routing { engine.routing = try EngineRouting(routing, pool.engine) }
      return engine
    }
    try self.init(
      engines: engines, transfer: Transfer(pools),
      objectives: Objectives(scenario.objectives ?? .init()),
      tokensPerBlock: block, maxConcurrency: scenario.workload.maxConcurrency, seed: Seed(scenario.seed ?? 1))
  }
}

extension EngineRouting {
  init(_ routing: ServingConfiguration.Routing, _ engine: Engine) throws {
    switch routing {
    case .leastLoaded: self = .leastTokens
    case .roundRobin: self = .roundRobin
    case .prefixAware:
      throw Problem(
        "routing", "prefixAware needs a pool of prefixes, and \(engine.name) keeps them in each instance",
        wayOut: "use leastLoaded or roundRobin")
    }
  }
}

extension ServingConfiguration.Transfer {
  /// From a pool that computes prompts to one that decodes: inside a scale-up domain over that, else over the network
  /// between boards. Out of an instance by all of its chips, into the chips of one rank. nil where none is needed.
  ///
  /// Between two systems each side is bound by its own network, and the slower start-up counts.
  public init?(_ pools: [DeployedPool]) throws {
    guard let source = pools.first(where: { $0.role == .prefill }), let target = pools.last, target.role == .decode
    else { return nil }
    // Both on one board, or in one domain.
    let used = pools.reduce(0) { $0 + $1.instances * $1.model.plan.dies }
    let isOneSystem = pools.systems.count == 1
    let (out, into) = (try Side(source, isOneSystem ? used : .max), try Side(target, isOneSystem ? used : .max))
    let dies = target.model.chip.dies.value
    let chipsOfRank = max(1, target.model.plan.tensor / dies)
    self.init(
      bytesPerToken: Int(target.model.keyValueBytesPerToken.value.rounded()),
      latency: max(out.latency, into.latency), egress: out.rate * Double(source.chips),
      ingress: into.rate * Double(chipsOfRank))
  }

  /// What a chip of a pool sends or receives, over the plane that reaches so many dies.
  private struct Side {
    var latency: Seconds
    var rate: BytesPerSecond

    init(_ pool: DeployedPool, _ reach: Int) throws {
      let (system, chip) = (pool.model.system, pool.model.chip)
      let fabric = try Fabric(system, chip: chip)
      guard let inner = system.scaleUp ?? system.scaleOut else {
        throw Problem("system", "\(system.name) has no plane between instances", wayOut: "describe one in the catalog")
      }
      let plane = reach <= fabric.innerDomain(inner) ? inner : system.scaleOut ?? inner
      latency = fabric.latency(on: plane, operation: .write)
      rate = fabric.bandwidth(on: plane, operation: .write) * Double(chip.dies.value)
    }
  }
}
