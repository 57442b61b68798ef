import Costs
import Hardware
import Models
import Serving
import Simulation
import Units

extension RunPredictor {
  /// One kind of instance of a run, as the serving simulation takes it.
  func pool(
    _ run: ServingRun, _ role: EnginePool.Role, _ shape: EngineShape, _ flags: RunFlags.Phase, instances: Int = 1,
    concurrency: Int
  ) throws -> EnginePool {
    let model = try stepModel(run, shape, flags)
    var rules = try rules(run, flags, model, role)
    // No prompt is computed where answers are made, so the budget refuses none.
    if role == .decode {
      rules.maxBatchedTokens = max(rules.maxBatchedTokens, run.inputTokens + run.outputTokens + 64)
    }
    let perRequest = 1 + model.drafting.tokens
    let below = facts.below(run, isDense: model.architecture.mixture == nil)
    let most = max(1, min(rules.maxRequests, concurrency - below))
    let seats = role == .prefill ? most : min(most, max(1, rules.maxBatchedTokens / perRequest))
    let plan = model.memoryPlan(
      requestsPerRank: seats, tokensPerRank: role == .decode ? 0 : min(rules.maxBatchedTokens, 16_384))
    if let shortfall = plan.shortfall { throw Unsupported("\(shortfall)") }
    let blocks = plan.keyValueTokensPerRank / rules.blockTokens
    guard blocks > 0 else { throw Unsupported("no memory is left for keys and values") }
    return EnginePool(
      name: role.rawValue, role: role, instances: instances, chipsPerInstance: shape.chips, ranks: model.ranks,
      routing: .leastRequests, scheduler: rules.scheduler,
      limits: EngineLimits(
        maxRequests: seats, maxBatchedTokens: max(rules.maxBatchedTokens, seats * perRequest), lag: rules.lag,
        hasSurplusStep: rules.hasSurplusStep, receiveInterval: flags.receiveInterval ?? 1),
      memory: EngineMemory(
        blockTokens: rules.blockTokens, blocks: min(blocks, 1 << 29), reservesOutput: rules.reservesOutput),
      speculation: model.drafting.tokens > 0
        ? Speculation(
          draftTokens: model.drafting.tokens,
          acceptance: (model.tokensPerStep - 1) / Double(model.drafting.tokens)) : .off,
      contexts: contexts(of: model),
      durations: EngineDurations(
        of: model, requests: seats, tokens: max(rules.maxBatchedTokens, seats * perRequest),
        context: max(1, min(plan.keyValueTokensPerRank, seats * (run.inputTokens + run.outputTokens + 64))),
        isEager: flags.graph == .eager, piecewise: flags.graph == .fullAndPiecewise || flags.graph == .piecewise),
      frontEnd: role == .decode ? FrontEnd() : frontEnd(model.engine))
  }

  /// How contexts count for each kind of attention that the step tells apart.
  func contexts(of model: StepModel) -> [ContextWidth] {
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

  private func frontEnd(_ engine: Engine) -> FrontEnd {
    guard let rule = engine.execution?.frontEnd else { return FrontEnd() }
    return FrontEnd(constant: Span(rule.constant.value), perPromptToken: Span(rule.perPromptToken.value))
  }

  /// What an engine's scheduler does, with what the launch sets.
  struct Rules {
    var scheduler: EngineScheduler
    var maxRequests: Int
    var maxBatchedTokens: Int
    var blockTokens: Int
    var lag: Int
    var hasSurplusStep: Bool
    var reservesOutput: Bool
  }

  func rules(_ run: ServingRun, _ flags: RunFlags.Phase, _ model: StepModel, _ role: EnginePool.Role) throws -> Rules {
    let block = model.engine.cache.blockTokens.value
    switch run.engine {
    case "vllm":
      return Rules(
        scheduler: .vLLM(), maxRequests: flags.maxRequests ?? 1024, maxBatchedTokens: flags.maxBatchedTokens ?? 8192,
        blockTokens: block, lag: 1, hasSurplusStep: false, reservesOutput: false)
    case "sglang":
      let large = model.chip.memory.capacity.value > .gibibytes(160)
      let chunk = max(1, (flags.chunkTokens ?? (large ? 16_384 : 8_192)) / model.ranks)
      let most = flags.maxBatchedTokens ?? 16_384
      return Rules(
        scheduler: .sgLang(
          SGLangScheduler(
            chunkedPrefillSize: chunk, maxPrefillTokens: most, conservativeness: model.ranks > 1 ? 0.3 : 1)),
        maxRequests: max(1, (flags.maxRequests ?? 2048) / model.ranks), maxBatchedTokens: max(chunk, most),
        blockTokens: block, lag: 1, hasSurplusStep: true, reservesOutput: false)
    case "trtllm":
      return Rules(
        scheduler: .tensorRT(
          TensorRTScheduler(
            waitSteps: flags.delaySteps ?? 0, waitShare: flags.delaySteps == nil ? 0 : 0.5,
            balance: flags.balanceSteps.map { TensorRTScheduler.Balance(timeoutSteps: $0) })),
        maxRequests: flags.maxRequests ?? 2048, maxBatchedTokens: flags.maxBatchedTokens ?? 8192, blockTokens: block,
        lag: 1, hasSurplusStep: true, reservesOutput: true)
    default: throw Unsupported("the engine '\(run.engine)' is not in the catalog")
    }
  }
}
