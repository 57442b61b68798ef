import Models

/// Seconds of the model's chunks for one micro-batch.
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
}

extension TrainingEstimator {
  /// Times of every chunk.
  func chunkTimes() -> [ChunkTimes] {
    let kinds = job.architecture.layers.map { layerTimes($0) }
    let prediction = job.architecture.draftShape.map { layerTimes($0) } ?? LayerTimes()
    return job.chunks.enumerated().map { index, chunk in
      var times = ChunkTimes()
      for (group, count) in chunk.layers.enumerated() where count > 0 {
        add(kinds[group], job.architecture.layers[group], count: count, chunk: chunk, &times)
      }
      if chunk.predictionLayers > 0, let shape = job.architecture.draftShape {
        add(prediction, shape, count: chunk.predictionLayers, chunk: chunk, &times)
      }
      ends(of: chunk, &times)
      blocks(of: chunk, kinds, &times)
      return times
    }
  }

  /// Mixed between the recipe's format and 16 bits by the layers that stay in these.
  private func layerTimes(_ group: LayerGroup) -> LayerTimes {
    let narrow = model.layer(group, fabric: fabric)
    let stay = min(job.recipe.layersIn16Bits, job.architecture.layerCount)
    guard stay > 0, let wide else { return narrow }
    let share = Double(stay) / Double(job.architecture.layerCount)
    return narrow * (1 - share) + wide.layer(group, fabric: fabric) * share
  }

  /// `count` layers of a kind, each at least as long as the host launches it or its weights are gathered.
  private func add(
    _ layer: LayerTimes, _ group: LayerGroup, count: Double, chunk: ModelChunk, _ times: inout ChunkTimes
  ) {
    var forward = layer.wholeForward
    var inputs = layer.wholeInputGradient
    let weights = layer.weightGradient
    if isSharded, job.plan.pipeline == 1 {
      let (gather, scatter) = shardedTraffic(group)
      let slowed = platform.overlap.contention.value
      forward = max(forward * slowed, gather)
      let backward = max(
        (inputs + weights) * slowed, (job.plan.keepsGathered ? 0 : gather) + scatter)
      inputs = backward - weights
    }
    let (hostForward, hostBackward) = launches(group)
    forward = max(forward, hostForward)
    inputs = max(inputs + weights, hostBackward) - weights
    times.forward += forward * count
    times.inputGradient += inputs * count
    times.weightGradient += weights * count
    times.layers = times.layers + layer * count
    let own = layer.wholeForward + layer.wholeInputGradient + weights
    times.waits += (forward + inputs + weights - own) * count
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
  private func shardedTraffic(_ group: LayerGroup) -> (Double, Double) {
    let parameters = job.parameters(of: group)
    let dense = parameters.dense, experts = parameters.experts
    let bytes = job.recipe.gathersIn8Bits ? 1.0 : 2.0
    let ranks = job.plan.denseReplicas / job.plan.replicas
    func over(_ size: Double) -> Double {
      fabric.ring(dense * size, ranks: ranks, stride: job.plan.tensor)
        + fabric.ring(experts * size, ranks: job.plan.expertReplicas, stride: job.plan.expert)
    }
    return (over(bytes), over(2))
  }

  private func ends(of chunk: ModelChunk, _ times: inout ChunkTimes) {
    if chunk.hasEmbedding {
      let moved = model.vector(job.localTokens * job.hidden * 4)
      times.forward += moved
      times.inputGradient += 2 * moved
      times.ends += 3 * moved
    }
    guard chunk.hasHead else { return }
    // Logits are written, read and normed in FP32; their gradient is written and read.
    let logits = job.tokens * job.vocabulary / Double(job.plan.tensor)
    let product = model.linear(
      rows: job.tokens, depth: job.hidden, columns: job.vocabulary / Double(job.plan.tensor), format: .bf16)
    let copies = 1 + chunk.predictionLayers
    let forward = (product.0 + model.vector(logits * 10)) * copies
    let backward = (product.1 + (model.trains ? product.2 : 0) + model.vector(logits * 8)) * copies
    times.forward += forward
    times.inputGradient += backward
    times.ends += forward + backward
    guard chunk.predictionLayers > 0 else { return }
    let joined = model.linear(rows: job.tokens, depth: 2 * job.hidden, columns: job.hidden)
    let own = chunk.predictionLayers
    times.forward += joined.0 * own
    times.inputGradient += (joined.1 + joined.2) * own
    times.ends += (joined.0 + joined.1 + joined.2) * own
  }

  /// Blocks that are computed again whole.
  private func blocks(of chunk: ModelChunk, _ kinds: [LayerTimes], _ times: inout ChunkTimes) {
    guard case .blocks(let count) = job.recipe.recompute, let most = chunk.layers.max(), most > 0,
      let group = chunk.layers.firstIndex(of: most)
    else { return }
    let one = kinds[group].forward + kinds[group].tensorForward + kinds[group].contextForward
    let again = one * min(Double(count), chunk.count)
    times.inputGradient += again
    times.layers.recompute += again
  }
}
