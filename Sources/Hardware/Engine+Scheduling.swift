import Units

extension Engine {
  /// How an engine chooses what a step computes: its scheduler, its limits and its prefixes, each with its source.
  ///
  /// What a scheduler does not know is left out of its file and cannot be set by a scenario.
  public struct Scheduling: Decodable, Sendable {
    public var scheduler: Scheduler
    public var source: String
    /// Requests that run at once, by the memory of a die.
    public var maxRequests: [LimitByMemory]
    /// The same with draft tokens, where it differs.
    public var maxRequestsWhileDrafting: Sourced<Int>?
    /// New tokens of a step; SGLang's `max_prefill_tokens`.
    public var maxBatchedTokens: [LimitByMemory]
    /// New tokens of prompts in a step, where they have a limit of their own (SGLang's `chunked_prefill_size`).
    public var chunkTokens: [LimitByMemory]?
    /// Whether the limits are of a whole instance, which its ranks share.
    public var limitsAreShared: Sourced<Bool>?
    /// A step is planned while another runs.
    public var asynchronous: Sourced<Bool>
    /// Whether a request takes part in one step after its last token where steps are planned ahead.
    public var surplusStep: Sourced<Bool>
    /// Steps of decode between two looks at what has arrived; 1 where absent.
    public var receiveInterval: Sourced<Int>?
    /// Whether memory for the whole answer is kept when a request is admitted.
    public var reservesOutput: Sourced<Bool>
    /// Whether prefixes stay in memory to be found again.
    public var prefixCaching: Sourced<Bool>
    /// Whether a prefix can be found as soon as its computation is scheduled, or only when that has ended.
    public var namesPrefixesWhenScheduled: Sourced<Bool>
    public var routing: Sourced<Routing>
    /// Where prompts are computed elsewhere: which moment the user has the first token.
    public var firstToken: Sourced<FirstToken>
    /// Where prompts are computed elsewhere: tokens kept free for each running request when another is let in.
    public var keptTokens: Sourced<Int>?
    /// Whether a prompt may be cut where a step's tokens end (vLLM, TensorRT-LLM).
    public var chunked: Sourced<Bool>?
    /// Whether a step takes the longest prompt that the model allows where prompts are not cut and no budget is set.
    public var coversLongestPrompt: Sourced<Bool>?
    /// Whether a whole prompt must fit into memory for its first chunk to go (vLLM).
    public var reservesWholePrompt: Sourced<Bool>?
    /// Share of the blocks that stays free when prompts are admitted (vLLM, vLLM-Ascend's own scheduler, MindIE).
    public var freeShare: Sourced<Double>?
    /// Whether running requests decode in steps with prompts (SGLang).
    public var mixed: Sourced<Bool>?
    /// Scales what is kept free for running answers (SGLang), alone and with attention data parallelism.
    public var conservativeness: Sourced<Double>?
    public var conservativenessOfRanks: Sourced<Double>?
    /// Requests in a step of prompts (MindIE).
    public var maxPrompts: Sourced<Int>?
    /// How long the oldest waiting request waits at least before prompts go (MindIE).
    public var queueDelay: Sourced<Seconds>?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case scheduler, source, maxRequests, maxRequestsWhileDrafting, maxBatchedTokens, chunkTokens, limitsAreShared
      case asynchronous, surplusStep, receiveInterval, reservesOutput, prefixCaching, namesPrefixesWhenScheduled
      case routing, firstToken, keptTokens, chunked, coversLongestPrompt, reservesWholePrompt, freeShare,
        mixed, conservativeness
      case conservativenessOfRanks, maxPrompts, queueDelay
    }
  }

  /// The schedulers that are simulated; `Documentation/Models/Engines.md` has their rules.
  public enum Scheduler: String, Codable, Sendable, CaseIterable {
    case vLLM, sgLang, tensorRT, ascend, mindIE
  }

  /// A limit that an engine sets by how large a die's memory is; the last entry that the memory reaches holds.
  public struct LimitByMemory: Decodable, Sendable {
    /// Absent: any memory.
    public var from: Bytes?
    /// The limit.
    public var value: Int
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case from, value, source }
  }

  /// When the first token is sent where prompts are computed in a pool of their own.
  public enum FirstToken: String, Codable, Sendable, Hashable, CaseIterable {
    /// As the prompt's last chunk ends.
    case prefill
    /// As the decode side takes the request into its batch, keys and values being there.
    case received
    /// With the decode side's first step, which computes the prompt's last token again.
    case decode
  }

  /// How arrivals are given to instances, and requests to the ranks of one.
  public enum Routing: String, Codable, Sendable, Hashable, CaseIterable {
    /// The one with the least of 4 · waiting + running requests; then the lowest index (vLLM's data-parallel balancer).
    case leastRequests
    case roundRobin
    /// The one with the fewest tokens of prompts and contexts; then the lowest index.
    case leastTokens
  }
}

extension Engine.Scheduling {
  /// The first limit that would let nothing through, or more than any engine counts.
  public var impossible: (field: String, value: Int, most: Int)? {
    let limits: [(String, [Int])] = [
      ("maxRequests", maxRequests.map(\.value)), ("maxBatchedTokens", maxBatchedTokens.map(\.value)),
      ("chunkTokens", (chunkTokens ?? []).map(\.value)),
      ("maxRequestsWhileDrafting", maxRequestsWhileDrafting.map { [$0.value] } ?? []),
      ("receiveInterval", receiveInterval.map { [$0.value] } ?? []),
      ("maxPrompts", maxPrompts.map { [$0.value] } ?? []),
    ]
    for (field, values) in limits {
      let most = field.hasPrefix("maxRequests") ? Engine.mostRequests : Engine.mostOfAnything
      if let value = values.first(where: { $0 < 1 || $0 > most }) { return (field, value, most) }
    }
    return nil
  }
}

extension Engine {
  /// Requests of a rank at most, and tokens or steps of any limit at most: more would only take memory.
  public static let mostRequests = 1_000_000
  public static let mostOfAnything = 16_777_216
}

extension [Engine.LimitByMemory] {
  /// What holds for a die of so much memory.
  public func value(of memory: Bytes) -> Int? { last { ($0.from ?? .zero) <= memory }?.value }
}
