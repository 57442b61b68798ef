import Units

/// One package as sold.
public struct Chip: Decodable, Sendable {
  public var name: String
  public var vendor: String
  /// Ranks of most software: 2 on the Ascend 910C, 1 on a GPU.
  public var dies: Sourced<Int>
  /// Dense BF16 peaks under which the part is sold; empty where there is one.
  public var bins: [FLOPsPerSecond]?
  public var peak: PeakRates
  public var memory: Memory
  /// Matrix and vector cores of the package, where an engine can divide them between streams.
  public var cores: Cores?
  public var power: PowerRange
  public var price: Sourced<Dollars>?
  public var efficiency: ChipEfficiency

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, vendor, dies, bins, peak, memory, cores, power, price, efficiency
  }

  /// Dense peaks of the package; a missing one is not native.
  public struct PeakRates: Decodable, Sendable {
    public var bf16: Sourced<FLOPsPerSecond>
    public var int8: Sourced<FLOPsPerSecond>?
    public var fp8: Sourced<FLOPsPerSecond>?
    /// Four-bit floats with a scale for each small block (NVFP4, MXFP4).
    public var fp4: Sourced<FLOPsPerSecond>?
    public var fp32: Sourced<FLOPsPerSecond>?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, int8, fp8, fp4, fp32 }
  }

  public struct Memory: Decodable, Sendable {
    public var capacity: Sourced<Bytes>
    public var bandwidth: Sourced<BytesPerSecond>
    enum CodingKeys: String, CodingKey, CaseIterable { case capacity, bandwidth }
  }

  public struct Cores: Decodable, Sendable {
    public var matrix: Sourced<Int>
    public var vector: Sourced<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case matrix, vector }
  }

  public struct PowerRange: Decodable, Sendable {
    public var idle: Sourced<Watts>
    public var maximum: Sourced<Watts>
    enum CodingKeys: String, CodingKey, CaseIterable { case idle, maximum }
  }
}

/// Which share of its peaks this chip reaches, by kind of operator; calibrated on operator measurements alone.
public struct ChipEfficiency: Decodable, Sendable {
  /// Share of the matrix peak that a large matrix product reaches before tiles and short inner dimensions cost it more.
  public var matrix: Calibrated<Double>
  /// Inner dimension at which a matrix product reaches half of `matrix`: the cost of filling and draining a tile.
  public var matrixHalfDepth: Calibrated<Double>
  /// Share of the BF16 peak in attention kernels that are bound by compute.
  public var attention: Calibrated<Double>
  /// Share of the memory bandwidth in kernels that are bound by memory.
  public var memory: Calibrated<Double>
  /// Share of the memory bandwidth that elementwise work on the vector cores moves.
  public var vector: Calibrated<Double>
  /// Rows to which the unit of a matrix product is padded, and columns of its output tile.
  public var tileRows: Sourced<Int>
  public var tileColumns: Sourced<Int>

  enum CodingKeys: String, CodingKey, CaseIterable {
    case matrix, matrixHalfDepth, attention, memory, vector, tileRows, tileColumns
  }
}

extension Chip {
  /// The peak rate of products in a format; a format that is not native runs at the next wider one that is.
  public func peakRate(of format: NumberFormat) -> FLOPsPerSecond {
    switch format {
    case .fp32: peak.fp32?.value ?? peak.bf16.value * 0.25
    case .bf16: peak.bf16.value
    case .fp8: peak.fp8?.value ?? peak.bf16.value
    case .int8, .int4: peak.int8?.value ?? peak.bf16.value
    }
  }

  /// The same part in another bin: every peak scales with the BF16 peak.
  public func inBin(_ rate: FLOPsPerSecond) -> Chip {
    var chip = self
    let factor = rate / peak.bf16.value
    chip.peak.bf16.value = rate
    if let value = peak.int8?.value { chip.peak.int8?.value = value * factor }
    if let value = peak.fp8?.value { chip.peak.fp8?.value = value * factor }
    if let value = peak.fp4?.value { chip.peak.fp4?.value = value * factor }
    if let value = peak.fp32?.value { chip.peak.fp32?.value = value * factor }
    return chip
  }
}
