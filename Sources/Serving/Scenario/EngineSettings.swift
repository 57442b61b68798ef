import Hardware
import Simulation
import Units

/// An engine's scheduling as one pool has it: the engine's defaults on its chip, and what the deployment sets.
public struct EngineSettings: Sendable {
  private let rules: Engine.Scheduling
  private let options: SchedulingOptions
  private let ranks: Int
  /// New tokens of prompts in a step, beside and without a limit of their own.
  private let chunk: Int?
  private let most: Int
  /// On a rank.
  public var maxRequests: Int
  public var maxBatchedTokens: Int
  public var lag: Int
  public var hasSurplusStep: Bool
  public var receiveInterval: Int
  public var blockTokens: Int
  public var reservesOutput: Bool
  public var keepsPrefixes: Bool
  public var namesWhenScheduled: Bool
  public var routing: EngineRouting
  public var firstToken: Engine.FirstToken
  public var keptTokens: Int

  /// - Parameters:
  ///   - memory: of a die.
  ///   - drafts: tokens drafted for each request in a step.
  ///   - longestContext: positions that the model has.
  ///   - place: the scenario's field that the options stand under.
  public init(
    _ engine: Engine, _ options: SchedulingOptions, role: EnginePool.Role, memory: Bytes, ranks: Int, drafts: Int,
    longestContext: Int, place: String
  ) throws {
    guard let known = engine.scheduling else {
      throw Problem(
        "engine", "\(engine.name) plans prefill and decode apart and has no scheduler of steps",
        wayOut: "give prefill: and decode:, or an engine such as vLLM")
    }
    if let limit = known.impossible {
      throw Problem(
        "engine", "\(engine.name): scheduling.\(limit.field): \(limit.value) is no number from 1 to \(limit.most)",
        wayOut: "correct the engine's file")
    }
    rules = known
    self.options = options
    self.ranks = ranks
    let strangers = options.strangers(to: rules.scheduler).map { field in
      Problem("\(place).\(field)", "\(engine.name) has no such setting", wayOut: "leave it out, or take another engine")
    }
    let faults = strangers + options.faults(at: place)
    guard faults.isEmpty else { throw Problems(faults) }
    let share = rules.limitsAreShared?.value == true ? ranks : 1
    func limit(_ list: [Engine.LimitByMemory]?) -> Int? { list?.value(of: memory).map { max(1, $0 / share) } }
    let drafting = drafts > 0 ? rules.maxRequestsWhileDrafting.map { max(1, $0.value / share) } : nil
    let queries = 1 + drafts
    chunk = options.chunkTokens ?? limit(rules.chunkTokens)
    // The bound on a step's prompts is not divided where chunks are.
    most = options.maxBatchedTokens ?? rules.maxBatchedTokens.value(of: memory) ?? 8192
    var budget = max(most, chunk ?? 0)
    let cuts = options.chunked ?? rules.chunked?.value ?? (chunk != nil)
    if !cuts, options.maxBatchedTokens == nil, rules.coversLongestPrompt?.value == true {
      budget = max(budget, longestContext)
    }
    let wanted = options.maxRequests ?? drafting ?? limit(rules.maxRequests) ?? 256
    maxRequests = role == .prefill ? wanted : max(1, options.maxRequests ?? min(wanted, budget / queries))
    if rules.scheduler == .sgLang || rules.scheduler == .tensorRT { budget = max(budget, maxRequests * queries) }
    maxBatchedTokens = budget
    let isAhead = options.asynchronous ?? rules.asynchronous.value
    lag = isAhead ? 1 : 0
    hasSurplusStep = isAhead && rules.surplusStep.value
    receiveInterval = options.receiveInterval ?? rules.receiveInterval?.value ?? 1
    blockTokens = options.blockTokens ?? engine.cache.blockTokens.value
    reservesOutput = options.reservesOutput ?? rules.reservesOutput.value
    keepsPrefixes = options.prefixCaching ?? rules.prefixCaching.value
    namesWhenScheduled = rules.namesPrefixesWhenScheduled.value
    routing = rules.routing.value
    firstToken = rules.firstToken.value
    keptTokens = role == .decode ? rules.keptTokens?.value ?? 0 : 0
    // Nothing but a prompt that lost its place is computed where answers are made, so no prompt is too long there.
    if role == .decode, !scheduler(blocks: 0).base.cutsPrompts { maxBatchedTokens = max(maxBatchedTokens, 1 << 18) }
  }

  /// New tokens of prompts in a step of a rank.
  var tokensOfPrompts: Int { min(chunk ?? most, most) }

  /// For ranks with memory of so many blocks.
  public func scheduler(blocks: Int) -> EngineScheduler {
    let free = options.freeShare ?? rules.freeShare?.value
    switch rules.scheduler {
    case .vLLM:
      return .vLLM(
        VLLMScheduler(
          order: options.policy == .priority ? .priority : .firstCome,
          isChunked: options.chunked ?? rules.chunked?.value ?? true, chunkLimit: options.longPromptThreshold,
          reservesWholePrompt: rules.reservesWholePrompt?.value ?? true,
          watermarkBlocks: Int((free ?? 0) * Double(blocks))))
    case .sgLang:
      let factor = ranks > 1 ? rules.conservativenessOfRanks?.value ?? 1 : 1
      return .sgLang(
        SGLangScheduler(
          policy: options.policy == .lpm ? .longestPrefix : .firstComeFirstServed, chunkedPrefillSize: chunk,
          maxPrefillTokens: most, mixesDecode: options.mixed ?? rules.mixed?.value ?? false,
          conservativeness: (options.conservativeness ?? rules.conservativeness?.value ?? 1) * factor))
    case .tensorRT:
      return .tensorRT(
        TensorRTScheduler(
          isChunked: options.chunked ?? rules.chunked?.value ?? false, waitSteps: options.waitSteps ?? 0,
          waitShare: options.waitShare ?? 0,
          balance: options.balanceSteps.map { TensorRTScheduler.Balance(timeoutSteps: $0) }))
    case .ascend: return .ascend(AscendScheduler(freeShare: free ?? 0.01))
    case .mindIE:
      return .mindIE(
        MindIEScheduler(
          maxPrefillBatch: options.maxPrompts ?? rules.maxPrompts?.value ?? 50, maxPrefillTokens: most,
          queueDelay: Span(options.queueDelay ?? rules.queueDelay?.value ?? Seconds(0.005)).picoseconds,
          freeShare: free ?? 0.05))
    }
  }
}
