/// Efficiencies that no kernel of a chip was measured for: they are other chips', and a band says what that is worth.
///
/// Bands come from chips with kernel tables, each left out of the fit in turn (`Tools/kernels/transfer.py`): of their
/// kernels nine of ten lay inside. Makers and generations that have no table at all may lie beyond them.
public struct EfficiencyTransfer: Decodable, Sendable {
  /// Whose efficiencies these are: `nine NVIDIA chips`, `the Ascend 910C`.
  public var from: String
  /// Of matrix products.
  public var products: Band
  /// Of products of experts and what is around them.
  public var experts: Band
  /// Of attention.
  public var attention: Band
  /// What was left out, and what was fitted.
  public var source: String
  enum CodingKeys: String, CodingKey, CaseIterable { case from, products, experts, attention, source }

  /// Measured over predicted times.
  public struct Band: Codable, Sendable, Hashable {
    /// One kernel in twenty lies below.
    public var low: Double
    /// One in twenty lies above.
    public var high: Double
    enum CodingKeys: String, CodingKey, CaseIterable { case low, high }

    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }
}
