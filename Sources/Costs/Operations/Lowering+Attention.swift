import Models
import Units

extension Lowering {
  func attention(_ attention: Attention, _ work: StepWork, _ list: inout [Operation]) {
    switch attention {
    case .grouped(let shape): grouped(shape, load(work, shape.visibility.core), &list)
    case .latent(let shape): latent(shape, load(work, shape.visibility.core), work, &list)
    case .compressed(let shape): compressed(shape, load(work, .full), load(work, .window(shape.window)), &list)
    case .state(let mixer): state(mixer, load(work, .full), &list)
    case .parallel(let parts): for part in parts { self.attention(part, work, &list) }
    case .absent: break
    }
  }

  private func grouped(_ shape: GroupedQueryAttention, _ load: AttentionLoad, _ list: inout [Operation]) {
    let heads = max(1, shape.heads / load.tensorParallel)
    let keyHeads = max(1, shape.keyValueHeads / load.tensorParallel)
    let queries = heads * shape.headDimension
    let values = heads * shape.valueDimension
    let keys = keyHeads * (shape.headDimension + shape.valueDimension)
    let projected = shape.keyValueProjectionWidth * keyHeads / shape.keyValueHeads
    let gate = shape.gateWidth / load.tensorParallel
    let format = precision.keyValue.bytes
    let elementwise =
      Double(hidden) * kernels.normBytes + Double(queries + projected) * kernels.rotaryBytes
      + Double(values) * kernels.quantiseBytes + Double(gate) * kernels.activationBytes
    list.append(
      vector(
        "norm, rotary, quantise", bytes: load.tokens * elementwise,
        launches: fused(kernels.attention, rows: load.tokens) + (shape.hasHeadNorms ? kernels.headNorms : 0)))
    if let rank = shape.queryRank {
      list.append(
        product(
          "query down, key, value", .projection, rows: load.tokens, depth: hidden, columns: rank + projected + gate))
      list.append(product("query up", .projection, rows: load.tokens, depth: rank, columns: queries))
    } else {
      list.append(
        product(
          "query, key, value", .projection, rows: load.tokens, depth: hidden, columns: queries + projected + gate))
    }
    if shape.hasHeadNorms, shape.normsAcrossHeads, load.tensorParallel > 1 {
      // A sum of squares of queries and one of keys, in 32 bits.
      let squares = load.tokens * 8
      list.append(
        collective("all-reduce, norms", .allReduce, size: squares, ranks: load.tensorParallel, sent: squares))
    }
    func core(pairs: Double, read: Double, isDecode: Bool) -> Operation {
      attentionCore(
        load.name("attention"), flops: 2 * pairs * Double(queries + values), bytes: read * Double(keys) * format,
        context: load.place, isDecode: isDecode)
    }
    if load.decodeTokens > 0 {
      list.append(
        core(pairs: load.context * load.queries, read: load.context + load.decodeTokens, isDecode: true))
    }
    for prompt in load.prompts {
      list.append(core(pairs: prompt.pairs, read: prompt.contextTokens + prompt.newTokens, isDecode: false))
    }
    promptBlocks(load.prompts, flopsPerPair: 2 * Double(queries + values), &list)
    outputProjection(rows: load.tokens, depth: values, &list)
  }

  /// The output projection, over the plan's own dies where they are others than those of the heads.
  func outputProjection(rows: Double, depth: Int, _ list: inout [Operation]) {
    guard let output = plan.outputTensor, output > plan.tensor else {
      list.append(product("output projection", .projection, rows: rows, depth: depth, columns: hidden))
      return
    }
    // Each die takes a part of the heads of all tokens of its group, and sums go back to the tokens' own dies.
    let group = output / plan.tensor
    let sent = rows * Double(depth) * 2
    let summed = rows * Double(group * hidden) * 2
    list += [
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
      let width =
        (shape.heads + shape.keyValueHeads) * shape.headDimension + shape.keyValueHeads * shape.valueDimension
      let output = rows * Double(width) * 2
      return [collective("exchange heads", .allToAll, size: output, ranks: dies, sent: output, times: 2)]
    case .compressed(let shape):
      let gathered = Double(shape.queryRank) * precision.weights.bytes + entryBytes(shape)
      let output = rows * Double(shape.queryWidth) * 2
      return [
        collective(
          "gather latents", .allGather, size: rows * gathered, ranks: dies, sent: rows * gathered * Double(dies - 1)),
        collective("return outputs", .allToAll, size: output, ranks: dies, sent: output),
      ]
    case .state(let mixer):
      let output = rows * Double(mixer.widths.channels + mixer.widths.output) * 2
      return [collective("exchange heads", .allToAll, size: output, ranks: dies, sent: output, times: 2)]
    case .parallel(let parts): return parts.flatMap { sequenceCollectives($0, rows: rows) }
    case .absent: return []
    }
  }
}
