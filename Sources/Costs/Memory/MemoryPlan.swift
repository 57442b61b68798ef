import Hardware
import Units
import Models

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

  public var used: Bytes { items.reduce(.zero) { $0 + $1.size } }
}

extension StepModel {
  /// Share of a die's memory that the runtime keeps: its context, its allocator's slack, fragmentation.
  static let runtimeShare = 0.05

  /// Itemises a die's memory for a batch of at most `requestsPerRank` requests, or `tokensPerRank` prefill tokens.
  public func memoryPlan(requestsPerRank: Int, tokensPerRank: Int = 0) -> MemoryPlan {
    let dies = Double(chip.dies.value)
    let capacity = chip.memory.capacity.value / dies
    let tokens = plan.phase == .decode ? requestsPerRank * (1 + plan.draftTokens) : tokensPerRank
    var items = weightItems
    if let mixture = architecture.mixture, plan.expertParallel > 1 {
      items += buffers(mixture, tokensPerRank: min(tokens, plan.phase == .decode ? tokens : 512))
    }
    items.append(.init(name: "activations", size: activations(tokens: tokens)))
    items.append(.init(name: "runtime", size: capacity * StepModel.runtimeShare))
    let used = items.reduce(Bytes.zero) { $0 + $1.size }
    let free = capacity - used
    let perToken = keyValueBytesPerToken / Double(keyValueShards)
    let left = max(0, free.value)
    let fits = free.value > 0
    return MemoryPlan(
      items: items, capacity: capacity, keyValueMemory: Bytes(left * Double(keyValueShards)),
      keyValueTokensPerRank: fits ? Int(left / perToken.value) : 0,
      shortfall: fits ? nil : shortfall(of: Bytes(-free.value)))
  }

  /// Dies of a tensor-parallel group among which keys and values can be divided by head; latents are kept by each.
  var keyValueShards: Int {
    guard let attention = architecture.layers.first?.attention else { return 1 }
    switch attention {
    case .latent: return 1
    case .grouped(let shape): return min(plan.tensorParallel, shape.keyValueHeads)
    }
  }

  var weightItems: [MemoryPlan.Item] {
    let weight = precision.weights.bytes
    let pooled = plan.phase == .prefill && engine.prefill.attention == .sequenceTensorSequence
    // Sequence-parallel stages keep whole projections on each die.
    let divisor = pooled ? 1.0 : Double(plan.tensorParallel)
    var attention = 0.0
    var dense = 0.0
    var experts = 0.0
    var groups = architecture.layers
    if plan.draftTokens > 0, var last = architecture.layers.last {
      last.count = architecture.multiTokenPredictionLayers
      groups.append(last)
    }
    for group in groups {
      let count = Double(group.count)
      attention += count * group.attention.parameters(hidden: hidden) * weight / divisor
      switch group.feedForward {
      case .dense(let intermediate): dense += count * 3 * Double(hidden * intermediate) * weight / divisor
      case .mixture(let mixture):
        let expert = 3 * Double(hidden * mixture.intermediateSize) * weight
        let held = plan.expertParallel > 1 ? Double(plan.expertsPerRank) : Double(mixture.experts) / divisor
        experts += count * (expert * held + Double(hidden * mixture.experts) * 2)
      }
    }
    let tables = architecture.tiedEmbeddings ? 1.0 : 2.0
    let embedding = tables * Double(architecture.vocabularySize * hidden) * 2 / divisor
    return [
      .init(name: "attention weights", size: Bytes(attention)), .init(name: "dense weights", size: Bytes(dense)),
      .init(name: "experts", size: Bytes(experts)), .init(name: "embedding and head", size: Bytes(embedding)),
    ].filter { $0.size.value > 0 }
  }

  /// Receive buffers of the low-latency exchange: ranks · tokens · (experts that one rank may hold of a token's
  /// choice) · message.
  func buffers(_ mixture: MixtureOfExperts, tokensPerRank: Int) -> [MemoryPlan.Item] {
    guard let constants = system.scaleUp?.expertParallel ?? system.scaleOut?.expertParallel else { return [] }
    func size(_ part: ExpertParallelConstants.Exchange) -> Bytes {
      exchangeBuffer(
        ranks: plan.expertParallel, tokens: tokensPerRank, experts: min(plan.expertsPerRank, mixture.expertsPerToken),
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

  private func activations(tokens: Int) -> Bytes {
    // Input, residual, gate-and-up and attention outputs of the widest layer, in 16 bits, twice for two microbatches
    // in flight.
    let width = architecture.layers.map { $0.attention.heads * 192 + 6 * hidden }.max() ?? hidden
    return Bytes(Double(tokens * width) * 4)
  }

  private func shortfall(of missing: Bytes) -> Problem {
    let amount = "\((missing.gigabytes * 10).rounded() / 10) GB missing per die"
    var ways: [String] = []
    if plan.expertParallel > 1 { ways.append("EP\(plan.expertParallel * 2) (\(plan.chips * 2) chips)") }
    if plan.expertParallel == 1 { ways.append("twice the chips") }
    if precision.weights.bytes > 1 { ways.append("\(chip.peak.fp8 == nil ? "INT8" : "FP8") weights") }
    return Problem(
      plan.phase.rawValue, "\(architecture.name) does not fit on \(plan.chips) × \(chip.name): \(amount)",
      wayOut: "try \(ways.joined(separator: " or ")), or a smaller batch")
  }
}

extension Attention {
  /// Weights of the projections.
  func parameters(hidden: Int) -> Double {
    switch self {
    case .grouped(let shape):
      let width = shape.headDimension * (2 * shape.heads + 2 * shape.keyValueHeads)
      return Double(hidden * width)
    case .latent(let shape):
      let perHead = shape.nopeDimension + shape.ropeDimension
      let query = shape.queryRank.map { hidden * $0 + $0 * shape.heads * perHead } ?? hidden * shape.heads * perHead
      let latent = hidden * (shape.keyValueRank + shape.ropeDimension)
      let expand = shape.keyValueRank * shape.heads * (shape.nopeDimension + shape.valueDimension)
      return Double(query + latent + expand + shape.heads * shape.valueDimension * hidden)
    }
  }
}
