import Models

/// Parameters and activations of a job's layers and ends on one rank: the same for all plans that divide a layer alike.
struct LayerBytes: Sendable {
  /// By group of layers.
  let parameters: [RankParameters]
  let prediction: RankParameters
  /// Embedding or head.
  let table: Double
  let positions: Double
  /// Bytes of one micro-batch, by group of layers.
  let activations: [Double]
  let predictionActivations: Double
  /// A layer whose input alone is kept.
  let input: Double
  /// The layer whose backward runs: what is computed again, and the gradients of its activations.
  let workspace: Double
  let head: Double
  let embedding: Double

  init(_ job: TrainingJob) {
    let counter = ActivationMemory(job: job)
    let layers = job.architecture.layers
    parameters = layers.map { job.parameters(of: $0) }
    activations = layers.map { counter.bytes(of: $0) }
    if job.architecture.multiTokenPredictionLayers > 0, let shape = job.architecture.draftShape {
      var own = job.parameters(of: shape)
      own.dense += 2 * job.hidden * job.hidden
      prediction = own
      predictionActivations = counter.bytes(of: shape)
    } else {
      prediction = RankParameters(dense: 0, experts: 0)
      predictionActivations = 0
    }
    table = job.tableParameters
    positions = job.recipe.hasLearnedPositions ? Double(job.sequenceLength) * job.hidden : 0
    input = 2 * job.tokens * job.hidden
    var plain = job
    if job.recipe.recompute != .none { plain.recipe.recompute = .none }
    let whole = layers.map { ActivationMemory(job: plain).bytes(of: $0) }.max() ?? 0
    let kept = activations.max() ?? 0
    workspace = whole - min(kept, whole) + whole / 2
    head = counter.head
    embedding = counter.embedding
  }

  /// A chunk with its ends of the model; a head that is tied to the embedding counts where it is held apart from it.
  func parameters(of chunk: ModelChunk, tiesHere: Bool) -> RankParameters {
    var sum = prediction * chunk.predictionLayers
    for (group, count) in chunk.layers.enumerated() where count > 0 {
      sum = sum + parameters[group] * count
    }
    if chunk.hasEmbedding { sum.dense += table + positions }
    if chunk.hasHead, !tiesHere { sum.dense += table }
    return sum
  }
}
