import Costs
import Formats
import Hardware
import Models
import Simulation
import Units

/// Prefill and decode apart, each planned by whole requests, as CloudMatrix-Infer does it.
struct PhasedPools {
  var prefill: Scenario.PrefillPool
  var decode: Scenario.DecodePool

  var chips: Int { prefill.instances * prefill.chips + decode.instances * decode.chips }

  init(_ scenario: Scenario, _ machine: Machine) throws {
    let list = try scenario.poolList(machine.chip)
    if let prefill = scenario.prefill, let decode = scenario.decode {
      self.prefill = prefill
      self.decode = decode
    } else {
      let engine = machine.engine.name
      for pool in list where pool.engine != nil {
        throw Problem(
          "\(pool.place).engine", "\(engine) serves prefill and decode by itself",
          wayOut: "name one engine for all pools")
      }
      for pool in list where pool.system != nil {
        throw Problem(
          "\(pool.place).system", "\(engine) moves keys and values inside one system",
          wayOut: "leave it out, or name an engine with pools on two systems, such as vLLM or SGLang")
      }
      guard list.map(\.role) == [.prefill, .decode] else {
        throw Problem(
          "pools", "\(engine) keeps prefill and decode apart: it needs one pool of each role",
          wayOut: "give role: prefill and role: decode, or an engine that serves both together, such as vLLM or SGLang")
      }
      prefill = try list[0].asPrefill(machine)
      decode = try list[1].asDecode(machine)
    }
    try check(machine.system)
  }

  private func check(_ system: System) throws {
    let counts = [
      ("prefill.instances", prefill.instances), ("prefill.chips", prefill.chips),
      ("decode.instances", decode.instances), ("decode.chips", decode.chips),
      ("prefill.maxBatchedTokensPerChip", prefill.maxBatchedTokensPerChip),
      ("decode.maxRequestsPerChip", decode.maxRequestsPerChip),
    ]
    let problems = counts.filter { !(1...1_000_000).contains($0.1) }.map { place, count in
      Problem(place, "\(count) is not between 1 and 1,000,000", wayOut: "give a whole number from 1 on")
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }

  /// Both pools with their steps and memory.
  func deployed(_ parts: Deployment.Parts) throws -> [DeployedPool] {
    try parts.checkChips(chips, of: parts.machine.system, at: "prefill, decode")
    let (first, second) = (try model(.prefill, parts), try model(.decode, parts))
    if let wanted = decode.dataParallel, wanted != second.plan.data {
      let (dies, tensor) = (second.plan.dies, second.plan.tensor)
      throw Problem(
        "decode.dataParallel",
        "\(dies) dies with tensor parallelism \(tensor) make \(second.plan.data) groups, not \(wanted)",
        wayOut: "use \(second.plan.data), or change decode.chips")
    }
    // Of the limit per package, rounded up: 128 requests on a package of two dies are 64 on each.
    let requests = max(1, (decode.maxRequestsPerChip * decode.chips + second.ranks - 1) / second.ranks)
    let memories = [
      first.memoryPlan(
        requestsPerRank: 0, tokensPerRank: prefill.maxBatchedTokensPerChip / parts.machine.chip.dies.value),
      second.memoryPlan(requestsPerRank: requests),
    ]
    let shortfalls = memories.compactMap(\.shortfall)
    guard shortfalls.isEmpty else { throw Problems(shortfalls) }
    return [
      DeployedPool(
        name: "prefill", role: .prefill, instances: prefill.instances, chips: prefill.chips, model: first,
        memory: memories[0], maxRequestsPerRank: 0,
        maxTokensPerRank: prefill.maxBatchedTokensPerChip * prefill.chips / first.ranks),
      DeployedPool(
        name: "decode", role: .decode, instances: decode.instances, chips: decode.chips, model: second,
        memory: memories[1], maxRequestsPerRank: requests, maxTokensPerRank: 0),
    ]
  }

  func configuration(_ parts: Deployment.Parts, _ pools: [DeployedPool]) throws -> ServingConfiguration {
    try ServingConfiguration(
      parts.scenario, self, parts.machine, prefill: pools[0], decode: pools[1],
      tokensPerBlock: parts.scenario.cache == nil ? 0 : parts.tokensPerBlock())
  }

  private func model(_ phase: Phase, _ parts: Deployment.Parts) throws -> StepModel {
    let isDecode = phase == .decode
    let (scenario, machine) = (parts.scenario, parts.machine)
    let plan = try ParallelPlan.instance(
      phase, chips: isDecode ? decode.chips : prefill.chips, of: parts.architecture, on: machine,
      tensorParallel: isDecode ? decode.tensorParallel : prefill.tensorParallel,
      redundantExperts: (isDecode ? decode.redundantExperts : prefill.redundantExperts) ?? 0,
      expertChips: isDecode ? decode.expertChips ?? 0 : 0)
    let model = try StepModel(
      architecture: parts.architecture, machine: machine, plan: plan,
      precision: parts.precision, drafting: isDecode ? parts.drafting : .none,
      microbatching: isDecode ? decode.microbatches : prefill.microbatches,
      cachePlane: isDecode ? nil : scenario.cache?.plane, place: phase.rawValue)
    try model.checkPlausible()
    return model
  }
}

extension Scenario.Pool {
  /// Limits of ranks become limits of chips, rounded up.
  fileprivate func asPrefill(_ machine: Machine) throws -> Scenario.PrefillPool {
    let chips = try wanted(chips, "chips")
    let tokens = try wanted(scheduling?.maxBatchedTokens, "scheduling.maxBatchedTokens")
    let isPooled = machine.engine.prefill.attention == .sequenceTensorSequence
    let ranks = isPooled ? 1 : max(1, chips * machine.chip.dies.value / max(1, tensorParallel ?? 1))
    return Scenario.PrefillPool(
      instances: instances ?? 1, chips: chips, maxBatchedTokensPerChip: (tokens * ranks + chips - 1) / max(1, chips),
      queueLimit: queueLimit, tensorParallel: tensorParallel, redundantExperts: redundantExperts,
      microbatches: microbatches)
  }

  fileprivate func asDecode(_ machine: Machine) throws -> Scenario.DecodePool {
    let chips = try wanted(chips, "chips")
    let requests = try wanted(scheduling?.maxRequests, "scheduling.maxRequests")
    let ranks = max(1, (chips - (expertChips ?? 0)) * machine.chip.dies.value / max(1, tensorParallel ?? 1))
    return Scenario.DecodePool(
      instances: instances ?? 1, chips: chips, maxRequestsPerChip: (requests * ranks + chips - 1) / max(1, chips),
      blockSize: scheduling?.blockTokens, tensorParallel: tensorParallel, dataParallel: dataParallel,
      redundantExperts: redundantExperts, expertChips: expertChips, microbatches: microbatches,
      admitWithinObjective: nil)
  }

  private func wanted(_ value: Int?, _ field: String) throws -> Int {
    guard let value else {
      throw Problem("\(place).\(field)", "is missing", wayOut: "this engine has no default for it")
    }
    return value
  }
}
