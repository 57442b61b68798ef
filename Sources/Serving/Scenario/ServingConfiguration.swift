import Simulation
import Units

/// All that the simulation needs to know, in whole numbers and tables; made from a scenario and its costs, then valid.
public struct ServingConfiguration: Sendable {
  /// CloudMatrix-Infer's two kinds of pool; without instances where engines serve.
  public var prefill: Prefill
  public var decode: Decode
  /// Pools of engines that plan step by step: first those that take arrivals, then those that decode only.
  public var engines: [EnginePool] = []
  public var transfer: Transfer
  public var cache: Cache
  public var objectives: Objectives
  /// Closed loop: a request of the trace is held back while this many are in flight.
  public var maxConcurrency: Int?
  /// Prompt and output of a request at most: the engine refuses a longer one as it comes.
  public var maxModelLength = Int.max
  /// Which requests count in latencies and rates; nil for all.
  public var window: Window?
  public var seed: Seed

  /// How arrivals are given to prefill instances.
  public enum Routing: String, Sendable, Hashable, CaseIterable {
    /// Fewest prompt tokens routed there and not yet computed; then the lowest index.
    case leastLoaded
    /// Fewest tokens to compute, this request's among them, of what no cache holds; then the lowest index.
    case prefixAware
    case roundRobin
  }

  public struct Prefill: Sendable {
    public var instances: Int
    public var chipsPerInstance: Int
    /// New tokens in an iteration of an instance; a longer prompt is cut into chunks.
    public var maxBatchedTokens: Int
    /// Requests that may wait for their first iteration at one instance; more are rejected.
    public var queueLimit: Int
    /// Tokens whose keys and values an instance can hold, from a request's first iteration until they are handed off.
    public var keyValueTokens: Int
    public var routing: Routing
    public var durations: PrefillDurations
    /// Of one instance that computes nothing.
    public var idlePower: Watts

    public init(
      instances: Int, chipsPerInstance: Int, maxBatchedTokens: Int, queueLimit: Int = .max, keyValueTokens: Int,
      routing: Routing = .leastLoaded, durations: PrefillDurations, idlePower: Watts = .zero
    ) {
      self.instances = instances
      self.chipsPerInstance = chipsPerInstance
      self.maxBatchedTokens = maxBatchedTokens
      self.queueLimit = queueLimit
      self.keyValueTokens = keyValueTokens
      self.routing = routing
      self.durations = durations
      self.idlePower = idlePower
    }
  }

  public struct Decode: Sendable {
    public var instances: Int
    public var chipsPerInstance: Int
    /// Ranks of an instance step together; a multiple of its chips, or a divisor.
    public var ranksPerInstance: Int
    public var maxRequestsPerRank: Int
    /// Tokens whose keys and values one rank holds.
    public var keyValueTokensPerRank: Int
    /// Granule of a rank's memory: prompt and output of a request take whole blocks, reserved at once.
    public var blockTokens: Int
    public var speculation: Speculation
    /// Admits a request only where the rank's step stays within the objective for time per output token.
    public var isObjectiveAware: Bool
    public var durations: DecodeDurations
    /// Of one instance without requests.
    public var idlePower: Watts

    public init(
      instances: Int, chipsPerInstance: Int, ranksPerInstance: Int, maxRequestsPerRank: Int, keyValueTokensPerRank: Int,
      blockTokens: Int = 128, speculation: Speculation = .off, isObjectiveAware: Bool = false,
      durations: DecodeDurations, idlePower: Watts = .zero
    ) {
      self.instances = instances
      self.chipsPerInstance = chipsPerInstance
      self.ranksPerInstance = ranksPerInstance
      self.maxRequestsPerRank = maxRequestsPerRank
      self.keyValueTokensPerRank = keyValueTokensPerRank
      self.blockTokens = blockTokens
      self.speculation = speculation
      self.isObjectiveAware = isObjectiveAware
      self.durations = durations
      self.idlePower = idlePower
    }
  }

  /// Keys and values go from a prefill instance's link to the link of the decode rank's chip; each link takes one at a
  /// time.
  public struct Transfer: Sendable {
    public var bytesPerToken: Int
    public var latency: Span
    /// How long a token's keys and values hold the link out of a prefill instance.
    public var egressPerToken: Span
    /// How long they hold the link into a decode chip.
    public var ingressPerToken: Span

