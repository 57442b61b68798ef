import Simulation

/// Sums and distributions over a run; no request is kept.
public struct ServingStatistics: Sendable {
  public internal(set) var offered = 0
  /// The stretch of time that counts; nil where all does.
  public internal(set) var window: MeasuredWindow?
  /// By `RequestRecord.Outcome`, in the order of its cases.
  public internal(set) var outcomes = [Int](repeating: 0, count: RequestRecord.Outcome.allCases.count)
  /// The longest request, prompt and answer together, that ended with each outcome but completion, in that order.
  public internal(set) var longestLost = [Length](repeating: Length(), count: RequestRecord.Outcome.allCases.count)

  public struct Length: Sendable, Hashable {
    public internal(set) var promptTokens = 0
    public internal(set) var outputTokens = 0
    public var tokens: Int { promptTokens + outputTokens }
  }
  /// Of completed requests.
  public internal(set) var promptTokens = 0
  public internal(set) var outputTokens = 0
  public internal(set) var timeToFirstToken = LatencyHistogram()
  public internal(set) var timePerOutputToken = LatencyHistogram()
  public internal(set) var interTokenLatency = LatencyHistogram()
  public internal(set) var endToEnd = LatencyHistogram()
  /// Picoseconds over all completed requests.
  var prefillQueue: Int128 = 0
  var prefill: Int128 = 0
  var decodeQueue: Int128 = 0
  var transfer: Int128 = 0
  var decode: Int128 = 0
  /// Completed requests that met each objective, and those that met all.
  public internal(set) var metTimeToFirstToken = 0
  public internal(set) var metTimePerOutputToken = 0
  public internal(set) var metEndToEnd = 0
  public internal(set) var metAll = 0
  /// By `MissReason`, in the order of its cases.
  public internal(set) var misses = [Int](repeating: 0, count: MissReason.allCases.count)

  /// Prompt tokens of requests whose prefill began, and how many of them were in the cache.
  public internal(set) var scheduledPromptTokens = 0
  public internal(set) var cachedTokens = 0
  public internal(set) var lookedUpBlocks = 0
  public internal(set) var hitBlocks = 0
  public internal(set) var insertedBlocks = 0
  public internal(set) var evictedBlocks = 0
  public internal(set) var residentBlocks = 0

  public internal(set) var prefillSteps = 0
  public internal(set) var prefillBusy: Int128 = 0
  public internal(set) var prefillRequestsInSteps = 0
  public internal(set) var computedTokens = 0
  public internal(set) var computedPairs = 0
  public internal(set) var decodeSteps = 0
  /// Runs of steps, each one event.
  public internal(set) var decodeRuns = 0
  public internal(set) var decodeBusy: Int128 = 0
  /// Requests over all decode steps.
  public internal(set) var decodeRequestSteps = 0
  /// Σ over completed requests of decode steps times prompt and half of the output: the mean context of a step.
  var contextSteps = 0.0
  public internal(set) var transferredTokens = 0
  public internal(set) var transfers = 0
  /// Events handled: arrivals, ends of prefill iterations, of transfers and of runs of decode steps.
  public internal(set) var events = 0
  public internal(set) var firstArrival = Instant.zero
  public internal(set) var lastDeparture = Instant.zero
  public internal(set) var peakInFlight = 0
  /// Times that the head of a decode queue was held, by what held it.
  public internal(set) var heldByRequests = 0
  public internal(set) var heldByMemory = 0
  public internal(set) var heldByObjective = 0
  /// Blocks reserved on decode ranks, over all requests that were.
  public internal(set) var reservedTokens = 0

  /// Which phase took the time of a request that missed an objective.
  public enum MissReason: Int, Sendable, CaseIterable {
    case prefillQueue, prefill, decodeQueue, transfer, decodeStep, rejected, failed
    public var label: String {
      switch self {
      case .prefillQueue: "waiting for prefill"
      case .prefill: "prefill itself"
      case .decodeQueue: "waiting for a decode slot"
      case .transfer: "key-value transfer"
      case .decodeStep: "decode step time"
      case .rejected: "rejected"
      case .failed: "failed"
      }
    }
  }

