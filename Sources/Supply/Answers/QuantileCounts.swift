/// The bins in which the values of a quantity are counted: 254 between the ends of what the first draws say of it, as
/// fine as that allows, from 0.1% of a value on; one of what lies below and one of what lies above.
struct ValueBins: Sendable {
  static let count = 256
  /// Smaller values count as zero.
  static let leastValue = 0x1p-30

  /// The upper half of a value's bits loses `shift` bits, and `base` is then the last number that lies below the bins.
  private(set) var shift: Int32 = 20
  private(set) var base = Int32.max / 2
  /// The least and the greatest value of the first draws, which no quantile leaves.
  let least, greatest: Double
  private let hasZeros: Bool

  /// For values in rising order.
  init(of sorted: UnsafeMutableBufferPointer<Double>) {
    (least, greatest) = (sorted[0], sorted[sorted.count - 1])
    let nothing = sorted.firstIndex { $0 > Self.leastValue } ?? sorted.count
    hasZeros = nothing > 0
    guard nothing < sorted.count else { return }
    // 1.5% on either side; above zeros all values, as far down as bins of 3% reach: less is as good as nothing.
    let margin = max(1, sorted.count * 3 / 200)
    let to = Self.upperHalf(sorted[max(nothing, sorted.count - 1 - margin)])
    let low = Self.upperHalf(sorted[max(nothing, margin)])
    let from = nothing > margin ? max(low, to - Int32(Self.count - 3) << 15) : min(low, to)
    shift = (Int32(10)...20).first { (to >> $0) - (from >> $0) <= Int32(Self.count) - 3 } ?? 20
    base = (from >> shift) - 1
  }

  private static func upperHalf(_ value: Double) -> Int32 { Int32(truncatingIfNeeded: value.bitPattern >> 32) }

  /// Writes the bin of each value of a column.
  @inline(__always) func bins(of column: Column, into places: UnsafeMutablePointer<SIMD4<UInt8>>) {
    // A shift by a known number takes one instruction for four values.
    switch shift {
    case 10: bins(column, places, 10)
    case 11: bins(column, places, 11)
    case 12: bins(column, places, 12)
    case 13: bins(column, places, 13)
    case 14: bins(column, places, 14)
    case 15: bins(column, places, 15)
    case 16: bins(column, places, 16)
    case 17: bins(column, places, 17)
    case 18: bins(column, places, 18)
    case 19: bins(column, places, 19)
    default: bins(column, places, 20)
    }
  }

  @inline(__always) private func bins(
    _ column: Column, _ places: UnsafeMutablePointer<SIMD4<UInt8>>, _ shift: Int32
  ) {
    let below = SIMD4<Int32>(repeating: base), last = SIMD4<Int32>(repeating: Int32(Self.count - 1))
    for lane in 0..<ColumnStore.lanes {
      let upper = unsafeBitCast(column[lane], to: SIMD8<Int32>.self).oddHalf
      var bin = (upper &>> shift) &- below
      bin.replace(with: 0, where: bin .< 0)
      bin.replace(with: last, where: bin .> last)
      places[lane] = SIMD4<UInt8>(truncatingIfNeeded: bin)
    }
  }

  func bin(of value: Double) -> Int {
    Int(min(max((Self.upperHalf(value) &>> shift) &- base, 0), Int32(Self.count - 1)))
  }

  /// Values below which each of the rising shares `levels` of the draws lie, by straight lines within a bin.
  func quantiles(_ counts: UnsafePointer<UInt32>, _ levels: [Double]) -> [Double] {
    let draws = (0..<Self.count).reduce(0) { $0 + Int(counts[$1]) }
    var result: [Double] = []
    var below = 0.0
    for bin in 0..<Self.count where counts[bin] > 0 {
      let count = Double(counts[bin])
      while result.count < levels.count, levels[result.count] * Double(draws) <= below + count {
        let part = (levels[result.count] * Double(draws) - below) / count
        result.append(max(min(value(bin, part), greatest), least))
      }
      below += count
    }
    return result
  }

  private func value(_ bin: Int, _ part: Double) -> Double {
    guard bin > 0 else { return hasZeros ? 0 : edge(1) }
    guard bin < Self.count - 1 else { return edge(bin) }
    return edge(bin) + (edge(bin + 1) - edge(bin)) * part
  }

  /// The least value of a bin.
  private func edge(_ bin: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: Int(base) + bin) << UInt64(32 + shift))
  }
}

/// How often values fell into the bins of each quantity; whole counts, so that those of several workers add to the same
/// in any order.
///
/// Bins of several blocks of draws are kept first and then counted, quantity by quantity, so that its counts are
/// fetched once for all of them.
final class QuantileCounts {
  /// Blocks of draws that are kept before they are counted.
  private static let blocks = max(1, 1024 / ColumnStore.draws)

  private let bins: [ValueBins]
  private let counts: UnsafeMutablePointer<UInt32>
  /// By block, then quantity, then draw, so that a block is written from one end to the other.
  private let places: UnsafeMutablePointer<UInt8>
  private var kept = 0

  init(_ bins: [ValueBins]) {
    self.bins = bins
    counts = .allocate(capacity: bins.count * ValueBins.count + 1)
    counts.initialize(repeating: 0, count: bins.count * ValueBins.count + 1)
    let size = Self.blocks * bins.count * ColumnStore.draws + 1
    places = .allocate(capacity: size)
    places.initialize(repeating: 0, count: size)
  }

  deinit {
    counts.deallocate()
    places.deallocate()
  }

  /// Keeps a column of the block now being run.
  @inline(__always) func keep(_ column: Column, of quantity: Int) {
    let row = UnsafeMutableRawPointer(places + kept * bins.count + quantity * ColumnStore.draws)
    bins[quantity].bins(of: column, into: row.assumingMemoryBound(to: SIMD4<UInt8>.self))
  }

  /// Ends a block of so many draws.
  func end(_ draws: Int) {
    kept += draws
    if draws < ColumnStore.draws || kept == Self.blocks * ColumnStore.draws { count() }
  }

  private func count() {
    for quantity in bins.indices {
      let counts = counts + quantity * ValueBins.count
      for first in stride(from: 0, to: kept, by: ColumnStore.draws) {
        let row = places + first * bins.count + quantity * ColumnStore.draws
        let draws = min(ColumnStore.draws, kept - first)
        if row[0] == row[draws - 1], row[0] == row[draws / 2], isConstant(row, draws) {
          counts[Int(row[0])] &+= UInt32(draws)
        } else {
          for draw in 0..<draws { counts[Int(row[draw])] &+= 1 }
        }
      }
    }
    kept = 0
  }

  private func isConstant(_ row: UnsafeMutablePointer<UInt8>, _ draws: Int) -> Bool {
    var differs: UInt8 = 0
    for draw in 0..<draws { differs |= row[draw] ^ row[0] }
    return differs == 0
  }

  /// Takes over what another worker counted.
  func add(_ other: QuantileCounts) {
    other.finish()
    finish()
    for index in 0..<bins.count * ValueBins.count { counts[index] &+= other.counts[index] }
  }

  private func finish() { if kept > 0 { count() } }

  /// The quantiles of each quantity, the pilot's draws counted with the others.
  func quantiles(_ levels: [Double], with pilot: PilotDraws) -> [[Double]] {
    finish()
    return bins.indices.map { quantity in
      let counts = counts + quantity * ValueBins.count
      for value in pilot.values(of: quantity) { counts[bins[quantity].bin(of: value)] &+= 1 }
      return bins[quantity].quantiles(counts, levels)
    }
  }
}
