import Costs
import Hardware
import Units

extension EngineDurations {
  /// How an engine launches its steps, where a deployment departs from the engine's rule.
  public enum Launching: Sendable {
    /// Decode replays captured graphs; steps with prompts do where the engine's file says so.
    case engine
    /// Every step is launched kernel by kernel.
    case eager
    /// Steps with prompts replay graphs too, in pieces around attention.
    case piecewise
  }

  /// The tables of a pool whose steps are those of `model`.
  ///
  /// - Parameters:
  ///   - requests: that decode on a rank at most.
  ///   - tokens: of a step of a rank at most.
  ///   - context: of all requests on a rank at most.
  ///   - power: of an instance; nil leaves power out.
  public init(
    of model: StepModel, requests: Int, tokens: Int, context: Int, launching: Launching = .engine,
    power: PowerModel? = nil
  ) {
    let kinds = model.contextKinds
    let widths = ContextWidth.all(of: model)
    let none = [Double](repeating: 0, count: kinds)
    let queries = 1 + model.drafting.tokens
    let isEager = launching == .eager
    let isPiecewise = launching == .piecewise
    func decodeWork(_ count: Int, _ kind: Int?, _ context: Int) -> StepWork {
      let padded = isEager ? nil : (model.engine.execution?.capturedSize(count) ?? count)
      var seen = none
      if let kind { seen[kind] = Double(context) }
      return StepWork(
        decode: .init(requests: Double(kind == nil ? padded ?? count : count), queries: queries, context: seen),
        isCaptured: padded != nil)
    }
    func decode(_ count: Int, _ kind: Int? = nil, _ context: Int = 0) -> StepParts {
      model.parts(decodeWork(count, kind, context))
    }
    func promptWork(_ new: Int, _ cached: Int, kind: Int?, total: Int?) -> StepWork {
      var pairs = none
      if let kind { pairs[kind] = Double(widths[kind].pairs(new: new, after: cached)) }
      let chunk = StepWork.Prefill(newTokens: Double(new), cachedTokens: Double(cached), pairs: pairs)
      return StepWork(prefill: [chunk], instanceTokens: total.map(Double.init), isCaptured: isPiecewise)
    }
    // A pipeline has a batch in each of its stages; those beside each other are in one stage at a time.
    let stages = model.plan.pipeline
    func watts(_ work: StepWork) -> Watts {
      power?.watts(chips: model.chips, during: model.estimate(work), batches: stages) ?? .zero
    }
    // Half of the context that a rank can hold at most.
    let typical = max(1, context / 2 / max(1, requests))
    self.init(
      kinds: kinds, ranks: model.ranks * stages, requestLimit: requests, tokenLimit: tokens, contextLimit: context,
      widths: widths,
      Model(
        decode: { count in
          guard count > 0 else { return .zero }
          let parts = decode(count)
          return parts.shared + parts.head + parts.host
        },
        floor: { count in
          let parts = decode(max(1, count))
          return parts.floor > .zero ? parts.floor + parts.head + parts.host : .zero
        },
        shared: { new, total in
          model.parts(promptWork(new, 0, kind: nil, total: max(new, total / stages))).shared
        },
        head: { decode($0).head }, host: { decode($0).host },
        core: { kind, count, context in decode(count, kind, context).cores[kind] },
        chunk: { kind, new, cached in model.parts(promptWork(new, cached, kind: kind, total: nil)).cores[kind] },
        decodePower: { count in
          count > 0 && power != nil ? watts(decodeWork(count, kinds > 0 ? 0 : nil, count * typical)) : .zero
        },
        mixedPower: { tokens in
          tokens > 0 && power != nil ? watts(promptWork(tokens, 0, kind: kinds > 0 ? 0 : nil, total: nil)) : .zero
        }))
  }
}
