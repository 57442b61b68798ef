import Costs
import Hardware
import Models
import Simulation
import Units

/// A pool of a deployment: instances of one kind, with the step of one of them and its memory.
public struct DeployedPool: Sendable {
  /// As reports call it; unique in a deployment.
  public var name: String
  public var role: EnginePool.Role
  public var instances: Int
  /// Packages in an instance.
  public var chips: Int
  public var model: StepModel
  /// Of one die.
  public var memory: MemoryPlan
  /// Requests that decode on a rank at once; 0 where only prompts are computed.
  public var maxRequestsPerRank: Int
  /// New tokens of prompts in a step of a rank; 0 where none are computed.
  public var maxTokensPerRank: Int
  /// nil where prefill and decode are planned apart, by whole requests.
  public var settings: EngineSettings?

  public var engine: Engine { model.engine }

  /// Batches that an instance has under way at once: one for each stage of its pipeline.
  public var batchesInFlight: Int { settings == nil ? 1 : model.plan.pipeline }

  /// Groups of requests that step together: a rank's requests are divided among the batches of its pipeline.
  public var ranks: Int { model.ranks * batchesInFlight }

  /// Tokens of keys and values of one of these groups.
  public var tokensPerRank: Int { memory.keyValueTokensPerRank / batchesInFlight }

  public init(
    name: String, role: EnginePool.Role, instances: Int, chips: Int, model: StepModel, memory: MemoryPlan,
    maxRequestsPerRank: Int, maxTokensPerRank: Int
  ) {
    self.name = name
    self.role = role
    self.instances = instances
    self.chips = chips
    self.model = model
    self.memory = memory
    self.maxRequestsPerRank = maxRequestsPerRank
    self.maxTokensPerRank = maxTokensPerRank
  }

  /// A pool of an engine with a scheduler of steps.
  public init(
    name: String, role: EnginePool.Role, instances: Int = 1, model: StepModel, options: SchedulingOptions,
    place: String
  ) throws {
    let settings = try EngineSettings(
      model.engine, options, role: role, memory: model.chip.memory.capacity.value / Double(model.chip.dies.value),
      ranks: model.ranks, drafts: model.drafting.tokens, longestContext: model.architecture.maximumPositions,
      place: "\(place).scheduling")
    self.settings = settings
    self.name = name
    self.role = role
    self.instances = instances
    self.model = model
    chips = model.chips
    maxRequestsPerRank = role == .prefill ? 0 : max(1, settings.maxRequests / model.plan.pipeline)
    maxTokensPerRank = role == .decode ? 0 : settings.maxBatchedTokens
    memory = model.memoryPlan(
      requestsPerRank: settings.maxRequests, tokensPerRank: min(maxTokensPerRank, Self.activationTokens))
  }

  /// Tokens for whose activations memory is set aside at most: engines measure them on a dummy step of this size.
  private static let activationTokens = 16_384

  /// New tokens of prompts that a step of a rank takes; 0 where none are computed.
  public var promptTokensPerStep: Int { role == .decode ? 0 : settings?.tokensOfPrompts ?? maxTokensPerRank }

  /// Tokens of the longest prompt that the engine takes; nil where it cuts prompts, or computes none here. Where memory
  /// for answers is not kept, one that lost its place brings what it has said of `answering` tokens.
  public func longestPrompt(answering answer: Int) -> Int? {
    guard role != .decode, let settings, !settings.scheduler(blocks: 0).base.cutsPrompts else { return nil }
    let said = !settings.reservesOutput && role != .prefill ? max(0, answer - 1) : 0
    return settings.maxBatchedTokens - said
  }

  /// A step in which so many requests decode on a rank, padded as the engine does it; `context` is what each has.
  public func decodeWork(requests: Int, context: Double) -> StepWork {
    let all = context * Double(requests)
    guard settings != nil else { return model.decodeWork(requestsPerRank: requests, contextTokensPerRank: all) }
    let padded = model.padded(requests)
    return StepWork(
      decode: .init(
        requests: Double(padded.requests), queries: 1 + model.drafting.tokens,
        context: model.visible(context: all, over: Double(requests))), isCaptured: padded.isCaptured)
  }

  /// Tokens that a block holds, and blocks of a rank.
  var blocks: Int { settings.map { min(tokensPerRank / $0.blockTokens, 1 << 29) } ?? 0 }
}

/// A system of a deployment and how many of its chips serve.
public struct SystemInUse: Sendable {
  public var machine: Machine
  public var chips: Int

  /// `HGX H100`, or how many of them where one does not hold all chips.
  public var words: String {
    let whole = machine.system.chips.value
    let count = (chips + whole - 1) / whole
    return count > 1 ? "\(count) \u{00D7} \(machine.system.name)" : machine.system.name
  }
}

