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
    /// FP8 with a scale for each block; as `fp8` where it is missing.
    public var fp8Block: Reach?
    public var fp4: Reach?
    /// Weights of four bits, widened in the kernel to the 16 bits that it computes in.
    public var weights4: Reach?
    /// Weights of four bits with activations of eight.
    public var weights4Activations8: Reach?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, fp8, fp8Block, fp4, weights4, weights4Activations8 }

    /// Of products of weights in `format` that compute in `compute`, or of keys and values that lie in `format`.
    public func reach(_ format: NumberFormat, computing compute: NumberFormat) -> Reach {
      if format.bits == 4, compute.bits == 16 { return weights4 ?? bf16 }
      if format.bits == 4, compute.bits == 8 { return weights4Activations8 ?? fp8 ?? bf16 }
      switch compute {
      case .nvfp4, .mxfp4: return fp4 ?? fp8 ?? bf16
      case .fp8, .fp8Block, .mxfp8, .int8:
        return format == .fp8Block || format == .mxfp8 ? fp8Block ?? fp8 ?? bf16 : fp8 ?? bf16
      default: return bf16
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
    /// How computing and reading join; absent: the longer counts.
    public var join: Join?
    /// Values of a result that cost as much as they do beside them: a small result does not fill the chip. In place of
    /// whole tiles; absent: whole tiles.
    public var fill: Calibrated<Double>?
    enum CodingKeys: String, CodingKey, CaseIterable { case share, read, startup, join, fill }

    /// (compute^p + memory^p)^(1/p): p is 1 for `sum`, 2 for `root`, 4 for `fourthRoot`.
    public enum Join: String, Decodable, Sendable, CaseIterable {
      case sum, root, fourthRoot
      /// Of p = 2^squarings.
      public var squarings: Int {
        switch self {
        case .sum: 0
        case .root: 1
        case .fourthRoot: 2
        }
      }
    }
  }
}
