import Hardware
import Units
import Models

/// What a step resolved to, before it is told as operators.
struct Resolved {
  var seconds = 0.0
  var microbatches = 1
  var attentionShare = 1.0
  /// Requests of one microbatch on a rank.
  var requests = 0.0
}

extension StepModel {
  /// The time alone of a decode step; requests and context tokens are those of one rank, the fullest.
  public func decodeTime(requestsPerRank: Int, contextTokensPerRank: Double) -> Seconds {
    Seconds(resolveDecode(Double(requestsPerRank), contextTokensPerRank).seconds)
  }

  func resolveDecode(_ requests: Double, _ context: Double) -> Resolved {
    guard requests > 0 else { return Resolved() }
    var resolved = Resolved(requests: requests)
    let whole = decodeLayers(requests: requests, context: context)
    let one = whole.reduce(0) { $0 + $1.count * $1.onePass() }
    resolved.seconds = one
    let overlap = engine.decode.overlap
    if overlap != .none, plan.microbatching != false, requests >= 2 {
      let half = decodeLayers(requests: requests / 2, context: context / 2)
      let (two, share) = overlap == .coreSplit ? splitTime(half) : (wireTime(half), 1)
      if two < one || plan.microbatching == true {
        resolved.seconds = two
        resolved.microbatches = 2
        resolved.attentionShare = share
        resolved.requests = requests / 2
      }
    }
    resolved.seconds += outsideLayers(requests: requests).reduce(0) { $0 + $1.time(share: 1) }
    return resolved
  }

  /// Two microbatches side by side: in each half of a layer the longer stream decides; the engine takes the best split.
  func splitTime(_ layers: [LayerDemand]) -> (Double, Double) {
    let steps = max(4, engine.decode.splitSteps ?? 24)
    let join = engine.constants.microbatchJoin.value.value
    var best = Double.infinity
    var bestShare = 0.5
    for step in (steps / 4)...(steps - steps / 6) {
      let share = Double(step) / Double(steps)
      var total = 0.0
      for layer in layers {
        let attention = layer.attentionTime(share: share)
        let experts = layer.expertTime(share: 1 - share) + layer.skewTime(share: 1 - share)
        total += layer.count * (2 * max(attention, experts + layer.straggle * attention) + join)
      }
      if total < best {
        best = total
        bestShare = share
      }
    }
    return (best, bestShare)
  }

  /// Two microbatches in turn on all cores: messages on the wire are hidden behind the other's compute.
  func wireTime(_ layers: [LayerDemand], communicationCores: Double = 0) -> Double {
    let left = 1 - communicationCores
    let join = engine.constants.microbatchJoin.value.value
    var total = 0.0
    for layer in layers {
      let all = layer.onePass()
      var wire = 0.0
      for demand in layer.experts where demand.wire > 0 { wire += demand.wire * layer.skew }
      total += layer.count * (2 * max((all - wire) / left, wire) + join)
    }
    return total
  }

  /// The layers of one pass over `requests` with the drafts of each, the groups of the architecture and the draft
  /// layers.
  func decodeLayers(requests: Double, context: Double) -> [LayerDemand] {
    let queries = Double(1 + plan.draftTokens)
    var list = architecture.layers.map { group in
      decodeLayer(group, count: Double(group.count), requests: requests, queries: queries, context: context)
    }
    if plan.draftTokens > 0, let last = architecture.layers.last {
      list.append(
        decodeLayer(last, count: Double(plan.draftTokens), requests: requests, queries: 1, context: context))
    }
    return list
  }

  private func decodeLayer(
    _ group: LayerGroup, count: Double, requests: Double, queries: Double, context: Double
  ) -> LayerDemand {
    let tokens = requests * queries
    let work = AttentionWork(
      tokens: tokens, pairs: context * queries, contextTokens: context, cachedTokens: 0,
      tensorParallel: plan.tensorParallel)
    let collective = tensorCollective(rows: tokens)
    let attention = builder.attention(group.attention, work, hidden: hidden, phase: .decode, pooled: false)
    var layer = LayerDemand(
      count: count, attention: attention + collective, experts: feedForward(group.feedForward, rows: tokens))
    if case .mixture = group.feedForward, plan.expertParallel > 1 {
      layer.straggle = engine.constants.attentionStraggle.value
      layer.skew = skew
    } else {
      layer.experts += collective
    }
    return layer
  }

  /// Head and sampling of the main pass and of each draft, the draft's joining projection, and the host between steps.
  func outsideLayers(requests: Double) -> [OperatorDemand] {
    let drafts = Double(plan.draftTokens)
    let vocabulary = max(1, architecture.vocabularySize / plan.tensorParallel)
    var list = [
      builder.product(
        "head", .head, rows: requests * (1 + drafts), depth: hidden, columns: vocabulary, format: .bf16)
    ]
    if drafts > 0 {
      var head = builder.product("draft head", .head, rows: requests, depth: hidden, columns: vocabulary, format: .bf16)
      var join = builder.product("draft projection", .projection, rows: requests, depth: 2 * hidden, columns: hidden)
      head.repeatTimes(drafts)
      join.repeatTimes(drafts)
      list += [head, join]
    }
    var sampling = OperatorDemand(name: "sampling", kind: .host)
    sampling.fixed = engine.constants.sampling.value.value * (1 + drafts)
    var gap = OperatorDemand(name: "between steps", kind: .host)
    gap.fixed = engine.constants.stepGap.value.value
    return list + [sampling, gap]
  }
}

extension OperatorDemand {
  mutating func repeatTimes(_ times: Double) {
    flops *= times
    bytes *= times
    messages *= times
    compute *= times
    memory *= times
    vector *= times
    wire *= times
    fixed *= times
  }
}
