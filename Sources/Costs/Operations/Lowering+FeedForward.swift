import Hardware
import Models
import Units

extension Lowering {
  /// The feed-forward half of a layer; `rows` are tokens of one attention rank (of one die in a pooled step).
  func feedForward(_ feedForward: FeedForward, _ rows: Double, _ work: StepWork, _ list: inout [Operation]) {
    switch feedForward {
    case .dense(let intermediate): dense(intermediate: intermediate, rows: rows, work, &list)
    case .plain(let intermediate): dense(intermediate: intermediate, isGated: false, rows: rows, work, &list)
    case .mixture(let mixture): self.mixture(mixture, rows: rows, work, &list)
    case .absent: break
    }
  }

  /// Gate (where it has one), up and down of a dense layer, divided over the dies of a rank.
  private func dense(
    intermediate: Int, isGated: Bool = true, rows: Double, _ work: StepWork, _ list: inout [Operation]
  ) {
    let width = max(1, intermediate / (isPooled(work) ? 1 : plan.tensor))
    let elementwise = Double(hidden) * kernels.normBytes + Double(width) * kernels.activationBytes
    let launches = fused(kernels.feedForward, rows: rows)
    list.append(vector("norm, activation, quantise", bytes: rows * elementwise, launches: launches))
    list.append(
      product(
        isGated ? "gate and up" : "up", .denseFeedForward, rows: rows, depth: hidden,
        columns: isGated ? 2 * width : width))
    list.append(product("down", .denseFeedForward, rows: rows, depth: width, columns: hidden))
  }

  /// How tokens reach their experts in such a step; nil where one die has all of them.
  func exchangeKind(_ work: StepWork) -> Engine.ExpertExchange? {
    guard plan.expertDies > 1 else { return nil }
    guard let rule = kernels.exchange else {
      guard plan.expert > 1 else { return .allReduce }
      return work.decode == nil ? .bulk : .lowLatency
    }
    if plan.data * plan.context == 1 { return rule.shared }
    return work.prefill.isEmpty ? rule.split : rule.prompts ?? rule.split
  }

  private func mixture(_ mixture: MixtureOfExperts, rows: Double, _ work: StepWork, _ list: inout [Operation]) {
    let kind = exchangeKind(work)
    // Where tokens go to their experts, the dies that share a request's heads share its tokens too.
    let isSplit = kind == .lowLatency || kind == .bulk || kind == .gatherScatter
    let own = rows / Double(isSplit && !isPooled(work) ? plan.tensor : 1)
    let total = work.instanceTokens ?? own * Double(isSplit ? plan.stageDies : 1)
    let mean = work.instanceTokens.map { isSplit ? $0 / Double(plan.stageDies) : $0 } ?? own
    let load = ExpertLoad(
      rows: own, mean: mean, total: total, isSplit: isSplit,
      groups: Double(isSplit ? plan.stageDies : 1) / Double(plan.expert))
    experts(mixture, load, &list)
    switch kind {
    case .gatherScatter?: list += gatherScatter(mixture, mean: mean, total: total)
    case .lowLatency?, .bulk?:
      list.append(exchange(mixture, rows: own, isDispatch: true, kind == .bulk))
      list.append(exchange(mixture, rows: own, isDispatch: false, kind == .bulk))
    default: break
    }
  }

  /// Tokens that a die has, that it has on average, and that the instance has.
  private struct ExpertLoad {
    var rows: Double
    var mean: Double
    var total: Double
    var isSplit: Bool
    /// Dies of mean tokens whose choices fall on one group of experts, over the groups.
    var groups: Double
  }

  /// Router, the experts of a die with the mean load, and shared ones; `activated` slots of the busiest have tokens.
  private func experts(_ mixture: MixtureOfExperts, _ load: ExpertLoad, _ list: inout [Operation]) {
    let isRouted = engine.experts.sharedPlacedAsRouted
    let perToken = mixture.meanActiveExperts + Double(isRouted ? max(0, mixture.sharedExperts) : 0)
    // A slot's weights are read if any token of the instance chose it; the die that reads most is waited for.
    let slots = Double(plan.slots(mixture, placement: engine.experts))
    let share = popularity(of: mixture).share(ofTokens: load.total)
    let activated = max(1, busiest.read(ofSlots: slots, share: share))
    let pairs = load.mean * load.groups * perToken
    let width = max(1, mixture.intermediateSize / plan.expertTensor)
    let elementwise =
      load.rows * (Double(hidden) * kernels.normBytes)
      + pairs * (Double(width) * kernels.activationBytes + Double(hidden) * kernels.gatherBytes)
      * kernels.mixtureMoves
    let format = precision.experts ?? precision.weights
    let depth = mixture.latentSize ?? hidden
    let up = mixture.isGated ? 2 * width : width
    func routed(_ name: Operation.Name, depth: Int, columns: Int) -> Operation {
      product(
        name, .expertFeedForward, rows: pairs / max(1, activated), depth: depth, columns: columns, copies: activated,
        format: format, compute: precision.expertCompute?.compute)
    }
    list.append(vector("norm, activation, quantise", bytes: elementwise, launches: kernels.mixture))
    ordering(load, pairs: pairs, &list)
    list.append(
      product(
        "router", .router, rows: load.rows, depth: hidden, columns: mixture.experts + mixture.zeroExperts,
        format: .bf16))
    list.append(routed(mixture.isGated ? "experts, gate and up" : "experts, up", depth: depth, columns: up))
    list.append(routed("experts, down", depth: width, columns: depth))
    latentWidth(mixture, rows: load.rows, &list)
    if !isRouted { sharedExperts(mixture, load, &list) }
  }

