import Costs
import Hardware
import Models
import Units

/// What one rank of each pipeline stage holds at its peak, by item.
public struct TrainingMemory: Codable, Hashable, Sendable {
  public var stages: [Stage]
  /// Of one rank's die.
  public var capacity: Bytes

  public struct Stage: Codable, Hashable, Sendable {
    public var rank: Int
    public var weights: Bytes
    public var gradients: Bytes
    public var optimizer: Bytes
    public var activations: Bytes
    /// Outputs of stages that wait for their gradients, and the layer whose backward runs.
    public var working: Bytes
    /// Logits, loss and their gradient; ids and masks of the embedding.
    public var ends: Bytes
    /// Weights gathered for the layers at hand, and gradients before they are divided.
    public var gathered: Bytes
    /// Libraries, communication and what the allocator loses.
    public var overhead: Bytes

    public var total: Bytes { state + activations + working + ends + gathered + overhead }
    /// Weights, gradients and the optimizer's state.
    public var state: Bytes { weights + gradients + optimizer }
  }

  /// The stage that holds most.
  public var largest: Stage? { stages.max { $0.total < $1.total } }
  public var peak: Bytes { largest?.total ?? .zero }
  public var fits: Bool { peak <= capacity }
  /// How much is missing; zero where it fits.
  public var short: Bytes { fits ? .zero : peak - capacity }

  init(of job: TrainingJob, chip: Chip, platform: TrainingPlatform) {
    capacity = chip.memory.capacity.value / Double(chip.dies.value)
    let counter = MemoryCounter(job, platform: platform)
    stages = (0..<job.plan.pipeline).map(counter.stage)
  }

  /// The same from constants alone, without a chip.
  public init(of job: TrainingJob, capacity: Bytes, platform: TrainingPlatform) {
    self.capacity = capacity
    let counter = MemoryCounter(job, platform: platform)
    stages = (0..<job.plan.pipeline).map(counter.stage)
  }

  public init(stages: [Stage], capacity: Bytes) {
    self.stages = stages
    self.capacity = capacity
  }
}

private struct MemoryCounter {
  let job: TrainingJob
  let platform: TrainingPlatform
  let activations: ActivationMemory
  let chunks: [ModelChunk]

  init(_ job: TrainingJob, platform: TrainingPlatform) {
    self.job = job
    self.platform = platform
    activations = ActivationMemory(job: job)
    chunks = job.chunks
  }

  func stage(_ rank: Int) -> TrainingMemory.Stage {
    let held = job.parameters(ofRank: rank, chunks: chunks)
    let plan = job.plan
    let state = job.recipe.state
    let dense = Double(max(1, plan.denseReplicas / plan.replicas)), experts = Double(plan.expertReplicas)
    func divided(_ size: Double, from level: TrainingPlan.Sharding) -> Double {
      let isDivided = plan.sharding.includes(level)
      return size * (held.dense / (isDivided ? dense : 1) + held.experts / (isDivided ? experts : 1))
    }
    let trained = job.recipe.adapterRank == nil ? 1 : 0.002
    // Sharded weights are the master copy, in its precision.
    let isSharded = plan.sharding == .parameters
    let weights = divided(isSharded ? max(state.weights, state.master) : state.weights, from: .parameters)
    let gradients = divided(state.gradients, from: .gradients) * trained
    let optimizer = divided(state.moments + (isSharded ? 0 : state.master), from: .optimizer) * trained
    let kept = kept(by: rank)
    let working = working(on: rank)
    let ends = ends(of: rank)
    let gathered = gathered(held, rank)
    let counted = weights + gradients + optimizer + kept + working + ends + gathered
    let memory = platform.memory
    let lost = counted * memory.fragmentation.value
    let overhead = memory.fixed.value.value + (plan.ranks > 1 ? memory.buffers.value.value : 0) + lost
    return TrainingMemory.Stage(
      rank: rank, weights: Bytes(weights), gradients: Bytes(gradients), optimizer: Bytes(optimizer),
      activations: Bytes(kept), working: Bytes(working), ends: Bytes(ends), gathered: Bytes(gathered),
      overhead: Bytes(overhead))
  }

