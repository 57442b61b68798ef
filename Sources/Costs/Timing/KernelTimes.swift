import Hardware
import Units

/// Isolated times of single kernels on one die, by the laws and constants by which steps of serving are costed: what a
/// training step is built of.
///
///     let kernels = KernelTimes(try Catalog().chip("NVIDIA H100"))
///     kernels.product(rows: 8192, depth: 4096, columns: 14_336, format: .bf16)    // seconds
///
/// Ignored: launches, and what a power limit takes in minutes of work; callers add both.
public struct KernelTimes: Sendable {
  private let products: KernelRates
  private let tiles: ProductTiles
  private let peaks: [Double]
  private let vectorRate: Double

  /// - Parameter fill: values of a result that cost as much as they do beside them, where no kernel of the chip was
  ///   measured (whole tiles otherwise).
  public init(_ chip: Chip, fill: Double? = nil) {
    let dies = Double(chip.dies.value)
    let general = KernelRates.general(chip.efficiency)
    products = KernelRates(chip.efficiency.kernels?.of(nil, nil).products, chip, else: general.products)
    var tiles = ProductTiles(chip.efficiency)
    tiles.fill = fill
    self.tiles = tiles
    peaks = NumberFormat.allCases.map { chip.peakRate(of: $0).value / dies }
    vectorRate = chip.memory.bandwidth.value.value / dies * chip.efficiency.vector.value
  }

  /// Dense peak of one die, operations per second.
  public func peak(_ format: NumberFormat) -> Double { peaks[format.place] }

  /// Seconds of `copies` products of rows × depth with depth × columns, without their launch.
  public func product(
    rows: Double, depth: Double, columns: Double, copies: Double = 1, format: NumberFormat, share: Double = 1
  ) -> Double {
    let shape = Operation.Product(
      rows: rows, depth: max(1, Int(depth)), columns: max(1, Int(columns)), copies: copies, format: format,
      compute: format.compute)
    var demand = OperatorDemand(name: "", kind: .projection)
    let compute = products.computed(shape)
    var reach = products.reach(shape)
    reach.share *= share
    tiles.product(shape, reach, computing: compute, peak: peak(compute), &demand)
    return max(demand.compute, demand.memory)
  }

  /// Seconds in which elementwise kernels read and write so many bytes.
  public func vector(_ bytes: Double) -> Double { bytes / vectorRate }
}
