import Units

/// One package as sold.
public struct Chip: Decodable, Sendable {
  /// By which systems and command lines find it, in any case.
  public var name: String
  /// Its maker, which may be left out of the name; Huawei's run on vLLM-Ascend by default.
  public var vendor: String
  /// Whether it can be bought; sold where absent.
  public var status: Status?
  /// Ranks of most software: 2 on the Ascend 910C, 1 on a GPU.
  public var dies: Sourced<Int>
  /// Dense BF16 peaks under which the part is sold; empty where there is one.
  public var bins: [FLOPsPerSecond]?
  public var peak: PeakRates
  /// Of the package.
  public var memory: Memory
  /// Matrix and vector cores of the package, where an engine can divide them between streams.
  public var cores: Cores?
  /// Idle and at most.
  public var power: PowerRange
  /// Of one package; shown by supply and reports, while costs are a system's.
  public var price: Sourced<Dollars>?
  public var efficiency: ChipEfficiency

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, vendor, status, dies, bins, peak, memory, cores, power, price, efficiency
  }

  /// How real a part is.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// Its maker sells it.
    case sold
    /// Its maker has said what it will be.
    case announced
    /// Others have said so; its maker has not.
    case rumour
  }

  /// Dense peaks of the package; a missing one is not native.
  public struct PeakRates: Decodable, Sendable {
    /// BF16 or FP16 products without sparsity.
    public var bf16: Sourced<FLOPsPerSecond>
    /// Eight-bit integers, `TOPS`; BF16 where absent.
    public var int8: Sourced<FLOPsPerSecond>?
    /// Eight-bit floats; BF16 where absent.
    public var fp8: Sourced<FLOPsPerSecond>?
    /// Four-bit floats with a scale for each small block (NVFP4, MXFP4).
    public var fp4: Sourced<FLOPsPerSecond>?
    /// A quarter of BF16 where absent.
    public var fp32: Sourced<FLOPsPerSecond>?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, int8, fp8, fp4, fp32 }
  }

  public struct Memory: Decodable, Sendable {
    /// As the driver's tool reports it to engines, not as a sheet rounds it: 81559 MiB on an H100 of 80 GB.
    public var capacity: Sourced<Bytes>
    /// Nameplate.
    public var bandwidth: Sourced<BytesPerSecond>
    enum CodingKeys: String, CodingKey, CaseIterable { case capacity, bandwidth }
  }

  public struct Cores: Decodable, Sendable {
    /// Cores for matrix products.
    public var matrix: Sourced<Int>
    /// Cores for elementwise work.
    public var vector: Sourced<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case matrix, vector }
  }

  public struct PowerRange: Decodable, Sendable {
    /// With nothing to do.
    public var idle: Sourced<Watts>
    /// The limit under load: TDP, or total board power.
    public var maximum: Sourced<Watts>
    /// Weight of busy matrix cores, against busy memory, in the power above idle; 0.6 where a sheet is silent.
    public var computeWeight: Sourced<Double>?
    enum CodingKeys: String, CodingKey, CaseIterable { case idle, maximum, computeWeight }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      idle = try container.decode(Sourced<Watts>.self, forKey: .idle)
      maximum = try container.decode(Sourced<Watts>.self, forKey: .maximum)
      computeWeight = try container.decodeIfPresent(Sourced<Double>.self, forKey: .computeWeight)
      guard idle.value > maximum.value else { return }
      throw Problem(
        "", "maximum lies below idle", wayOut: "let idle be what it draws with nothing to do, maximum its limit")
    }
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
  /// Rows to which the output tile of a matrix product is padded.
  public var tileRows: Sourced<Int>
  /// Columns to which it is padded.
  public var tileColumns: Sourced<Int>
  /// `matrix` where products of a format reach another share of its peak.
  public var matrixByFormat: FormatShares?
  /// Share of the memory bandwidth in products that are bound by reading weights; `memory` where absent.
  public var weightRead: Calibrated<Double>?
  /// Share of the memory bandwidth in products of experts; `memory` where absent.
  public var expertRead: Calibrated<Double>?
  /// Share of the memory bandwidth in attention that is bound by reading keys and values; `memory` where absent.
  public var keyValueRead: Calibrated<Double>?
  /// Start-up of an isolated matrix product.
  public var productStartup: Calibrated<Seconds>?
  /// Start-up of an isolated attention kernel.
  public var attentionStartup: Calibrated<Seconds>?
  /// By format, for engines whose kernels are known one by one.
  public var kernels: KernelEfficiency?
  /// Where efficiencies are those of other chips: whose, and how far such predictions lay from measured kernels.
  public var transfer: EfficiencyTransfer?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case matrix, matrixHalfDepth, attention, memory, vector, tileRows, tileColumns, matrixByFormat, weightRead
    case expertRead, keyValueRead, productStartup, attentionStartup, kernels, transfer
  }

  /// By the format that a product computes in.
  public struct FormatShares: Decodable, Sendable {
    /// In BF16.
    public var bf16: Calibrated<Double>?
    /// In FP8.
    public var fp8: Calibrated<Double>?
    /// In INT8.
    public var int8: Calibrated<Double>?
    /// In MXFP4 or NVFP4.
    public var fp4: Calibrated<Double>?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, fp8, int8, fp4 }
  }

  /// Share of the peak of large products in a format.
  public func matrixShare(of format: NumberFormat) -> Calibrated<Double> {
    let own: Calibrated<Double>? =
      switch format.compute {
      case .bf16: matrixByFormat?.bf16
      case .fp8: matrixByFormat?.fp8
      case .int8: matrixByFormat?.int8
      case .nvfp4: matrixByFormat?.fp4
      default: nil
      }
    return own ?? matrix
  }
}

extension Chip {
  /// The peak rate of products of weights in a format; one that is not native runs at the next wider one that is.
  public func peakRate(of format: NumberFormat) -> FLOPsPerSecond {
    switch format {
    case .fp32: peak.fp32?.value ?? peak.bf16.value * 0.25
    case .bf16, .fp16, .int4Group: peak.bf16.value
    case .fp8, .fp8Block, .mxfp8: peak.fp8?.value ?? peak.bf16.value
    case .int8, .int4: peak.int8?.value ?? peak.bf16.value
    // Without products of four-bit floats the weights are widened to 16 bits first.
    case .mxfp4, .nvfp4: peak.fp4?.value ?? peak.bf16.value
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
