import Costs
import Hardware
import Simulation
import Units

extension ServingConfiguration {
  /// Samples the step models into integer tables and lays out links, memory and cache as the scenario says.
  init(
    _ scenario: Scenario, _ phases: PhasedPools, _ machine: Machine, prefill: DeployedPool, decode: DeployedPool,
    tokensPerBlock: Int
  ) throws {
    let power = PowerModel(machine.system, chip: machine.chip)
    try self.init(
      prefill: Self.prefillPool(phases.prefill, scenario.routing, prefill, power),
      decode: Self.decodePool(phases.decode, scenario.objectives ?? .init(), decode, power),
      transfer: try Self.transfer(machine, decode.model, chips: phases.prefill.chips),
      cache: Self.cache(scenario, machine, phases, decode.model, tokensPerBlock),
      objectives: Objectives(scenario.objectives ?? .init()), maxConcurrency: scenario.workload.maxConcurrency,
      seed: Seed(scenario.seed ?? 1))
  }

  private static func prefillPool(
    _ wanted: Scenario.PrefillPool, _ routing: Routing?, _ pool: DeployedPool, _ power: PowerModel
  ) -> Prefill {
    let model = pool.model
    let chips = wanted.chips
    let groups = Double(model.ranks)
    let most = wanted.maxBatchedTokensPerChip * chips
    let durations = PrefillDurations(
      maxNewTokens: most,
      seconds: { work in
        // Groups of dies with requests of their own share an iteration's work evenly.
        model.prefillTime(
          newTokens: Double(work.newTokens) / groups, attentionPairs: Double(work.attentionPairs) / groups,
          cachedTokens: Double(work.cachedTokens) / groups, requests: max(1, work.requests / model.ranks))
      },
      power: { tokens in
        let share = Double(tokens) / groups
        let step = model.prefillStep(newTokens: share, attentionPairs: share * 2048, cachedTokens: 0, requests: 1)
        return power.watts(chips: chips, during: step)
      })
    return Prefill(
      instances: wanted.instances, chipsPerInstance: chips, maxBatchedTokens: most,
      queueLimit: wanted.queueLimit ?? .max,
      keyValueTokens: pool.memory.keyValueTokensPerRank * (model.ranks == 1 ? model.plan.dies : model.ranks),
      routing: routing ?? .leastLoaded, durations: durations,
      idlePower: power.watts(chips: chips, computeUtilisation: 0, memoryUtilisation: 0))
  }

  private static func decodePool(
    _ wanted: Scenario.DecodePool, _ objectives: Scenario.Objectives, _ pool: DeployedPool, _ power: PowerModel
  ) -> Decode {
    let (model, memory, requestsPerRank) = (pool.model, pool.memory, pool.maxRequestsPerRank)
    let chips = wanted.chips
    let context = 4096.0
    let durations = DecodeDurations(
      requestLimit: requestsPerRank, contextLimit: memory.keyValueTokensPerRank, requestStride: 4,
      seconds: { model.decodeTime(requestsPerRank: $0, contextTokensPerRank: Double($1)) },
      power: { requests in
        let step = model.decodeStep(requestsPerRank: requests, contextTokensPerRank: Double(requests) * context)
        return power.watts(chips: chips, during: step)
      })
    return Decode(
      instances: wanted.instances, chipsPerInstance: chips, ranksPerInstance: model.ranks,
      maxRequestsPerRank: requestsPerRank, keyValueTokensPerRank: memory.tokens(beside: requestsPerRank),
      blockTokens: wanted.blockSize ?? 128,
      speculation: Speculation(model.drafting),
      isObjectiveAware: wanted.admitWithinObjective ?? (objectives.timePerOutputToken != nil),
      durations: durations, idlePower: power.watts(chips: chips, computeUtilisation: 0, memoryUtilisation: 0))
  }

  /// Over the scale-out plane; out of a prefill instance by all of its chips, into one decode chip.
  private static func transfer(_ machine: Machine, _ decode: StepModel, chips: Int) throws -> Transfer {
    guard let plane = machine.system.scaleOut ?? machine.system.scaleUp else {
      throw Problem(
        "system", "\(machine.system.name) has no plane between instances", wayOut: "describe one in the catalog")
    }
    let fabric = try Fabric(machine.system, chip: machine.chip)
    let dies = Double(machine.chip.dies.value)
    let perChip = fabric.bandwidth(on: plane, operation: .write) * dies
    return Transfer(
      bytesPerToken: Int(decode.keyValueBytesPerToken.value.rounded()),
      latency: fabric.latency(on: plane, operation: .write), egress: perChip * Double(chips),
      ingress: perChip)
  }

  private static func cache(
    _ scenario: Scenario, _ machine: Machine, _ phases: PhasedPools, _ model: StepModel, _ blockTokens: Int
  ) -> Cache {
    guard let pool = scenario.cache, blockTokens > 0 else { return .none }
    let nodes = Double(phases.chips) / Double(machine.system.chipsPerNode.value)
    let memory = machine.system.host.memory.value * nodes * (pool.memoryShare ?? 0.5)
    let bytesPerToken = model.keyValueBytesPerToken
    let isShared = (pool.scope ?? .pool) == .pool
    let blocks = Int(memory / (bytesPerToken * Double(blockTokens))) / (isShared ? 1 : phases.prefill.instances)
    return Cache(
      scope: isShared ? .shared : .instance, capacityBlocks: max(1, blocks), tokensPerBlock: blockTokens,
      bytesPerToken: Int(bytesPerToken.value.rounded()))
  }
}

extension ServingConfiguration.Objectives {
  init(_ objectives: Scenario.Objectives) {
    self.init(
      timeToFirstToken: objectives.timeToFirstToken.map(Span.init),
      timePerOutputToken: objectives.timePerOutputToken.map(Span.init), endToEnd: objectives.endToEnd.map(Span.init),
      share: objectives.share ?? 0.99)
  }
}
