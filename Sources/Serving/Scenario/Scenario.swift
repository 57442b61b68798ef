import Costs
import Units
import Workloads

/// A serving scenario as its file says it; decoded, and not yet checked against the model and the system.
public struct Scenario: Decodable, Sendable {
  public var name: String
  public var model: String
  public var system: String
  public var engine: String
  /// The dense BF16 peak of the chip's bin, where it is sold in several; absent: the catalog's.
  public var bin: FLOPsPerSecond?
  /// Absent: as the model's files are quantised, keys and values as the engine keeps them.
  public var precision: Precision?
  public var speculation: Speculation?
  /// Instances by role; or `prefill` and `decode`, which say the same for one pool each.
  public var pools: [Pool]?
  public var prefill: PrefillPool?
  public var decode: DecodePool?
  public var routing: ServingConfiguration.Routing?
  public var cache: CachePool?
  public var objectives: Objectives
  public var workload: WorkloadSpecification
  /// Scales the workload's rate until the busier of prefill and decode is loaded to this share.
  public var load: Double?
  public var cost: CostAssumptions?
  public var seed: UInt64?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, model, system, engine, bin, precision, speculation, pools, prefill, decode, routing, cache, objectives
    case workload, load, cost, seed
  }

  /// Draft tokens that a cheap method proposes and the model verifies in one step.
  public struct Speculation: Decodable, Sendable {
    /// Drafted for each request in each step.
    public var draftTokens: Int
    /// 0 to 1: chance that a draft is accepted, given those before it; one for all positions, or one for each.
    public var acceptance: Acceptance
    /// Absent: `mtp`.
    public var method: Method?
    /// Of `draftModel`: its name in the catalog, or a folder.
    public var model: String?
    enum CodingKeys: String, CodingKey, CaseIterable { case draftTokens, acceptance, method, model }

    public enum Method: String, Codable, Sendable, CaseIterable {
      /// The model's own prediction layers.
      case mtp
      /// A head of one layer beside the model, as EAGLE's.
      case eagle
      /// A smaller model.
      case draftModel
      /// Tokens found in the text so far: no pass of a model.
      case ngram
    }

    public struct Acceptance: Decodable, Sendable, Hashable {
      public var byPosition: [Double]
      public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(Double.self) {
          byPosition = [one]
        } else {
          byPosition = try container.decode([Double].self)
        }
      }
    }
  }

  public struct PrefillPool: Decodable, Sendable {
    public var instances: Int
    /// Packages in an instance.
    public var chips: Int
    public var maxBatchedTokensPerChip: Int
    /// Requests that may wait at an instance; one more is rejected. Absent: no limit.
    public var queueLimit: Int?
    /// Dies that divide a request's heads; absent: as the engine does it.
    public var tensorParallel: Int?
    /// Copies of busy experts beyond one of each, over the instance; absent: none.
    public var redundantExperts: Int?
    public var microbatches: Bool?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case instances, chips, maxBatchedTokensPerChip, queueLimit, tensorParallel, redundantExperts, microbatches
    }
  }

  public struct DecodePool: Decodable, Sendable {
    public var instances: Int
    public var chips: Int
    /// Requests that may run on a package at once; memory and the objective may hold it lower.
    public var maxRequestsPerChip: Int
    /// Tokens in a block of KV memory, as vLLM's `--block-size`.
    public var blockSize: Int?
    public var tensorParallel: Int?
    /// Groups of dies with requests of their own; if given, it must be what chips and tensor parallelism give.
    public var dataParallel: Int?
    /// Copies of busy experts beyond one of each, over the instance; absent: none.
    public var redundantExperts: Int?
    /// Of the chips, those that hold nothing but routed experts; absent: none, experts lie beside attention.
    public var expertChips: Int?
    public var microbatches: Bool?
    /// Whether a rank admits a request only while its next step is predicted to keep the objective of time per output
    /// token.
    public var admitWithinObjective: Bool?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case instances, chips, maxRequestsPerChip, blockSize, tensorParallel, dataParallel, redundantExperts,
        expertChips, microbatches, admitWithinObjective
    }
  }

  /// The pool of prefix blocks.
  public struct CachePool: Decodable, Sendable {
    /// The fabric plane by which it is read, `UB` or `VPC`.
    public var plane: String
    /// Share of the DRAM of the nodes in use that the pool may fill.
    public var memoryShare: Double?
    /// One pool for all prefill instances, or one for each.
    public var scope: Scope?
    public enum Scope: String, Decodable, Sendable, CaseIterable { case pool, instance }
    enum CodingKeys: String, CodingKey, CaseIterable { case plane, memoryShare, scope }
  }

  public struct Objectives: Decodable, Sendable {
    public var timeToFirstToken: Seconds?
    public var timePerOutputToken: Seconds?
    public var endToEnd: Seconds?
    enum CodingKeys: String, CodingKey, CaseIterable { case timeToFirstToken, timePerOutputToken, endToEnd }
  }

  /// What energy and hardware cost.
  public struct CostAssumptions: Decodable, Sendable {
    public var electricity: DollarsPerJoule
    /// Power drawn by the building over power drawn by the system.
    public var powerUsageEffectiveness: Double
    /// Time over which the system's price is written off, in equal parts.
    public var amortization: Seconds
    /// Replaces the catalog's price of the whole system.
    public var systemPrice: Dollars?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case electricity, powerUsageEffectiveness, amortization, systemPrice
    }
  }
}

extension ServingConfiguration.Routing: Decodable {}
