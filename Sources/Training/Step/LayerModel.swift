import Costs
import Hardware
import Models
import Simulation
import Units

/// Times of a job's layers on one chip: products, attention and elementwise work, forward and backward.
///
/// A product's backward is two products of the same size: with the rows for the input's gradient, over the rows for the
/// weights'. Attention's backward has five products where the forward has two.
struct LayerModel: Sendable {
  let job: TrainingJob
  let machine: TrainingMachine
  let format: NumberFormat

  init(_ job: TrainingJob, on machine: TrainingMachine, format: NumberFormat) {
    self.job = job
    self.machine = machine
    self.format = format
  }

  var platform: TrainingPlatform { machine.platform }
  var kernels: KernelTimes { machine.kernels }
  var power: Double { machine.power }

  var tokens: Double { job.tokens }
  var local: Double { job.localTokens }
  var hidden: Double { job.hidden }
  var tensor: Double { Double(job.plan.tensor) }
  var trains: Bool { job.recipe.adapterRank == nil }

  // MARK: kernels

  func share(_ format: NumberFormat) -> Double {
    let products = platform.products
    let share =
      switch format {
      case .fp8, .fp8Block, .int8: products.fp8.value
      case .mxfp8: products.mxfp8.value
      case .nvfp4, .mxfp4: products.nvfp4.value
      default: products.bf16.value
      }
    return share * power
  }

  /// Forward, gradient of the input, gradient of the weights.
  func linear(
    rows: Double, depth: Double, columns: Double, copies: Double = 1, isGrouped: Bool = false,
    format own: NumberFormat? = nil
  ) -> (Double, Double, Double) {
    let format = own ?? format
    let share = share(format) * (isGrouped ? platform.products.grouped.value : 1)
    func time(_ m: Double, _ k: Double, _ n: Double) -> Double {
      kernels.product(rows: m, depth: k, columns: n, copies: copies, format: format, share: share)
    }
    return (time(rows, depth, columns), time(rows, columns, depth), time(depth, rows, columns))
  }

  func vector(_ bytes: Double) -> Double { kernels.vector(bytes) / platform.elementwise.rate.value }

  /// Casting operands of so many elements to the format of the products.
  func cast(_ elements: Double) -> Double {
    guard format.bits < 16 else { return 0 }
    let bytes =
      switch job.recipe.products {
      case .fp8Delayed: platform.elementwise.castDelayed.value
      case .mxfp8: platform.elementwise.castBlocks32.value
      case .nvfp4: platform.elementwise.castBlocks16.value
      default: platform.elementwise.castCurrent.value
      }
    return vector(elements * bytes)
  }

  // MARK: parts

  func attentionPart(_ attention: Attention) -> PartTimes {
    switch attention {
    case .grouped(let shape): grouped(shape)
    case .latent(let shape): latent(shape)
    case .state(let mixer): scan(mixer)
    case .parallel(let parts): parts.map(attentionPart).reduce(PartTimes(), Self.sum)
    case .compressed, .absent: PartTimes()
    }
  }

  private static func sum(_ left: PartTimes, _ right: PartTimes) -> PartTimes {
    var sum = left
    sum.add((right.forward, right.inputGradient, right.weightGradient), trains: true)
    sum.coreForward += right.coreForward
    sum.coreBackward += right.coreBackward
    sum.vectorForward += right.vectorForward
    sum.vectorBackward += right.vectorBackward
    sum.upForward += right.upForward
    return sum
  }

  private func grouped(_ shape: GroupedQueryAttention) -> PartTimes {
    var part = PartTimes()
    let width = Double(shape.queryWidth) / tensor
    let keys = Double(shape.keyValueProjectionWidth) / tensor
    let output = Double(shape.heads * shape.valueDimension) / tensor
    part.add(
      linear(rows: tokens, depth: hidden, columns: width + keys + Double(shape.gateWidth) / tensor), trains: trains)
    part.add(linear(rows: tokens, depth: output, columns: hidden), trains: trains)
    core(
      heads: Double(shape.heads), keyDimension: Double(shape.headDimension),
      valueDimension: Double(shape.valueDimension), shape.visibility, hasSinks: shape.hasSinks, &part)
    let inner = width + keys
    if !job.recipe.hasLearnedPositions {
      part.vectorForward += vector(tokens * inner * 4)
      part.vectorBackward += vector(tokens * inner * 4)
    }
    part.vectorForward += cast(tokens * (hidden + output))
    part.vectorBackward += cast(tokens * (hidden + inner))
    return part
  }

  private func latent(_ shape: LatentAttention) -> PartTimes {
    var part = PartTimes()
    let heads = Double(shape.heads) / tensor
    let query = heads * Double(shape.nopeDimension + shape.ropeDimension)
    let values = heads * Double(shape.nopeDimension + shape.valueDimension)
    let output = heads * Double(shape.valueDimension)
    var up: [(Double, Double, Double)] = []
    if let rank = shape.queryRank {
      part.add(linear(rows: tokens, depth: hidden, columns: Double(rank)), trains: trains)
      up.append(linear(rows: tokens, depth: Double(rank), columns: query))
    } else {
      part.add(linear(rows: tokens, depth: hidden, columns: query), trains: trains)
    }
    let down = Double(shape.keyValueRank + shape.ropeDimension)
    part.add(linear(rows: tokens, depth: hidden, columns: down), trains: trains)
    up.append(linear(rows: tokens, depth: Double(shape.keyValueRank), columns: values))
    for product in up {
      part.add(product, trains: trains)
      part.upForward += product.0
    }
    part.add(linear(rows: tokens, depth: output, columns: hidden), trains: trains)
    core(
      heads: Double(shape.heads), keyDimension: Double(shape.nopeDimension + shape.ropeDimension),
      valueDimension: Double(shape.valueDimension), shape.visibility, &part)
    let inner = 2 * query + output
    part.vectorForward += vector(tokens * inner * 4) + cast(tokens * (hidden + output))
    part.vectorBackward += vector(tokens * inner * 4) + cast(tokens * (hidden + inner))
    return part
  }

