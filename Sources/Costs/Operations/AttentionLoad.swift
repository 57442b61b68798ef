import Models

/// Tokens of a step as one layer's attention meets them on one die.
struct AttentionLoad {
  /// New tokens whose projections this die computes, of requests that decode and of prompts.
  var decodeTokens = 0.0
  var promptTokens = 0.0
  /// Requests that decode.
  var requests = 0.0
  /// The context that decoding requests see, and how many queries share each.
  var context = 0.0
  var queries = 1.0
  var prompts: [Prompt] = []
  /// Dies that divide the heads.
  var tensorParallel: Int
  /// How context is seen, and its place among the kinds of the step.
  var kind = ContextKind.full
  var place = 0

  struct Prompt {
    var newTokens: Double
    var cachedTokens: Double
    /// Both, as attention reads them.
    var contextTokens: Double
    var pairs: Double
    /// Cached tokens whose latents this die lays side by side: it has heads of every request of a pooled step.
    var loadedTokens: Double
    /// Prompts that these are.
    var count: Double
  }

  var tokens: Double { decodeTokens + promptTokens }

  /// Of an operation that sees context of this kind: `attention, window 128`.
  func name(_ name: StaticString) -> Operation.Name { Operation.Name(name, kind) }
}

extension Lowering {
  /// A pooled step spreads its tokens over all dies, and each die has all heads of its tokens' projections.
  func load(_ work: StepWork, _ kind: ContextKind) -> AttentionLoad {
    let pooled = isPooled(work)
    let parts = Double(plan.context)
    let count = pooled ? Double(plan.dies) : parts
    let place = place(of: kind)
    var load = AttentionLoad(tensorParallel: pooled ? 1 : plan.tensor)
    (load.kind, load.place) = (kind, place)
    if let decode = work.decode {
      load.decodeTokens = decode.tokens
      load.requests = decode.requests
      load.queries = Double(decode.queries)
      load.context = seen(decode.context, kind, most: decode.requests) / parts
    }
    load.promptTokens = work.prefill.reduce(0) { $0 + $1.newTokens } / count
    load.prompts = work.prefill.map { chunk in
      let prompts = max(1, chunk.sampled)
      let cached = kind.limit.map { min(chunk.cachedTokens, Double($0) * prompts) } ?? chunk.cachedTokens
      return AttentionLoad.Prompt(
        newTokens: chunk.newTokens / count, cachedTokens: chunk.cachedTokens / count,
        contextTokens: (chunk.newTokens + cached) / count,
        pairs: seen(chunk.pairs, kind, most: chunk.newTokens) / count, loadedTokens: chunk.cachedTokens, count: prompts)
    }
    return load
  }

  /// The place of a kind; of one that only draft layers have, that of the first.
  private func place(of kind: ContextKind) -> Int { kinds.firstIndex(of: kind) ?? 0 }

  /// What is seen of a kind; of one that only draft layers have, as much as of the first, up to its limit for each of
  /// so many queries.
  private func seen(_ values: [Double], _ kind: ContextKind, most queries: Double) -> Double {
    guard let place = kinds.firstIndex(of: kind) else {
      let first = values.first ?? 0
      return kind.limit.map { min(first, Double($0) * queries) } ?? first
    }
    return place < values.count ? values[place] : 0
  }
}
