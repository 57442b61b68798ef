import Hardware
import Units

/// What one class of kernels reaches, in the order of `NumberFormat.allCases`: share of the peak, bytes a second of one
/// die, start-up in seconds.
struct KernelRates: Sendable {
  var share: [Double]
  var rate: [Double]
  var startup: [Double]

  /// The same for every format, with the share of a format's products where the chip has one.
  struct General {
    var share: (NumberFormat) -> Double
    var read: Double
    var startup: Double
  }

  init(_ kernels: KernelEfficiency.ByFormat?, _ bandwidth: Double, else general: General) {
    let reaches = NumberFormat.allCases.map { kernels?.reach($0) }
    share = zip(NumberFormat.allCases, reaches).map { $1?.share.value ?? general.share($0) }
    rate = reaches.map { bandwidth * ($0?.read.value ?? general.read) }
    startup = reaches.map { $0?.startup.value.value ?? general.startup }
  }

  /// Of a chip without kernels of its own by format.
  static func general(
    _ efficiency: ChipEfficiency
  ) -> (products: General, experts: General, attention: General) {
    let weights = (efficiency.weightRead ?? efficiency.memory).value
    let startup = efficiency.productStartup?.value.value ?? 0
    let matrix = { (format: NumberFormat) in efficiency.matrixShare(of: format).value }
    return (
      General(share: matrix, read: weights, startup: startup),
      General(share: matrix, read: efficiency.expertRead?.value ?? weights, startup: startup),
      General(
        share: { _ in efficiency.attention.value }, read: (efficiency.keyValueRead ?? efficiency.memory).value,
        startup: efficiency.attentionStartup?.value.value ?? 0)
    )
  }
}
