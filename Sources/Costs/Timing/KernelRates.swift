import Hardware
import Units

/// What one class of kernels reaches on one die of a chip.
struct KernelRates: Sendable {
  /// By `slot`.
  private var reaches: [Reach]
  private let widens: Bool
  private static let formats = NumberFormat.allCases.count

  struct Reach: Sendable {
    /// Of the peak.
    var share: Double
    /// Bytes a second.
    var rate: Double
    /// Seconds.
    var startup: Double
    /// Computing and reading join with a power of 2^squarings; nil where the longer counts.
    var squarings: Int?
    /// Values; nil where whole tiles count.
    var fill: Double?
  }

  /// The same for every format, with the share of a format's products where the chip has one.
  struct General {
    var share: (NumberFormat) -> Double
    var read: Double
    var startup: Double
  }

  /// - Parameter chip: whether it multiplies values of four bits decides what those are computed in.
  init(_ kernels: KernelEfficiency.ByFormat?, _ chip: Chip, else general: General) {
    let bandwidth = chip.memory.bandwidth.value.value / Double(chip.dies.value)
    let widens = chip.peak.fp4 == nil
    self.widens = widens
    reaches = NumberFormat.allCases.flatMap { format in
      NumberFormat.allCases.map { asked in
        let compute = Self.computed(format, asked, widens: widens)
        let reach = kernels?.reach(format, computing: compute)
        return Reach(
          share: reach?.share ?? general.share(compute), rate: bandwidth * (reach?.read ?? general.read),
          startup: reach?.startup.value ?? general.startup, squarings: reach?.join?.squarings, fill: reach?.fill)
      }
    }
  }

  /// What a chip that was asked for `compute` computes in: without products of four bits, weights of four-bit floats
  /// are widened to 16 bits.
  static func computed(_ format: NumberFormat, _ compute: NumberFormat, widens: Bool) -> NumberFormat {
    let isFloat = format == .mxfp4 || format == .nvfp4
    return widens && isFloat && compute.bits < 16 ? .bf16 : compute
  }

  func computed(_ product: Operation.Product) -> NumberFormat {
    Self.computed(product.format, product.compute, widens: widens)
  }

  func reach(_ product: Operation.Product) -> Reach { reaches[Self.slot(product.format, product.compute)] }

  /// Of attention that reads keys and values in a format.
  func reach(keyValue format: NumberFormat) -> Reach { reaches[Self.slot(format, format)] }

  private static func slot(_ format: NumberFormat, _ compute: NumberFormat) -> Int {
    format.place * formats + compute.place
  }

  /// Of a chip without kernels of its own by format.
  static func general(
    _ efficiency: ChipEfficiency
  ) -> (products: General, experts: General, attention: General, latent: General) {
    let weights = (efficiency.weightRead ?? efficiency.memory).value
    let startup = efficiency.productStartup?.value.value ?? 0
    let matrix = { (format: NumberFormat) in efficiency.matrixShare(of: format).value }
    return (
      General(share: matrix, read: weights, startup: startup),
      General(share: matrix, read: efficiency.expertRead?.value ?? weights, startup: startup),
      General(
        share: { _ in efficiency.attention.value }, read: (efficiency.keyValueRead ?? efficiency.memory).value,
        startup: efficiency.attentionStartup?.value.value ?? 0),
      General(
        share: { _ in efficiency.attention.value }, read: efficiency.memory.value,
        startup: efficiency.attentionStartup?.value.value ?? 0)
    )
  }
}
