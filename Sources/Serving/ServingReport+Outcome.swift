import Reports
import Simulation
import Units

/// Prices that turn chips, time and energy into cost.
public struct ServingPrices: Sendable, Hashable {
  /// Of all the hardware that serves, depreciated or rented.
  public var hardware: DollarsPerSecond
  public var electricity: DollarsPerJoule
  /// Set where results are wanted in yuan too.
  public var yuanPerDollar: Double?
  public var costAssumptions: [String]
  public var energyAssumptions: [String]

  public init(
    hardware: DollarsPerSecond, electricity: DollarsPerJoule, yuanPerDollar: Double? = nil,
    costAssumptions: [String] = [], energyAssumptions: [String] = []
  ) {
    self.hardware = hardware
    self.electricity = electricity
    self.yuanPerDollar = yuanPerDollar
    self.costAssumptions = costAssumptions
    self.energyAssumptions = energyAssumptions
  }
}

extension ServingReport {
  /// - Parameters:
  ///   - decodeStep, prefillStep: taken apart at the run's mean load, see `ServingOutcome`.
  public init(
    _ outcome: ServingOutcome, refusals: [Refusal] = [], prices: ServingPrices, decodeStep: StepBreakdown,
    prefillStep: StepBreakdown, validity: Validity, notes: [ServingNote] = [], run: Run
  ) {
    let statistics = outcome.statistics
    self.init(
      requests: Requests(statistics), refusals: refusals,
      timeToFirstToken: statistics.timeToFirstToken.summary(),
      timePerOutputToken: statistics.timePerOutputToken.summary(),
      interTokenLatency: statistics.interTokenLatency.summary(),
      endToEnd: statistics.endToEnd.summary(),
      throughput: Throughput(outcome),
      goodput: Goodput(outcome),
      cache: Cache(outcome),
      phases: Phases(statistics),
      pools: .all(outcome),
      balance: Balance(outcome),
      energy: Energy(outcome, assumptions: prices.energyAssumptions),
      cost: Cost(outcome, prices),
      decodeStep: decodeStep, prefillStep: prefillStep, timeline: outcome.timeline,
      validity: validity, notes: notes, run: run)
    // Measured runs keep a number in flight: none says how times grow while a queue does.
    let isClosed = outcome.configuration.maxConcurrency != nil
    if !isClosed, isQueueing || balance.verdict == .overloaded { self.validity.leaveQueue() }
  }
}

extension ServingReport.Requests {
  init(_ statistics: ServingStatistics) {
    let reasons = RequestRecord.Outcome.allCases.dropFirst().map {
      ServingReport.Count(reason: $0.label, requests: statistics.outcomes[$0.rawValue])
    }
    self.init(
      offered: statistics.offered, completed: statistics.completed, failed: statistics.failed,
      rejected: statistics.rejected, promptTokens: statistics.promptTokens, outputTokens: statistics.outputTokens,
      reasons: reasons.filter { $0.requests > 0 })
  }
}

extension ServingReport.Throughput {
  init(_ outcome: ServingOutcome) {
    let statistics = outcome.statistics
    let duration = outcome.measuredDuration
    let seconds = max(duration.value, 1e-12)
    let output = Double(statistics.window?.outputTokens ?? statistics.outputTokens) / seconds
    self.init(
      requests: Double(statistics.window?.departures ?? statistics.completed) / seconds,
      inputTokens: Double(statistics.window?.promptTokens ?? statistics.promptTokens) / seconds,
      outputTokens: output, outputTokensPerChip: output / Double(outcome.chips), duration: duration)
  }
}

extension ServingReport.Goodput {
  init(_ outcome: ServingOutcome) {
    let statistics = outcome.statistics
    let objectives = outcome.configuration.objectives
    let offered = Double(max(1, statistics.offeredInWindow))
    let met = [
      ("timeToFirstToken", objectives.timeToFirstToken, statistics.metTimeToFirstToken),
      ("timePerOutputToken", objectives.timePerOutputToken, statistics.metTimePerOutputToken),
      ("endToEnd", objectives.endToEnd, statistics.metEndToEnd),
    ]
    let misses = ServingStatistics.MissReason.allCases.map {
      ServingReport.Count(reason: $0.label, requests: statistics.misses[$0.rawValue])
    }
    let share = objectives.share
    let times = [
      (objectives.timeToFirstToken, statistics.timeToFirstToken),
      (objectives.timePerOutputToken, statistics.timePerOutputToken), (objectives.endToEnd, statistics.endToEnd),
    ]
    let spare = times.compactMap { limit, times in limit.map { 1 - times.quantile(share) / $0.seconds } }.min()
    let tokens = statistics.tokenMisses
    self.init(
      requests: Double(statistics.metAll) / max(outcome.measuredDuration.value, 1e-12),
      fraction: Double(statistics.metAll) / offered, wanted: share, spare: statistics.completed > 0 ? spare : nil,
      objectives: met.compactMap { name, limit, count in
        limit.map { Objective(name: name, limit: $0.seconds, fraction: Double(count) / offered) }
      },
      misses: misses.filter { $0.requests > 0 },
      tokenMisses: tokens.requests == 0
        ? nil
        : TokenMisses(
          requests: tokens.requests, shortAnswers: tokens.shortAnswers, metWithoutWaiting: tokens.metWithoutWaiting))
  }
}

