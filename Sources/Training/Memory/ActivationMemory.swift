import Models

/// Bytes of activations that a micro-batch leaves on a rank until its backward.
///
/// Closed forms of arXiv:2205.05198 for layers of GPT's kind, and the same count for gated layers, grouped and latent
/// attention and experts; 16-bit values, but inputs of products in the format that they are multiplied in. Ignored:
/// what a library keeps beside these.
public struct ActivationMemory: Sendable {
  let job: TrainingJob

  public init(job: TrainingJob) { self.job = job }

  private var tensor: Double { Double(job.plan.tensor) }
  private var tokens: Double { job.tokens }
  private var hidden: Double { job.hidden }
  /// What sequence parallelism divides too.
  private var input: Double { job.recipe.inputBytes }
  private var outer: Double { job.plan.sequenceParallel ? tensor : 1 }

  /// Of one layer of a group, after recompute.
  public func bytes(of group: LayerGroup) -> Double {
    switch job.recipe.recompute {
    case .full: return 2 * tokens * hidden / outer
    case .none, .blocks, .selective:
      if job.recipe.recompute.includes(.everySecondProduct) { return everySecond(group) }
      let halves = (group.hasAttention ? 1.0 : 0) + (group.hasFeedForward ? 1.0 : 0)
      return norms(halves) + attention(group.attention) + feedForward(group.feedForward)
    }
  }

  /// Inputs and outputs of norms; dropout masks and inputs in GPT's layers.
  private func norms(_ halves: Double) -> Double {
    // A norm's input and its output, which is the input of a product.
    let output = job.recipe.recompute.includes(.layerNorm) ? 0 : input * halves
    let each = job.recipe.hasDropout ? 6.0 : 4.0
    return tokens * hidden * (each * halves / 2 + output) / outer
  }

  private func attention(_ attention: Attention) -> Double {
    let dropsCore = job.recipe.recompute.includes(.coreAttention)
    switch attention {
    case .grouped(let shape):
      let output = Double(shape.heads * shape.valueDimension)
      let kept = 2 * (Double(shape.queryWidth + shape.keyValueElementsPerToken) + output) + copied(output)
      return tokens * kept / tensor + scores(shape.heads, dropsCore)
    case .latent(let shape):
      let heads = Double(shape.heads)
      let query = 2 * heads * Double(shape.nopeDimension + shape.ropeDimension)
      let values = 2 * heads * Double(shape.valueDimension)
      let latents = input * Double((shape.queryRank ?? 0) + shape.keyValueRank + shape.ropeDimension)
      let up = job.recipe.recompute.includes(.latentUpProjection) ? 0 : 2 * query + values
      return tokens * ((up + values + copied(values / 2)) / tensor + latents) + scores(shape.heads, dropsCore)
    case .state(let mixer):
      // Inputs of both projections and of the scan.
      let width = Double(mixer.parameters(hiddenSize: job.architecture.hiddenSize)) / hidden
      return tokens * 2 * width / tensor
    case .parallel(let parts): return parts.reduce(0) { $0 + self.attention($1) }
    case .compressed(let shape): return tokens * 4 * Double(shape.queryWidth) / tensor
    case .absent: return 0
    }
  }

  /// Attention keeps its output in 16 bits; a narrow product after it keeps its own copy.
  private func copied(_ elements: Double) -> Double { input < 2 ? input * elements : 0 }

  /// Materialised scores with softmax and mask, or the sums of their rows.
  private func scores(_ heads: Int, _ isDropped: Bool) -> Double {
    let count = Double(heads) / tensor
    guard job.recipe.attention == .materialised else { return tokens * 4 * count }
    return isDropped ? 0 : tokens * 5 * count * Double(job.sequenceLength)
  }

  private func feedForward(_ part: FeedForward) -> Double {
    let recompute = job.recipe.recompute
    switch part {
    case .dense(let width):
      return recompute.includes(.denseFeedForward) ? 0 : tokens * inner(isGated: true) * Double(width) / tensor
    case .plain(let width):
      return recompute.includes(.denseFeedForward) ? 0 : tokens * inner(isGated: false) * Double(width) / tensor
    case .mixture(let mixture):
      guard !recompute.includes(.experts) else { return 0 }
      let own = tokens / tensor
      let width = Double(mixture.latentSize ?? job.architecture.hiddenSize)
      let per = inner(isGated: mixture.isGated)
      let kept = recompute.includes(.expertActivation) ? per - input : per
      let inner = kept * Double(mixture.intermediateSize) / Double(job.plan.expertTensor)
      let routed = mixture.meanActiveExperts * (input * width + inner) * job.recipe.expertImbalance
      let shared = recompute.includes(.sharedExperts) ? 0 : per * Double(mixture.sharedWidth) / tensor
      return own * routed + tokens * shared
    case .absent: return 0
    }
  }

  /// Bytes of an MLP for each element of its width: what goes into the activation, and the input of its last product.
  private func inner(isGated: Bool) -> Double {
    (isGated ? 2 : 1) * (job.recipe.keepsGatesIn8Bits ? 1 : 2) + input
  }

  /// torchtitan's policy: the layer's input, the outputs of attention and every second product.
  private func everySecond(_ group: LayerGroup) -> Double {
    var products = 0.0
    var core = 0.0
    if case .grouped(let shape) = group.attention {
      core = 2 * Double(shape.heads * shape.valueDimension) + 4 * Double(shape.heads)
      products += 2 * Double(shape.queryWidth + shape.keyValueElementsPerToken) + 2 * hidden
    }
    if case .dense(let width) = group.feedForward { products += 4 * Double(width) + 2 * hidden }
    return tokens * (2 * hidden / outer + (core + products / 2) / tensor)
  }

  /// Logits and their gradient, and the input of the head.
  public var head: Double {
    let logits = tokens * job.vocabulary / tensor
    // Megatron keeps FP32 logits and turns them into their gradient; FSDP's losses keep both.
    let copies = job.plan.sharding == .parameters ? 10.0 : 6.0
    return logits * copies + 4 * tokens * hidden / outer
  }

  /// Ids and the dropout mask.
  var embedding: Double { tokens * (8 + (job.recipe.hasDropout ? hidden / outer : 0)) }
}
