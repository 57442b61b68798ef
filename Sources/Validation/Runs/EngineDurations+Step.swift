import Costs
import Hardware
import Serving
import Units

extension EngineDurations {
  /// The tables of a pool whose steps are those of `model`.
  ///
  /// - Parameter piecewise: steps with prompts replay graphs too, in pieces around attention.
  init(
    of model: StepModel, requests: Int, tokens: Int, context: Int, isEager: Bool = false, piecewise: Bool = false
  ) {
    let kinds = model.contextKinds
    let none = [Double](repeating: 0, count: kinds)
    let queries = 1 + model.drafting.tokens
    func decode(_ count: Int, _ kind: Int? = nil, _ context: Int = 0) -> StepParts {
      let padded = isEager ? nil : (model.engine.execution?.capturedSize(count) ?? count)
      var seen = none
      if let kind { seen[kind] = Double(context) }
      let work = StepWork(
        decode: .init(requests: Double(kind == nil ? padded ?? count : count), queries: queries, context: seen),
        isCaptured: padded != nil)
      return model.parts(work)
    }
    func prompts(_ new: Int, _ cached: Int, kind: Int?, total: Int? = nil) -> StepParts {
      var pairs = none
      if let kind { pairs[kind] = Double(new) * (Double(cached) + Double(new + 1) / 2) }
      let chunk = StepWork.Prefill(newTokens: Double(new), cachedTokens: Double(cached), pairs: pairs)
      return model.parts(
        StepWork(prefill: [chunk], instanceTokens: total.map(Double.init), isCaptured: piecewise))
    }
    self.init(
      kinds: kinds, ranks: model.ranks, requestLimit: requests, tokenLimit: tokens, contextLimit: context,
      Model(
        decode: { count in
          guard count > 0 else { return .zero }
          let parts = decode(count)
          return parts.shared + parts.head + parts.host
        },
        shared: { new, total in prompts(new, 0, kind: nil, total: total).shared },
        head: { decode($0).head }, host: { decode($0).host },
        core: { kind, count, context in decode(count, kind, context).cores[kind] },
        chunk: { kind, new, cached in prompts(new, cached, kind: kind).cores[kind] }))
  }
}
