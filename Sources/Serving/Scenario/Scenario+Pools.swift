import Costs
import Hardware
import Reports
import Units

extension Scenario {
  /// Instances of one kind with a role: prefill and decode together, or one of them.
  ///
  ///     pools:
  ///       - { chips: 8, tensorParallel: 8 }                                  # one board, prefill and decode together
  ///       - { role: decode, instances: 2, chips: 8, dataParallel: 8, scheduling: { maxRequests: 64 } }
  public struct Pool: Decodable, Sendable {
    /// As reports call it; absent: its role.
    public var name: String?
    /// Absent: colocated.
    public var role: EnginePool.Role?
    /// Absent: 1.
    public var instances: Int?
    /// Packages in an instance; absent: what the parallel sizes need.
    public var chips: Int?
    /// Instead of the scenario's: prefill on one system, decode on another. Engines with a scheduler of steps only.
    public var system: String?
    /// Instead of the scenario's.
    public var engine: String?
    /// Dies that divide a request's heads; absent: all that the other sizes leave.
    public var tensorParallel: Int?
    /// Stages of consecutive layers; absent: 1.
    public var pipelineParallel: Int?
    /// Groups of dies with requests of their own (attention data parallel); absent: what the other sizes leave.
    public var dataParallel: Int?
    /// Dies that divide the tokens of a prompt; absent: 1.
    public var contextParallel: Int?
    /// Groups that divide whole routed experts; absent: 1, every expert is divided over all dies of a stage.
    public var expertParallel: Int?
    /// Copies of busy experts beyond one of each, over the instance; absent: none.
    public var redundantExperts: Int?
    /// Of the chips, those that hold nothing but routed experts; absent: none. Only of engines that keep prefill and
    /// decode apart.
    public var expertChips: Int?
    /// How tokens reach their experts where ranks have requests of their own; absent: the engine's own way.
    public var exchange: Engine.ExpertExchange?
    /// The same in steps with prompts; absent: as `exchange`.
    public var promptExchange: Engine.ExpertExchange?
    /// Two overlapped microbatches, or one pass; absent: as the engine chooses.
    public var microbatches: Bool?
    /// Share of the memory that the engine may use: `--gpu-memory-utilization`, `--mem-fraction-static`.
    public var memoryShare: Double?
    /// Requests that may wait at an instance; one more is rejected. Absent: no limit. Engines without a scheduler of
    /// steps only.
    public var queueLimit: Int?
    public var scheduling: SchedulingOptions?
    /// Where the pool stands in the scenario, and how its plan comes about.
    var place = "pools"
    var spreadsExperts = false

    enum CodingKeys: String, CodingKey, CaseIterable {
      case name, role, instances, chips, system, engine, tensorParallel, pipelineParallel, dataParallel, contextParallel
      case expertParallel, redundantExperts, expertChips, exchange, promptExchange, microbatches, memoryShare,
        queueLimit, scheduling
    }
  }

  /// The pools as listed, or those that `prefill` and `decode` describe.
  func poolList(_ chip: Chip) throws -> [Pool] {
    switch (pools, prefill, decode) {
    case (let pools?, nil, nil):
      return pools.enumerated().map { index, pool in
        var pool = pool
        pool.place = "pools[\(index)]"
        return pool
      }
    case (nil, let prefill?, let decode?): return [Pool(prefill, chip), Pool(decode, chip)]
    case (nil, nil, nil):
      throw Problem(
        "pools", "is missing: nothing says which chips serve",
        wayOut: "give pools: [{ chips: 8 }] for prefill and decode together, or prefill: and decode:")
    case (nil, _, nil):
      throw Problem(
        "decode", "is missing beside prefill", wayOut: "give it too, or pools: [{ chips: 8 }] for both together")
    case (nil, nil, _):
      throw Problem(
        "prefill", "is missing beside decode", wayOut: "give it too, or pools: [{ chips: 8 }] for both together")
    default:
      throw Problem("pools", "stands beside prefill or decode", wayOut: "use one of the two ways")
    }
  }
}

extension Scenario.Pool {
  /// What `prefill` says, for an engine with a scheduler of steps.
  init(_ pool: Scenario.PrefillPool, _ chip: Chip) {
    place = "prefill"
    role = .prefill
    instances = pool.instances
    chips = pool.chips
    tensorParallel = pool.tensorParallel
    redundantExperts = pool.redundantExperts
    microbatches = pool.microbatches
    queueLimit = pool.queueLimit
    spreadsExperts = true
    let ranks = Self.ranks(pool.chips, chip, pool.tensorParallel)
    scheduling = SchedulingOptions(maxBatchedTokens: max(1, pool.maxBatchedTokensPerChip * pool.chips / ranks))
  }

