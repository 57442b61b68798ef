import Costs
import Hardware
import Simulation
import Units

extension ServingConfiguration {
  /// Samples the step models into integer tables and lays out links, memory and cache as the scenario says.
  init(
    _ scenario: Scenario, _ machine: Machine, prefill: StepModel, decode: StepModel, prefillMemory: MemoryPlan,
    decodeMemory: MemoryPlan, tokensPerBlock: Int, requestsPerRank: Int
  ) throws {
    let power = PowerModel(machine.system, chip: machine.chip)
    let used = scenario.prefill.instances * scenario.prefill.chips + scenario.decode.instances * scenario.decode.chips
    let idleChips = max(0, machine.system.chips.value - used)
    try self.init(
      prefill: Self.prefillPool(scenario, machine, prefill, prefillMemory, power),
      decode: Self.decodePool(scenario, decode, decodeMemory, power, requestsPerRank),
      transfer: try Self.transfer(scenario, machine, decode),
      cache: Self.cache(scenario, machine, decode, tokensPerBlock),
      objectives: Objectives(
        timeToFirstToken: scenario.objectives.timeToFirstToken.map(Span.init),
        timePerOutputToken: scenario.objectives.timePerOutputToken.map(Span.init),
        endToEnd: scenario.objectives.endToEnd.map(Span.init)),
      maxConcurrency: scenario.workload.maxConcurrency,
      constantPower: machine.system.scales == true
        ? .zero : power.watts(chips: idleChips, computeUtilisation: 0, memoryUtilisation: 0),
      seed: Seed(scenario.seed ?? 1))
  }

  private static func prefillPool(
    _ scenario: Scenario, _ machine: Machine, _ model: StepModel, _ memory: MemoryPlan, _ power: PowerModel
  ) -> Prefill {
    let chips = scenario.prefill.chips
    let groups = Double(model.ranks)
    let most = scenario.prefill.maxBatchedTokensPerChip * chips
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
      instances: scenario.prefill.instances, chipsPerInstance: chips, maxBatchedTokens: most,
      queueLimit: scenario.prefill.queueLimit ?? .max,
      keyValueTokens: memory.keyValueTokensPerRank * (model.ranks == 1 ? model.plan.dies : model.ranks),
      routing: scenario.routing ?? .leastLoaded, durations: durations,
      idlePower: power.watts(chips: chips, computeUtilisation: 0, memoryUtilisation: 0))
  }

  private static func decodePool(
    _ scenario: Scenario, _ model: StepModel, _ memory: MemoryPlan, _ power: PowerModel, _ requestsPerRank: Int
  ) -> Decode {
    let chips = scenario.decode.chips
    let context = 4096.0
    let durations = DecodeDurations(
      requestLimit: requestsPerRank, contextLimit: memory.keyValueTokensPerRank, requestStride: 4,
      seconds: { model.decodeTime(requestsPerRank: $0, contextTokensPerRank: Double($1)) },
      power: { requests in
        let step = model.decodeStep(requestsPerRank: requests, contextTokensPerRank: Double(requests) * context)
        return power.watts(chips: chips, during: step)
      })
    let drafts = scenario.speculation?.draftTokens ?? 0
    let acceptance = drafts > 0 ? (model.tokensPerStep - 1) / Double(drafts) : 0
    return Decode(
      instances: scenario.decode.instances, chipsPerInstance: chips, ranksPerInstance: model.ranks,
      maxRequestsPerRank: requestsPerRank, keyValueTokensPerRank: memory.keyValueTokensPerRank,
      blockTokens: scenario.decode.blockSize ?? 128,
      speculation: Speculation(draftTokens: drafts, acceptance: acceptance),
      isObjectiveAware: scenario.decode.admitWithinObjective ?? (scenario.objectives.timePerOutputToken != nil),
      durations: durations, idlePower: power.watts(chips: chips, computeUtilisation: 0, memoryUtilisation: 0))
  }

  /// Over the scale-out plane; out of a prefill instance by all of its chips, into one decode chip.
  private static func transfer(_ scenario: Scenario, _ machine: Machine, _ decode: StepModel) throws -> Transfer {
    guard let plane = machine.system.scaleOut ?? machine.system.scaleUp else {
      throw Problem(
        "system", "\(machine.system.name) has no plane between instances", wayOut: "describe one in the catalog")
    }
    let fabric = try Fabric(machine.system, chip: machine.chip)
    let dies = Double(machine.chip.dies.value)
    let perChip = fabric.bandwidth(on: plane, operation: .write) * dies
    return Transfer(
      bytesPerToken: Int(decode.keyValueBytesPerToken.value.rounded()),
      latency: fabric.latency(on: plane, operation: .write), egress: perChip * Double(scenario.prefill.chips),
      ingress: perChip)
  }

  private static func cache(_ scenario: Scenario, _ machine: Machine, _ model: StepModel, _ blockTokens: Int) -> Cache {
    guard let pool = scenario.cache, blockTokens > 0 else { return .none }
    let chips =
      scenario.prefill.instances * scenario.prefill.chips + scenario.decode.instances * scenario.decode.chips
    let nodes = Double(chips) / Double(machine.system.chipsPerNode.value)
    let memory = machine.system.host.memory.value * nodes * (pool.memoryShare ?? 0.5)
    let bytesPerToken = model.keyValueBytesPerToken
    let isShared = (pool.scope ?? .pool) == .pool
    let blocks = Int(memory / (bytesPerToken * Double(blockTokens))) / (isShared ? 1 : scenario.prefill.instances)
    return Cache(
      scope: isShared ? .shared : .instance, capacityBlocks: max(1, blocks), tokensPerBlock: blockTokens,
      bytesPerToken: Int(bytesPerToken.value.rounded()))
  }
}
