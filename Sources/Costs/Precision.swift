import Units
import Hardware

/// The number formats of a deployment.
public struct Precision: Codable, Hashable, Sendable {
  /// Weights and activations of the linear layers.
  public var weights: NumberFormat
  /// Products inside attention.
  public var attention: NumberFormat
  public var keyValue: NumberFormat

  public init(weights: NumberFormat, attention: NumberFormat = .bf16, keyValue: NumberFormat = .bf16) {
    self.weights = weights
    self.attention = attention
    self.keyValue = keyValue
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case weights, attention, keyValue }
}