  /// What `decode` says, for an engine with a scheduler of steps.
  init(_ pool: Scenario.DecodePool, _ chip: Chip) {
    place = "decode"
    role = .decode
    instances = pool.instances
    chips = pool.chips
    tensorParallel = pool.tensorParallel
    dataParallel = pool.dataParallel
    redundantExperts = pool.redundantExperts
    expertChips = pool.expertChips
    microbatches = pool.microbatches
    spreadsExperts = true
    let ranks = Self.ranks(pool.chips, chip, pool.tensorParallel)
    scheduling = SchedulingOptions(
      maxRequests: max(1, pool.maxRequestsPerChip * pool.chips / ranks), blockTokens: pool.blockSize)
  }

  private static func ranks(_ chips: Int, _ chip: Chip, _ tensor: Int?) -> Int {
    let dies = chips * chip.dies.value
    return max(1, dies / max(1, tensor ?? dies))
  }

  /// Dies of an instance, and how they are divided; checked against the model by the step.
  func plan(_ chip: Chip, isMixture: Bool) throws -> ParallelPlan {
    let sizes = [
      ("tensorParallel", tensorParallel), ("pipelineParallel", pipelineParallel), ("dataParallel", dataParallel),
      ("contextParallel", contextParallel), ("expertParallel", expertParallel), ("chips", chips),
      ("instances", instances),
    ]
    let faults = sizes.compactMap { name, size in
      size.flatMap { (1...1_000_000).contains($0) ? nil : $0 }.map {
        Problem("\(place).\(name)", "\($0) is not between 1 and 1,000,000", wayOut: "give a whole number from 1 on")
      }
    }
    guard faults.isEmpty else { throw Problems(faults) }
    let (pipeline, context) = (pipelineParallel ?? 1, contextParallel ?? 1)
    guard let chips else {
      guard tensorParallel != nil || dataParallel != nil else {
        throw Problem("\(place).chips", "is missing", wayOut: "say how many chips an instance has, such as chips: 8")
      }
      return try plan(tensor: tensorParallel ?? 1, pipeline, data: dataParallel ?? 1, context, isMixture)
    }
    let dies = chips * chip.dies.value
    let given = pipeline * context * (tensorParallel ?? 1) * (dataParallel ?? 1)
    guard dies % given == 0, tensorParallel == nil || dataParallel == nil || dies == given else {
      throw Problem(
        "\(place).chips",
        "\(Text.counted(dies, "die")) of \(Text.counted(chips, "chip")), and the parallel sizes need \(given)",
        wayOut: dies % given == 0 ? "leave chips or one of the sizes out" : "change the chips or the sizes")
    }
    let rest = dies / given
    return try plan(
      tensor: tensorParallel ?? rest, pipeline, data: dataParallel ?? (tensorParallel == nil ? 1 : rest), context,
      isMixture)
  }

  private func plan(
    tensor: Int, _ pipeline: Int, data: Int, _ context: Int, _ isMixture: Bool
  ) throws -> ParallelPlan {
    let stage = tensor * data * context
    if let expertParallel, !isMixture, expertParallel > 1 {
      throw Problem("\(place).expertParallel", "the model has no experts to divide", wayOut: "leave it out")
    }
    let expert = expertParallel ?? (spreadsExperts && isMixture && data > 1 ? stage : 1)
    guard stage % expert == 0 else {
      throw Problem(
        "\(place).expertParallel", "\(expert) does not divide the \(stage) dies that share a layer",
        wayOut: "use a divisor of \(stage)")
    }
    if let redundantExperts, redundantExperts != 0, expert == 1, !spreadsExperts {
      throw Problem(
        "\(place).redundantExperts", "\(redundantExperts) copies have no place: experts are not divided among dies",
        wayOut: "give expertParallel, or leave it out")
    }
    return ParallelPlan(
      tensor: tensor, pipeline: pipeline, data: data, context: context, expertTensor: stage / expert, expert: expert,
      redundantExperts: expert > 1 ? redundantExperts ?? 0 : 0)
  }
}