    public init(bytesPerToken: Int, latency: Seconds, egress: BytesPerSecond, ingress: BytesPerSecond) {
      self.bytesPerToken = bytesPerToken
      self.latency = Span(latency)
      egressPerToken = Span(Bytes(Double(bytesPerToken)) / egress)
      ingressPerToken = Span(Bytes(Double(bytesPerToken)) / ingress)
    }
  }

  public struct Cache: Sendable, Hashable {
    public enum Scope: String, Sendable, Hashable, CaseIterable {
      case none
      /// Each prefill instance has its own.
      case instance
      /// One pool for all.
      case shared
    }
    public var scope: Scope
    /// Blocks in the pool, or in each instance's cache.
    public var capacityBlocks: Int
    /// As hashed in the trace.
    public var tokensPerBlock: Int
    public var bytesPerToken: Int

    public init(scope: Scope, capacityBlocks: Int, tokensPerBlock: Int, bytesPerToken: Int) {
      self.scope = scope
      self.capacityBlocks = capacityBlocks
      self.tokensPerBlock = tokensPerBlock
      self.bytesPerToken = bytesPerToken
    }
    public static var none: Cache { Cache(scope: .none, capacityBlocks: 0, tokensPerBlock: 0, bytesPerToken: 0) }
  }

  /// What a request must keep to count as good; nil asks nothing.
  public struct Objectives: Sendable, Hashable {
    public var timeToFirstToken: Span?
    public var timePerOutputToken: Span?
    public var endToEnd: Span?
    /// Of the requests that must keep all of them, 0 to 1.
    public var share: Double
    public init(
      timeToFirstToken: Span? = nil, timePerOutputToken: Span? = nil, endToEnd: Span? = nil, share: Double = 0.99
    ) {
      self.share = share
      self.timeToFirstToken = timeToFirstToken
      self.timePerOutputToken = timePerOutputToken
      self.endToEnd = endToEnd
    }
  }

  /// Engines alone.
  public init(
    engines: [EnginePool], transfer: Transfer? = nil, objectives: Objectives = Objectives(), tokensPerBlock: Int = 0,
    maxConcurrency: Int? = nil, seed: Seed
  ) throws(Problems) {
    prefill = .none
    decode = .none
    self.engines = engines.filter { $0.role != .decode } + engines.filter { $0.role == .decode }
    self.transfer =
      transfer
      ?? Transfer(bytesPerToken: 0, latency: .zero, egress: .gigabytesPerSecond(1), ingress: .gigabytesPerSecond(1))
    cache = Cache(scope: .none, capacityBlocks: 0, tokensPerBlock: tokensPerBlock, bytesPerToken: 0)
    self.objectives = objectives
    self.maxConcurrency = maxConcurrency
    self.seed = seed
    let faults = engineFaults
    if !faults.isEmpty { throw Problems(faults) }
  }

  /// Tokens in a hashed block of the trace.
  var tracesBlockTokens: Int { cache.tokensPerBlock }

  /// Blocks of keys and values in all pools that decode.
  public var decodingBlocks: Int {
    let perRank = decode.keyValueTokensPerRank / decode.blockTokens
    return engines.filter { $0.role != .prefill }.reduce(decode.instances * decode.ranksPerInstance * perRank) {
      $0 + $1.instances * $1.ranks * $1.memory.blocks
    }
  }

  /// Blocks of prefixes in all caches of their own; 0 where there are none.
  public var prefixBlocks: Int {
    switch cache.scope {
    case .none: 0
    case .instance: prefill.instances * cache.capacityBlocks
    case .shared: cache.capacityBlocks
    }
  }

  /// The pool that decodes what another computed the prompts of.
  var decodePool: EnginePool? { engines.last.flatMap { $0.role == .decode ? $0 : nil } }

  /// Refuses what cannot be simulated, all faults at once.
  public init(
    prefill: Prefill, decode: Decode, transfer: Transfer, cache: Cache, objectives: Objectives = Objectives(),
    maxConcurrency: Int? = nil, seed: Seed
  ) throws(Problems) {
    self.prefill = prefill
    self.decode = decode
    self.transfer = transfer
    self.cache = cache
    self.objectives = objectives
    self.maxConcurrency = maxConcurrency
    self.seed = seed
    let faults = self.faults
    if !faults.isEmpty { throw Problems(faults) }
  }
}
