import Costs
import Models

extension LayerModel {
  /// One layer of a group, with its traffic.
  func layer(_ group: LayerGroup, fabric: TrainingFabric) -> LayerTimes {
    var attention = attentionPart(group.attention)
    var times = LayerTimes()
    let isWhole = group.hasAttention && group.hasFeedForward
    residuals(halves: isWhole ? 2 : 1, &attention)
    let mlp: PartTimes
    switch group.feedForward {
    case .dense(let width):
      mlp = feedForward(width: Double(width) / tensor, hidden: hidden, rows: tokens, isGated: true)
    case .plain(let width):
      mlp = feedForward(width: Double(width) / tensor, hidden: hidden, rows: tokens, isGated: false)
    case .mixture(let mixture):
      mlp = experts(mixture)
      exchange(mixture, fabric, &times)
    case .absent: mlp = PartTimes()
    }
    times.forward = attention.wholeForward + mlp.wholeForward
    times.inputGradient = attention.wholeBackward + mlp.wholeBackward
    times.weightGradient = attention.weightGradient + mlp.weightGradient
    tensorTraffic(group, attention, mlp, fabric, &times)
    contextTraffic(group.attention, attention, fabric, &times)
    times.recompute = recomputed(group, attention, mlp, times)
    return times
  }

  /// Norms, residuals, biases and dropout.
  private func residuals(halves: Double, _ part: inout PartTimes) {
    let moved = platform.elementwise
    let bytes = local * hidden * moved.layer.value * halves / 2
    part.vectorForward += vector(bytes)
    part.vectorBackward += vector(bytes * moved.backward.value)
    guard job.recipe.hasDropout else { return }
    let dropped = vector(local * hidden * moved.dropout.value)
    part.vectorForward += dropped
    part.vectorBackward += dropped
  }

  /// Routed and shared experts of a rank, the router, and the ordering of tokens.
  private func experts(_ mixture: MixtureOfExperts) -> PartTimes {
    let plan = job.plan
    // With expert parallelism over a tensor group each of its ranks sends its own part of the tokens.
    let own = tokens / tensor
    let width = Double(mixture.latentSize ?? job.architecture.hiddenSize)
    let held = Double(mixture.experts) / Double(plan.expert)
    let copies = own * mixture.meanActiveExperts * Double(plan.expertTensor)
    var part = feedForward(
      width: Double(mixture.intermediateSize) / Double(plan.expertTensor), hidden: width,
      rows: copies / held * job.recipe.expertImbalance, copies: held, isGated: mixture.isGated, isGrouped: true)
    if mixture.sharedExperts > 0 {
      let shared = feedForward(
        width: Double(mixture.sharedWidth) / tensor, hidden: hidden, rows: tokens, isGated: mixture.isGated)
      part = Self.joined(part, shared)
    }
    if mixture.latentSize != nil {
      part.add(linear(rows: own, depth: hidden, columns: width, format: .bf16), trains: trains)
      part.add(linear(rows: own, depth: width, columns: hidden, format: .bf16), trains: trains)
    }
    // Within a captured step the counts stay on the chip: one kernel takes all experts.
    let each = job.recipe.capture == .step ? 0 : held * platform.host.perExpert.value.value
    part.forward += each
    part.inputGradient += 2 * each
    let choices = Double(mixture.experts + mixture.zeroExperts)
    let router = kernels.product(rows: own, depth: hidden, columns: choices, format: .bf16)
    let ordering =
      vector(copies * width * 2 * platform.elementwise.permute.value)
      + vector(own * choices * platform.elementwise.router.value)
    part.vectorForward += ordering + router
    part.vectorBackward += ordering + 2 * router
    return part
  }

  private static func joined(_ left: PartTimes, _ right: PartTimes) -> PartTimes {
    var sum = left
    sum.add((right.forward, right.inputGradient, right.weightGradient), trains: true)
    sum.vectorForward += right.vectorForward
    sum.vectorBackward += right.vectorBackward
    sum.activation += right.activation
    return sum
  }

