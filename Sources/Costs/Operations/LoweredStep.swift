/// A step as operations: layers in their two streams, and what runs once.
public struct LoweredStep: Hashable, Sendable {
  public var layers: [Layer]
  /// Head, drafts' heads, sampling, the host, reading cached prefixes.
  public var outside: [Operation]

  /// Layers of one shape.
  public struct Layer: Hashable, Sendable {
    public var count: Double
    public var attention: [Operation]
    public var experts: [Operation]
    /// Whether its experts lie on other ranks, for which dispatch and combine wait.
    public var isSpread: Bool
    /// Whether experts lie whole on their dies, so that one die may be busier than the others.
    public var isUneven = false
    /// Whether ranks have requests of their own, so that one may have longer contexts than the others.
    public var hasOwnRequests: Bool
  }
}
