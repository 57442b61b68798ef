/// The half of a layer that works on each token alone.
public enum FeedForward: Hashable, Sendable {
  /// Gated MLP (gate, up, down) of this intermediate size.
  case dense(intermediateSize: Int)
  /// MLP without a gate (up, down).
  case plain(intermediateSize: Int)
  case mixture(MixtureOfExperts)
  /// None: the layer is attention alone (Nemotron-H).
  case absent
}

public struct MixtureOfExperts: Hashable, Sendable {
  /// Routed experts that have weights.
  public var experts: Int
  /// Choices of each token, zero experts among them.
  public var expertsPerToken: Int
  public var intermediateSize: Int
  public var sharedExperts: Int
  /// Of each shared expert.
  public var sharedIntermediateSize: Int
  /// A sigmoid gate on the shared experts' output (Qwen).
  public var hasSharedGate: Bool
  /// Groups among which the router chooses first (DeepSeek's node-limited routing); 1 if none.
  public var routingGroups: Int
  /// Groups that a token's experts may lie in (`topk_group`).
  public var keptGroups: Int
  /// A per-expert correction bias in the router (`noaux_tc`), or a bias of its projection (gpt-oss).
  public var hasRouterBias: Bool
  /// Gate, up and down; else up and down alone (Nemotron 3).
  public var isGated: Bool
  /// Biases on the experts' projections (gpt-oss).
  public var hasExpertBiases: Bool
  /// Width into which tokens are projected before the routed experts, and back after them; nil if none (Nemotron 3).
  public var latentSize: Int?
  /// Experts that return their input: choices of them cost nothing (LongCat).
  public var zeroExperts: Int

  public init(
    experts: Int, expertsPerToken: Int, intermediateSize: Int, sharedExperts: Int, sharedIntermediateSize: Int,
    hasSharedGate: Bool = false, routingGroups: Int = 1, keptGroups: Int? = nil, hasRouterBias: Bool = false,
    isGated: Bool = true, hasExpertBiases: Bool = false, latentSize: Int? = nil, zeroExperts: Int = 0
  ) {
    self.experts = experts
    self.expertsPerToken = expertsPerToken
    self.intermediateSize = intermediateSize
    self.sharedExperts = sharedExperts
    self.sharedIntermediateSize = sharedIntermediateSize
    self.hasSharedGate = hasSharedGate
    self.routingGroups = routingGroups
    self.keptGroups = keptGroups ?? routingGroups
    self.hasRouterBias = hasRouterBias
    self.isGated = isGated
    self.hasExpertBiases = hasExpertBiases
    self.latentSize = latentSize
    self.zeroExperts = zeroExperts
  }

  /// Of all shared experts, which engines compute as one.
  public var sharedWidth: Int { sharedExperts * sharedIntermediateSize }

  /// Matrices of an expert.
  public var matrices: Int { isGated ? 3 : 2 }

  /// One routed expert: gate, up and down, or up and down.
  public func expertParameters(hiddenSize: Int) -> Int {
    let width = latentSize ?? hiddenSize
    let biases = hasExpertBiases ? (matrices - 1) * intermediateSize + width : 0
    return matrices * width * intermediateSize + biases
  }

  /// Experts with weights that a token works with, on average: zero experts take their share of the choices.
  public var meanActiveExperts: Double {
    Double(expertsPerToken * experts) / Double(experts + zeroExperts)
  }

  func routerParameters(hiddenSize: Int) -> Int {
    (experts + zeroExperts) * (hiddenSize + (hasRouterBias ? 1 : 0)) + (hasSharedGate ? hiddenSize : 0)
  }

  func sharedParameters(hiddenSize: Int) -> Int { matrices * hiddenSize * sharedWidth }

  /// Into the latent width and back.
  func latentParameters(hiddenSize: Int) -> Int { 2 * hiddenSize * (latentSize ?? 0) }
}
