import Hardware
import Models
import Units

extension Lowering {
  /// Head, sampling, the drafts' heads and joining projections, the host between steps, cached prefixes.
  func outside(_ work: StepWork) -> [Operation] {
    let drafts = Double((work.decode?.queries ?? 1) - 1)
    let pooled = isPooled(work)
    let dies = pooled ? 1 : plan.headTensor ?? plan.tensor
    let vocabulary = max(1, architecture.vocabularySize / dies)
    let spread = Double(max(1, dies / max(1, pooled ? 1 : plan.tensor)))
    var list: [Operation] = []
    let rows = headRows(work) * spread
    if rows > 0 { list.append(head("head", rows: rows, columns: vocabulary)) }
    if let decode = work.decode, drafts > 0 {
      list += draftHeads(decode.requests * spread, drafts: drafts, columns: vocabulary)
    }
    if rows > 0 || !kernels.isStepped {
      list.append(Operation("sampling", .host, .host(.sampling), launches: 0, times: samplings(drafts)))
    }
    list.append(Operation("between steps", .host, .host(.gap(requests: work.requests)), launches: 0))
    if plan.pipeline > 1 { list.append(sends(work)) }
    if let plane = cachePlane, work.cachedTokens > 0 { list.append(cacheRead(work.cachedTokens, plane, pooled)) }
    return list
  }

  /// Tokens whose logits a die computes: all that decode, the last of each prompt that ends.
  private func headRows(_ work: StepWork) -> Double {
    let decoding = work.decode?.tokens ?? 0
    if work.prefill.isEmpty { return decoding }
    guard !kernels.isStepped else { return decoding + work.sampled }
    let spread = Double(isPooled(work) ? plan.dies : plan.tensor)
    return decoding + max(1, work.sampled / spread)
  }

  func head(_ name: Operation.Name, rows: Double, columns: Int, times: Double = 1) -> Operation {
    product(name, .head, rows: rows, depth: hidden, columns: columns, times: times)
  }

  /// Hidden values from each pipeline stage to the next.
  private func sends(_ work: StepWork) -> Operation {
    let size = rowsPerDie(work) * Double(hidden) * 2 / Double(plan.tensor)
    return collective(
      "to the next stage", .send, size: size, ranks: plan.stageDies, sent: size * Double(plan.pipeline - 1),
      times: Double(plan.pipeline - 1))
  }

  /// Each layer of each block lies in `fragmentsPerLayer` pieces. In a pooled step every die needs the latents of all
  /// requests, so each reads them all.
  private func cacheRead(_ tokens: Double, _ plane: Int, _ pooled: Bool) -> Operation {
    let pieces = Double(engine.cache.fragmentsPerLayer.value) * Double(architecture.layerCount)
    let read = Operation.CacheRead(
      plane: plane, size: architecture.keyValueBytesPerToken(precision.keyValue) * tokens,
      fragments: (tokens / Double(engine.cache.blockTokens.value)).rounded(.up) * pieces,
      share: pooled ? 1 : 1 / Double(plan.tensor))
    return Operation("read cached prefixes", .cacheRead, .cacheRead(read), launches: 0)
  }
}
