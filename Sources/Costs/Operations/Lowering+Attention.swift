import Models
import Units

/// Tokens of a step as one layer's attention meets them on one die.
struct AttentionLoad {
  /// New tokens whose projections this die computes, of requests that decode and of prompts.
  var decodeTokens = 0.0
  var promptTokens = 0.0
  /// The context that decoding requests see, and how many queries share each.
  var context = 0.0
  var queries = 1.0
  var prompts: [Prompt] = []
  /// Dies that divide the heads.
  var tensorParallel: Int

  struct Prompt {
    var newTokens: Double
    var cachedTokens: Double
    /// Both, as attention reads them.
    var contextTokens: Double
    var pairs: Double
    /// Cached tokens whose latents this die lays side by side: it has heads of every request of a pooled step.
    var loadedTokens: Double
  }

  var tokens: Double { decodeTokens + promptTokens }
}

extension Lowering {
  func attention(_ attention: Attention, _ work: StepWork) -> [Operation] {
    let load = load(work)
    switch attention {
    case .grouped(let shape): return grouped(shape, load)
    case .latent(let shape): return latent(shape, load)
    // Refused when the model of the step is made.
    case .compressed, .state, .parallel, .absent: return []
    }
  }

  /// A pooled step spreads its tokens over all dies, and each die has all heads of its tokens' projections.
  private func load(_ work: StepWork) -> AttentionLoad {
    let pooled = isPooled(work)
    let parts = Double(plan.context)
    let count = pooled ? Double(plan.dies) : parts
    var load = AttentionLoad(tensorParallel: pooled ? 1 : plan.tensor)
    if let decode = work.decode {
      load.decodeTokens = decode.tokens
      load.queries = Double(decode.queries)
      load.context = (decode.context.first ?? 0) / parts
    }
    load.promptTokens = work.prefill.reduce(0) { $0 + $1.newTokens } / count
    load.prompts = work.prefill.map { chunk in
      AttentionLoad.Prompt(
        newTokens: chunk.newTokens / count, cachedTokens: chunk.cachedTokens / count,
        contextTokens: (chunk.newTokens + chunk.cachedTokens) / count,
        pairs: (chunk.pairs.first ?? 0) / count, loadedTokens: chunk.cachedTokens)
    }
    return load
  }

  private func grouped(_ shape: GroupedQueryAttention, _ load: AttentionLoad) -> [Operation] {
    let heads = max(1, shape.heads / load.tensorParallel)
    let keyHeads = max(1, shape.keyValueHeads / load.tensorParallel)
    let queries = heads * shape.headDimension
    let keys = 2 * keyHeads * shape.headDimension
    let format = precision.keyValue.bytes
    let elementwise =
      Double(hidden) * kernels.normBytes.value + Double(queries + keys) * kernels.rotaryBytes.value
      + Double(queries) * kernels.quantiseBytes.value
    var list = [
      vector(
        "norm, rotary, quantise", bytes: load.tokens * elementwise,
        launches: fused(kernels.attention.value, rows: load.tokens)),
      product("query, key, value", .projection, rows: load.tokens, depth: hidden, columns: queries + keys),
    ]
    if load.decodeTokens > 0 {
      let flops = 4 * (load.context * load.queries) * Double(queries)
      let bytes = (load.context + load.decodeTokens) * Double(keys) * format
      list.append(attentionCore("attention", flops: flops, bytes: bytes, isDecode: true))
    }
    for prompt in load.prompts {
      let flops = 4 * prompt.pairs * Double(queries)
      let read = prompt.contextTokens + prompt.newTokens
      list.append(attentionCore("attention", flops: flops, bytes: read * Double(keys) * format, isDecode: false))
    }
    return list + outputProjection(rows: load.tokens, depth: queries)
  }

  /// Decoding requests, and prompts of few tokens, take their queries into the latent space; longer prompts expand keys
  /// and values for every head.
  private func latent(_ shape: LatentAttention, _ load: AttentionLoad) -> [Operation] {
    let heads = max(1, shape.heads / load.tensorParallel)
    let perHead = shape.nopeDimension + shape.ropeDimension
    let latent = shape.keyValueRank + shape.ropeDimension
    let least = Double(engine.execution?.expandsFrom.value ?? 0)
    let short = load.prompts.filter { $0.newTokens < least }
    let long = load.prompts.filter { $0.newTokens >= least }
    let absorbedTokens = load.decodeTokens + short.reduce(0) { $0 + $1.newTokens }
    let elementwise =
      absorbedTokens * latentElementwise(shape, heads: heads, assembled: latent)
      + long.reduce(0) { $0 + $1.newTokens } * latentElementwise(shape, heads: heads, assembled: perHead)
    let launches = fused(kernels.latentAttention.value, rows: load.tokens)
    var list = [vector("norm, rotary, quantise", bytes: elementwise, launches: launches)]
    list += queryProjections(shape, rows: load.tokens, columns: heads * perHead)
    if absorbedTokens > 0 { list += absorbed(shape, load, short, rows: absorbedTokens, heads: heads) }
    if !long.isEmpty { list += expanded(shape, long, heads: heads) }
    return list + outputProjection(rows: load.tokens, depth: heads * shape.valueDimension)
  }

