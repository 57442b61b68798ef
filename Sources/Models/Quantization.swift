/// How a model's files are quantised, by group of weights.
public struct Quantization: Hashable, Sendable {
  /// One form of weights, with what its products multiply them by.
  public struct Format: Hashable, Sendable {
    public enum Numbers: String, Hashable, Sendable { case sixteenBit, fp8, int8, int4, mxfp4, mxfp8, nvfp4 }

    public var numbers: Numbers
    /// Bytes of a weight with its share of scales.
    public var bytes: Double
    /// Activations are quantised alike; else weights are widened to 16 bits and only their bytes are saved.
    public var quantizesActivations: Bool

    public init(_ numbers: Numbers, bytes: Double, quantizesActivations: Bool) {
      self.numbers = numbers
      self.bytes = bytes
      self.quantizesActivations = quantizesActivations
    }

    public static let sixteenBit = Self(.sixteenBit, bytes: 2, quantizesActivations: false)
    /// A scale of `scale` bytes for each block of `block` weights.
    public static func fp8(block: Int, scale: Double = 4) -> Self {
      Self(.fp8, bytes: 1 + scale / Double(block), quantizesActivations: true)
    }
    /// One scale for a whole matrix or channel.
    public static let fp8 = Self(.fp8, bytes: 1, quantizesActivations: true)
    public static let int8 = Self(.int8, bytes: 1, quantizesActivations: true)
    /// FP4 with a scale of one byte for 32 weights.
    public static let mxfp4 = Self(.mxfp4, bytes: 0.5 + 1.0 / 32, quantizesActivations: false)
    public static let mxfp8 = Self(.mxfp8, bytes: 1 + 1.0 / 32, quantizesActivations: true)
    /// FP4 with a scale of one byte for 16 weights.
    public static func nvfp4(quantizesActivations: Bool) -> Self {
      Self(.nvfp4, bytes: 0.5 + 1.0 / 16, quantizesActivations: quantizesActivations)
    }
    /// Four bits with `extra` bytes of scale and zero point for each group.
    public static func int4(group: Int, extra: Double, quantizesActivations: Bool = false) -> Self {
      Self(.int4, bytes: 0.5 + extra / Double(group), quantizesActivations: quantizesActivations)
    }
  }

  /// The config's `quant_method`, and its finer name where it has one.
  public var method: String
  /// Groups that are not in 16 bits.
  public var formats: [WeightGroup: Format]
  /// Keys and values are in FP8 (`kv_cache_scheme`); nil where the files say nothing.
  public var keyValueIsFP8: Bool?

  public init(method: String, formats: [WeightGroup: Format], keyValueIsFP8: Bool? = nil) {
    self.method = method
    self.formats = formats
    self.keyValueIsFP8 = keyValueIsFP8
  }

  public func format(of group: WeightGroup) -> Format { formats[group] ?? .sixteenBit }
}
