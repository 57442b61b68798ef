import Models
import Units

/// Attention that reads a choice of its context, and entries that stand for several tokens.
extension Lowering {
  /// As caches of models with an indexer are written: index keys in FP8 with scales, latents too where keys and values
  /// are in 8 bits.
  var cacheFormats: CacheFormats { CacheFormats(precision.keyValue, of: architecture) }

  /// Of one latent without its index key.
  func latentBytes(_ shape: LatentAttention) -> Double {
    var plain = shape
    plain.visibility = .full
    return Attention.latent(plain).cacheFootprint(cacheFormats).bytesPerToken.value
  }

  /// One entry of compressed attention.
  func entryBytes(_ shape: CompressedAttention) -> Double {
    var plain = shape
    plain.ratio = 0
    return Attention.compressed(plain).cacheFootprint(cacheFormats).parts.reduce(0) { $0 + $1.bytesPerToken.value }
  }

  private func indexKeyBytes(_ indexer: Indexer) -> Double {
    let latent = LatentAttention(
      heads: 1, queryRank: nil, keyValueRank: 0, nopeDimension: 0, ropeDimension: 0, valueDimension: 0,
      visibility: .topK(1, indexer: indexer))
    return Attention.latent(latent).cacheFootprint(cacheFormats).bytesPerToken.value
  }

  /// Queries and key of the indexer, its scores over everything before a query, and the choice of the best. Not divided
  /// by heads: every die chooses for itself.
  ///
  /// - Parameters:
  ///   - depth: of the values from which its queries are projected.
  ///   - ratio: tokens that an index key stands for.
  func index(_ indexer: Indexer, depth: Int, _ load: AttentionLoad, ratio: Double = 1) -> [Operation] {
    let size = indexKeyBytes(indexer)
    var list = [
      product(
        "indexer, query", .projection, rows: load.tokens, depth: depth, columns: indexer.heads * indexer.dimension),
      product(
        "indexer, key and weights", .projection, rows: load.tokens, depth: hidden,
        columns: indexer.dimension + indexer.heads, format: .bf16),
    ]
    func scores(pairs: Double, read: Double, isDecode: Bool) {
      list.append(
        attentionCore(
          "indexer, scores", flops: pairs * indexer.flopsPerPair, bytes: read * size, context: load.place,
          isDecode: isDecode))
      // Scores in FP32, written and read.
      list.append(vector("indexer, choice", bytes: pairs * 8, launches: 1, context: load.place))
    }
    if load.decodeTokens > 0 {
      scores(
        pairs: load.context * load.queries / ratio, read: load.context / ratio + load.decodeTokens / ratio,
        isDecode: true)
    }
    for prompt in load.prompts {
      scores(
        pairs: prompt.pairs / ratio, read: (prompt.contextTokens + prompt.newTokens) / ratio, isDecode: false)
    }
    return list
  }

  /// DeepSeek V4's: a window, and entries of `ratio` tokens, all of them or the indexer's choice of the mean context.
  func compressed(
    _ shape: CompressedAttention, _ all: AttentionLoad, _ window: AttentionLoad, _ list: inout [Operation]
  ) {
    let heads = max(1, shape.heads / all.tensorParallel)
    let queries = heads * shape.headDimension
    let size = entryBytes(shape)
    let elementwise =
      Double(hidden) * kernels.normBytes + Double(shape.queryRank) * kernels.latentNormBytes
      + Double(queries + shape.headDimension) * kernels.rotaryBytes
      + Double(queries) * kernels.quantiseBytes
    list += [
      vector(
        "norm, rotary, quantise", bytes: all.tokens * elementwise,
        launches: fused(kernels.latentAttention, rows: all.tokens)),
      product(
        "query and latent down", .projection, rows: all.tokens, depth: hidden,
        columns: shape.queryRank + shape.headDimension),
      product("query up", .projection, rows: all.tokens, depth: shape.queryRank, columns: queries),
    ]
    func core(_ load: AttentionLoad, pairs: Double, read: Double, isDecode: Bool) {
      list.append(
        attentionCore(
          load.kind == .full ? "attention, entries" : load.name("attention"),
          flops: 4 * pairs * Double(queries), bytes: read * size, context: load.place, isDecode: isDecode,
          isLatent: true))
    }
    if window.decodeTokens > 0 {
      core(
        window, pairs: window.context * window.queries, read: window.context + window.decodeTokens, isDecode: true)
    }
    for prompt in window.prompts {
      core(window, pairs: prompt.pairs, read: prompt.contextTokens + prompt.newTokens, isDecode: false)
    }
    if shape.ratio > 0 {
      let ratio = Double(shape.ratio)
      let chosen = shape.indexer == nil ? Double.infinity : Double(shape.topK)
      list.append(
        product(
          "compressor", .projection, rows: all.tokens, depth: hidden,
          columns: 2 * shape.headDimension * (shape.indexer == nil ? 1 : 2), format: .bf16))
      if let indexer = shape.indexer { list += index(indexer, depth: shape.queryRank, all, ratio: ratio) }
      if all.decodeTokens > 0 {
        let seen = min(all.context / ratio, all.requests * chosen)
        core(all, pairs: seen * all.queries, read: seen + all.decodeTokens / ratio, isDecode: true)
      }
      for prompt in all.prompts {
        let pairs = min(prompt.pairs / ratio, prompt.newTokens * chosen)
        core(all, pairs: pairs, read: (prompt.contextTokens + prompt.newTokens) / ratio, isDecode: false)
      }
    }
    let groups = max(1, shape.outputGroups / all.tensorParallel)
    list += [
      product(
        "output down", .projection, rows: all.tokens, depth: queries / groups, columns: shape.outputRank,
        copies: Double(groups)),
      product("output up", .projection, rows: all.tokens, depth: groups * shape.outputRank, columns: hidden),
    ]
  }

  /// Mixing of several residual streams around the halves of a layer (DeepSeek V4): its weights once for every token.
  func streams(_ group: LayerGroup, rows: Double) -> [Operation] {
    guard group.otherParameters > hidden else { return [] }
    return [
      product(
        "residual streams", .router, rows: rows, depth: hidden, columns: group.otherParameters / hidden, format: .bf16)
    ]
  }
}

extension CacheFormats {
  /// As an engine keeps caches whose keys and values are in this format.
  init(_ keyValue: NumberFormat, of architecture: Architecture) {
    let isSparse = architecture.layers.contains { $0.attention.isSparse }
    let entries: Layout = isSparse && keyValue.bytes == 1 ? .deepSeekFP8 : .elements(bytes: keyValue.bytes)
    self.init(entries: entries, indexKeys: .deepSeekFP8)
  }
}

extension Attention {
  /// Whether it has DeepSeek's layouts of caches in 8 bits.
  fileprivate var isSparse: Bool {
    switch self {
    case .latent(let shape): shape.visibility != .full
    case .compressed: true
    default: false
    }
  }
}
