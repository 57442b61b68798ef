import Hardware
import Simulation
import Units

/// A pool of one kind of instance whose engine schedules prompts and answers step by step (vLLM, SGLang …), in whole
/// numbers.
public struct EnginePool: Sendable {
  public var name: String
  public var role: Role
  public var instances: Int
  public var chipsPerInstance: Int
  /// Ranks of an instance that have requests of their own and step together (attention data parallel).
  public var ranks: Int
  /// How arrivals are given to instances, and requests to the ranks of one.
  public var routing: EngineRouting
  public var scheduler: EngineScheduler
  public var limits: EngineLimits
  public var memory: EngineMemory
  public var speculation: Speculation
  /// How contexts count for each kind of attention; the first is the whole context.
  public var contexts: [ContextWidth]
  public var durations: EngineDurations
  /// Between a request's arrival and the scheduler's first sight of it: reading it, tokenising it.
  public var frontEnd: FrontEnd
  /// Of a pool that decodes: when the first token is sent.
  public var firstToken = Engine.FirstToken.prefill
  /// Of a pool that decodes: tokens that stay free for each running request when another is let in.
  public var keptTokens = 0
  /// Of one instance that computes nothing.
  public var idlePower: Watts

  public enum Role: String, Sendable, Hashable, CaseIterable, Codable { case colocated, prefill, decode }

  public init(
    name: String = "pool", role: Role = .colocated, instances: Int = 1, chipsPerInstance: Int = 1, ranks: Int = 1,
    routing: EngineRouting = .leastRequests, scheduler: EngineScheduler, limits: EngineLimits, memory: EngineMemory,
    speculation: Speculation = .off, contexts: [ContextWidth] = [.full], durations: EngineDurations,
    frontEnd: FrontEnd = FrontEnd(), idlePower: Watts = .zero
  ) {
    self.name = name
    self.role = role
    self.instances = instances
    self.chipsPerInstance = chipsPerInstance
    self.ranks = ranks
    self.routing = routing
    self.scheduler = scheduler
    self.limits = limits
    self.memory = memory
    self.speculation = speculation
    self.contexts = contexts
    self.durations = durations
    self.frontEnd = frontEnd
    self.idlePower = idlePower
  }
}

/// Constant, and for each prompt token.
public struct FrontEnd: Sendable, Hashable {
  public var constant: Span
  public var perPromptToken: Span
  public init(constant: Span = .zero, perPromptToken: Span = .zero) {
    self.constant = constant
    self.perPromptToken = perPromptToken
  }
}

public typealias EngineRouting = Engine.Routing

/// What an engine lets a rank do in a step.
public struct EngineLimits: Sendable, Hashable {
  /// Requests that run on a rank at once.
  public var maxRequests: Int
  /// New tokens of a step on a rank.
  public var maxBatchedTokens: Int
  /// Steps between the scheduler's decision and what it has seen: 0, or 1 where a step is planned while another runs.
  public var lag: Int
  /// Whether a request takes part in one step after its last token (its end is seen one step late).
  public var hasSurplusStep: Bool
  /// Requests are fetched every so many steps, and at once after a step with prompts.
  public var receiveInterval: Int

  public init(
    maxRequests: Int, maxBatchedTokens: Int, lag: Int = 0, hasSurplusStep: Bool = false, receiveInterval: Int = 1
  ) {
    self.maxRequests = maxRequests
    self.maxBatchedTokens = maxBatchedTokens
    self.lag = lag
    self.hasSurplusStep = hasSurplusStep
    self.receiveInterval = receiveInterval
  }
}

/// A rank's memory for keys and values.
public struct EngineMemory: Sendable, Hashable {
  /// Tokens in a block.
  public var blockTokens: Int
  /// Blocks of a rank.
  public var blocks: Int
  /// Blocks that a request takes whatever its length: state of fixed size, windows.
  public var blocksPerRequest: Int
  /// Whether blocks for the whole answer are taken with the prompt's; else they grow step by step.
  public var reservesOutput: Bool
  /// Tokens in a unit of the prefix cache, a multiple of `blockTokens`; 0 keeps no prefixes.
  public var prefixUnitTokens: Int
  /// Whether prefixes can be found as soon as their computation is scheduled, or when it has ended.
  public var namesWhenScheduled: Bool

  public init(
    blockTokens: Int, blocks: Int, blocksPerRequest: Int = 0, reservesOutput: Bool = false, prefixUnitTokens: Int = 0,
    namesWhenScheduled: Bool = true
  ) {
    self.blockTokens = blockTokens
    self.blocks = blocks
    self.blocksPerRequest = blocksPerRequest
    self.reservesOutput = reservesOutput
    self.prefixUnitTokens = prefixUnitTokens
    self.namesWhenScheduled = namesWhenScheduled
  }

  @inline(__always) func blocks(for tokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }
}

/// How many tokens of a context a kind of attention sees, in quanta of 1/64 token.
public enum ContextWidth: Sendable, Hashable {
  case full
  /// The last so many tokens.
  case window(Int)
  /// Those since the last multiple of so many tokens.
  case chunk(Int)

  /// Of a context of so many quanta, at least 1.
  @inline(__always) func visible(_ quanta: Int64) -> Int64 {
    switch self {
    case .full: quanta
    case .window(let tokens): min(quanta, Int64(tokens) * DecodeDurations.quantaPerToken)
    case .chunk(let tokens): (quanta - 1) % (Int64(tokens) * DecodeDurations.quantaPerToken) + 1
    }
  }

  /// Whether what is seen grows with the context that now has so many quanta.
  @inline(__always) func grows(_ quanta: Int64) -> Bool {
    if case .window(let tokens) = self { return quanta < Int64(tokens) * DecodeDurations.quantaPerToken }
    return true
  }

  /// Steps of `step` quanta after which what is seen no longer is what it was plus the growth; nil where it always is.
  @inline(__always) func bend(from quanta: Int64, step: Int64) -> Int64? {
    switch self {
    case .full: return nil
    case .window(let tokens):
      let rest = Int64(tokens) * DecodeDurations.quantaPerToken - quanta
      return rest > 0 ? (rest + step - 1) / step : nil
    case .chunk(let tokens):
      let size = Int64(tokens) * DecodeDurations.quantaPerToken
      return (size - visible(quanta)) / step + 1
    }
  }

  /// Σ over `new` tokens after `cached` of the tokens that each sees, itself among them.
  func pairs(new: Int, after cached: Int) -> Int {
    switch self {
    case .full: return new * cached + new * (new + 1) / 2
    case .window(let width):
      let growing = max(0, min(new, width - cached))
      return growing * cached + growing * (growing + 1) / 2 + (new - growing) * width
    case .chunk(let width):
      func upTo(_ count: Int) -> Int {
        count / width * (width * (width + 1) / 2) + (count % width) * (count % width + 1) / 2
      }
      return upTo(cached + new) - upTo(cached)
    }
  }

  /// Tokens of context that a chunk of `new` tokens after `cached` reads.
  func reads(new: Int, after cached: Int) -> Int {
    switch self {
    case .full: cached + new
    case .window(let width), .chunk(let width): min(cached, width) + new
    }
  }
}
