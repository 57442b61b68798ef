import Units

/// The answer of `simulate`: what was served, how fast, at what cost, and why objectives were missed.
///
/// Encoded as the JSON result: seconds, bytes, joules, dollars; shares and fractions of 1.
public struct ServingReport: Encodable, Sendable {
  public var requests: Requests
  /// Requests that no instance could serve, by what they lacked; empty where all found a place.
  public var refusals: [Refusal]
  public var timeToFirstToken: Summary
  public var timePerOutputToken: Summary
  public var interTokenLatency: Summary
  public var endToEnd: Summary
  public var throughput: Throughput
  public var goodput: Goodput
  public var cache: Cache
  /// Mean time that a completed request spends in each phase.
  public var phases: Phases
  /// In the order in which a request passes them.
  public var pools: [Pool]
  /// Which side limits the deployment, with the figures that say so.
  public var balance: Balance
  public var energy: Energy
  public var cost: Cost
  /// Shares of a decode step and of a prefill step at the run's mean load, largest first.
  public var decodeStep: StepBreakdown
  public var prefillStep: StepBreakdown
  public var timeline: Timeline
  /// Whatever the reader must know: spread arrivals, skipped lines, extrapolation beyond validated range.
  public var notes: [ServingNote]
  public var run: Run

  public struct Requests: Encodable, Sendable, Hashable {
    public var offered, completed, failed, rejected: Int
    public var promptTokens, outputTokens: Int
    /// Rejections and failures by reason.
    public var reasons: [Count]
  }

  public struct Count: Encodable, Sendable, Hashable {
    public var reason: String
    public var requests: Int
  }

  /// Requests that were refused for one reason, with the longest of them as the example.
  public struct Refusal: Encodable, Sendable, Hashable {
    public var reason: RequestRecord.Outcome
    public var requests: Int
    /// The pool that has too little.
    public var pool: String
    public var promptTokens: Int
    public var outputTokens: Int
    /// What the example's keys and values take, and what there is; nil where memory is not what lacked.
    public var needed: Bytes?
    public var available: Bytes?
    /// What lacked: memory, the tokens of a step, or a place in the queue.
    public var lack: Lack
    public enum Lack: String, Encodable, Sendable, CaseIterable { case memory, stepTokens, queue }
  }

  /// Of the completed requests, in seconds.
  public struct Summary: Encodable, Sendable, Hashable {
    public var mean, p50, p90, p99, max: Seconds
    /// Density for charts: equal steps of the logarithm, from the smallest to the greatest value seen.
    public var histogram: [Bin]
    public struct Bin: Encodable, Sendable, Hashable {
      public var from, to: Seconds
      public var count: Int
    }
  }

  public struct Throughput: Encodable, Sendable, Hashable {
    /// Per second between the first arrival and the last departure.
    public var requests, inputTokens, outputTokens, outputTokensPerChip: Double
    public var duration: Seconds
  }

  public struct Goodput: Encodable, Sendable, Hashable {
    /// Requests per second that met every objective.
    public var requests: Double
    /// Share of the offered requests that met every objective.
    public var fraction: Double
    public var objectives: [Objective]
    /// Requests that missed an objective, by what took the time (prefill queue, prefill itself, decode slot, transfer,
    /// step time …).
    public var misses: [Count]
    public struct Objective: Encodable, Sendable, Hashable {
      public var name: String
      public var limit: Seconds
      public var fraction: Double
    }
  }

  public struct Cache: Encodable, Sendable, Hashable {
    /// Prompt tokens found in the cache over all prompt tokens of the requests whose prefill began.
    public var hitRate: Double
    public var lookedUpBlocks, hitBlocks, insertedBlocks, evictedBlocks, residentBlocks, capacityBlocks: Int
    public var bytesRead, bytesWritten, capacity: Bytes
  }

  public struct Phases: Encodable, Sendable, Hashable {
    public var prefillQueue, prefill, decodeQueue, transfer, decode: Seconds
  }

  /// All instances of one pool.
  public struct Pool: Encodable, Sendable, Hashable {
    public var name: String
    public var role: EnginePool.Role
    public var instances, chips: Int
    /// Share of the run's time in which its instances were stepping.
    public var utilisation: Double
    public var steps: Int
    public var meanStep: Seconds
    /// Requests in a step (decode: per rank as well).
    public var meanBatch: Double
    public var meanBatchPerRank: Double
    public var meanTokensPerStep: Double
    /// What holds the batch.
    public var batchLimit: BatchLimit
    /// Requests that lost their memory and were computed again.
    public var preemptions: Int
  }

  /// What ends the growth of a batch.
  public enum BatchLimit: Sendable, Hashable {
    /// Seats on a rank.
    case requests(Int)
    /// Requests of the run's mean length, in tokens, that a rank's memory holds.
    case memory(requests: Int, tokens: Int)
    /// Requests on a rank with which a step keeps the objective for time per output token.
    case objective(requests: Int)
    /// New tokens of prompts in a step.
    case stepTokens(Int)
  }