  public var completed: Int { outcomes[0] }
  /// Refused when they came: whatever is not completed and did not fail later.
  public var rejected: Int { outcomes.dropFirst().reduce(0, +) - failed }
  public var failed: Int { outcomes[RequestRecord.Outcome.contextTooLong.rawValue] }

  /// Enters a request that was not served.
  mutating func lose(_ state: RequestState, _ outcome: RequestRecord.Outcome) {
    outcomes[outcome.rawValue] += 1
    let length = Length(promptTokens: Int(state.promptTokens), outputTokens: Int(state.outputTokens))
    if length.tokens > longestLost[outcome.rawValue].tokens { longestLost[outcome.rawValue] = length }
  }

  /// Enters a completed request under the objectives.
  mutating func complete(_ state: RequestState, at now: Int64, under objectives: ServingConfiguration.Objectives) {
    outcomes[0] += 1
    let output = Int(state.outputTokens)
    promptTokens += Int(state.promptTokens)
    outputTokens += output
    contextSteps += Double(state.steps) * (Double(state.promptTokens) + Double(output) / 2)
    window?.depart(promptTokens: Int(state.promptTokens), outputTokens: output, at: now)
    guard counts(state) else { return }
    window?.completed += 1
    let waited = state.scheduled - state.arrival
    let first = state.firstToken - state.arrival
    let whole = now - state.arrival
    timeToFirstToken.record(Span(picoseconds: first))
    endToEnd.record(Span(picoseconds: whole))
    // Where the first token comes from the decode side, prefill ends before it.
    let prefilled = (state.handedOver > 0 ? state.handedOver : state.firstToken) - state.arrival
    prefillQueue += Int128(waited)
    prefill += Int128(prefilled - waited)
    let later = now - state.firstToken
    var slotWait: Int64 = 0
    var transferTime: Int64 = 0
    if output > 1 {
      timePerOutputToken.record(Span(picoseconds: later / Int64(output - 1)))
      slotWait = state.assigned - state.arrival - prefilled
      transferTime = state.transferred - state.assigned
      decodeQueue += Int128(slotWait)
      transfer += Int128(transferTime)
      decode += Int128(whole - prefilled - slotWait - transferTime)
    }
    let times = Times(
      prefillQueue: waited, prefill: prefilled - waited, decodeQueue: slotWait, transfer: transferTime,
      decode: whole - prefilled - slotWait - transferTime)
    judge(times, first: first, later: later, whole: whole, allowedSteps: Int64(output - 1), objectives)
  }

  private struct Times {
    var prefillQueue, prefill, decodeQueue, transfer, decode: Int64
    var longestBeforeFirstToken: MissReason { prefill > prefillQueue ? .prefill : .prefillQueue }
    var longestBeforeDecode: MissReason { transfer > decodeQueue ? .transfer : .decodeQueue }
    var longest: MissReason {
      let early = max(prefillQueue, prefill)
      let middle = max(decodeQueue, transfer)
      if decode > max(early, middle) { return .decodeStep }
      return middle > early ? longestBeforeDecode : longestBeforeFirstToken
    }
  }

  /// The reason is that of the first objective missed, of time to first token, time per output token and end to end.
  private mutating func judge(
    _ times: Times, first: Int64, later: Int64, whole: Int64, allowedSteps: Int64,
    _ objectives: ServingConfiguration.Objectives
  ) {
    var reason: MissReason?
    if let limit = objectives.endToEnd {
      if whole <= limit.picoseconds { metEndToEnd += 1 } else { reason = times.longest }
    }
    if let limit = objectives.timePerOutputToken {
      // An objective of days times a hundred thousand tokens is more than the clock has.
      let (product, isBeyond) = limit.picoseconds.multipliedReportingOverflow(by: allowedSteps)
      let allowed = isBeyond ? Int64.max : product
      if later <= allowed {
        metTimePerOutputToken += 1
      } else {
        reason = times.decode > allowed ? .decodeStep : times.longestBeforeDecode
      }
    }
    if let limit = objectives.timeToFirstToken {
      if first <= limit.picoseconds { metTimeToFirstToken += 1 } else { reason = times.longestBeforeFirstToken }
    }
    if let reason { misses[reason.rawValue] += 1 } else { metAll += 1 }
  }
}
