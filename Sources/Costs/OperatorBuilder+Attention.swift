import Hardware
import Units
import Models

/// What one layer's attention has to do on one rank in one pass.
struct AttentionWork {
  /// New tokens whose projections this rank computes (sequence-parallel share in pooled prefill).
  var tokens: Double
  /// Pairs of a new token and a token it sees, over all heads of this rank's share.
  var pairs: Double
  /// Tokens whose keys and values are read from memory.
  var contextTokens: Double
  /// Tokens with a cached prefix that non-absorbed attention expands again, this rank's share.
  var cachedTokens: Double
  /// Cached tokens whose latents this die lays side by side: all of the group's, since each die has heads of every
  /// request.
  var loadedTokens = 0.0
  /// Dies that divide the heads.
  var tensorParallel: Int
}

extension OperatorBuilder {
  func attention(_ attention: Attention, _ work: AttentionWork, hidden: Int, phase: Phase, pooled: Bool)
    -> [OperatorDemand]
  {
    switch attention {
    case .grouped(let grouped): groupedAttention(grouped, work, hidden: hidden)
    case .latent(let latent):
      phase == .decode
        ? absorbedAttention(latent, work, hidden: hidden)
        : expandedAttention(latent, work, hidden: hidden, pooled: pooled)
    }
  }

  private func groupedAttention(_ shape: GroupedQueryAttention, _ work: AttentionWork, hidden: Int)
    -> [OperatorDemand]
  {
    let tensor = work.tensorParallel
    let heads = max(1, shape.heads / tensor)
    let keyHeads = max(1, shape.keyValueHeads / tensor)
    let width = shape.headDimension
    let queries = heads * width
    let keys = 2 * keyHeads * width
    let format = precision.keyValue.bytes
    let elementwise = Double(hidden) * 11 + Double(queries + keys) * 4 + Double(queries) * 3
    let flops = 4 * work.pairs * Double(queries)
    let cache = (work.contextTokens + work.tokens) * Double(keys) * format
    return [
      vector("norm, rotary, quantise", bytes: work.tokens * elementwise, launches: 5),
      product("query, key, value", .projection, rows: work.tokens, depth: hidden, columns: queries + keys),
      attentionCore("attention", flops: flops, bytes: cache),
      product("output projection", .projection, rows: work.tokens, depth: queries, columns: hidden),
    ]
  }

  /// DeepSeek's decode form: queries are taken into the latent space, so that keys and values are never expanded.
  private func absorbedAttention(_ shape: LatentAttention, _ work: AttentionWork, hidden: Int) -> [OperatorDemand] {
    let heads = max(1, shape.heads / work.tensorParallel)
    let latent = shape.keyValueRank + shape.ropeDimension
    let perHead = shape.nopeDimension + shape.ropeDimension
    let values = heads * shape.valueDimension
    var list = [elementwise(shape, work, hidden: hidden, heads: heads, assembled: 4 * latent)]
    list += queryProjections(shape, rows: work.tokens, hidden: hidden, columns: heads * perHead)
    list.append(
      product(
        "absorb keys", .projection, rows: work.tokens, depth: shape.nopeDimension, columns: shape.keyValueRank,
        copies: Double(heads), format: .bf16))
    let flops = 2 * work.pairs * Double(heads) * Double(latent + shape.keyValueRank)
    let cache = (work.contextTokens + work.tokens) * Double(latent) * precision.keyValue.bytes
    list.append(attentionCore("latent attention", flops: flops, bytes: cache))
    list.append(
      product(
        "expand values", .projection, rows: work.tokens, depth: shape.keyValueRank, columns: shape.valueDimension,
        copies: Double(heads), format: .bf16))
    list.append(product("output projection", .projection, rows: work.tokens, depth: values, columns: hidden))
    return list
  }

  /// Prefill's form: keys and values of all tokens, cached ones included, are expanded from their latents for every
  /// head.
  private func expandedAttention(_ shape: LatentAttention, _ work: AttentionWork, hidden: Int, pooled: Bool)
    -> [OperatorDemand]
  {
    let heads = pooled ? shape.heads : max(1, shape.heads / work.tensorParallel)
    let perHead = shape.nopeDimension + shape.ropeDimension
    let expanded = shape.nopeDimension + shape.valueDimension
    var list = [elementwise(shape, work, hidden: hidden, heads: heads, assembled: 4 * perHead)]
    list += queryProjections(shape, rows: work.tokens, hidden: hidden, columns: heads * perHead)
    let all = work.tokens + work.cachedTokens
    list.append(
      product(
        "expand keys and values", .projection, rows: all, depth: shape.keyValueRank, columns: heads * expanded,
        format: .bf16))
    if work.loadedTokens > 0 {
      let latent = Double(shape.keyValueRank + shape.ropeDimension) * precision.keyValue.bytes
      list.append(vector("load cached latents", bytes: work.loadedTokens * latent * 2, launches: 1))
    }
    // Reads the nope part and writes it beside the rotary one; values are read and written once.
    let assembled = 2 * (shape.nopeDimension + perHead + 2 * shape.valueDimension)
    list.append(vector("assemble keys and values", bytes: all * Double(heads * assembled), launches: 2))
    let flops = 2 * work.pairs * Double(heads) * Double(perHead + shape.valueDimension)
    let cache = all * Double(heads * (perHead + shape.valueDimension)) * 2
    list.append(attentionCore("attention", flops: flops, bytes: cache))
    list.append(
      product(
        "output projection", .projection, rows: work.tokens, depth: heads * shape.valueDimension, columns: hidden))
    return list
  }

  private func queryProjections(_ shape: LatentAttention, rows: Double, hidden: Int, columns: Int) -> [OperatorDemand] {
    let latent = shape.keyValueRank + shape.ropeDimension
    guard let rank = shape.queryRank else {
      return [product("query, latent", .projection, rows: rows, depth: hidden, columns: columns + latent)]
    }
    return [
      product("query and latent down", .projection, rows: rows, depth: hidden, columns: rank + latent),
      product("query up", .projection, rows: rows, depth: rank, columns: columns),
    ]
  }

  /// Norm with residual (8 bytes a value), quantise (3), latent norms (6), rotary (4), query assembly, quantised
  /// output (3).
  private func elementwise(
    _ shape: LatentAttention, _ work: AttentionWork, hidden: Int, heads: Int, assembled: Int
  ) -> OperatorDemand {
    let latents = 6 * ((shape.queryRank ?? 0) + shape.keyValueRank)
    let perHead = assembled + 4 * shape.ropeDimension + 3 * shape.valueDimension
    let bytes = Double(11 * hidden + latents + heads * perHead)
    return vector("norm, rotary, quantise", bytes: work.tokens * bytes, launches: 5)
  }
}