  /// Projections as one product, the chunked scan, and the convolution around it.
  private func scan(_ mixer: StateMixer) -> PartTimes {
    var part = PartTimes()
    let columns = Double(mixer.parameters(hiddenSize: job.architecture.hiddenSize)) / hidden / tensor
    part.add(linear(rows: tokens, depth: hidden, columns: columns), trains: trains)
    let rate = kernels.peak(.bf16) * platform.attention.scan.value
    part.coreForward = tokens * mixer.prefillFLOPs / tensor / rate
    part.coreBackward = 2.5 * part.coreForward
    // Three tokens of each channel lie under a convolution of four.
    let channels = Double(mixer.convolutionElements) / 3 / tensor
    let moved = vector(tokens * channels * platform.elementwise.convolution.value)
    part.vectorForward += moved + cast(tokens * (hidden + channels))
    part.vectorBackward += 2 * moved + cast(tokens * (hidden + 2 * channels))
    return part
  }

  /// Scores and weighted values.
  private func core(
    heads: Double, keyDimension: Double, valueDimension: Double, _ visibility: Visibility, hasSinks: Bool = false,
    _ part: inout PartTimes
  ) {
    let own = heads / tensor
    let batch = Double(job.plan.microbatch)
    let length = Double(job.sequenceLength)
    let context = Double(job.plan.context)
    if job.recipe.attention == .materialised {
      let copies = batch * own
      let scores = linear(rows: length, depth: keyDimension, columns: length, copies: copies, format: .bf16)
      let values = linear(rows: length, depth: length, columns: valueDimension, copies: copies, format: .bf16)
      let count = copies * length * length
      let moved = platform.elementwise
      part.coreForward += (scores.0 + values.0 + vector(moved.scoresForward.value * count)) / context
      part.coreBackward +=
        (scores.1 + scores.2 + values.1 + values.2 + vector(moved.scoresBackward.value * count)) / context
      return
    }
    let documents = job.recipe.documentTokens.map { min($0, length) } ?? length
    let pairs = visibility.visiblePairs(documents) * (length / documents)
    let flops = 2 * pairs * own * (keyDimension + valueDimension) * batch / context
    let kernel = job.recipe.attention.pass(platform)
    // Exponentials bound narrow heads: half the width reaches some 0.7 of the rate.
    let width = min(1, keyDimension / 128).squareRoot()
    let eight = job.recipe.attentionIn8Bits ? platform.attention.fp8.value : 1
    let sinks = hasSinks ? platform.attention.sinks.value : 1
    let span = 2 * visibility.visiblePairs(documents) / documents
    let long = span / (span + platform.attention.halfLength.value)
    let rate = kernels.peak(.bf16) * width * power * eight * long / sinks
    part.coreForward += flops / (rate * kernel.forward.value)
    part.coreBackward += 2.5 * flops / (rate * kernel.backward.value)
  }

  /// An MLP of this width over so many rows, `copies` times.
  func feedForward(
    width: Double, hidden: Double, rows: Double, copies: Double = 1, isGated: Bool, isGrouped: Bool = false
  ) -> PartTimes {
    var part = PartTimes()
    let up = linear(
      rows: rows, depth: hidden, columns: isGated ? 2 * width : width, copies: copies, isGrouped: isGrouped)
    part.add(up, trains: trains)
    part.add(linear(rows: rows, depth: width, columns: hidden, copies: copies, isGrouped: isGrouped), trains: trains)
    let elements = rows * copies * width
    part.activation = vector(elements * 6)
    part.vectorForward = vector(elements * (isGated ? 6 : 4)) + cast(rows * copies * hidden + elements)
    part.vectorBackward =
      vector(elements * (isGated ? 10 : 6)) + cast(rows * copies * hidden + (isGated ? 2 : 1) * elements)
    return part
  }
}

extension Visibility {
  /// Pairs of query and key of one sequence, causal.
  func visiblePairs(_ length: Double) -> Double {
    let whole = length * (length + 1) / 2
    switch core {
    case .window(let width):
      let width = Double(width)
      return width >= length ? whole : length * width - width * (width - 1) / 2
    case .chunk(let width):
      let width = Double(width)
      return width >= length ? whole : length * (width + 1) / 2
    default: return whole
    }
  }
}

extension TrainingRecipe.AttentionKernel {
  func pass(_ platform: TrainingPlatform) -> TrainingPlatform.Attention.Pass {
    switch self {
    case .flash: platform.attention.flash
    case .triton: platform.attention.triton
    case .fused, .materialised: platform.attention.fused
    }
  }
}
