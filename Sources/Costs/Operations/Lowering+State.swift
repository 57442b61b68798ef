import Models
import Units

extension Lowering {
  /// A layer whose memory is a state of fixed size: as much work for every token, whatever its context; each step reads
  /// the state of every request and writes it, once more for each draft token.
  func state(_ mixer: StateMixer, _ load: AttentionLoad, _ list: inout [Operation]) {
    let dies = Double(min(load.tensorParallel, mixer.heads))
    let widths = mixer.widths
    func part(_ width: Int) -> Int { max(1, Int(Double(width) / dies)) }
    let elementwise =
      Double(hidden) * kernels.normBytes + Double(widths.channels) / dies * kernels.rotaryBytes
      + Double(widths.output) / dies * kernels.activationBytes
    list += [
      vector(
        "norm, convolution, gate", bytes: load.tokens * elementwise,
        launches: fused(kernels.attention, rows: load.tokens)),
      product(
        "state, inputs", .projection, rows: load.tokens, depth: hidden,
        columns: part(widths.input) + widths.lowRankGates * widths.gateRank),
    ]
    if widths.gateRank > 0 {
      list.append(
        product(
          "state, gates", .projection, rows: load.tokens, depth: widths.gateRank, columns: part(widths.output),
          copies: Double(widths.lowRankGates)))
    }
    let size = Attention.state(mixer).cacheFootprint(cacheFormats).fixed.value / dies
    if load.decodeTokens > 0 {
      list.append(
        attentionCore(
          "state", flops: load.decodeTokens * mixer.decodeFLOPs / dies,
          bytes: load.requests * (1 + load.queries) * size, context: nil, isDecode: true))
    }
    for prompt in load.prompts {
      list.append(
        attentionCore(
          "state", flops: prompt.newTokens * mixer.prefillFLOPs / dies, bytes: prompt.count * 2 * size, context: nil,
          isDecode: false))
    }
    outputProjection(rows: load.tokens, depth: part(widths.output), &list)
  }
}

/// Widths of a state mixer's projections.
struct StateWidths {
  /// Columns of everything that is projected from the hidden state, and is divided by heads.
  var input: Int
  /// Elements under the short convolution.
  var channels: Int
  /// Of the output before its projection.
  var output: Int
  /// Rank of two gates that are projected down, on every die, and up; 0 where they are among the inputs.
  var gateRank = 0
  /// Gates of that rank.
  var lowRankGates = 2
}

extension StateMixer {
  var widths: StateWidths {
    switch self {
    case .gatedDelta(let shape):
      let values = shape.valueHeads * shape.valueDimension
      let channels = 2 * shape.keyHeads * shape.keyDimension + values
      return StateWidths(input: channels + values + 2 * shape.valueHeads, channels: channels, output: values)
    case .kimiDelta(let shape):
      let width = shape.heads * shape.headDimension
      return StateWidths(
        input: (3 + shape.fullRankGates) * width + shape.heads, channels: 3 * width, output: width,
        gateRank: shape.fullRankGates == 2 ? 0 : shape.headDimension, lowRankGates: 2 - shape.fullRankGates)
    case .mamba2(let shape):
      let inner = shape.heads * shape.headDimension
      let channels = inner + 2 * shape.groups * shape.stateSize
      return StateWidths(input: inner + channels + shape.heads, channels: channels, output: inner)
    case .lightning(let shape):
      let width = shape.heads * shape.headDimension
      return StateWidths(input: 4 * width, channels: 0, output: width)
    }
  }
}
