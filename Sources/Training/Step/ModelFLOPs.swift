import Models
import Units

/// Floating-point operations of a model's training by the conventions in which figures are published.
///
///     ModelFLOPs(job).perToken(.causal)            // Llama 3 8B at 8K: 51.5 GFLOP
///
/// Forward and backward of a product are 6 operations a parameter and token; the input embedding has none. Norms, the
/// router and activations are left out, as in the published formulas.
public struct ModelFLOPs: Sendable {
  let job: TrainingJob
  public init(_ job: TrainingJob) { self.job = job }

  public struct Convention: Hashable, Sendable {
    /// Whether attention counts the whole square, not the causal half.
    public var countsWholeSquare = false
    /// The embedding counted as a product.
    public var countsEmbedding = false
    public var countsPrediction = true
    /// No gradients of weights that are not trained.
    public var leavesOutFrozen = false
    /// Experts counted with two matrices of three, and windows as if they were full.
    public var countsTwoOfThree = false
    public var recompute = Recomputed.left
    /// Megatron's formula of hybrid models, whose state mixers have twice the hidden width.
    public var isHybrid = false

    /// How work that is done again counts.
    public enum Recomputed: Hashable, Sendable {
      case left
      /// The layers' forward once more where all is computed again.
      case blocks
      /// All once more (4/3).
      case everything
      /// Attention's forward at a third (Korthikanti's hardware count).
      case attention
    }
    public init() {}

    public static let causal = Convention()
    public static var full: Convention {
      var convention = Convention()
      convention.countsWholeSquare = true
      return convention
    }
  }

  public func perToken(_ convention: Convention) -> FLOPs {
    let layers = layerParameters(convention)
    let heads = headParameters(convention)
    let attention = attentionFLOPs(convention)
    let isFull = job.recipe.recompute == .full
    var sum: Double
    switch convention.recompute {
    case .left: sum = 6 * (layers + heads) + attention
    case .blocks: sum = (6 * layers + attention) * (isFull ? 4.0 / 3 : 1) + 6 * heads
    case .everything: sum = (6 * (layers + heads) + attention) * (isFull ? 4.0 / 3 : 1)
    case .attention: sum = 6 * (layers + heads) + attention * 4 / 3
    }
    if convention.leavesOutFrozen { sum = 4 * (layers + heads) + attention }
    return FLOPs(sum)
  }

  private func layerParameters(_ convention: Convention) -> Double {
    let model = job.architecture
    var sum = model.layers.reduce(0) { $0 + Double($1.count) * parameters($1, convention) }
    if convention.countsPrediction, let shape = model.draftShape {
      let own = Double(model.multiTokenPredictionLayers)
      // Hybrid models' formula has no joining product.
      let joined = convention.isHybrid ? 0 : 2 * job.hidden * job.hidden
      sum += own * (parameters(shape, convention) + joined)
    }
    return sum
  }

  /// Of one layer that work on one token.
  private func parameters(_ group: LayerGroup, _ convention: Convention) -> Double {
    let active = group.activeParameters(hiddenSize: job.architecture.hiddenSize)
    let experts = Double(active[.experts] + active[.sharedExperts]) * (convention.countsTwoOfThree ? 2.0 / 3 : 1)
    var mixer = Double(active[.attention] + active[.indexer])
    if convention.isHybrid, case .state(.mamba2(let shape)) = group.attention {
      let inner = 2 * job.hidden
      let columns = 2 * inner + Double(2 * shape.groups * shape.stateSize + shape.heads)
      // The scan's 7 operations a state element, three times, in units of six a parameter.
      mixer = job.hidden * columns + inner * job.hidden + 3.5 * inner * Double(shape.stateSize)
    }
    return mixer + Double(active[.denseFeedForward]) + experts + Double(active[.other])
  }

  private func headParameters(_ convention: Convention) -> Double {
    let model = job.architecture
    let table = job.vocabulary * job.hidden
    let predictions = convention.countsPrediction ? Double(model.multiTokenPredictionLayers) : 0
    let embedding = convention.countsEmbedding && !model.tiedEmbeddings ? table : 0
    return table * (1 + predictions) + embedding
  }

  /// Scores and weighted values, forward and backward.
  private func attentionFLOPs(_ convention: Convention) -> Double {
    let model = job.architecture
    let length = Double(job.sequenceLength)
    func one(_ attention: Attention) -> Double {
      switch attention {
      case .grouped(let shape):
        return core(shape.heads, shape.headDimension, shape.valueDimension, shape.visibility, length, convention)
      case .latent(let shape):
        return core(
          shape.heads, shape.nopeDimension + shape.ropeDimension, shape.valueDimension, shape.visibility, length,
          convention)
      case .parallel(let parts): return parts.reduce(0) { $0 + one($1) }
      case .state, .compressed, .absent: return 0
      }
    }
    var sum = model.layers.reduce(0) { $0 + Double($1.count) * one($1.attention) }
    if convention.countsPrediction, let shape = model.draftShape {
      sum += Double(model.multiTokenPredictionLayers) * one(shape.attention)
    }
    return sum
  }

  private func core(
    _ heads: Int, _ key: Int, _ value: Int, _ visibility: Visibility, _ length: Double, _ convention: Convention
  ) -> Double {
    let documents = job.recipe.documentTokens.map { min($0, length) } ?? length
    let seen = convention.countsTwoOfThree ? Visibility.full : visibility
    let pairs = convention.countsWholeSquare ? documents : seen.visiblePairs(documents) / documents
    return 6 * pairs * Double(heads * (key + value))
  }
}