  private func absorbed(
    _ shape: LatentAttention, _ load: AttentionLoad, _ short: [AttentionLoad.Prompt], rows: Double, heads: Int
  ) -> [Operation] {
    let latent = shape.keyValueRank + shape.ropeDimension
    func core(pairs: Double, read: Double) -> Operation {
      attentionCore(
        "latent attention", flops: 2 * pairs * Double(heads) * Double(latent + shape.keyValueRank),
        bytes: read * Double(latent) * precision.keyValue.bytes, isDecode: true, isLatent: true)
    }
    var list = [
      product(
        "absorb keys", .projection, rows: rows, depth: shape.nopeDimension, columns: shape.keyValueRank,
        copies: Double(heads), format: .bf16)
    ]
    if load.decodeTokens > 0 {
      list.append(core(pairs: load.context * load.queries, read: load.context + load.decodeTokens))
    }
    list += short.map { core(pairs: $0.pairs, read: $0.contextTokens + $0.newTokens) }
    list.append(
      product(
        "expand values", .projection, rows: rows, depth: shape.keyValueRank, columns: shape.valueDimension,
        copies: Double(heads), format: .bf16))
    return list
  }

  /// Keys and values of all tokens, cached ones included, are expanded from their latents for every head.
  private func expanded(_ shape: LatentAttention, _ prompts: [AttentionLoad.Prompt], heads: Int) -> [Operation] {
    let perHead = shape.nopeDimension + shape.ropeDimension
    let all = prompts.reduce(0) { $0 + $1.newTokens } + prompts.reduce(0) { $0 + $1.cachedTokens }
    let loaded = prompts.reduce(0) { $0 + $1.loadedTokens }
    var list = [
      product(
        "expand keys and values", .projection, rows: all, depth: shape.keyValueRank,
        columns: heads * (shape.nopeDimension + shape.valueDimension), format: .bf16, context: 0)
    ]
    if loaded > 0 {
      let latent = Double(shape.keyValueRank + shape.ropeDimension) * precision.keyValue.bytes
      list.append(vector("load cached latents", bytes: loaded * latent * 2, launches: 1, context: 0))
    }
    // Reads the nope part and writes it beside the rotary one; values are read and written once.
    let assembled = 2 * (shape.nopeDimension + perHead + 2 * shape.valueDimension)
    list.append(vector("assemble keys and values", bytes: all * Double(heads * assembled), launches: 2, context: 0))
    for prompt in prompts {
      let flops = 2 * prompt.pairs * Double(heads) * Double(perHead + shape.valueDimension)
      let read = prompt.newTokens + prompt.cachedTokens
      let bytes = read * Double(heads * (perHead + shape.valueDimension)) * 2
      list.append(attentionCore("attention", flops: flops, bytes: bytes, isDecode: false))
    }
    return list
  }

  private func queryProjections(_ shape: LatentAttention, rows: Double, columns: Int) -> [Operation] {
    let latent = shape.keyValueRank + shape.ropeDimension
    guard let rank = shape.queryRank else {
      return [product("query, latent", .projection, rows: rows, depth: hidden, columns: columns + latent)]
    }
    return [
      product("query and latent down", .projection, rows: rows, depth: hidden, columns: rank + latent),
      product("query up", .projection, rows: rows, depth: rank, columns: columns),
    ]
  }

  /// Of one token: norm and quantise, norms of the latents, rotary, assembly of the queries, quantised output.
  private func latentElementwise(_ shape: LatentAttention, heads: Int, assembled: Int) -> Double {
    let latents = kernels.latentNormBytes.value * Double((shape.queryRank ?? 0) + shape.keyValueRank)
    let rotary = kernels.rotaryBytes.value * Double(assembled + shape.ropeDimension)
    let perHead = rotary + kernels.quantiseBytes.value * Double(shape.valueDimension)
    return kernels.normBytes.value * Double(hidden) + latents + Double(heads) * perHead
  }

  /// The output projection, over the plan's own dies where they are others than those of the heads.
  private func outputProjection(rows: Double, depth: Int) -> [Operation] {
    guard let output = plan.outputTensor, output > plan.tensor else {
      return [product("output projection", .projection, rows: rows, depth: depth, columns: hidden)]
    }
    // Each die takes a part of the heads of all tokens of its group, and sums go back to the tokens' own dies.
    let group = output / plan.tensor
    let sent = rows * Double(depth) * 2
    let summed = rows * Double(group * hidden) * 2
    return [
      collective("heads to their dies", .allToAll, size: sent, ranks: group, sent: sent),
      product(
        "output projection", .projection, rows: rows * Double(group), depth: max(1, depth / group), columns: hidden),
      collective("sums of outputs", .reduceScatter, size: summed, ranks: group, sent: summed / Double(group)),
    ]
  }

  /// Between sequence- and tensor-parallel stages: latents (or queries, keys and values) to all dies, outputs back by
  /// all-to-all.
  func sequenceCollectives(_ attention: Attention, rows: Double) -> [Operation] {
    let dies = plan.dies
    guard dies > 1 else { return [] }
    switch attention {
    case .latent(let shape):
      let latent = Double(shape.keyValueRank + shape.ropeDimension) * precision.keyValue.bytes
      let gathered = Double(shape.queryRank ?? hidden) * precision.weights.bytes + latent
      let output = rows * Double(shape.heads * shape.valueDimension) * 2
      return [
        collective(
          "gather latents", .allGather, size: rows * gathered, ranks: dies, sent: rows * gathered * Double(dies - 1)),
        collective("return outputs", .allToAll, size: output, ranks: dies, sent: output),
      ]
    case .grouped(let shape):
      let output = rows * Double((shape.heads + 2 * shape.keyValueHeads) * shape.headDimension) * 2
      return [collective("exchange heads", .allToAll, size: output, ranks: dies, sent: output, times: 2)]
    case .compressed, .state, .parallel, .absent: return []
    }
  }
}
