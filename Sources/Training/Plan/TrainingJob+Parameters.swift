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

  /// A row of the embedding or the head for each word, on one tensor rank.
  var tableParameters: Double { vocabulary * hidden / Double(plan.tensor) }
}
