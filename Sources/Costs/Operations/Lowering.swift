import Hardware
import Models
import Units

/// Turns the work of a step into operations, by the architecture, the plan and the engine's rules; knows no rates.
///
/// A reference, as the architecture and the engine are large and every part of a step asks.
final class Lowering: Sendable {
  let architecture: Architecture
  let engine: Engine
  let plan: ParallelPlan
  let precision: Precision
  let drafting: Drafting
  /// Where cached prefixes come from before prompts are computed; nil where they lie in the chips' memory.
  let cachePlane: Int?
  /// The context kinds in whose order works hold their contexts and pairs.
  let kinds: [ContextKind]
  /// One for each kind of mixture that the architecture has.
  private let popularities: [ExpertPopularity]
  let busiest: BusiestExperts
  /// What of the engine every step asks, as plain numbers.
  let kernels: KernelCounts
  let hidden: Int
  /// Whether prompts are sequence parallel at both ends of a layer, and tensor parallel over the instance between.
  let poolsPrompts: Bool

  init(
    architecture: Architecture, engine: Engine, plan: ParallelPlan, precision: Precision, drafting: Drafting,
    cachePlane: Int?, kinds: [ContextKind]
  ) {
    self.architecture = architecture
    self.engine = engine
    self.plan = plan
    self.precision = precision
    self.drafting = drafting
    self.cachePlane = cachePlane
    self.kinds = kinds
    kernels = KernelCounts(engine)
    hidden = architecture.hiddenSize
    poolsPrompts = engine.prefill.attention == .sequenceTensorSequence
    busiest = BusiestExperts(groups: engine.execution?.awaitsBusiestDie == false ? 1 : plan.expert)
    let spread = engine.execution?.expertPopularity?.value ?? 1
    popularities = architecture.layers.reduce(into: []) { found, group in
      guard case .mixture(let mixture) = group.feedForward, !found.contains(where: { $0.isOf(mixture) }) else { return }
      found.append(ExpertPopularity(of: mixture, spread: spread))
    }
  }

  /// How unevenly the tokens of a step choose among the experts of a mixture.
  func popularity(of mixture: MixtureOfExperts) -> ExpertPopularity {
    popularities.first { $0.isOf(mixture) }
      ?? ExpertPopularity(of: mixture, spread: engine.execution?.expertPopularity?.value ?? 1)
  }

  /// Whether the step pools its prompts.
  func isPooled(_ work: StepWork) -> Bool { work.decode == nil && poolsPrompts }

  func step(_ work: StepWork) -> LoweredStep { LoweredStep(layers: layers(work), outside: outside(work)) }

  /// The groups of the architecture and the draft layers.
  func layers(_ work: StepWork) -> [LoweredStep.Layer] {
    architecture.layers.map { layer($0, count: Double($0.count), work) } + draftLayers(work)
  }

  func layer(_ group: LayerGroup, count: Double, _ work: StepWork) -> LoweredStep.Layer {
    let pooled = isPooled(work)
    let rows = pooled ? work.tokens / Double(plan.dies) : rowsPerDie(work)
    var layer = LoweredStep.Layer(count: count, attention: [], experts: [], isSpread: false, hasOwnRequests: !pooled)
    layer.attention.reserveCapacity(Self.usualOperations)
    attention(group.attention, work, &layer.attention)
    if !group.attention.isAbsent {
      if pooled {
        layer.attention += sequenceCollectives(group.attention, rows: rows)
      } else {
        tensorCollective(rows: rows, &layer.attention)
      }
    }
    layer.attention += streams(group, rows: rows)
    layer.experts.reserveCapacity(Self.usualOperations)
    feedForward(group.feedForward, rows, work, &layer.experts)
    switch group.feedForward {
    case .mixture:
      layer.isUneven = plan.expert > 1
      if let kind = exchangeKind(work), kind != .allReduce {
        layer.isSpread = true
      } else if !pooled {
        tensorCollective(rows: rows, &layer.experts)
      }
    case .dense, .plain: if !pooled { tensorCollective(rows: rows, &layer.experts) }
    case .absent: break
    }
    return layer
  }

  /// Operations of half a layer at most, usually.
  private static let usualOperations = 12

  /// New tokens of a step on one die: context parallel divides those of prompts.
  func rowsPerDie(_ work: StepWork) -> Double {
    guard plan.context > 1 else { return work.tokens }
    let decoding = work.decode?.tokens ?? 0
    return decoding + (work.tokens - decoding) / Double(plan.context)
  }

  // MARK: Parts

  func product(
    _ name: Operation.Name, _ kind: OperatorKind, rows: Double, depth: Int, columns: Int, copies: Double = 1,
    format: NumberFormat? = nil, compute: NumberFormat? = nil, times: Double = 1, context: Int? = nil
  ) -> Operation {
    let format = format ?? precision.format(of: kind)
    let shape = Operation.Product(
      rows: rows, depth: depth, columns: columns, copies: copies, format: format, compute: compute ?? format.compute)
    return Operation(name, kind, .product(shape), times: times, context: context)
  }

  /// Kernels of a half layer whose norm is fused with the sum before it, where that is small enough.
  func fused(_ launches: Int, rows: Double) -> Int {
    guard let most = kernels.fusedUpTo, plan.tensor > 1 else { return launches }
    return Bytes(rows * Double(hidden) * 2) <= most ? max(0, launches - 1) : launches
  }

  func vector(_ name: Operation.Name, bytes: Double, launches: Int, context: Int? = nil) -> Operation {
    Operation(name, .vector, .elementwise(bytes: bytes), launches: Double(launches), context: context)
  }

  func attentionCore(
    _ name: Operation.Name, flops: Double, bytes: Double, context: Int?, isDecode: Bool, isLatent: Bool = false
  ) -> Operation {
    let core = Operation.AttentionCore(
      flops: flops, bytes: bytes, format: precision.attention, keyValue: precision.keyValue, isDecode: isDecode,
      isLatent: isLatent)
    return Operation(name, .attention, .attention(core), context: context)
  }

  /// What queries of prompts cost beside the keys that they see: it grows with new tokens alone, so that it stands
  /// outside the cores; none where the chip's kernels of attention say nothing of it.
  func promptBlocks(_ prompts: [AttentionLoad.Prompt], flopsPerPair: Double, _ list: inout [Operation]) {
    let queries = prompts.reduce(0) { $0 + $1.newTokens }
    guard kernels.promptKeys > 0, queries > 0 else { return }
    var blocks = attentionCore(
      "attention, whole blocks", flops: flopsPerPair * queries * kernels.promptKeys, bytes: 0, context: nil,
      isDecode: false)
    blocks.launches = 0
    list.append(blocks)
  }

  func collective(
    _ name: Operation.Name, _ kind: Operation.Collective.Kind, size: Double, ranks: Int, sent: Double, times: Double = 1
  ) -> Operation {
    let shape = Operation.Collective(kind: kind, size: Bytes(size), ranks: ranks, sent: sent)
    return Operation(name, .collective, .collective(shape), launches: 0, times: times)
  }

  /// Sums of a tensor-parallel half of a layer; none with one die.
  func tensorCollective(rows: Double, _ list: inout [Operation]) {
    guard plan.tensor > 1 else { return }
    let size = rows * Double(hidden) * 2
    list.append(collective("all-reduce", .allReduce, size: size, ranks: plan.tensor, sent: size))
  }
}

extension Attention {
  fileprivate var isAbsent: Bool {
    if case .absent = self { return true }
    return false
  }
}
