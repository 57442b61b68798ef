import Units

/// How a serving engine runs a model on a system: its overlap rules and the few constants of its software.
public struct Engine: Decodable, Sendable {
  public var name: String
  public var source: String
  /// Makers of the chips that it runs on; absent where they are several, or where nobody has said.
  public var makers: [String]?
  /// Steps that decode.
  public var decode: Decode
  /// Steps of prompts.
  public var prefill: Prefill
  public var experts: ExpertPlacement
  /// Of its software, each with its source.
  public var constants: EngineConstants
  /// How keys and values lie in a cache.
  public var cache: CacheLayout
  public var kernels: Kernels
  public var buffers: Buffers
  public var validity: Validity?
  /// Launches, host, collectives and memory of engines that serve prompts and decoding requests in one pool.
  public var execution: Execution?
  /// Absent where prefill and decode are planned apart, by whole requests (CloudMatrix-Infer's way).
  public var scheduling: Scheduling?
  /// Measured results that its constants were corrected on, of one cluster; absent in the catalog.
  public var calibratedOn: OwnResults?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, source, makers, decode, prefill, experts, constants, cache, kernels, buffers, validity, execution
    case scheduling, calibratedOn
  }

  /// What two microbatches do for each other.
  public enum Overlap: String, Decodable, Sendable, CaseIterable {
    /// One pass; nothing overlaps.
    case none
    /// Attention of one microbatch beside the experts of the other, on separate cores whose split the engine chooses.
    case coreSplit
    /// One microbatch computes while the other's messages are on the wire.
    case wire
  }

  public struct Decode: Decodable, Sendable {
    public var overlap: Overlap
    /// Smallest step of the split, as a share of the cores.
    public var splitSteps: Int?
    /// Fewest and most steps that the attention stream may have.
    public var attentionSteps: [Int]?
    enum CodingKeys: String, CodingKey, CaseIterable { case overlap, splitSteps, attentionSteps }
  }

  public struct Prefill: Decodable, Sendable {
    public var overlap: Overlap
    public var attention: Attention
    /// Share of a chip's cores that move messages while two microbatches overlap; absent where copy engines do it.
    public var communicationCores: Sourced<Double>?
    /// Sequence parallel at both ends, tensor parallel over the instance between them; or each rank its own requests.
    public enum Attention: String, Decodable, Sendable, CaseIterable { case sequenceTensorSequence, dataParallel }
    enum CodingKeys: String, CodingKey, CaseIterable { case overlap, attention, communicationCores }
  }

  /// Where copies of experts go.
  public struct ExpertPlacement: Decodable, Sendable {
    /// Whether the shared expert is a rank's own copy, or is placed among the routed ones, one copy for each eight
    /// routed experts.
    public var sharedPlacedAsRouted: Bool
    enum CodingKeys: String, CodingKey, CaseIterable { case sharedPlacedAsRouted }
  }

  public struct CacheLayout: Decodable, Sendable {
    /// Tokens in a block of the pool.
    public var blockTokens: Sourced<Int>
    /// Pieces of one layer's part of a block that lie apart in memory.
    public var fragmentsPerLayer: Sourced<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case blockTokens, fragmentsPerLayer }
  }

  /// Memory that weights, keys and values cannot have.
  public struct Buffers: Decodable, Sendable {
    /// Share of a die's memory that the runtime keeps: its context, its allocator's slack, fragmentation.
    public var runtimeShare: Sourced<Double>
    /// Most tokens of a step of prompts that a rank's exchange buffers hold at once.
    public var promptTokens: Sourced<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case runtimeShare, promptTokens }
  }

  /// Results of one cluster that an engine's constants were corrected on; `supernode calibrate --from` writes it.
  public struct OwnResults: Codable, Sendable, Hashable {
    /// The engine that was corrected.
    public var engine: String
    /// The files of the results.
    public var results: [String]
    /// Median absolute errors of results that were left out of the correction, as shares.
    public var timePerOutputToken: Double?
    /// As `timePerOutputToken`.
    public var timeToFirstToken: Double?
    /// Fewest and most requests in flight.
    public var concurrency: [Double]?
    /// Lowest and highest, per second.
    public var requestRate: [Double]?
    /// Least and most in the mean of a result.
    public var promptTokens: [Double]
    /// As `promptTokens`.
    public var outputTokens: [Double]
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable {
      case engine, results, timePerOutputToken, timeToFirstToken, concurrency, requestRate, promptTokens, outputTokens
      case source
    }
  }

  /// The range in which the model was held against measurements.
  public struct Validity: Decodable, Sendable {
    /// Fewest and most.
    public var requestsPerChip: [Int]
    /// Fewest and most.
    public var contextTokens: [Int]
    /// The nearest validated case and its error.
    public var nearest: String
    enum CodingKeys: String, CodingKey, CaseIterable { case requestsPerChip, contextTokens, nearest }
  }
}

public struct EngineConstants: Decodable, Sendable {
  /// Between one operator and the next on a chip.
  public var operatorLaunch: Calibrated<Seconds>
  /// How much longer than the mean the slowest rank's attention takes; dispatch waits for it.
  public var attentionStraggle: Calibrated<Double>
  /// Load of the busiest rank over the mean with one expert per rank, after balancing; falls with the root of the
  /// experts per rank.
  public var expertSkew: Calibrated<Double>
  /// Joining two microbatches in each layer.
  public var microbatchJoin: Calibrated<Seconds>
  /// Sampling after a forward pass.
  public var sampling: Calibrated<Seconds>
  /// On the host between two steps.
  public var stepGap: Calibrated<Seconds>

  enum CodingKeys: String, CodingKey, CaseIterable {
    case operatorLaunch, attentionStraggle, expertSkew, microbatchJoin, sampling, stepGap
  }
}
