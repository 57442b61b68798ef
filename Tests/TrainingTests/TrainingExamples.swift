import Formats
import Models
import Training
import Units

/// Models of the worked examples, small enough to read.
enum TrainingExamples {
  static func gpt(layers: Int, hidden: Int, heads: Int, vocabulary: Int = 51_200) -> Architecture {
    Architecture(
      name: "GPT", architectureClass: "", hiddenSize: hidden, vocabularySize: vocabulary, tiedEmbeddings: true,
      maximumPositions: 1 << 20,
      layers: [
        LayerGroup(
          count: layers,
          attention: .grouped(
            GroupedQueryAttention(
              heads: heads, keyValueHeads: heads, headDimension: hidden / heads, hasInputBias: false)),
          feedForward: .plain(intermediateSize: 4 * hidden))
      ], multiTokenPredictionLayers: 0)
  }

  static func llama8B() throws -> Architecture { try Architecture(named: "Llama-3.1-8B", in: Catalog()) }

  /// GPT-3 175B on 64 A100 as in arXiv:2205.05198.
  static func gpt175B(
    sequenceParallel: Bool, recompute: Recompute, virtual: Int = 3
  ) throws -> TrainingJob {
    try TrainingJob(
      gpt(layers: 96, hidden: 12_288, heads: 96), sequenceLength: 2048, globalBatch: 64,
      plan: TrainingPlan(
        tensor: 8, sequenceParallel: sequenceParallel, pipeline: 8, virtual: virtual, sharding: .none),
      recipe: TrainingRecipe(recompute: recompute, attention: .materialised, hasDropout: true))
  }

  static func llama8BJob(
    _ plan: TrainingPlan, batch: Int, recipe: TrainingRecipe = .init(), length: Int = 8192
  ) throws -> TrainingJob {
    try TrainingJob(llama8B(), sequenceLength: length, globalBatch: batch, plan: plan, recipe: recipe)
  }
}