extension [DeployedPool] {
  /// In the order of the pools, each once.
  public var systems: [SystemInUse] {
    var list: [SystemInUse] = []
    for pool in self {
      let chips = pool.instances * pool.chips
      if let index = list.firstIndex(where: { $0.machine.system.name == pool.model.system.name }) {
        list[index].chips += chips
      } else {
        list.append(SystemInUse(machine: pool.model.machine, chips: chips))
      }
    }
    return list
  }
}

extension DeployedPool {
  /// Blocks that a request takes beside those of its tokens: states of fixed size, and windows as far as the longest
  /// request fills them.
  func blocksPerRequest(of longest: Int?) -> Int {
    guard let settings else { return 0 }
    let tokens = memory.tokensPerRequest(tokens: longest ?? .max)
    return Int((tokens / Double(settings.blockTokens)).rounded(.up))
  }
}

extension EnginePool {
  /// The pool as the simulation takes it.
  ///
  /// - Parameters:
  ///   - traceBlock: tokens in a hashed block of the trace; 0 where prompts have no hashes.
  ///   - longestContext: prompt and answer of the longest request, where it is known.
  ///   - power: of an instance; nil leaves power out.
  public init(
    _ pool: DeployedPool, settings: EngineSettings, traceBlock: Int = 0, longestContext: Int? = nil,
    launching: EngineDurations.Launching = .engine, power: PowerModel? = nil
  ) {
    let model = pool.model
    let tokens = pool.tokensPerRank
    let requests = max(1, settings.maxRequests / pool.batchesInFlight)
    let unit = settings.keepsPrefixes && traceBlock > 0 ? commonMultiple(traceBlock, settings.blockTokens) : 0
    let queries = 1 + model.drafting.tokens
    let context = longestContext.map { min(tokens, requests * $0) } ?? tokens
    self.init(
      name: pool.name, role: pool.role, instances: pool.instances, chipsPerInstance: pool.chips, ranks: pool.ranks,
      routing: settings.routing, scheduler: settings.scheduler(blocks: pool.blocks),
      limits: EngineLimits(
        maxRequests: requests, maxBatchedTokens: settings.maxBatchedTokens, lag: settings.lag,
        hasSurplusStep: settings.hasSurplusStep, receiveInterval: settings.receiveInterval),
      memory: EngineMemory(
        blockTokens: settings.blockTokens, blocks: pool.blocks,
        blocksPerRequest: pool.blocksPerRequest(of: longestContext), reservesOutput: settings.reservesOutput,
        prefixUnitTokens: unit, namesWhenScheduled: settings.namesWhenScheduled),
      speculation: Speculation(model.drafting), contexts: ContextWidth.all(of: model),
      durations: EngineDurations(
        of: model, requests: requests,
        // A step holds no more than memory does, whatever its budget: some engines let one long prompt exceed it.
        tokens: max(settings.maxBatchedTokens, requests * queries, min(tokens, 1 << 24)),
        context: max(1, context),
        launching: launching, power: power),
      frontEnd: pool.role == .decode ? FrontEnd() : FrontEnd(model.engine),
      idlePower: power?.watts(chips: pool.chips, computeUtilisation: 0, memoryUtilisation: 0) ?? .zero)
    firstToken = pool.role == .decode ? settings.firstToken : .prefill
    keptTokens = settings.keptTokens
  }
}

private func commonMultiple(_ one: Int, _ other: Int) -> Int {
  var (left, right) = (one, other)
  while right > 0 { (left, right) = (right, left % right) }
  return one / left * other
}

extension ContextWidth {
  /// How contexts count for each kind of attention that a model's step tells apart.
  static func all(of model: StepModel) -> [ContextWidth] {
    let kinds = model.architecture.contextKinds
    guard kinds.count == model.contextKinds else { return [.full] }
    return kinds.map { kind in
      switch kind {
      case .full: .full
      case .window(let length): .window(length)
      case .chunk(let length): .chunk(length)
      }
    }
  }
}

extension FrontEnd {
  init(_ engine: Engine) {
    guard let rule = engine.execution?.frontEnd else {
      self.init()
      return
    }
    self.init(constant: Span(rule.constant.value), perPromptToken: Span(rule.perPromptToken.value))
  }
}

extension Speculation {
  /// As a step drafts.
  init(_ drafting: Drafting) {
    guard drafting.tokens > 0 else {
      self = .off
      return
    }
    self.init(draftTokens: drafting.tokens, acceptance: drafting.acceptance)
  }
}
