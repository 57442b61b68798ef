import Models

/// Seconds of a job's layers and ends for one micro-batch on one rank, shared by all plans that divide a layer alike.
struct LayerSeconds: Sendable {
  /// By group of layers, mixed between the recipe's format and 16 bits by the layers that stay in these.
  let layers: [LayerTimes]
  let prediction: LayerTimes
  /// Forward and backward of embedding, head with loss, and the product that joins a prediction layer's inputs.
  let embedding: (Double, Double)
  let head: (Double, Double)
  let joined: (Double, Double)
  /// Of elementwise work, for each byte that it moves.
  let perByte: Double

  init(_ job: TrainingJob, on machine: TrainingMachine, fabric: TrainingFabric) {
    let model = LayerModel(job, on: machine, format: job.recipe.format)
    perByte = model.vector(1)
    let count = job.architecture.layerCount
    let stay = min(job.recipe.layersIn16Bits, count)
    let wide = stay > 0 ? LayerModel(job, on: machine, format: .bf16) : nil
    func times(_ group: LayerGroup) -> LayerTimes {
      let narrow = model.layer(group, fabric: fabric)
      guard let wide else { return narrow }
      let share = Double(stay) / Double(count)
      return narrow * (1 - share) + wide.layer(group, fabric: fabric) * share
    }
    layers = job.architecture.layers.map(times)
    let predicts = job.architecture.multiTokenPredictionLayers > 0
    prediction = predicts ? job.architecture.draftShape.map(times) ?? LayerTimes() : LayerTimes()
    let moved = model.vector(job.localTokens * job.hidden * 4)
    embedding = (moved, 2 * moved)
    // Logits are written, read and normed in FP32; their gradient is written and read.
    let columns = job.vocabulary / Double(job.plan.tensor)
    let logits = job.tokens * columns
    let product = model.linear(rows: job.tokens, depth: job.hidden, columns: columns, format: .bf16)
    head = (
      product.0 + model.vector(logits * 10),
      product.1 + (model.trains ? product.2 : 0) + model.vector(logits * 8)
    )
    guard predicts else {
      joined = (0, 0)
      return
    }
    let both = model.linear(rows: job.tokens, depth: 2 * job.hidden, columns: job.hidden)
    joined = (both.0, both.1 + both.2)
  }
}
