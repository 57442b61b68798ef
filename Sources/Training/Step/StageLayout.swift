import Models

/// Which layers, and which ends of the model, a chunk holds.
struct ModelChunk: Hashable, Sendable {
  /// Layers of each of the model's groups; parts of a layer where groups take turns.
  var layers: [Double]
  /// Further layers of the prediction of later tokens.
  var predictionLayers = 0.0
  var hasEmbedding = false
  var hasHead = false
  var count: Double { layers.reduce(0, +) }
}

/// A model's chunks along the pipeline, and which of them are alike.
struct StageLayout: Sendable {
  /// Different chunks.
  let kinds: [ModelChunk]
  /// Kind of each chunk along the model.
  let kindOf: [Int]
  /// Chunks that each pipeline rank holds, along the model.
  let chunksOfRank: [[Int]]
  /// Share of the micro-batches that each of a rank's chunks sees: a half where two directions run at once.
  let share: Double

  init(of job: TrainingJob) {
    var kinds: [ModelChunk] = []
    kindOf = job.chunks.map { chunk in
      if let known = kinds.firstIndex(of: chunk) { return known }
      kinds.append(chunk)
      return kinds.count - 1
    }
    self.kinds = kinds
    chunksOfRank = (0..<job.plan.pipeline).map { job.chunks(ofRank: $0) }
    share = job.plan.schedule == .dualPipe ? 0.5 : 1
  }

  /// Values by kind, for each chunk along the model.
  func along(_ values: [Double]) -> [Double] { kindOf.map { values[$0] } }
}

extension TrainingJob {
  /// The model's layers by chunk along the pipeline.
  ///
  /// Dense layers before experts (DeepSeek) stand first; other groups take turns and are divided evenly.
  var chunks: [ModelChunk] {
    let counts = plan.layersByChunk ?? Self.even(architecture.layerCount, chunks: plan.stages)
    var left = architecture.layers.map { Double($0.count) }
    let leading = leadingGroup
    var list: [ModelChunk] = []
    for (index, count) in counts.enumerated() {
      var chunk = ModelChunk(layers: left.map { _ in 0 })
      var wanted = Double(count)
      if let leading {
        chunk.layers[leading] = min(left[leading], wanted)
        wanted -= chunk.layers[leading]
        left[leading] -= chunk.layers[leading]
      }
      let rest = left.indices.filter { $0 != leading }
      let all = rest.reduce(0) { $0 + left[$1] }
      if all > 0 {
        let share = wanted / all
        for group in rest {
          chunk.layers[group] += left[group] * share
          left[group] -= left[group] * share
        }
      }
      chunk.hasEmbedding = index == 0
      chunk.hasHead = index == counts.count - 1
      if chunk.hasHead { chunk.predictionLayers = Double(architecture.multiTokenPredictionLayers) }
      list.append(chunk)
    }
    return list
  }

  /// Dense layers that stand before the first with experts.
  private var leadingGroup: Int? {
    guard architecture.isMixture, let first = architecture.layers.first, first.hasDenseFeedForward, first.hasAttention
    else { return nil }
    return 0
  }

  /// Whole layers, the chunks in the middle with one more where they do not divide.
  static func even(_ layers: Int, chunks: Int) -> [Int] {
    var counts = [Int](repeating: layers / chunks, count: chunks)
    let middle = Double(chunks - 1) / 2
    let order = counts.indices.sorted { (abs(Double($0) - middle), $0) < (abs(Double($1) - middle), $1) }
    for index in order.prefix(layers % chunks) { counts[index] += 1 }
    return counts
  }

  /// Chunks that a pipeline rank holds, along the model.
  func chunks(ofRank rank: Int) -> [Int] {
    switch plan.schedule {
    case .zeroBubbleV, .dualPipeV: [rank, 2 * plan.pipeline - 1 - rank]
    case .dualPipe: [rank, plan.pipeline - 1 - rank]
    default: Array(stride(from: rank, to: plan.stages, by: plan.pipeline))
    }
  }
}
