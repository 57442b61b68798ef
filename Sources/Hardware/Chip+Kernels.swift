import Units

/// What isolated kernels reach on a chip, by the format they compute in; fits of published kernel tables.
///
/// Engines with an `execution` part use these in place of the shares that hold for every format.
public struct KernelEfficiency: Decodable, Sendable {
  public var products: ByFormat
  /// Products of routed experts, many small ones in one kernel.
  public var experts: ByFormat
  /// Attention over one new token a request, by the format of keys and values; `share` is that of prompts' attention in
  /// 16 bits.
  public var attention: ByFormat

  enum CodingKeys: String, CodingKey, CaseIterable { case products, experts, attention }

  /// Of one format; one that is missing has the next wider one's.
  public struct ByFormat: Decodable, Sendable {
    public var bf16: Reach
    public var fp8: Reach?
    public var fp4: Reach?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, fp8, fp4 }

    /// Of products that compute in `format`, or of keys and values that lie in it.
    public func reach(_ format: NumberFormat) -> Reach {
      switch format.compute {
      case .nvfp4: fp4 ?? fp8 ?? bf16
      case .fp8, .int8: fp8 ?? bf16
      default: bf16
      }
    }
  }

  /// Share of the peak of large kernels, share of the memory bandwidth of small ones, start-up of an isolated one.
  public struct Reach: Decodable, Sendable {
    /// Share of the peak of large kernels.
    public var share: Calibrated<Double>
    /// Share of the memory bandwidth of small kernels.
    public var read: Calibrated<Double>
    /// Start-up of an isolated kernel.
    public var startup: Calibrated<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case share, read, startup }
  }
}
