import Units

/// What a job does with its numbers, its activations and its communication: everything beside the plan.
public struct TrainingRecipe: Codable, Hashable, Sendable {
  public var products: Products
  /// Layers at the ends that stay in BF16 where products are narrower.
  public var layersIn16Bits: Int
  /// Whether scores and values are multiplied in FP8.
  public var attentionIn8Bits: Bool
  /// Whether weights are gathered in 8 bits.
  public var gathersIn8Bits: Bool
  public var recompute: Recompute
  public var state: OptimizerState
  public var overlap: Overlapping
  public var attention: AttentionKernel
  public var capture: Capture
  public var dispatcher: Dispatcher
  /// Layers whose activations wait in host memory.
  public var offloadedLayers: Int
  /// Mean tokens of a document where several share a sequence and do not see each other; the sequence where nil.
  public var documentTokens: Double?
  /// Only adapters of this rank are trained; all weights where nil.
  public var adapterRank: Int?
  /// Load of the busiest rank's experts over the mean; 1 is even.
  public var expertImbalance: Double
  /// Experts take a fixed number of tokens, padded: nobody waits for counts.
  public var hasFixedCapacity: Bool
  /// Rows of embedding and head after padding; the model's where nil.
  public var paddedVocabulary: Int?
  /// Whether inputs of narrow products are kept in 16 bits for the gradients of weights (torchao), not as they were
  /// multiplied (Transformer Engine).
  public var keepsInputsIn16Bits: Bool
  /// Whether what goes into the activation of an MLP is kept in 8 bits.
  public var keepsGatesIn8Bits: Bool
  /// Biases and dropout around attention and MLP, as GPT's layers have them.
  public var hasDropout: Bool
  /// Positions in a table beside the embedding, not turned into queries and keys.
  public var hasLearnedPositions: Bool

  public init(
    products: Products = .bf16, layersIn16Bits: Int = 0, attentionIn8Bits: Bool = false, gathersIn8Bits: Bool = false,
    recompute: Recompute = .none, state: OptimizerState = .mixed, overlap: Overlapping = .init(),
    attention: AttentionKernel = .fused, capture: Capture = .none, dispatcher: Dispatcher = .collective,
    offloadedLayers: Int = 0, documentTokens: Double? = nil, adapterRank: Int? = nil, expertImbalance: Double = 1,
    hasFixedCapacity: Bool = false,
    paddedVocabulary: Int? = nil, keepsInputsIn16Bits: Bool = false, keepsGatesIn8Bits: Bool = false,
    hasDropout: Bool = false, hasLearnedPositions: Bool = false
  ) {
    self.products = products
    self.layersIn16Bits = layersIn16Bits
    self.attentionIn8Bits = attentionIn8Bits
    self.gathersIn8Bits = gathersIn8Bits
    self.recompute = recompute
    self.state = state
    self.overlap = overlap
    self.attention = attention
    self.capture = capture
    self.dispatcher = dispatcher
    self.offloadedLayers = offloadedLayers
    self.documentTokens = documentTokens
    self.adapterRank = adapterRank
    self.expertImbalance = expertImbalance
    self.hasFixedCapacity = hasFixedCapacity
    self.paddedVocabulary = paddedVocabulary
    self.keepsInputsIn16Bits = keepsInputsIn16Bits
    self.keepsGatesIn8Bits = keepsGatesIn8Bits
    self.hasDropout = hasDropout
    self.hasLearnedPositions = hasLearnedPositions
  }

  /// What matrix products are computed in, with how their scales are found.
  public enum Products: String, Codable, Sendable, CaseIterable {
    case bf16
    /// Scales from the steps before.
    case fp8Delayed
    /// Scales from the tensor itself, which is read once more.
    case fp8Current
    case mxfp8
    case nvfp4

    public var format: NumberFormat {
      switch self {
      case .bf16: .bf16
      case .fp8Delayed, .fp8Current: .fp8
      case .mxfp8: .mxfp8
      case .nvfp4: .nvfp4
      }
    }
  }

  /// Bytes of a kept input of a product.
  var inputBytes: Double { keepsInputsIn16Bits ? 2 : Double(format.bits) / 8 }

  /// Which attention kernel runs.
  public enum AttentionKernel: String, Codable, Sendable, CaseIterable {
    /// The s × s scores are written to memory, and kept without recompute.
    case materialised
    /// Flash attention 2.
    case flash
    /// Fused kernels of the chip's maker (cuDNN).
    case fused
    /// Flash attention in Triton.
    case triton
  }

  /// How much of a step replays captured graphs.
  public enum Capture: String, Codable, Sendable, CaseIterable { case none, layers, step }

  /// How tokens reach their experts.
  public enum Dispatcher: String, Codable, Sendable, CaseIterable {
    /// All-to-all of the collective library: one copy for each choice.
    case collective
    /// HybridEP: one copy for each rank and node that is reached.
    case deduplicating
    /// DeepEP behind a library's general interface: the same, and the host waits for each exchange's counts.
    case waiting
  }

  /// What runs under something else.
  public struct Overlapping: Codable, Hashable, Sendable {
    public var gradients: Bool
    public var parameters: Bool
    public var parametersWithStep: Bool
    public var tensor: Bool
    public var pipeline: Bool
    /// Exchanges of experts under another micro-batch.
    public var expert: Bool
    public init(
      gradients: Bool = true, parameters: Bool = true, parametersWithStep: Bool = false, tensor: Bool = false,
      pipeline: Bool = true, expert: Bool = false
    ) {
      self.gradients = gradients
      self.parameters = parameters
      self.parametersWithStep = parametersWithStep
      self.tensor = tensor
      self.pipeline = pipeline
      self.expert = expert
    }
  }

  public var format: NumberFormat { products.format }
}

/// What the backward computes again rather than keeps.
public enum Recompute: Codable, Hashable, Sendable {
  case none
  case full
  /// This many layers of each chunk.
  case blocks(Int)
  case selective(Set<Module>)

  public enum Module: String, Codable, Sendable, CaseIterable, Comparable {
    case coreAttention, layerNorm, latentUpProjection, denseFeedForward, expertActivation, experts, sharedExperts
    /// torchtitan's policy for single operations: every second product and the outputs of attention are kept.
    case everySecondProduct
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// What is told apart of compared rows; some layers whole count as full.
  public enum Kind: String, Codable, Sendable, CaseIterable { case none, selective, full }

  public var kind: Kind {
    switch self {
    case .none: .none
    case .selective: .selective
    case .full, .blocks: .full
    }
  }

  public var words: String {
    switch self {
    case .none: "none"
    case .full: "full"
    case .blocks(let count): "\(count) \(count == 1 ? "layer" : "layers") of a chunk"
    case .selective(let modules): modules.sorted().map(\.rawValue).joined(separator: ", ")
    }
  }

  func includes(_ module: Module) -> Bool {
    if case .selective(let modules) = self { return modules.contains(module) }
    return false
  }
}

/// Bytes that the state of one parameter takes, before it is divided.
public struct OptimizerState: Codable, Hashable, Sendable {
  public var weights: Double
  public var gradients: Double
  public var master: Double
  public var moments: Double
  public init(weights: Double = 2, gradients: Double = 4, master: Double = 4, moments: Double = 8) {
    self.weights = weights
    self.gradients = gradients
    self.master = master
    self.moments = moments
  }
  /// 16-bit weights, FP32 gradients, master and moments: 18 bytes.
  public static let mixed = OptimizerState()
  /// Gradients reduced in BF16: 16 bytes.
  public static let halfGradients = OptimizerState(gradients: 2)
  public var total: Double { weights + gradients + master + moments }
}