  /// Activations of the micro-batches in flight, and of the layer that is computed again.
  private func kept(by rank: Int) -> Double {
    let mine = job.chunks(ofRank: rank)
    var sum = 0.0, layers = 0.0
    for index in mine {
      for (group, count) in chunks[index].layers.enumerated() where count > 0 {
        var each = activations.bytes(of: job.architecture.layers[group])
        if case .blocks(let again) = job.recipe.recompute {
          let share = min(1, Double(again) / max(1, chunks[index].count))
          each = each * (1 - share) + 2 * job.tokens * job.hidden * share
        }
        sum += each * count
        layers += count
      }
      if chunks[index].predictionLayers > 0, let shape = job.architecture.draftShape {
        sum += activations.bytes(of: shape) * chunks[index].predictionLayers
      }
    }
    if job.recipe.offloadedLayers > 0, layers > 0 {
      sum *= max(0, 1 - Double(job.recipe.offloadedLayers) / Double(job.architecture.layerCount))
    }
    return sum / Double(mine.count) * inFlight(rank)
  }

  /// Chunks whose activations a rank holds at once.
  private func inFlight(_ rank: Int) -> Double {
    let plan = job.plan
    guard plan.pipeline > 1 else { return 1 }
    return Double(
      PipelineSchedule.inFlight(
        plan.schedule, rank: rank, ranks: plan.pipeline, microbatches: job.microbatches, virtual: plan.virtual))
  }

  /// A stage's outputs wait for their gradients, and a layer's backward has the gradients of what it kept.
  private func working(on rank: Int) -> Double {
    let outputs = job.plan.pipeline > 1 ? 2 * job.localTokens * job.hidden * inFlight(rank) : 0
    return outputs + workspace
  }

  /// The layer whose backward runs: what is computed again, and the gradients of its activations.
  private var workspace: Double {
    var plain = job
    if job.recipe.recompute != .none { plain.recipe.recompute = .none }
    let counter = ActivationMemory(job: plain)
    let whole = job.architecture.layers.map { counter.bytes(of: $0) }.max() ?? 0
    let kept = job.architecture.layers.map { activations.bytes(of: $0) }.max() ?? 0
    return whole - min(kept, whole) + whole / 2
  }

  private func ends(of rank: Int) -> Double {
    var sum = 0.0
    for index in job.chunks(ofRank: rank) {
      if chunks[index].hasHead { sum += activations.head * (1 + chunks[index].predictionLayers) }
      if chunks[index].hasEmbedding { sum += activations.embedding * inFlight(rank) }
    }
    return sum
  }

  /// Of sharded weights: the layer at hand and the next, their gradients, and the ends; all layers where they stay.
  private func gathered(_ held: RankParameters, _ rank: Int) -> Double {
    guard job.plan.sharding == .parameters, job.plan.denseReplicas > 1 else { return 0 }
    // Weights in 16 bits, and gradients that gather in the precision of their reduction.
    if job.plan.keepsGathered { return held.total * (2 + job.recipe.state.gradients) }
    let largest = job.architecture.layers.map { job.parameters(of: $0).dense }.max() ?? 0
    let table = job.vocabulary * job.hidden / Double(job.plan.tensor)
    return largest * (2 * 2 + job.recipe.state.gradients) + table * 2 * (job.architecture.tiedEmbeddings ? 1 : 2)
  }
}

extension TrainingPlan.Sharding {
  /// Whether what is divided at a level is divided here.
  func includes(_ level: Self) -> Bool {
    let order = Self.allCases
    return (order.firstIndex(of: self) ?? 0) >= (order.firstIndex(of: level) ?? 0)
  }
}
