import Models
import Units

extension Lowering {
  /// The layers that draft tokens pass through, one query a request for each draft.
  func draftLayers(_ work: StepWork) -> [LoweredStep.Layer] {
    guard let decode = work.decode, decode.queries > 1, let last = architecture.draftShape else { return [] }
    let drafts = Double(decode.queries - 1)
    let draft = StepWork(
      decode: StepWork.Decode(requests: decode.requests, context: decode.context), isCaptured: work.isCaptured)
    switch drafting.method {
    case .lookup: return []
    case .predictionLayer: return [layer(last, count: drafts, draft)]
    case .head:
      var head = last
      if case .mixture(let mixture) = last.feedForward {
        // A head is dense: as wide as the experts that one token meets.
        let width = mixture.expertsPerToken * mixture.intermediateSize
        head.feedForward = .dense(intermediateSize: max(1, width))
      }
      return [layer(head, count: drafts, draft)]
    case .model(let small):
      let lowering = draftModel(small)
      return lowering.architecture.layers.map { lowering.layer($0, count: drafts * Double($0.count), draft) }
    }
  }

  /// The draft model on the same dies: its heads are divided as far as they can be, its layers are not staged.
  private func draftModel(_ small: Architecture) -> Lowering {
    let heads = small.layers.map(\.attention.heads).min() ?? 1
    var tensor = plan.tensor
    while tensor > 1, heads % tensor != 0 { tensor /= 2 }
    return Lowering(
      architecture: small, engine: engine, plan: ParallelPlan(tensor: tensor), precision: precision, drafting: .none,
      cachePlane: nil, kinds: kinds)
  }

  /// Output heads and joining projections of the drafts.
  func draftHeads(_ requests: Double, drafts: Double, columns: Int) -> [Operation] {
    switch drafting.method {
    case .lookup: return []
    case .predictionLayer, .head:
      return [
        head("draft head", rows: requests, columns: columns, times: drafts),
        product(
          "draft projection", .projection, rows: requests, depth: 2 * hidden, columns: hidden, times: drafts),
      ]
    case .model(let small):
      let columns = max(1, small.vocabularySize / plan.tensor)
      return [
        product(
          "draft head", .head, rows: requests, depth: small.hiddenSize, columns: columns, times: drafts)
      ]
    }
  }

  /// Passes that choose tokens from logits.
  func samplings(_ drafts: Double) -> Double { drafting.method == .lookup ? 1 : 1 + drafts }
}