  public struct Balance: Encodable, Sendable, Hashable {
    public var verdict: Verdict
    /// Share of the time in which prefill computes; or, of instances that serve both, in which they step.
    public var busy: Double
    /// Requests on a rank in the mean decode step, and the most that it takes.
    public var requestsPerRank: Double
    public var mostRequestsPerRank: Double
    /// Share of that most which is filled, times the share of the time in which decode steps.
    public var filled: Double
    public enum Verdict: String, Encodable, Sendable {
      case balanced, prefillBound, decodeBound, idle
      /// Instances that serve prefill and decode together: all memory or seats of the batch are taken.
      case full
    }
  }

  public struct Energy: Encodable, Sendable, Hashable {
    public var joules: Joules
    public var joulesPerOutputToken: Joules
    public var meanPower, peakPower: Watts
    public var assumptions: [String]
  }

  public struct Cost: Encodable, Sendable, Hashable {
    public var perMillionOutputTokens: Dollars
    public var perMillionTokens: Dollars
    public var hardwareShare, electricityShare: Double
    public var assumptions: [String]
  }

  public struct StepBreakdown: Encodable, Sendable, Hashable {
    public var step: Seconds
    /// "batch 48 per die, context 4,310 tokens".
    public var conditions: String
    public var boundBy: String
    public var parts: [Part]
    public struct Part: Encodable, Sendable, Hashable {
      public var name: String
      public var time: Seconds
      public var share: Double
      /// "compute", "memory", "network", "latency", "vector", "wait".
      public var boundBy: String

      package init(name: String, time: Seconds, share: Double, boundBy: String) {
        self.name = name
        self.time = time
        self.share = share
        self.boundBy = boundBy
      }
    }
  }

  /// Equal intervals over the run; each array has one value an interval.
  public struct Timeline: Encodable, Sendable, Hashable {
    public var interval: Seconds
    public var arrivals: [Double]
    public var completions: [Double]
    public var prefillQueue: [Double]
    public var decodeQueue: [Double]
    public var decodeBatch: [Double]
    public var outputTokensPerSecond: [Double]
    public var inputTokensPerSecond: [Double]
    public var cacheHitRate: [Double]
    public var prefillUtilisation: [Double]
    public var decodeStep: [Double]
    public var power: [Double]
  }

  public struct Run: Encodable, Sendable, Hashable {
    public var version: String
    public var seed: UInt64
    /// Hash of everything that decides the result: scenario, catalog entries, trace.
    public var inputHash: String
    public var wallSeconds: Double
    public var requestsPerWallSecond: Double
    public var peakMemoryBytes: Int

    public init(
      version: String, seed: UInt64, inputHash: String, wallSeconds: Double, requestsPerWallSecond: Double,
      peakMemoryBytes: Int
    ) {
      self.version = version
      self.seed = seed
      self.inputHash = inputHash
      self.wallSeconds = wallSeconds
      self.requestsPerWallSecond = requestsPerWallSecond
      self.peakMemoryBytes = peakMemoryBytes
    }
  }
}

/// What a reader must know of a run beside its figures; told in words by Pages.
public enum ServingNote: Sendable, Hashable {
  /// Arrivals that shared one tick of the trace's clock were spread over it.
  case spreadArrivals
  /// Arrivals come so many times as fast as in the trace.
  case rateScaled(Double)
  /// The trace's own rate was scaled so that the deployment, or its busier side, reaches a load.
  case loaded(LoadedRate)
  /// Damaged lines passed over: how many, where the first is and what is wrong there.
  case skippedLines(count: Int, place: String, fault: String)
  /// Runs of the same engine on the same chip that the models were held against.
  case compared(ComparedRuns)
  /// There are none.
  case neverCompared(ComparedRuns.Group)
  /// Where a step lies outside what its engine's constants were held against.
  case outside(String)

  public struct LoadedRate: Sendable, Hashable {
    /// Requests per second of the trace, and the factor.
    public var own: Double
    public var factor: Double
    /// Share that was asked for.
    public var load: Double
    /// Requests per second that the deployment can take; equal where prefill and decode share instances.
    public var prefillCapacity: Double
    public var decodeCapacity: Double
    public var isShared: Bool
  }
}

extension ServingReport.BatchLimit: Encodable {
  enum CodingKeys: String, CodingKey { case kind, requests, tokens }

  /// `{kind, requests, tokens}`, with the numbers that the kind has.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .requests(let requests):
      try container.encode("requests", forKey: .kind)
      try container.encode(requests, forKey: .requests)
    case .memory(let requests, let tokens):
      try container.encode("memory", forKey: .kind)
      try container.encode(requests, forKey: .requests)
      try container.encode(tokens, forKey: .tokens)
    case .objective(let requests):
      try container.encode("objective", forKey: .kind)
      try container.encode(requests, forKey: .requests)
    case .stepTokens(let tokens):
      try container.encode("stepTokens", forKey: .kind)
      try container.encode(tokens, forKey: .tokens)
    }
  }
}

extension ServingNote: Encodable {
  enum CodingKeys: String, CodingKey { case kind }

  /// Its kind; results carry the words.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
  }

  private var kind: String {
    switch self {
    case .spreadArrivals: "spreadArrivals"
    case .rateScaled: "rateScaled"
    case .loaded: "loaded"
    case .skippedLines: "skippedLines"
    case .compared: "compared"
    case .neverCompared: "neverCompared"
    case .outside: "outside"
    }
  }
}
