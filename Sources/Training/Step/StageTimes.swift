import Models

/// Seconds of a chunk of the model for one micro-batch.
struct ChunkTimes: Hashable, Sendable {
  var forward = 0.0
  var inputGradient = 0.0
  var weightGradient = 0.0
  /// The same by cause.
  var layers = LayerTimes()
  var ends = 0.0
  /// Host, and gathers of sharded weights, beyond the layers' own time.
  var waits = 0.0
  var whole: Double { forward + inputGradient + weightGradient }

  mutating func add(_ other: Self, share: Double) {
    forward += other.forward * share
    inputGradient += other.inputGradient * share
    weightGradient += other.weightGradient * share
    layers = layers + other.layers * share
    ends += other.ends * share
    waits += other.waits * share
  }
}

/// Times of a plan's chunks from those of its layers.
struct StageTimes {
  let job: TrainingJob
  let machine: TrainingMachine
  let fabric: TrainingFabric
  let seconds: LayerSeconds
  let bytes: LayerBytes

  /// What the layers of a group take in a plan.
  struct Slot {
    var forward: Double
    var inputGradient: Double
    /// Beyond the layer's own time.
    var wait: Double
  }

  private var platform: TrainingPlatform { machine.platform }
  private var isGathered: Bool { job.plan.sharding == .parameters && job.plan.pipeline == 1 }

  /// By kind of chunk.
  func times(_ kinds: [ModelChunk]) -> [ChunkTimes] {
    let groups = job.architecture.layers
    let slots = groups.indices.map { slot(seconds.layers[$0], groups[$0], bytes.parameters[$0]) }
    let draft = job.architecture.multiTokenPredictionLayers > 0 ? job.architecture.draftShape : nil
    let prediction = draft.map { slot(seconds.prediction, $0, bytes.prediction) }
    return kinds.map { chunk in
      var times = ChunkTimes()
      for (group, count) in chunk.layers.enumerated() where count > 0 {
        Self.add(seconds.layers[group], slots[group], count, &times)
      }
      if chunk.predictionLayers > 0, let prediction {
        Self.add(seconds.prediction, prediction, chunk.predictionLayers, &times)
      }
      ends(of: chunk, &times)
      blocks(of: chunk, &times)
      return times
    }
  }

  private static func add(_ layer: LayerTimes, _ slot: Slot, _ count: Double, _ times: inout ChunkTimes) {
    times.forward += slot.forward * count
    times.inputGradient += slot.inputGradient * count
    times.weightGradient += layer.weightGradient * count
    times.layers = times.layers + layer * count
    times.waits += slot.wait * count
  }

  /// One layer, at least as long as the host launches it or its weights are gathered.
  private func slot(_ layer: LayerTimes, _ group: LayerGroup, _ parameters: RankParameters) -> Slot {
    var forward = layer.wholeForward
    var inputs = layer.wholeInputGradient
    let weights = layer.weightGradient
    if isGathered {
      let (gather, scatter) = shardedTraffic(parameters)
      let slowed = platform.overlap.contention.value
      forward = max(forward * slowed, gather)
      let backward = max((inputs + weights) * slowed, (job.plan.keepsGathered ? 0 : gather) + scatter)
      inputs = backward - weights
    }
    let (hostForward, hostBackward) = launches(group)
    forward = max(forward, hostForward)
    inputs = max(inputs + weights, hostBackward) - weights
    let own = layer.wholeForward + layer.wholeInputGradient + weights
    return Slot(forward: forward, inputGradient: inputs, wait: forward + inputs + weights - own)
  }

  /// The least that the host takes for a layer, forward and backward.
  private func launches(_ group: LayerGroup) -> (Double, Double) {
    guard job.recipe.capture != .step else { return (0, 0) }
    let host = platform.host
    let mixture = group.hasExperts ? host.mixture.value.value : 0
    let left = job.recipe.capture == .layers ? host.captured.value : 1
    let forward = (host.layerForward.value.value + mixture) * left
    let again = job.recipe.recompute == .full ? forward : 0
    return (forward, (host.layerBackward.value.value + mixture) * left + again)
  }

  /// Gather of a layer's weights and scatter of its gradients over the data ranks.
  private func shardedTraffic(_ parameters: RankParameters) -> (Double, Double) {
    let bytes = job.recipe.gathersIn8Bits ? 1.0 : 2.0
    let ranks = job.plan.denseReplicas / job.plan.replicas
    func over(_ size: Double) -> Double {
      fabric.ring(parameters.dense * size, ranks: ranks, stride: job.plan.tensor)
        + fabric.ring(parameters.experts * size, ranks: job.plan.expertReplicas, stride: job.plan.expert)
    }
    return (over(bytes), over(2))
  }

  private func ends(of chunk: ModelChunk, _ times: inout ChunkTimes) {
    func add(_ end: (Double, Double), _ count: Double) {
      times.forward += end.0 * count
      times.inputGradient += end.1 * count
      times.ends += (end.0 + end.1) * count
    }
    if chunk.hasEmbedding { add(seconds.embedding, 1) }
    guard chunk.hasHead else { return }
    add(seconds.head, 1 + chunk.predictionLayers)
    if chunk.predictionLayers > 0 { add(seconds.joined, chunk.predictionLayers) }
  }

  /// Blocks that are computed again whole.
  private func blocks(of chunk: ModelChunk, _ times: inout ChunkTimes) {
    guard case .blocks(let count) = job.recipe.recompute, let most = chunk.layers.max(), most > 0,
      let group = chunk.layers.firstIndex(of: most)
    else { return }
    let layer = seconds.layers[group]
    let again = (layer.forward + layer.tensorForward + layer.contextForward) * min(Double(count), chunk.count)
    times.inputGradient += again
    times.layers.recompute += again
  }
}
