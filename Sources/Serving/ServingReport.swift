import Units

/// The answer of `simulate`: what was served, how fast, at what cost, and why objectives were missed.
///
/// Encoded as the JSON result: seconds, bytes, joules, dollars; shares and fractions of 1.
public struct ServingReport: Codable, Sendable {
  /// Requests and tokens.
  public var requests: Requests
  /// Requests that no instance could serve, by what they lacked; empty where all found a place.
  public var refusals: [Refusal]
  public var timeToFirstToken: Summary
  public var timePerOutputToken: Summary
  public var interTokenLatency: Summary
  public var endToEnd: Summary
  /// Per second, over the run.
  public var throughput: Throughput
  /// Requests that met every objective.
  public var goodput: Goodput
  /// Of prefixes.
  public var cache: Cache
  /// Mean time that a completed request spends in each phase.
  public var phases: Phases
  /// In the order in which a request passes them.
  public var pools: [Pool]
  /// Which side limits the deployment, with the figures that say so.
  public var balance: Balance
  /// Of the whole system.
  public var energy: Energy
  /// Of hardware and electricity.
  public var cost: Cost
  /// Shares of a decode step and of a prefill step at the run's mean load, largest first.
  public var decodeStep: StepBreakdown
  public var prefillStep: StepBreakdown
  public var timeline: Timeline
  /// How far the answer was held against measurements.
  public var validity: Validity
  /// Whatever the reader must know: spread arrivals, skipped lines, the stretch that was measured.
  public var notes: [ServingNote]
  /// Program, seed and speed.
  public var run: Run

  /// Requests and tokens, counted.
  public struct Requests: Codable, Sendable, Hashable {
    public var offered, completed, failed, rejected: Int
    /// Of all that were offered, and of those completed.
    public var promptTokens, outputTokens: Int
    /// Rejections and failures by reason.
    public var reasons: [Count]
  }

  /// Requests of one reason.
  public struct Count: Codable, Sendable, Hashable {
    public var reason: String
    public var requests: Int
  }

  /// Requests that were refused for one reason, with the longest of them as the example.
  public struct Refusal: Codable, Sendable, Hashable {
    public var reason: RequestRecord.Outcome
    public var requests: Int
    /// The pool that has too little.
    public var pool: String
    public var promptTokens: Int
    public var outputTokens: Int
    /// What the example's keys and values take, and what there is; nil where memory is not what lacked.
    public var needed: Bytes?
    public var available: Bytes?
    /// Tokens that a request may have, prompt and answer; nil where its length is not what lacked.
    public var limit: Int?
    /// What lacked: memory, the tokens of a step, a place in the queue, or length: that of the model, or the one that
    /// was asked for.
    public var lack: Lack
    public enum Lack: String, Codable, Sendable, CaseIterable {
      case memory, stepTokens, queue, modelLength, askedLength
    }
  }

  /// Of the completed requests, in seconds.
  public struct Summary: Codable, Sendable, Hashable {
    public var mean, p50, p90, p99, max: Seconds
    /// Density for charts: equal steps of the logarithm, from the smallest to the greatest value seen.
    public var histogram: [Bin]
    /// Those that were asked for beside the usual ones; absent where none were.
    public var percentiles: [Percentile]? = nil

    /// A time below which a share of the values lies.
    public struct Percentile: Codable, Sendable, Hashable {
      /// 0 to 1.
      public var share: Double
      public var value: Seconds
    }
    public struct Bin: Codable, Sendable, Hashable {
      public var from, to: Seconds
      /// Requests, or gaps between outputs.
      public var count: Int
    }
  }

  public struct Throughput: Codable, Sendable, Hashable {
    /// Per second between the first arrival and the last departure.
    public var requests, inputTokens, outputTokens, outputTokensPerChip: Double
    public var duration: Seconds
  }

  public struct Goodput: Codable, Sendable, Hashable {
    /// Requests per second that met every objective.
    public var requests: Double
    /// Share of the offered requests that met every objective.
    public var fraction: Double
    /// Share that must meet them for the deployment to count as good.
    public var wanted: Double
    /// Of the objective that is nearest to its limit: how far below it the time lies within which the wanted share of
    /// completed requests stays, as a share of the limit; negative where it lies above. Nil without objectives.
    public var spare: Double?
    /// Each objective with the share that kept it.
    public var objectives: [Objective]
    /// Requests that missed an objective, by what took the time (prefill queue, prefill itself, decode slot, transfer,
    /// step time …).
    public var misses: [Count]
    /// Those that missed the objective for time per output token; nil where none did.
    public var tokenMisses: TokenMisses?
    /// Requests that missed the objective for time per output token.
    public struct TokenMisses: Codable, Sendable, Hashable {
      /// All of them.
      public var requests: Int
      /// Answers of ten tokens or fewer: what comes between first token and decoding is divided by few tokens.
      public var shortAnswers: Int
      /// Requests whose decode steps alone kept the objective: transfer and the wait for a slot, which vLLM's
      /// definition counts, made them miss.
      public var metWithoutWaiting: Int
    }
    public struct Objective: Codable, Sendable, Hashable {
      public var name: String
      public var limit: Seconds
      /// Share of the requests that kept it, 0 to 1.
      public var fraction: Double
    }
  }

  /// Blocks of prefixes looked up, found, put in and put out.
  public struct Cache: Codable, Sendable, Hashable {
    /// Prompt tokens found in the cache over all prompt tokens of the requests whose prefill began.
    public var hitRate: Double
    public var lookedUpBlocks, hitBlocks, insertedBlocks, evictedBlocks, residentBlocks, capacityBlocks: Int
    public var bytesRead, bytesWritten, capacity: Bytes
  }

