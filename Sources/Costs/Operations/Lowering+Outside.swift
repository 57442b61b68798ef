import Hardware
import Models
import Units

extension Lowering {
  /// Head, sampling, the drafts' heads and joining projections, the host between steps, cached prefixes.
  func outside(_ work: StepWork) -> [Operation] {
    let drafts = Double((work.decode?.queries ?? 1) - 1)
    let pooled = isPooled(work)
    let vocabulary = max(1, pooled ? architecture.vocabularySize : architecture.vocabularySize / plan.tensorParallel)
    var list = [head("head", rows: headRows(work), columns: vocabulary)]
    if let decode = work.decode, drafts > 0 {
      list.append(head("draft head", rows: decode.requests, columns: vocabulary, times: drafts))
      list.append(
        product(
          "draft projection", .projection, rows: decode.requests, depth: 2 * hidden, columns: hidden, times: drafts))
    }
    list.append(Operation("sampling", .host, .host(.sampling), launches: 0, times: 1 + drafts))
    list.append(Operation("between steps", .host, .host(.gap(requests: work.requests)), launches: 0))
    if let plane = cachePlane, work.cachedTokens > 0 { list.append(cacheRead(work.cachedTokens, plane, pooled)) }
    return list
  }

  /// Tokens whose logits a die computes: all that decode, the last of each prompt that ends.
  private func headRows(_ work: StepWork) -> Double {
    let decoding = work.decode?.tokens ?? 0
    if work.prefill.isEmpty { return decoding }
    let spread = Double(isPooled(work) ? plan.dies : plan.tensorParallel)
    return decoding + max(1, work.sampled / spread)
  }

  private func head(_ name: String, rows: Double, columns: Int, times: Double = 1) -> Operation {
    product(name, .head, rows: rows, depth: hidden, columns: columns, format: .bf16, times: times)
  }

  /// Each layer of each block lies in `fragmentsPerLayer` pieces. In a pooled step every die needs the latents of all
  /// requests, so each reads them all.
  private func cacheRead(_ tokens: Double, _ plane: Plane, _ pooled: Bool) -> Operation {
    let pieces = Double(engine.cache.fragmentsPerLayer.value) * Double(architecture.layerCount)
    let read = Operation.CacheRead(
      plane: plane.name, size: architecture.keyValueBytesPerToken(precision.keyValue) * tokens,
      fragments: (tokens / Double(engine.cache.blockTokens.value)).rounded(.up) * pieces,
      share: pooled ? 1 : 1 / Double(plan.tensorParallel))
    return Operation("read cached prefixes", .cacheRead, .cacheRead(read), launches: 0)
  }
}
