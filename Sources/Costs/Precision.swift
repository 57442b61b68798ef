import Hardware
import Units

/// The number formats of a deployment; a class of operators that is not named has the format of the weights.
public struct Precision: Codable, Hashable, Sendable {
  /// Weights and activations of the linear layers.
  public var weights: NumberFormat
  /// Products inside attention; BF16 where a file leaves it out, as keys and values.
  public var attention: NumberFormat
  public var keyValue: NumberFormat
  /// Projections of attention.
  public var projection: NumberFormat?
  /// Routed experts.
  public var experts: NumberFormat?
  /// What the routed experts are multiplied in, where their weights do not say it (W4A8).
  public var expertCompute: NumberFormat?
  public var sharedExperts: NumberFormat?
  /// Input embedding and output head; BF16 where absent.
  public var head: NumberFormat?
  /// Hidden values on their way to the experts and back; the exchange's own formats where absent.
  public var dispatch: NumberFormat?
  public var combine: NumberFormat?

  public init(
    weights: NumberFormat, attention: NumberFormat = .bf16, keyValue: NumberFormat = .bf16,
    projection: NumberFormat? = nil, experts: NumberFormat? = nil, expertCompute: NumberFormat? = nil,
    sharedExperts: NumberFormat? = nil, head: NumberFormat? = nil, dispatch: NumberFormat? = nil,
    combine: NumberFormat? = nil
  ) {
    self.weights = weights
    self.attention = attention
    self.keyValue = keyValue
    self.projection = projection
    self.experts = experts
    self.expertCompute = expertCompute
    self.sharedExperts = sharedExperts
    self.head = head
    self.dispatch = dispatch
    self.combine = combine
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case weights, attention, keyValue, projection, experts, expertCompute, sharedExperts, head, dispatch, combine
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func format(_ key: CodingKeys) throws -> NumberFormat? {
      try fields.decodeIfPresent(NumberFormat.self, forKey: key)
    }
    self.init(
      weights: try fields.decode(NumberFormat.self, forKey: .weights), attention: try format(.attention) ?? .bf16,
      keyValue: try format(.keyValue) ?? .bf16, projection: try format(.projection), experts: try format(.experts),
      expertCompute: try format(.expertCompute), sharedExperts: try format(.sharedExperts), head: try format(.head),
      dispatch: try format(.dispatch), combine: try format(.combine))
  }

  /// The format in which the weights of an operator of this kind lie.
  public func format(of kind: OperatorKind) -> NumberFormat {
    switch kind {
    case .projection: projection ?? weights
    case .expertFeedForward: experts ?? weights
    case .head: head ?? .bf16
    case .router: .bf16
    default: weights
    }
  }
}
