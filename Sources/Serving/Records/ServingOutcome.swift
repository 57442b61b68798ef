import Reports
import Simulation
import Units
import Workloads

/// The whole result of a run, before prices are put to it.
public struct ServingOutcome: Sendable {
  public var configuration: ServingConfiguration
  public var statistics: ServingStatistics
  /// Of each pool of engines, in the order of the configuration.
  public var pools: [EnginePoolStatistics] = []
  public var timeline: ServingReport.Timeline
  public var energy: Joules
  public var peakPower: Watts
  /// Damaged lines of the trace that were passed over, and the first few.
  public var skipped = SkippedLines()
  /// Whether any request was a turn that waited for the answer before it.
  public var hasConversations = false

  /// From the first arrival to the last departure.
  public var duration: Seconds { (statistics.lastDeparture - statistics.firstArrival).seconds }

  /// Of the stretch of time that counts.
  public var measuredDuration: Seconds { statistics.window?.duration(last: statistics.lastDeparture) ?? duration }

  public var chips: Int {
    configuration.prefill.instances * configuration.prefill.chipsPerInstance
      + configuration.decode.instances * configuration.decode.chipsPerInstance
      + configuration.engines.reduce(0) { $0 + $1.instances * $1.chipsPerInstance }
  }

  /// Of all engines that decode.
  private func decoding<T: AdditiveArithmetic>(_ value: (EnginePoolStatistics) -> T) -> T {
    zip(configuration.engines, pools).reduce(.zero) { $1.0.role == .prefill ? $0 : $0 + value($1.1) }
  }

  /// Requests on a rank in the mean decode step, idle time left out.
  public var meanRequestsPerRank: Double {
    if !configuration.engines.isEmpty {
      return Double(decoding(\.decodeRequestSteps)) / Double(max(1, decoding(\.decodeSteps)))
    }
    let rankSteps = statistics.decodeSteps * configuration.decode.ranksPerInstance
    return rankSteps == 0 ? 0 : Double(statistics.decodeRequestSteps) / Double(rankSteps)
  }

  /// Tokens of context that a request has in the mean decode step.
  public var meanContextPerRequest: Double {
    if !configuration.engines.isEmpty {
      return decoding(\.contextSteps) / Double(max(1, decoding(\.decodeRequestSteps)))
    }
    return statistics.decodeRequestSteps == 0 ? 0 : statistics.contextSteps / Double(statistics.decodeRequestSteps)
  }

  /// The mean prefill iteration, or the mean of the steps of an instance that hold prompts.
  public var meanPrefillWork: PrefillDurations.Work {
    let prompts = zip(configuration.engines, pools).filter { $0.0.role != .decode }.map(\.1)
    if !prompts.isEmpty {
      let steps = max(1, prompts.reduce(0) { $0 + $1.mixedSteps })
      return PrefillDurations.Work(
        newTokens: prompts.reduce(0) { $0 + $1.computedTokens } / steps,
        attentionPairs: prompts.reduce(0) { $0 + $1.computedPairs } / steps,
        cachedTokens: statistics.cachedTokens / steps, requests: max(1, prompts.reduce(0) { $0 + $1.chunks } / steps))
    }
    let steps = max(1, statistics.prefillSteps)
    return PrefillDurations.Work(
      newTokens: statistics.computedTokens / steps, attentionPairs: statistics.computedPairs / steps,
      cachedTokens: statistics.cachedTokens / steps, requests: max(1, statistics.prefillRequestsInSteps / steps))
  }

  /// Requests that a decode rank takes at the run's mean lengths, and what ends it.
  public var decodeLimit: (requests: Double, limit: ServingReport.BatchLimit) {
    if let pool = configuration.engines.last { return engineLimit(pool) }
    let decode = configuration.decode
    let inFlight = Double(decode.maxRequestsPerRank)
    var most = (requests: inFlight, limit: ServingReport.BatchLimit.requests(decode.maxRequestsPerRank))
    let reserved = Double(statistics.reservedTokens) / Double(max(1, statistics.transfers))
    if reserved > 0, Double(decode.keyValueTokensPerRank) / reserved < most.requests {
      let requests = Double(decode.keyValueTokensPerRank) / reserved
      most = (requests, .memory(requests: Int(requests), tokens: Int(reserved)))
    }
    if decode.isObjectiveAware, let objective = configuration.objectives.timePerOutputToken {
      let step = Double(objective.picoseconds) * decode.speculation.tokensPerStep
      let context = meanContextPerRequest * Double(DecodeDurations.quantaPerToken)
      let fits = (1...decode.maxRequestsPerRank).last {
        Double(decode.durations.duration(requests: $0, quanta: Int64(Double($0) * context)).picoseconds) <= step
      }
      if Double(fits ?? 1) < most.requests { most = (Double(fits ?? 1), .objective(requests: fits ?? 1)) }
    }
    return most
  }

  private func engineLimit(_ pool: EnginePool) -> (requests: Double, limit: ServingReport.BatchLimit) {
    let most = pool.limits.maxRequests
    let limit = (requests: Double(most), limit: ServingReport.BatchLimit.requests(most))
    let completed = Double(max(1, statistics.completed))
    // Engines that take memory as an answer grows hold half of it in the mean.
    let share = pool.memory.reservesOutput ? 1 : 0.5
    let tokens = (Double(statistics.promptTokens) + Double(statistics.outputTokens) * share) / completed
    guard statistics.completed > 0, tokens > 0 else { return limit }
    let blocks = (tokens / Double(pool.memory.blockTokens)).rounded(.up) + Double(pool.memory.blocksPerRequest)
    let fitting = Double(pool.memory.blocks) / blocks
    guard fitting < limit.requests else { return limit }
    return (fitting, .memory(requests: Int(fitting), tokens: Int(tokens)))
  }
}
