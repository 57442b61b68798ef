import Models

/// Parameters of one rank: those that every data rank has, and those of experts.
public struct RankParameters: Hashable, Sendable {
  public var dense: Double
  public var experts: Double
  public var total: Double { dense + experts }
  static func + (left: Self, right: Self) -> Self {
    Self(dense: left.dense + right.dense, experts: left.experts + right.experts)
  }
  static func * (left: Self, factor: Double) -> Self {
    Self(dense: left.dense * factor, experts: left.experts * factor)
  }
}

extension TrainingJob {
  /// One layer of a group on one tensor rank. Matrices are divided; the router, and latents' projections, are not.
  func parameters(of group: LayerGroup) -> RankParameters {
    let all = group.parameters(hiddenSize: architecture.hiddenSize)
    let tensor = Double(plan.tensor)
    let whole = Double(all[.router] + all[.norms] + all[.other])
    let divided = Double(all.total - all[.experts]) - whole
    let experts = Double(all[.experts]) / Double(plan.expert * plan.expertTensor)
    return RankParameters(dense: divided / tensor + whole, experts: experts)
  }

  /// A chunk with its ends of the model; a head that is tied to the embedding counts where it is held apart from it.
  func parameters(of chunk: ModelChunk) -> RankParameters {
    var sum = RankParameters(dense: 0, experts: 0)
    for (group, count) in chunk.layers.enumerated() where count > 0 {
      sum = sum + parameters(of: architecture.layers[group]) * count
    }
    if chunk.predictionLayers > 0, let shape = architecture.draftShape {
      sum = sum + parameters(of: shape) * chunk.predictionLayers
      sum.dense += 2 * hidden * hidden * chunk.predictionLayers
    }
    let table = vocabulary * hidden / Double(plan.tensor)
    if chunk.hasEmbedding {
      sum.dense += table + (recipe.hasLearnedPositions ? Double(sequenceLength) * hidden : 0)
    }
    if chunk.hasHead, !(architecture.tiedEmbeddings && plan.pipeline == 1) { sum.dense += table }
    return sum
  }

  /// Of a pipeline rank with all chunks that it holds.
  func parameters(ofRank rank: Int, chunks all: [ModelChunk]) -> RankParameters {
    chunks(ofRank: rank).reduce(RankParameters(dense: 0, experts: 0)) { $0 + parameters(of: all[$1]) }
  }

  var parametersOfLargestRank: RankParameters {
    let all = chunks
    return (0..<plan.pipeline).map { parameters(ofRank: $0, chunks: all) }.max { $0.total < $1.total }
      ?? RankParameters(dense: 0, experts: 0)
  }
}
