import Units

/// Counts what the ranks of a pipeline hold.
struct MemoryCounter {
  let job: TrainingJob
  let lost: Lost
  let bytes: LayerBytes
  let layout: StageLayout
  /// By kind of chunk.
  private let held: [RankParameters]
  private let kept: [Double]

  /// What a rank loses beside what is counted: bytes, bytes with other ranks, and a share of the rest.
  struct Lost: Sendable {
    var fixed: Double
    var buffers: Double
    var share: Double

    init(_ memory: TrainingPlatform.Memory) {
      fixed = memory.fixed.value.value
      buffers = memory.buffers.value.value
      share = memory.fragmentation.value
    }
  }

  init(_ job: TrainingJob, lost: Lost, bytes: LayerBytes, layout: StageLayout) {
    self.job = job
    self.lost = lost
    self.bytes = bytes
    self.layout = layout
    let tiesHere = job.architecture.tiedEmbeddings && job.plan.pipeline == 1
    held = layout.kinds.map { bytes.parameters(of: $0, tiesHere: tiesHere) }
    kept = layout.kinds.map { Self.kept($0, bytes, job) }
  }

  /// Parameters of a pipeline rank with all chunks that it holds.
  func parameters(ofRank rank: Int) -> RankParameters {
    var sum = RankParameters(dense: 0, experts: 0)
    for chunk in layout.chunksOfRank[rank] { sum = sum + held[layout.kindOf[chunk]] }
    return sum
  }

  /// Of the rank that has most.
  var largestParameters: RankParameters {
    var most = RankParameters(dense: 0, experts: 0)
    for rank in layout.chunksOfRank.indices {
      let own = parameters(ofRank: rank)
      if own.total > most.total { most = own }
    }
    return most
  }

  /// The most that any rank holds.
  var peak: Bytes {
    var most = Bytes.zero
    for rank in layout.chunksOfRank.indices { most = max(most, stage(rank).total) }
    return most
  }

  func stage(_ rank: Int) -> TrainingMemory.Stage {
    let held = parameters(ofRank: rank)
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
    let inFlight = inFlight(rank)
    let kept = kept(by: rank, inFlight)
    // A stage's outputs wait for their gradients.
    let outputs = plan.pipeline > 1 ? 2 * job.localTokens * job.hidden * inFlight : 0
    let working = outputs + bytes.workspace
    let ends = ends(of: rank, inFlight)
    let gathered = gathered(held)
    let counted = weights + gradients + optimizer + kept + working + ends + gathered
    let overhead = lost.fixed + (plan.ranks > 1 ? lost.buffers : 0) + counted * lost.share
    return TrainingMemory.Stage(
      rank: rank, weights: Bytes(weights), gradients: Bytes(gradients), optimizer: Bytes(optimizer),
      activations: Bytes(kept), working: Bytes(working), ends: Bytes(ends), gathered: Bytes(gathered),
      overhead: Bytes(overhead))
  }

  /// Activations that a micro-batch leaves on a chunk.
  private static func kept(_ chunk: ModelChunk, _ bytes: LayerBytes, _ job: TrainingJob) -> Double {
    var sum = 0.0
    for (group, count) in chunk.layers.enumerated() where count > 0 {
      var each = bytes.activations[group]
      if case .blocks(let again) = job.recipe.recompute {
        let share = min(1, Double(again) / max(1, chunk.count))
        each = each * (1 - share) + bytes.input * share
      }
      sum += each * count
    }
    return sum + bytes.predictionActivations * chunk.predictionLayers
  }

  /// Activations of the micro-batches in flight.
  private func kept(by rank: Int, _ inFlight: Double) -> Double {
    let mine = layout.chunksOfRank[rank]
    var sum = 0.0
    for chunk in mine { sum += kept[layout.kindOf[chunk]] }
    if job.recipe.offloadedLayers > 0 {
      sum *= max(0, 1 - Double(job.recipe.offloadedLayers) / Double(job.architecture.layerCount))
    }
    return sum / Double(mine.count) * inFlight
  }

  /// Chunks whose activations a rank holds at once.
  private func inFlight(_ rank: Int) -> Double {
    let plan = job.plan
    guard plan.pipeline > 1 else { return 1 }
    return Double(
      PipelineSchedule.inFlight(
        plan.schedule, rank: rank, ranks: plan.pipeline, microbatches: job.microbatches, virtual: plan.virtual))
  }

  private func ends(of rank: Int, _ inFlight: Double) -> Double {
    var sum = 0.0
    for index in layout.chunksOfRank[rank] {
      let chunk = layout.kinds[layout.kindOf[index]]
      if chunk.hasHead { sum += bytes.head * (1 + chunk.predictionLayers) }
      if chunk.hasEmbedding { sum += bytes.embedding * inFlight }
    }
    return sum
  }

  /// Of sharded weights: the layer at hand and the next, their gradients, and the ends; all layers where they stay.
  private func gathered(_ held: RankParameters) -> Double {
    guard job.plan.sharding == .parameters, job.plan.denseReplicas > 1 else { return 0 }
    // Weights in 16 bits, and gradients that gather in the precision of their reduction.
    if job.plan.keepsGathered { return held.total * (2 + job.recipe.state.gradients) }
    var largest = 0.0
    for own in bytes.parameters { largest = max(largest, own.dense) }
    return largest * (4 + job.recipe.state.gradients) + bytes.table * 2 * (job.architecture.tiedEmbeddings ? 1 : 2)
  }
}

extension TrainingPlan.Sharding {
  /// Whether what is divided at a level is divided here.
  func includes(_ level: Self) -> Bool { order >= level.order }

  private var order: Int {
    switch self {
    case .none: 0
    case .optimizer: 1
    case .gradients: 2
    case .parameters: 3
    }
  }
}