  /// Tokens into the order of their experts: a die orders all that it is given, those of the instance or those that are
  /// sent to it, and few of them in fewer kernels.
  private func ordering(_ load: ExpertLoad, pairs: Double, _ list: inout [Operation]) {
    guard kernels.mixtureOrdering > .zero else { return }
    let tokens = load.isSplit ? min(load.total, pairs) : load.total
    let time = kernels.mixtureOrdering * (tokens / (tokens + Self.halfOrderedTokens))
    list.append(Operation("order tokens", .vector, .fixed(time), launches: 0))
  }

  /// With how many tokens half of `ordering` is paid: where the kernels of the tables change (64 to 256).
  private static let halfOrderedTokens = 128.0

  /// Into the width of the routed experts and back, whole on every die.
  private func latentWidth(_ mixture: MixtureOfExperts, rows: Double, _ list: inout [Operation]) {
    guard let latent = mixture.latentSize else { return }
    list += [
      product("into latent width", .denseFeedForward, rows: rows, depth: hidden, columns: latent),
      product("out of latent width", .denseFeedForward, rows: rows, depth: latent, columns: hidden),
    ]
  }

  /// One product of the summed width; divided where every die has every token, whole where tokens are split.
  private func sharedExperts(_ mixture: MixtureOfExperts, _ load: ExpertLoad, _ list: inout [Operation]) {
    let whole = mixture.sharedExperts * mixture.sharedIntermediateSize
    guard whole > 0 else { return }
    let width = max(1, load.isSplit ? whole : whole / plan.tensor)
    let format = precision.sharedExperts ?? precision.weights
    list.append(
      product(
        mixture.isGated ? "shared experts, gate and up" : "shared experts, up", .denseFeedForward, rows: load.rows,
        depth: hidden, columns: mixture.isGated ? 2 * width : width, format: format))
    list.append(
      product(
        "shared experts, down", .denseFeedForward, rows: load.rows, depth: width, columns: hidden, format: format))
  }

  // MARK: Tokens to their experts

  /// Hidden values of all tokens to all dies of the stage, and the sums back to the tokens' own.
  private func gatherScatter(_ mixture: MixtureOfExperts, mean: Double, total: Double) -> [Operation] {
    let hidden = mixture.latentSize ?? hidden
    let format = kernels.exchange?.gatherFormat ?? .bf16
    let ranks = plan.stageDies
    let gathered = mean * Double(hidden) * format.bytes
    let summed = total * Double(hidden) * 2
    return [
      collective("gather tokens", .allGather, size: gathered, ranks: ranks, sent: gathered * Double(ranks - 1)),
      collective(
        "scatter sums", .reduceScatter, size: summed, ranks: ranks, sent: summed * Double(ranks - 1) / Double(ranks)),
    ]
  }

  /// Dispatch or combine of a rank's tokens; steps with decoding requests send small messages.
  private func exchange(_ mixture: MixtureOfExperts, rows: Double, isDispatch: Bool, _ isBulk: Bool) -> Operation {
    Operation(
      isDispatch ? "dispatch" : "combine", isDispatch ? .dispatch : .combine,
      .exchange(shape(mixture, rows: rows, isDispatch: isDispatch, isBulk: isBulk)), launches: 0)
  }

  /// Every dispatch and combine that a step may hold, of one token.
  var exchangesOfOneToken: [Operation.Exchange] {
    guard plan.expertDies > 1, let mixture = architecture.mixture else { return [] }
    var methods: [Bool] = []
    if let rule = kernels.exchange {
      let kinds = plan.data * plan.context == 1 ? [rule.shared] : [rule.split, rule.prompts ?? rule.split]
      if kinds.contains(.lowLatency) { methods.append(false) }
      if kinds.contains(.bulk) { methods.append(true) }
    } else if plan.expert > 1 {
      methods = [false, true]
    }
    return methods.flatMap { isBulk in
      [true, false].map { shape(mixture, rows: 1, isDispatch: $0, isBulk: isBulk) }
    }
  }

  private func shape(_ mixture: MixtureOfExperts, rows: Double, isDispatch: Bool, isBulk: Bool) -> Operation.Exchange {
    // Group-limited routing keeps some of the groups (DeepSeek: 4 of 8), one group to a board.
    Operation.Exchange(
      isDispatch: isDispatch, method: isBulk ? .bulk : .lowLatency, tokens: rows, hidden: mixture.latentSize ?? hidden,
      expertsPerToken: max(1, Int(mixture.meanActiveExperts.rounded())), ranks: plan.expertHosts,
      boardLimit: mixture.keptGroups < mixture.routingGroups ? mixture.keptGroups : Int.max,
      format: isDispatch ? precision.dispatch : precision.combine)
  }
}
