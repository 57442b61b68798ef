import Models
import Units

extension Lowering {
  /// Decoding requests, and prompts of few tokens, take their queries into the latent space; longer prompts expand keys
  /// and values for every head.
  ///
  /// Where an indexer chooses what is seen, every query has tokens of its own, so nothing is expanded.
  func latent(_ shape: LatentAttention, _ load: AttentionLoad, _ work: StepWork, _ list: inout [Operation]) {
    let heads = max(1, shape.heads / load.tensorParallel)
    let perHead = shape.nopeDimension + shape.ropeDimension
    let latent = shape.keyValueRank + shape.ropeDimension
    let isSparse = shape.visibility != .full
    let least = isSparse ? Double.infinity : kernels.expandsFrom
    let short = load.prompts.filter { $0.newTokens < least }
    let long = load.prompts.filter { $0.newTokens >= least }
    let absorbedTokens = load.decodeTokens + short.reduce(0) { $0 + $1.newTokens }
    let elementwise =
      absorbedTokens * latentElementwise(shape, heads: heads, assembled: latent)
      + long.reduce(0) { $0 + $1.newTokens } * latentElementwise(shape, heads: heads, assembled: perHead)
    let launches = fused(kernels.latentAttention, rows: load.tokens)
    list.append(vector("norm, rotary, quantise", bytes: elementwise, launches: launches))
    queryProjections(shape, rows: load.tokens, columns: heads * perHead, &list)
    if let indexer = shape.visibility.indexer {
      list += index(indexer, depth: shape.queryRank ?? hidden, self.load(work, .full))
    }
    if absorbedTokens > 0 { absorbed(shape, load, short, rows: absorbedTokens, heads: heads, &list) }
    if !long.isEmpty { expanded(shape, long, heads: heads, place: load.place, &list) }
    outputProjection(rows: load.tokens, depth: heads * shape.valueDimension, &list)
  }

  private func absorbed(
    _ shape: LatentAttention, _ load: AttentionLoad, _ short: [AttentionLoad.Prompt], rows: Double, heads: Int,
    _ list: inout [Operation]
  ) {
    let latent = shape.keyValueRank + shape.ropeDimension
    let size = shape.visibility == .full ? Double(latent) * precision.keyValue.bytes : latentBytes(shape)
    func core(pairs: Double, read: Double) -> Operation {
      attentionCore(
        load.name("latent attention"), flops: 2 * pairs * Double(heads) * Double(latent + shape.keyValueRank),
        bytes: read * size, context: load.place, isDecode: true, isLatent: true)
    }
    list.append(
      product(
        "absorb keys", .projection, rows: rows, depth: shape.nopeDimension, columns: shape.keyValueRank,
        copies: Double(heads), format: .bf16))
    if load.decodeTokens > 0 {
      list.append(core(pairs: load.context * load.queries, read: load.context + load.decodeTokens))
    }
    for prompt in short { list.append(core(pairs: prompt.pairs, read: prompt.contextTokens + prompt.newTokens)) }
    list.append(
      product(
        "expand values", .projection, rows: rows, depth: shape.keyValueRank, columns: shape.valueDimension,
        copies: Double(heads), format: .bf16))
  }

  /// Keys and values of all tokens, cached ones included, are expanded from their latents for every head.
  private func expanded(
    _ shape: LatentAttention, _ prompts: [AttentionLoad.Prompt], heads: Int, place: Int, _ list: inout [Operation]
  ) {
    let perHead = shape.nopeDimension + shape.ropeDimension
    let all = prompts.reduce(0) { $0 + $1.newTokens } + prompts.reduce(0) { $0 + $1.cachedTokens }
    let loaded = prompts.reduce(0) { $0 + $1.loadedTokens }
    list.append(
      product(
        "expand keys and values", .projection, rows: all, depth: shape.keyValueRank,
        columns: heads * (shape.nopeDimension + shape.valueDimension), format: .bf16, context: place))
    if loaded > 0 {
      let latent = Double(shape.keyValueRank + shape.ropeDimension) * precision.keyValue.bytes
      list.append(vector("load cached latents", bytes: loaded * latent * 2, launches: 1, context: place))
    }
    // Reads the nope part and writes it beside the rotary one; values are read and written once.
    let assembled = 2 * (shape.nopeDimension + perHead + 2 * shape.valueDimension)
    list.append(vector("assemble keys and values", bytes: all * Double(heads * assembled), launches: 2, context: place))
    for prompt in prompts {
      let flops = 2 * prompt.pairs * Double(heads) * Double(perHead + shape.valueDimension)
      let read = prompt.newTokens + prompt.cachedTokens
      let bytes = read * Double(heads * (perHead + shape.valueDimension)) * 2
      list.append(attentionCore("attention", flops: flops, bytes: bytes, context: place, isDecode: false))
    }
    promptBlocks(prompts, flopsPerPair: 2 * Double(heads) * Double(perHead + shape.valueDimension), &list)
  }

  private func queryProjections(_ shape: LatentAttention, rows: Double, columns: Int, _ list: inout [Operation]) {
    // The gate is divided as the queries are.
    let gate = shape.gateWidth * columns / max(1, shape.queryWidth)
    let latent = shape.keyValueRank + shape.ropeDimension + gate
    guard let rank = shape.queryRank else {
      list.append(product("query, latent", .projection, rows: rows, depth: hidden, columns: columns + latent))
      return
    }
    list.append(product("query and latent down", .projection, rows: rows, depth: hidden, columns: rank + latent))
    list.append(product("query up", .projection, rows: rows, depth: rank, columns: columns))
  }

  /// Of one token: norm and quantise, norms of the latents, rotary, assembly of the queries, quantised output.
  private func latentElementwise(_ shape: LatentAttention, heads: Int, assembled: Int) -> Double {
    let latents = kernels.latentNormBytes * Double((shape.queryRank ?? 0) + shape.keyValueRank)
    let rotary = kernels.rotaryBytes * Double(assembled + shape.ropeDimension)
    let perHead = rotary + kernels.quantiseBytes * Double(shape.valueDimension)
    return kernels.normBytes * Double(hidden) + latents + Double(heads) * perHead
  }
}