extension ServingReport.Cache {
  init(_ outcome: ServingOutcome) {
    let statistics = outcome.statistics
    let cache = outcome.configuration.cache
    guard outcome.configuration.engines.isEmpty else {
      self.init(
        hitRate: Double(statistics.cachedTokens) / Double(max(1, statistics.scheduledPromptTokens)),
        lookedUpBlocks: statistics.lookedUpBlocks, hitBlocks: statistics.hitBlocks, insertedBlocks: 0,
        evictedBlocks: 0, residentBlocks: 0, capacityBlocks: 0, bytesRead: .zero, bytesWritten: .zero, capacity: .zero)
      return
    }
    let pools =
      switch cache.scope {
      case .none: 0
      case .instance: outcome.configuration.prefill.instances
      case .shared: 1
      }
    let blockBytes = Double(cache.tokensPerBlock) * Double(cache.bytesPerToken)
    self.init(
      hitRate: Double(statistics.cachedTokens) / Double(max(1, statistics.scheduledPromptTokens)),
      lookedUpBlocks: statistics.lookedUpBlocks, hitBlocks: statistics.hitBlocks,
      insertedBlocks: statistics.insertedBlocks, evictedBlocks: statistics.evictedBlocks,
      residentBlocks: statistics.residentBlocks, capacityBlocks: pools * cache.capacityBlocks,
      bytesRead: Bytes(Double(statistics.cachedTokens) * Double(cache.bytesPerToken)),
      bytesWritten: Bytes(Double(statistics.insertedBlocks) * blockBytes),
      capacity: Bytes(Double(pools * cache.capacityBlocks) * blockBytes))
  }
}

extension ServingReport.Phases {
  init(_ statistics: ServingStatistics) {
    func mean(_ sum: Int128) -> Seconds { Seconds(Double(sum) / Double(max(1, statistics.completedInWindow)) * 1e-12) }
    self.init(
      prefillQueue: mean(statistics.prefillQueue), prefill: mean(statistics.prefill),
      decodeQueue: mean(statistics.decodeQueue), transfer: mean(statistics.transfer), decode: mean(statistics.decode))
  }
}

extension ServingReport.Pool {
  private static func share(_ busy: Int128, of instances: Int, _ outcome: ServingOutcome) -> Double {
    let whole = Double((outcome.statistics.lastDeparture - outcome.statistics.firstArrival).picoseconds)
    return whole > 0 ? Double(busy) / whole / Double(instances) : 0
  }

  fileprivate init(_ pool: EnginePool, _ sums: EnginePoolStatistics, _ outcome: ServingOutcome) {
    let steps = Double(max(1, sums.steps))
    let perRank = Double(sums.decodeRequestSteps) / Double(max(1, sums.decodeSteps))
    let decoded = Double(sums.decodeRequestSteps) * pool.speculation.tokensPerStep
    let isPrefill = pool.role == .prefill
    self.init(
      name: pool.name, role: pool.role, instances: pool.instances, chips: pool.instances * pool.chipsPerInstance,
      utilisation: Self.share(sums.busy, of: pool.instances, outcome), steps: sums.steps,
      meanStep: Seconds(Double(sums.busy) / steps * 1e-12),
      meanBatch: Double(isPrefill ? sums.chunks : sums.decodeRequestSteps) / steps,
      meanBatchPerRank: isPrefill ? Double(sums.chunks) / steps : perRank,
      meanTokensPerStep: (Double(sums.computedTokens) + decoded) / steps,
      batchLimit: isPrefill ? .stepTokens(pool.limits.maxBatchedTokens) : outcome.decodeLimit.limit,
      preemptions: sums.preemptions, ranks: pool.ranks, queueLimit: nil)
  }

  fileprivate static func prefill(_ outcome: ServingOutcome) -> Self {
    let statistics = outcome.statistics
    let pool = outcome.configuration.prefill
    let steps = Double(max(1, statistics.prefillSteps))
    return Self(
      name: "prefill", role: .prefill, instances: pool.instances, chips: pool.instances * pool.chipsPerInstance,
      utilisation: share(statistics.prefillBusy, of: pool.instances, outcome), steps: statistics.prefillSteps,
      meanStep: Seconds(Double(statistics.prefillBusy) / steps * 1e-12),
      meanBatch: Double(statistics.prefillRequestsInSteps) / steps,
      meanBatchPerRank: Double(statistics.prefillRequestsInSteps) / steps,
      meanTokensPerStep: Double(statistics.computedTokens) / steps,
      batchLimit: .stepTokens(pool.maxBatchedTokens), preemptions: 0, ranks: 1,
      queueLimit: pool.queueLimit == .max ? nil : pool.queueLimit)
  }

  fileprivate static func decode(_ outcome: ServingOutcome) -> Self {
    let statistics = outcome.statistics
    let pool = outcome.configuration.decode
    let steps = Double(max(1, statistics.decodeSteps))
    let batch = Double(statistics.decodeRequestSteps) / steps
    return Self(
      name: "decode", role: .decode, instances: pool.instances, chips: pool.instances * pool.chipsPerInstance,
      utilisation: share(statistics.decodeBusy, of: pool.instances, outcome), steps: statistics.decodeSteps,
      meanStep: Seconds(Double(statistics.decodeBusy) / steps * 1e-12), meanBatch: batch,
      meanBatchPerRank: outcome.meanRequestsPerRank, meanTokensPerStep: batch * pool.speculation.tokensPerStep,
      batchLimit: outcome.decodeLimit.limit, preemptions: 0, ranks: pool.ranksPerInstance, queueLimit: nil)
  }
}

extension [ServingReport.Pool] {
  /// In the order in which a request passes them.
  static func all(_ outcome: ServingOutcome) -> [ServingReport.Pool] {
    guard outcome.configuration.engines.isEmpty else {
      return zip(outcome.configuration.engines, outcome.pools).map { ServingReport.Pool($0, $1, outcome) }
    }
    return [.prefill(outcome), .decode(outcome)]
  }
}
