import Hardware
import Models
import Units

/// What fills the memory of one die, and how many tokens of context are left to it.
public struct MemoryPlan: Sendable {
  public struct Item: Hashable, Sendable {
    public var name: String
    public var size: Bytes
  }
  public var items: [Item]
  public var capacity: Bytes
  /// Memory for keys and values on one attention rank (all its dies together).
  public var keyValueMemory: Bytes
  /// Tokens of context that one attention rank can hold; 0 where the model does not fit.
  public var keyValueTokensPerRank: Int
  /// nil where everything fits.
  public var shortfall: Problem?

  /// Bytes that one further token of a long context takes on one attention rank.
  public var bytesPerToken: Bytes
  /// What a die has left for keys and values.
  public var keyValueMemoryOfDie: Bytes
  /// What a sequence takes on one die.
  var cacheOfDie: CacheFootprint

  public var used: Bytes { items.reduce(.zero) { $0 + $1.size } }
}

extension StepModel {
  /// Itemises a die's memory for a batch of at most `requestsPerRank` decoding requests, or for steps of at most
  /// `tokensPerRank` new tokens.
  public func memoryPlan(requestsPerRank: Int, tokensPerRank: Int = 0) -> MemoryPlan {
    let capacity = chip.memory.capacity.value / Double(chip.dies.value)
    let tokens = tokensPerRank > 0 ? tokensPerRank : requestsPerRank * (1 + drafting.tokens)
    var items = weightItems(isPooled: tokensPerRank > 0 && requestsPerRank == 0 && isPooling)
    if let mixture = architecture.mixture, usesExchange {
      let most = engine.buffers.promptTokens.value
      items += buffers(mixture, tokensPerRank: tokensPerRank > 0 ? min(tokens, most) : tokens)
    }
    items.append(.init(name: "activations", size: activations(tokens: tokens)))
    items.append(.init(name: "runtime", size: runtime(capacity)))
    let free = left(of: capacity, after: items)
    let cache = cacheFootprintOfDie
    let perToken = cache.bytesPerToken.value
    let ofRank = keyValueBytesPerToken / Double(plan.pipeline)
    let apart = expertDieItems.reduce(runtime(capacity)) { $0 + $1.size } - capacity
    let fits = free.value > 0 && apart.value <= 0
    let fitting = perToken > 0 ? min(free.value / perToken, MemoryPlan.mostTokens) : MemoryPlan.mostTokens
    return MemoryPlan(
      items: items, capacity: capacity,
      keyValueMemory: Bytes(max(0, free.value) * (perToken > 0 ? ofRank.value / perToken : 1)),
      keyValueTokensPerRank: fits ? Int(fitting) : 0,
      shortfall: fits
        ? nil
        : shortfall(
          of: max(Bytes(-free.value), apart),
          fittingShare: apart.value > 0 ? nil : fittingShare(items, of: capacity)),
      bytesPerToken: ofRank, keyValueMemoryOfDie: max(.zero, free), cacheOfDie: cache)
  }

  private var isPooling: Bool { engine.prefill.attention == .sequenceTensorSequence }

  /// Whether dispatch and combine need buffers for what they receive.
  private var usesExchange: Bool { !lowering.exchangesOfOneToken.isEmpty }

  private func runtime(_ capacity: Bytes) -> Bytes {
    engine.execution?.memory.runtime.value ?? capacity * engine.buffers.runtimeShare.value
  }

  /// What the engine's rule leaves to keys and values: a share of the whole less all else, or a share of what is free.
  private func left(of capacity: Bytes, after items: [MemoryPlan.Item]) -> Bytes {
    let used = items.reduce(Bytes.zero) { $0 + $1.size }
    guard let rule = engine.execution?.memory else { return capacity - used }
    switch rule.kind {
    case .shareOfTotal: return capacity * rule.share.value - used
    case .shareOfFree:
      let free = capacity - used
      return free.value > 0 ? free * rule.share.value : free
    }
  }

  private func weightItems(isPooled: Bool) -> [MemoryPlan.Item] {
    // Sequence-parallel stages keep whole projections on each die.
    let divisor = isPooled ? 1.0 : Double(plan.tensor)
    var attention = 0.0
    var dense = 0.0
    var experts = 0.0
    var other = Double(architecture.otherParameters) * 2 / divisor
    for group in architecture.layers + draftGroups {
      let count = Double(group.count) / Double(plan.pipeline)
      let parameters = group.parameters(hiddenSize: hidden)
      attention += count * Double(parameters[.attention]) * precision.format(of: .projection).bytes / divisor
      // Every die chooses for itself.
      attention += count * Double(parameters[.indexer]) * precision.format(of: .projection).bytes
      other += count * Double(parameters[.other]) * precision.weights.bytes
      dense += count * Double(parameters[.denseFeedForward]) * precision.weights.bytes / divisor
      if case .mixture(let mixture) = group.feedForward { experts += count * expertBytes(mixture, parameters) }
    }
    let tables = architecture.tiedEmbeddings ? 1.0 : 2.0
    let table = tables * Double(architecture.vocabularySize * hidden) * precision.format(of: .head).bytes
    var items: [MemoryPlan.Item] = [
      .init(name: "attention weights", size: Bytes(attention)), .init(name: "dense weights", size: Bytes(dense)),
      .init(name: "experts", size: Bytes(experts)),
      .init(name: "embedding and head", size: Bytes(table / divisor)),
      .init(name: "other weights", size: Bytes(other)),
    ]
    if case .model(let small) = drafting.method, drafting.tokens > 0 {
      let size = Double(ParameterCount(small).total) * precision.weights.bytes / Double(plan.tensor)
      items.append(.init(name: "draft model", size: Bytes(size)))
    }
    return items.filter { $0.size.value > 0 }
  }

