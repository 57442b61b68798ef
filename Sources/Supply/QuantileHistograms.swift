/// How often each value of many quantities was seen, in bins of 3% from 2⁻¹⁴ to 2⁴⁰; smaller is zero.
///
/// Whole counts, so that those of several workers add to the same in any order.
struct QuantileHistograms {
  static let octaves = 54
  static let binsPerOctave = 32
  static let binCount = octaves * binsPerOctave + 2
  /// The bits of 2⁻¹⁴, shifted so that five bits of the significand are left.
  private static let firstBits = Double(sign: .plus, exponent: -14, significand: 1).bitPattern >> 47

  let quantities: Int
  private(set) var counts: [UInt32]

  init(quantities: Int) {
    self.quantities = quantities
    counts = [UInt32](repeating: 0, count: quantities * Self.binCount)
  }

  @inline(__always) static func bin(_ value: Double) -> Int {
    // Zero, what is too small and what is below zero, which the model has not, wrap round to a large place.
    let place = (value.bitPattern >> 47) &- firstBits
    if place < UInt64(binCount - 1) { return Int(place) + 1 }
    return value < 1 ? 0 : binCount - 1
  }

  mutating func add(_ other: UnsafePointer<UInt16>) {
    for index in counts.indices { counts[index] &+= UInt32(other[index]) }
  }

  /// Values below which each of the rising shares `levels` of the draws lie, by straight lines within a bin.
  func quantiles(_ quantity: Int, _ levels: [Double]) -> [Double] {
    let bins = counts[quantity * Self.binCount..<(quantity + 1) * Self.binCount]
    let total = bins.reduce(0) { $0 + Double($1) }
    var result: [Double] = []
    var below = 0.0
    for (index, count) in bins.enumerated() where count > 0 {
      while result.count < levels.count, levels[result.count] * total <= below + Double(count) {
        let part = index == 0 ? 0 : (levels[result.count] * total - below) / Double(count)
        result.append(Self.edge(index) + (Self.edge(index + 1) - Self.edge(index)) * part)
      }
      below += Double(count)
    }
    return result
  }

  /// The least value of a bin; bin 0 holds zero.
  private static func edge(_ bin: Int) -> Double {
    guard bin > 0 else { return 0 }
    return Double(bitPattern: (UInt64(bin - 1) &+ firstBits) << 47)
  }
}

/// One worker's counts: sixteen bits each, so that more of them stay in the cache, emptied before one can overflow.
final class BinCounts {
  private let quantities: Int
  private let counts: UnsafeMutablePointer<UInt16>
  private var draws = 0

  init(quantities: Int) {
    self.quantities = quantities
    counts = .allocate(capacity: quantities * QuantileHistograms.binCount + 1)
    counts.initialize(repeating: 0, count: quantities * QuantileHistograms.binCount + 1)
  }

  deinit { counts.deallocate() }

  /// Whether a block of so many draws more could overflow a count.
  func isFull(for more: Int) -> Bool { draws + more > Int(UInt16.max) }

  /// Says that a block of draws is about to be counted.
  func expect(_ more: Int) { draws += more }

  /// Counts the first `draws` of a column.
  @inline(__always) func add(_ column: Column, draws: Int, to quantity: Int) {
    let values = column.draws
    let bins = counts + quantity * QuantileHistograms.binCount
    if values[0] == values[draws / 2], values[0] == values[draws - 1], isConstant(column) {
      bins[QuantileHistograms.bin(values[0])] &+= UInt16(draws)
    } else {
      for draw in 0..<draws { bins[QuantileHistograms.bin(values[draw])] &+= 1 }
    }
  }

  @inline(__always) private func isConstant(_ column: Column) -> Bool {
    let first = Lanes(repeating: column.draws[0])
    var differs = SIMDMask<Lanes.MaskStorage>(repeating: false)
    for lane in 0..<ColumnStore.lanes { differs .|= column[lane] .!= first }
    return differs == SIMDMask(repeating: false)
  }

  /// Moves what was counted into the totals.
  func empty(into totals: inout QuantileHistograms) {
    totals.add(counts)
    counts.update(repeating: 0, count: quantities * QuantileHistograms.binCount)
    draws = 0
  }
}
