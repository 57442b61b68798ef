import Costs
import Serving
import Units

/// What `simulate --explain` says of a deployment before anything is simulated.
///
/// The steps are those of a request of the workload's mean lengths, in the middle of its answer, at the largest batch
/// that fits, or that comes where so many are kept in flight. Ignored: how lengths scatter, and waiting.
public struct DeploymentExplanation: Codable, Sendable {
  public var model: String
  public var system: String
  /// All but those of multi-token prediction.
  public var parameters: Int
  /// Parameters that work on one token, without the input embedding.
  public var activeParameters: Int
  public var workload: Workload
  /// In the order in which a request passes them.
  public var pools: [Pool]
  /// How far such steps were held against measurements, at the batch that is told.
  public var validity: Validity

  /// Means over the requests.
  public struct Workload: Codable, Sendable {
    public var promptTokens, outputTokens: Double
    /// Requests in flight at once at most, over all instances; nil where requests come by the clock.
    public var maxConcurrency: Int?
  }

  /// Instances of one kind.
  public struct Pool: Codable, Sendable {
    public var name: String
    /// What its instances do.
    public var role: EnginePool.Role
    public var engine: String
    public var chip: String
    /// Instances of the pool.
    public var instances: Int
    /// Packages in an instance.
    public var chips: Int
    /// How the dies of an instance divide the model.
    public var plan: ParallelPlan
    /// Groups of dies with requests of their own, in an instance.
    public var ranks: Int
    public var memory: Memory
    /// A step for each thing that its instances do.
    public var steps: [Step]
  }

  /// Of one die, and what that leaves to requests on a rank.
  public struct Memory: Codable, Sendable {
    /// Of a die.
    public var capacity: Bytes
    /// What fills it before any request.
    public var items: [Item]
    /// What the engine leaves to keys and values of a die.
    public var keysAndValues: Bytes
    /// Kept free by the engine's rule.
    public var kept: Bytes
    /// Of keys and values that a token of context takes on a rank.
    public var bytesPerToken: Bytes
    /// Of windows and states that a request of mean length takes on a rank, beside its tokens.
    public var besideTokens: Bytes
    /// Tokens of context that fit on a rank, with nothing beside them.
    public var tokens: Int
    /// Requests of mean length that fit on a rank.
    public var requests: Int
    /// Requests that the engine lets decode on a rank at once; 0 where only prompts are computed.
    public var maxRequests: Int

    /// Something that lies in a die's memory.
    public struct Item: Codable, Sendable {
      public var name: String
      public var size: Bytes
    }
  }

  /// A step of an instance, told for one rank.
  public struct Step: Codable, Sendable {
    /// What the step computes.
    public var kind: Kind
    public enum Kind: String, Codable, Sendable, CaseIterable { case decode, prompts }
    /// Requests on the rank.
    public var requests: Int
    /// Tokens that pass through the layers.
    public var newTokens: Int
    /// Of each request: before the step where it decodes, after it where it is a prompt.
    public var contextTokens: Int
    /// From this step to the next.
    public var time: Seconds
    /// Tokens that a request gains in the step, drafts that are accepted among them; 0 of prompts.
    public var tokensPerRequest: Double
    /// What takes most of it.
    public var boundBy: Bound
    /// The weakest of its operators'.
    public var basis: Basis
    /// Of the operators' time, by what it rests on.
    public var shares: [Share]
    /// 2 where two halves of the batch overlap.
    public var microbatches: Int
    /// Shares of the step in which matrix cores, and memory, are busy.
    public var computeUtilisation, memoryUtilisation: Double
    /// Longest first.
    public var operators: [Operator]
    /// Where the step lies outside what its engine was validated against.
    public var notes: [String]
  }

  /// How much of a step's time rests on one basis.
  public struct Share: Codable, Sendable {
    public var basis: Basis
    /// 0 to 1.
    public var share: Double
  }

  /// One operator, summed over layers and passes.
  public struct Operator: Codable, Sendable {
    public var name: String
    /// Its class.
    public var kind: OperatorKind
    /// The half of a layer that it belongs to.
    public var stream: Stream
    public enum Stream: String, Codable, Sendable, CaseIterable { case attention, experts }
    public var time: Seconds
    /// Of the sum of the operators' times, those that overlap included; 0 to 1.
    public var share: Double
    /// What limits it; waiting is its own limit.
    public var boundBy: Limit
    public enum Limit: String, Codable, Sendable, CaseIterable {
      case compute, memory, vector, network, latency, host, wait
    }
    /// What its time rests on.
    public var basis: Basis
    /// Work.
    public var flops: FLOPs
    /// Moved to and from memory.
    public var bytes: Bytes
    /// Sent over the fabric.
    public var sent: Bytes
  }
}