  /// The layers that draft.
  private var draftGroups: [LayerGroup] {
    guard drafting.tokens > 0, var last = architecture.draftShape else { return [] }
    switch drafting.method {
    case .lookup, .model: return []
    case .predictionLayer: last.count = architecture.multiTokenPredictionLayers
    case .head: last.count = 1
    }
    return [last]
  }

  /// What fills a die that holds nothing but experts; empty where none does.
  public var expertDieItems: [MemoryPlan.Item] {
    guard plan.expertDiesApart > 0, let mixture = architecture.mixture else { return [] }
    let layers = (architecture.layers + draftGroups).reduce(0.0) { sum, group in
      if case .mixture = group.feedForward { return sum + Double(group.count) }
      return sum
    }
    let format = (precision.experts ?? precision.weights).bytes
    let expert = Double(mixture.expertParameters(hiddenSize: hidden)) * format / Double(plan.expertTensor)
    return [.init(name: "experts", size: Bytes(layers * expert * Double(expertsPerRank)))]
  }

  /// Of one layer on one die: its routed experts, the shared ones, and the router.
  private func expertBytes(_ mixture: MixtureOfExperts, _ parameters: ParametersByGroup) -> Double {
    let format = (precision.experts ?? precision.weights).bytes
    let expert = Double(mixture.expertParameters(hiddenSize: hidden)) * format
    let routed = plan.expertDiesApart > 0 ? 0 : expert * Double(expertsPerRank) / Double(plan.expertTensor)
    let router = Double(hidden * (mixture.experts + mixture.zeroExperts)) * 2
    guard !engine.experts.sharedPlacedAsRouted else { return routed + router }
    let shared = Double(parameters[.sharedExperts])
    let isWhole = plan.data * plan.context > 1 || engine.execution == nil
    let sharedFormat = (precision.sharedExperts ?? precision.weights).bytes
    return routed + shared * sharedFormat / (isWhole ? 1 : Double(plan.tensor)) + router
  }

  /// Receive buffers of the low-latency exchange: ranks · tokens · (experts that one rank may hold of a token's
  /// choice) · message.
  private func buffers(_ mixture: MixtureOfExperts, tokensPerRank: Int) -> [MemoryPlan.Item] {
    guard let constants = system.scaleUp?.expertParallel ?? system.scaleOut?.expertParallel else { return [] }
    func size(_ part: ExpertParallelConstants.Exchange) -> Bytes {
      exchangeBuffer(
        ranks: plan.expertHosts, tokens: tokensPerRank, experts: min(expertsPerRank, mixture.expertsPerToken),
        message: Bytes(Double(hidden) * part.format.bytes) + part.messageOverhead.value)
    }
    return [
      .init(name: "dispatch buffer", size: size(constants.dispatch)),
      .init(name: "combine buffer", size: size(constants.combine)),
    ]
  }

  /// Slots for every token that every rank may send: ranks · tokens · experts · message.
  public func exchangeBuffer(ranks: Int, tokens: Int, experts: Int, message: Bytes) -> Bytes {
    message * Double(ranks * tokens * experts)
  }

  /// Input, residual, gate-and-up and attention outputs of the widest layer, in 16 bits, twice for two microbatches
  /// in flight.
  private func activations(tokens: Int) -> Bytes {
    let width = architecture.layers.map { $0.attention.queryWidth + 6 * hidden }.max() ?? hidden
    return Bytes(Double(tokens * width) * 4)
  }

  /// ` with Llama-3.2-1B to draft`, where another model does.
  private var drafter: String {
    guard case .model(let small) = drafting.method, drafting.tokens > 0 else { return "" }
    return " with \(small.name) to draft"
  }

  /// The share of a die's memory, in hundredths, above which all but keys and values fits; nil where none would do, or
  /// where the engine's share is of what is free.
  private func fittingShare(_ items: [MemoryPlan.Item], of capacity: Bytes) -> Double? {
    guard let rule = engine.execution?.memory, rule.kind == .shareOfTotal else { return nil }
    let used = items.reduce(Bytes.zero) { $0 + $1.size }
    let share = (used.value / capacity.value * 100).rounded(.up) / 100
    return share < 0.95 ? share : nil
  }

  private func shortfall(of missing: Bytes, fittingShare: Double?) -> Problem {
    let amount = "\((missing.gigabytes * 10).rounded() / 10) GB missing per die"
    var ways: [String] = []
    if let fittingShare { ways.append("a memoryShare (--gpu-memory-utilization) above \(fittingShare)") }
    if plan.expert > 1 { ways.append("EP\(plan.expert * 2) (\(chips * 2) chips)") }
    if plan.expert == 1 { ways.append("twice the chips") }
    if precision.weights.bytes > 1.5 { ways.append("\(chip.peak.fp8 == nil ? "INT8" : "FP8") weights") }
    if plan.redundantExperts > 0 { ways.append("fewer than \(plan.redundantExperts) redundant experts") }
    return Problem(
      place, "\(architecture.name)\(drafter) does not fit on \(chips) × \(chip.name): \(amount)",
      wayOut: "try \(ways.joined(separator: " or ")), or a smaller batch")
  }
}
