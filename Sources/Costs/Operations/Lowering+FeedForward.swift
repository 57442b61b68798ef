import Models
import Units

extension Lowering {
  /// The feed-forward half of a layer; `rows` are tokens of one attention rank (of one die in a pooled step).
  func feedForward(_ feedForward: FeedForward, _ rows: Double, _ work: StepWork) -> [Operation] {
    let pooled = isPooled(work)
    let tensor = pooled ? 1 : plan.tensorParallel
    switch feedForward {
    case .dense(let intermediate): return dense(intermediate: intermediate, rows: rows, tensorParallel: tensor)
    case .mixture(let mixture):
      // The dies that share a request's heads share its tokens among their experts too.
      let rows = rows / Double(plan.expertParallel > 1 ? tensor : 1)
      let slots = max(1, plan.expertsPerRank)
      let total = rows * Double(plan.expertParallel)
      let activated = Self.activatedSlots(mixture, slots: slots, tokens: total)
      var list = experts(mixture, rows: rows, activated: activated)
      if plan.expertParallel > 1 {
        let isBulk = work.decode == nil
        list += [true, false].map { exchange(mixture, rows: rows, isDispatch: $0, isBulk) }
      }
      return list
    }
  }

  /// Gate, up and down of a dense layer, divided over `tensorParallel` dies.
  private func dense(intermediate: Int, rows: Double, tensorParallel: Int) -> [Operation] {
    let width = max(1, intermediate / tensorParallel)
    let elementwise = Double(11 * hidden + 5 * width)
    return [
      vector("norm, activation, quantise", bytes: rows * elementwise, launches: 2),
      product("gate and up", .denseFeedForward, rows: rows, depth: hidden, columns: 2 * width),
      product("down", .denseFeedForward, rows: rows, depth: width, columns: hidden),
    ]
  }

  /// Router, and the experts of one rank that receives the mean load; `activated` of its slots have tokens.
  private func experts(_ mixture: MixtureOfExperts, rows: Double, activated: Double) -> [Operation] {
    let pairs = rows * Double(mixture.expertsPerToken + max(0, mixture.sharedExperts))
    let perExpert = pairs / max(1, activated)
    let width = mixture.intermediateSize
    let elementwise = rows * Double(11 * hidden) + pairs * Double(5 * width)
    return [
      vector("norm, activation, quantise", bytes: elementwise, launches: 2),
      product("router", .router, rows: rows, depth: hidden, columns: mixture.experts, format: .bf16),
      product(
        "experts, gate and up", .expertFeedForward, rows: perExpert, depth: hidden, columns: 2 * width,
        copies: activated),
      product(
        "experts, down", .expertFeedForward, rows: perExpert, depth: width, columns: hidden, copies: activated),
    ]
  }

  /// slots · (1 − (1 − k/E)^tokens): a slot's weights are read if any token of the instance chose it.
  static func activatedSlots(_ mixture: MixtureOfExperts, slots: Int, tokens: Double) -> Double {
    guard tokens <= 4096 else { return Double(slots) }
    var base = 1 - Double(mixture.expertsPerToken) / Double(mixture.experts)
    var none = 1.0
    var exponent = Int(tokens.rounded(.up))
    while exponent > 0 {
      if exponent & 1 == 1 { none *= base }
      base *= base
      exponent >>= 1
    }
    return max(1, Double(slots) * (1 - none))
  }

  /// Dispatch or combine of a rank's tokens; steps with decoding requests send small messages.
  private func exchange(_ mixture: MixtureOfExperts, rows: Double, isDispatch: Bool, _ isBulk: Bool) -> Operation {
    Operation(
      isDispatch ? "dispatch" : "combine", isDispatch ? .dispatch : .combine,
      .exchange(shape(mixture, rows: rows, isDispatch: isDispatch, isBulk: isBulk)), launches: 0)
  }

  /// Every dispatch and combine that a step may hold, of one token.
  var exchangesOfOneToken: [Operation.Exchange] {
    guard plan.expertParallel > 1, let mixture = architecture.mixture else { return [] }
    return [false, true].flatMap { isBulk in
      [true, false].map { shape(mixture, rows: 1, isDispatch: $0, isBulk: isBulk) }
    }
  }

  private func shape(_ mixture: MixtureOfExperts, rows: Double, isDispatch: Bool, isBulk: Bool) -> Operation.Exchange {
    // Group-limited routing keeps half of the groups (DeepSeek: 4 of 8), one group to a board.
    Operation.Exchange(
      isDispatch: isDispatch, method: isBulk ? .bulk : .lowLatency, tokens: rows, hidden: hidden,
      expertsPerToken: mixture.expertsPerToken, ranks: plan.expertParallel,
      boardLimit: mixture.routingGroups > 1 ? mixture.routingGroups / 2 : Int.max)
  }
}