  /// Dispatch and combine, twice in each pass.
  private func exchange(_ mixture: MixtureOfExperts, _ fabric: TrainingFabric, _ times: inout LayerTimes) {
    let width = Double(mixture.latentSize ?? job.architecture.hiddenSize)
    let one = fabric.exchange(
      copy: tokens / tensor * width * 2, choices: mixture.meanActiveExperts.rounded(),
      ranks: job.plan.expert * job.plan.expertTensor,
      deduplicates: job.recipe.dispatcher != .collective)
    let seen = job.recipe.overlap.expert ? 1 - platform.overlap.expert.value : 1
    times.expertForward = 2 * one * seen
    times.expertBackward = 2 * one * seen
    guard job.recipe.capture != .step, !job.recipe.hasFixedCapacity else { return }
    let host = platform.host
    let wait = host.mixtureWait.value.value
    let further = job.recipe.dispatcher == .waiting ? host.dispatchWait.value.value : 0
    times.waitForward = wait + further
    times.waitBackward = wait + further
  }

  /// Gathers and scatters around each half with sequence parallelism, sums without; one half alone where experts have
  /// the other.
  private func tensorTraffic(
    _ group: LayerGroup, _ attention: PartTimes, _ mlp: PartTimes, _ fabric: TrainingFabric, _ times: inout LayerTimes
  ) {
    guard job.plan.tensor > 1 else { return }
    let one = fabric.ring(tokens * hidden * 2, ranks: job.plan.tensor, stride: 1)
    let isDense = group.hasAttention && group.hasDenseFeedForward
    let halves = isDense ? 2.0 : 1.0
    // Two transfers a half in each pass; with sequence parallelism the backward gathers the saved inputs once more.
    let forward = 2 * halves * one
    guard job.recipe.overlap.tensor else {
      times.tensorForward = forward
      times.tensorBackward = forward
      return
    }
    let backward = forward + (job.plan.sequenceParallel ? halves * one : 0)
    let hidden = platform.overlap.tensor.value
    let most = platform.overlap.tensorMost.value
    let productsForward = attention.forward + mlp.forward
    let productsBackward = attention.inputGradient + mlp.inputGradient + times.weightGradient
    times.tensorForward = max(forward * (1 - hidden), forward - most * productsForward)
    times.tensorBackward = max(backward * (1 - hidden), backward - most * productsBackward)
  }

  /// Keys and values round the ring of a sequence, under the attention of the block before.
  private func contextTraffic(
    _ attention: Attention, _ part: PartTimes, _ fabric: TrainingFabric, _ times: inout LayerTimes
  ) {
    let ranks = job.plan.context
    guard ranks > 1 else { return }
    let elements: Double
    switch attention {
    case .grouped(let shape): elements = Double(shape.keyValueElementsPerToken) / tensor
    case .latent(let shape): elements = Double(shape.heads * (shape.nopeDimension + shape.valueDimension)) / tensor
    default: elements = hidden / tensor
    }
    let one = fabric.ring(tokens * elements * 2 * Double(ranks), ranks: ranks, stride: job.plan.tensor)
    let cover = Double(ranks - 1) / Double(ranks)
    times.contextForward = max(one - part.coreForward * cover, one * 0.1)
    times.contextBackward = max(2 * one - part.coreBackward * cover, one * 0.2)
  }

  /// What the backward computes again.
  private func recomputed(
    _ group: LayerGroup, _ attention: PartTimes, _ mlp: PartTimes, _ times: LayerTimes
  ) -> Double {
    switch job.recipe.recompute {
    case .none, .blocks: return 0
    case .full: return times.forward + times.tensorForward + times.contextForward
    case .selective(let modules):
      var sum = 0.0
      let isMixture = group.hasExperts
      for module in modules.sorted() {
        switch module {
        case .coreAttention: sum += attention.coreForward
        case .layerNorm: sum += vector(local * hidden * 8)
        case .latentUpProjection: sum += attention.upForward
        case .denseFeedForward: sum += isMixture ? 0 : mlp.wholeForward
        case .expertActivation: sum += isMixture ? mlp.activation : 0
        case .experts: sum += isMixture ? mlp.wholeForward + times.expertForward : 0
        case .sharedExperts: break
        case .everySecondProduct:
          sum += (attention.forward + mlp.forward) / 2 + attention.vectorForward + mlp.vectorForward
        }
      }
      return sum
    }
  }
}

extension LayerGroup {
  var hasAttention: Bool { attention != .absent }
  var hasFeedForward: Bool { feedForward != .absent }
  var hasDenseFeedForward: Bool {
    switch feedForward {
    case .dense, .plain: true
    case .mixture, .absent: false
    }
  }
  var hasExperts: Bool { if case .mixture = feedForward { true } else { false } }
}