  public struct Phases: Codable, Sendable, Hashable {
    public var prefillQueue, prefill, decodeQueue, transfer, decode: Seconds
  }

  /// All instances of one pool.
  public struct Pool: Codable, Sendable, Hashable {
    /// Unique in a deployment.
    public var name: String
    /// What its instances do.
    public var role: EnginePool.Role
    /// Instances, and packages of all of them.
    public var instances, chips: Int
    /// Share of the run's time in which its instances were stepping.
    public var utilisation: Double
    /// Steps of all instances.
    public var steps: Int
    public var meanStep: Seconds
    /// Requests in a step (decode: per rank as well).
    public var meanBatch: Double
    /// Requests in a step of one rank.
    public var meanBatchPerRank: Double
    /// Tokens in a step.
    public var meanTokensPerStep: Double
    /// What holds the batch.
    public var batchLimit: BatchLimit
    /// Requests that lost their memory and were computed again.
    public var preemptions: Int
    /// Groups of dies with requests of their own, in an instance.
    public var ranks: Int
    /// Requests that may wait at an instance; nil where any number may.
    public var queueLimit: Int?
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

  public struct Balance: Codable, Sendable, Hashable {
    public var verdict: Verdict
    /// Share of the time in which prefill computes; or, of instances that serve both, in which they step.
    public var busy: Double
    /// Requests on a rank in the mean decode step, and the most that it takes.
    public var requestsPerRank: Double
    /// The most that a step takes on a rank.
    public var mostRequestsPerRank: Double
    /// Share of that most which is filled, times the share of the time in which decode steps.
    public var filled: Double
    public enum Verdict: String, Codable, Sendable, CaseIterable {
      case balanced, prefillBound, decodeBound, idle
      /// Instances that serve prefill and decode together: all memory or seats of the batch are taken.
      case full
      /// More comes than is served: those that wait become more and more.
      case overloaded
    }

    /// How the queue grew while requests came; nil where it did not.
    public var overload: Overload? = nil

    public struct Overload: Codable, Sendable, Hashable {
      /// Mean of those that wait in the second quarter of the arrivals, and in the last.
      public var waitingBefore, waitingAfter: Double
      /// Requests a second that arrived, and that were completed in the second half of the time in which some waited.
      public var offered, completed: Double
      enum CodingKeys: String, CodingKey, CaseIterable { case waitingBefore, waitingAfter, offered, completed }
    }
  }

  /// Of the whole system over the run, and on what it rests.
  public struct Energy: Codable, Sendable, Hashable {
    public var joules: Joules
    public var joulesPerOutputToken: Joules
    public var meanPower, peakPower: Watts
    public var assumptions: [String]
  }

  /// Of hardware and electricity, and on what it rests.
  public struct Cost: Codable, Sendable, Hashable {
    public var perMillionOutputTokens: Dollars
    public var perMillionTokens: Dollars
    /// Shares of the sum, 0 to 1.
    public var hardwareShare, electricityShare: Double
    /// Of one chip in use, hardware and electricity.
    public var perChipHour: Dollars
    /// Set where results are told in Chinese yuan too.
    public var yuanPerDollar: Double?
    public var assumptions: [String]
  }

  public struct StepBreakdown: Codable, Sendable, Hashable {
    public var step: Seconds
    /// "batch 48 per die, context 4,310 tokens".
    public var conditions: String
    /// What bounds the step.
    public var boundBy: String
    /// Largest first.
    public var parts: [Part]
    /// One operator of the step.
    public struct Part: Codable, Sendable, Hashable {
      /// An operator's name.
      public var name: String
      public var time: Seconds
      /// Share of the step, 0 to 1; parts that overlap sum to more.
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
  public struct Timeline: Codable, Sendable, Hashable {
    public var interval: Seconds
    /// Requests a second.
    public var arrivals: [Double]
    /// Requests a second.
    public var completions: [Double]
    /// Mean of requests that wait for their prompt.
    public var prefillQueue: [Double]
    /// Mean of requests that wait for a place to decode.
    public var decodeQueue: [Double]
    /// Mean of requests that decode.
    public var decodeBatch: [Double]
    /// Tokens sent a second.
    public var outputTokensPerSecond: [Double]
    /// Prompt tokens computed a second.
    public var inputTokensPerSecond: [Double]
    /// Share of prompt tokens, 0 to 1.
    public var cacheHitRate: [Double]
    /// Share of the time, 0 to 1.
    public var prefillUtilisation: [Double]
    /// Mean step that decodes, s.
    public var decodeStep: [Double]
    /// W.
    public var power: [Double]
    /// The most that waited for their prompt at once.
    public var prefillQueueMost: [Double]
    /// The most that waited for a place to decode at once.
    public var decodeQueueMost: [Double]
    /// The most that decoded at once.
    public var decodeBatchMost: [Double]
    /// Share, 0 to 1, of the memory for keys and values that requests held where they decode; mean.
    public var memoryFilled: [Double]
    /// The greatest share at once.
    public var memoryFilledMost: [Double]
    /// Share, 0 to 1, of the prefix cache that holds blocks; nil where there is none beside the requests' memory.
    public var prefixCacheFilled: [Double]?
  }

  /// The program, the seed and the machine's effort.
  public struct Run: Codable, Sendable, Hashable {
    public var version: String
    public var seed: UInt64
    /// Hash of everything that decides the result: scenario, catalog entries, trace.
    public var inputHash: String
    /// Of the simulation, on the machine that ran it.
    public var wallSeconds: Double
    /// Simulated requests a second of that time.
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
