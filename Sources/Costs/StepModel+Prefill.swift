import Hardware
import Units
import Models

extension StepModel {
  /// The time alone of a prefill step; totals of the whole instance (`ranks == 1`), or of one rank that has its own
  /// requests.
  public func prefillTime(newTokens: Double, attentionPairs: Double, cachedTokens: Double, requests: Int) -> Seconds {
    Seconds(resolvePrefill(newTokens, attentionPairs, cachedTokens, Double(requests)).seconds)
  }

  func resolvePrefill(_ new: Double, _ pairs: Double, _ cached: Double, _ requests: Double) -> Resolved {
    guard new > 0 || cached > 0 else { return Resolved() }
    var resolved = Resolved(requests: requests)
    let whole = prefillLayers(new: new, pairs: pairs, cached: cached)
    resolved.seconds = whole.reduce(0) { $0 + $1.count * $1.onePass() }
    if engine.prefill.overlap != .none, plan.microbatching != false, plan.expertParallel > 1 {
      let half = prefillLayers(new: new / 2, pairs: pairs / 2, cached: cached / 2)
      let two = wireTime(half, communicationCores: engine.prefill.communicationCores?.value ?? 0)
      if two < resolved.seconds || plan.microbatching == true {
        resolved.seconds = two
        resolved.microbatches = 2
      }
    }
    let outside = prefillOutside(requests: requests, cached: cached)
    resolved.seconds += outside.reduce(0) { $0 + $1.time(share: 1) }
    return resolved
  }

  /// Dies over which the tokens of a step are spread.
  private var spread: Double { ranks == 1 ? Double(plan.dies) : Double(plan.tensorParallel) }
  private var pooled: Bool { engine.prefill.attention == .sequenceTensorSequence }

  func prefillLayers(new: Double, pairs: Double, cached: Double) -> [LayerDemand] {
    let count = pooled ? spread : 1
    let work = AttentionWork(
      tokens: new / count, pairs: pairs / count, contextTokens: (new + cached) / count, cachedTokens: cached / count,
      loadedTokens: cached, tensorParallel: pooled ? 1 : plan.tensorParallel)
    return architecture.layers.map { group in
      var layer = LayerDemand(
        count: Double(group.count),
        attention: builder.attention(group.attention, work, hidden: hidden, phase: .prefill, pooled: pooled),
        experts: feedForward(group.feedForward, rows: work.tokens))
      if pooled {
        layer.attention += sequenceCollectives(group.attention, rows: work.tokens)
      } else {
        layer.attention += tensorCollective(rows: work.tokens)
      }
      if case .mixture = group.feedForward, plan.expertParallel > 1 {
        // Ranks that share one pool of tokens have equal attention; ranks with requests of their own wait for the
        // longest.
        layer.straggle = pooled ? 0 : engine.constants.attentionStraggle.value
        layer.skew = skew
      } else if !pooled {
        layer.experts += tensorCollective(rows: work.tokens)
      }
      return layer
    }
  }

  /// Between sequence- and tensor-parallel stages: latents (or queries, keys and values) to all dies, outputs back by
  /// all-to-all.
  private func sequenceCollectives(_ attention: Attention, rows: Double) -> [OperatorDemand] {
    let dies = plan.dies
    guard dies > 1 else { return [] }
    let output: Int
    let gathered: Double
    switch attention {
    case .latent(let shape):
      let latent = Double(shape.keyValueRank + shape.ropeDimension) * precision.keyValue.bytes
      gathered = Double(shape.queryRank ?? hidden) * precision.weights.bytes + latent
      output = shape.heads * shape.valueDimension
      let gather = fabric.allGather(Bytes(rows * gathered), ranks: dies)
      let exchange = fabric.allToAll(Bytes(rows * Double(output) * 2), ranks: dies)
      return [
        builder.collective("gather latents", gather, bytes: rows * gathered * Double(dies - 1)),
        builder.collective("return outputs", exchange, bytes: rows * Double(output) * 2),
      ]
    case .grouped(let shape):
      output = (shape.heads + 2 * shape.keyValueHeads) * shape.headDimension
      let exchange = fabric.allToAll(Bytes(rows * Double(output) * 2), ranks: dies)
      return [builder.collective("exchange heads", exchange + exchange, bytes: rows * Double(output) * 4)]
    }
  }

  func prefillOutside(requests: Double, cached: Double) -> [OperatorDemand] {
    let rows = max(1, requests / spread)
    let vocabulary = pooled ? architecture.vocabularySize : architecture.vocabularySize / plan.tensorParallel
    var sampling = OperatorDemand(name: "sampling", kind: .host)
    sampling.fixed = engine.constants.sampling.value.value
    var gap = OperatorDemand(name: "between steps", kind: .host)
    gap.fixed = engine.constants.stepGap.value.value
    var list = [
      builder.product("head", .head, rows: rows, depth: hidden, columns: max(1, vocabulary), format: .bf16), sampling,
      gap,
    ]
    if let plane = cachePlane, cached > 0 {
      var read = OperatorDemand(name: "read cached prefixes", kind: .cacheRead)
      read.messages = keyValueBytesPerToken.value * cached
      read.fixed = cacheRead(tokens: cached, plane: plane).value
      list.append(read)
    }
    return list
  }
}
