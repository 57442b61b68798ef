import Reports
import Simulation
import Units
import Workloads

/// The whole result of a run, before prices are put to it.
public struct ServingOutcome: Sendable {
  public var configuration: ServingConfiguration
  public var statistics: ServingStatistics
  public var timeline: ServingReport.Timeline
  public var energy: Joules
  public var peakPower: Watts
  /// Damaged lines of the trace that were passed over, and the first few.
  public var skipped = SkippedLines()

  /// From the first arrival to the last departure.
  public var duration: Seconds { (statistics.lastDeparture - statistics.firstArrival).seconds }

  public var chips: Int {
    configuration.prefill.instances * configuration.prefill.chipsPerInstance
      + configuration.decode.instances * configuration.decode.chipsPerInstance
  }

  /// Requests on a rank in the mean decode step, idle time left out.
  public var meanRequestsPerRank: Double {
    let rankSteps = statistics.decodeSteps * configuration.decode.ranksPerInstance
    return rankSteps == 0 ? 0 : Double(statistics.decodeRequestSteps) / Double(rankSteps)
  }

  /// Tokens of context that a request has in the mean decode step.
  public var meanContextPerRequest: Double {
    statistics.decodeRequestSteps == 0 ? 0 : statistics.contextSteps / Double(statistics.decodeRequestSteps)
  }

  /// The mean prefill iteration.
  public var meanPrefillWork: PrefillDurations.Work {
    let steps = max(1, statistics.prefillSteps)
    return PrefillDurations.Work(
      newTokens: statistics.computedTokens / steps, attentionPairs: statistics.computedPairs / steps,
      cachedTokens: statistics.cachedTokens / steps, requests: max(1, statistics.prefillRequestsInSteps / steps))
  }

  /// Requests that a decode rank takes at the run's mean lengths, and what ends it.
  public var decodeLimit: (requests: Double, reason: String) {
    let decode = configuration.decode
    let inFlight = Double(decode.maxRequestsPerRank)
    var limit = (requests: inFlight, reason: "\(decode.maxRequestsPerRank) requests in flight per rank")
    let reserved = Double(statistics.reservedTokens) / Double(max(1, statistics.transfers))
    if reserved > 0, Double(decode.keyValueTokensPerRank) / reserved < limit.requests {
      let requests = Double(decode.keyValueTokensPerRank) / reserved
      let tokens = Text.grouped(Int(reserved))
      limit = (requests, "memory: \(Text.counted(Int(requests), "request")) of \(tokens) tokens per rank")
    }
    if decode.isObjectiveAware, let objective = configuration.objectives.timePerOutputToken {
      let step = Double(objective.picoseconds) * decode.speculation.tokensPerStep
      let context = meanContextPerRequest * Double(DecodeDurations.quantaPerToken)
      let fits = (1...decode.maxRequestsPerRank).last {
        Double(decode.durations.duration(requests: $0, quanta: Int64(Double($0) * context)).picoseconds) <= step
      }
      if Double(fits ?? 1) < limit.requests {
        let requests = Text.counted(fits ?? 1, "request")
        limit = (Double(fits ?? 1), "the objective for time per output token: \(requests) per rank")
      }
    }
    return limit
  }
}
