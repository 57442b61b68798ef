import Costs
import Units
import Workloads

/// A serving scenario as its file says it; decoded, and not yet checked against the model and the system.
public struct Scenario: Decodable, Sendable {
  /// Printed on the report.
  public var name: String
  /// A model of the catalog, or a folder with its `config.json`.
  public var model: String
  /// A system of the catalog.
  public var system: String
  /// An engine of the catalog.
  public var engine: String
  /// The dense BF16 peak of the chip's bin, where it is sold in several; absent: the catalog's.
  public var bin: FLOPsPerSecond?
  /// Absent: as the model's files are quantised, keys and values as the engine keeps them.
  public var precision: Precision?
  public var speculation: Speculation?
  /// Instances by role; or `prefill` and `decode`, which say the same for one pool each.
  public var pools: [Pool]?
  /// Instances that compute prompts.
  public var prefill: PrefillPool?
  /// Instances that decode.
  public var decode: DecodePool?
  /// How arrivals are given to instances; absent: as the engine does it.
  public var routing: ServingConfiguration.Routing?
  /// The pool of prefix blocks; absent: none.
  public var cache: CachePool?
  /// Prompt and answer of a request at most; absent: the positions of the model. Longer ones are refused.
  public var maxModelLength: Int?
  /// What a request must keep to count as good; absent: nothing.
  public var objectives: Objectives?
  public var workload: WorkloadSpecification
  /// Scales the workload's rate until the busier of prefill and decode is loaded to this share.
  public var load: Double?
  /// What energy and hardware cost; absent: 0.08 USD/kWh, a usage effectiveness of 1.2, four years.
  public var cost: CostAssumptions?
  /// Of every random stream; 1 where absent.
  public var seed: UInt64?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, model, system, engine, bin, precision, speculation, pools, prefill, decode, routing, cache
    case maxModelLength, objectives, workload, load, cost, seed
  }

  /// Draft tokens that a cheap method proposes and the model verifies in one step.
  public struct Speculation: Decodable, Sendable {
    /// Drafted for each request in each step.
    public var draftTokens: Int
    /// 0 to 1: chance that a draft is accepted, given those before it; one for all positions, or one for each. Absent:
    /// assumed, 0.7 or, of `ngram`, 0.4, and the interval of the time per output token covers what it may be.
    public var acceptance: Acceptance?
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
    /// Instances of the pool.
    public var instances: Int
    /// Packages in an instance.
    public var chips: Int
    /// New prompt tokens in one step of a package.
    public var maxBatchedTokensPerChip: Int
    /// Requests that may wait at an instance; one more is rejected. Absent: no limit.
    public var queueLimit: Int?
    /// Dies that divide a request's heads; absent: as the engine does it.
    public var tensorParallel: Int?
    /// Copies of busy experts beyond one of each, over the instance; absent: none.
    public var redundantExperts: Int?
    /// Two overlapped microbatches, or one pass; absent: as the engine chooses.
    public var microbatches: Bool?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case instances, chips, maxBatchedTokensPerChip, queueLimit, tensorParallel, redundantExperts, microbatches
    }
  }

  public struct DecodePool: Decodable, Sendable {
    /// Instances of the pool.
    public var instances: Int
    /// Packages in an instance.
    public var chips: Int
    /// Requests that may run on a package at once; memory and the objective may hold it lower.
    public var maxRequestsPerChip: Int
    /// Tokens in a block of KV memory, as vLLM's `--block-size`.
    public var blockSize: Int?
    /// Dies that divide a request's heads; absent: as the engine does it.
    public var tensorParallel: Int?
    /// Groups of dies with requests of their own; if given, it must be what chips and tensor parallelism give.
    public var dataParallel: Int?
    /// Copies of busy experts beyond one of each, over the instance; absent: none.
    public var redundantExperts: Int?
    /// Of the chips, those that hold nothing but routed experts; absent: none, experts lie beside attention.
    public var expertChips: Int?
    /// Two overlapped microbatches, or one pass; absent: as the engine chooses.
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

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      plane = try fields.decode(String.self, forKey: .plane)
      memoryShare = try fields.decodeIfPresent(Double.self, forKey: .memoryShare)
      scope = try fields.decodeIfPresent(Scope.self, forKey: .scope)
      if let memoryShare, !(memoryShare > 0 && memoryShare <= 1) {
        throw Problem("", "memoryShare \(memoryShare) is no share", wayOut: "give more than 0, at most 1")
      }
    }
  }

  public struct Objectives: Decodable, Sendable {
    /// From arrival to the first token sent.
    public var timeToFirstToken: Seconds?
    /// (End-to-end − time to first token) / (output − 1).
    public var timePerOutputToken: Seconds?
    /// From arrival to the last token.
    public var endToEnd: Seconds?
    /// Of the requests that must keep every objective for the deployment to meet them, 0 to 1; absent: 0.99.
    public var share: Double?
    enum CodingKeys: String, CodingKey, CaseIterable { case timeToFirstToken, timePerOutputToken, endToEnd, share }

    public init() {}

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      timeToFirstToken = try fields.decodeIfPresent(Seconds.self, forKey: .timeToFirstToken)
      timePerOutputToken = try fields.decodeIfPresent(Seconds.self, forKey: .timePerOutputToken)
      endToEnd = try fields.decodeIfPresent(Seconds.self, forKey: .endToEnd)
      share = try fields.decodeIfPresent(Double.self, forKey: .share)
      if let share, !(share > 0 && share <= 1) {
        throw Problem("", "share \(share) is no share of the requests", wayOut: "give more than 0, at most 1")
      }
      // What can be met and what the clock holds.
      let limits = [
        (timeToFirstToken, CodingKeys.timeToFirstToken), (timePerOutputToken, .timePerOutputToken),
        (endToEnd, .endToEnd),
      ]
      let faults = limits.filter { limit, _ in limit.map { !($0.value >= 1e-9 && $0.value <= 100 * 86_400) } ?? false }
      guard faults.isEmpty else {
        throw Problems(
          faults.map {
            Problem(
              "", "\($0.1.rawValue) is not between 1 ns and 100 days", wayOut: "give a positive time such as 50 ms")
          })
      }
    }
  }
}

extension ServingConfiguration.Routing: Decodable {}
