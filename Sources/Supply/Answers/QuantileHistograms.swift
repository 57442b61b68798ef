import Synchronization

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
  /// The least and the greatest value of each quantity.
  private(set) var extremes: [(least: Double, greatest: Double)]

  init(quantities: Int) {
    self.quantities = quantities
    counts = [UInt32](repeating: 0, count: quantities * Self.binCount)
    extremes = [(Double, Double)](repeating: (.infinity, -.infinity), count: quantities)
  }

  /// The bins of four values, from the upper halves of their bits; what is below the least bin, and below zero, counts
  /// as zero.
  @inline(__always) static func bins(_ values: Lanes) -> SIMD4<UInt16> {
    let upper = unsafeBitCast(values, to: SIMD8<Int32>.self).oddHalf
    var places = (upper &>> 15) &- Int32(truncatingIfNeeded: firstBits - 1)
    let last = SIMD4<Int32>(repeating: Int32(binCount - 1))
    places.replace(with: 0, where: places .< 0)
    places.replace(with: last, where: places .> last)
    return SIMD4<UInt16>(truncatingIfNeeded: places)
  }

  mutating func add(_ other: UnsafePointer<UInt16>, _ seen: Column) {
    for index in counts.indices { counts[index] &+= UInt32(other[index]) }
    for index in extremes.indices {
      extremes[index].least = min(extremes[index].least, seen[2 * index].min())
      extremes[index].greatest = max(extremes[index].greatest, seen[2 * index + 1].max())
    }
  }

  /// Values below which each of the rising shares `levels` of the draws lie, by straight lines within a bin, but never
  /// beyond the least and the greatest value that was seen.
  func quantiles(_ quantity: Int, _ levels: [Double]) -> [Double] {
    let bins = counts[quantity * Self.binCount..<(quantity + 1) * Self.binCount]
    let total = bins.reduce(0) { $0 + Double($1) }
    var result: [Double] = []
    var below = 0.0
    for (index, count) in bins.enumerated() where count > 0 {
      while result.count < levels.count, levels[result.count] * total <= below + Double(count) {
        let part = index == 0 ? 0 : (levels[result.count] * total - below) / Double(count)
        let value = Self.edge(index) + (Self.edge(index + 1) - Self.edge(index)) * part
        result.append(max(min(value, max(extremes[quantity].greatest, 0)), extremes[quantity].least))
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

/// One worker's counts of the bins in which values fall.
///
/// Bins of several blocks of draws are kept first and then counted, quantity by quantity, so that its counts are
/// fetched once for all of them. Counts have sixteen bits and are emptied before one can overflow.
final class BinCounts {
  /// Blocks that are kept before they are counted.
  static let blocks = 8
  private static let batch = blocks * ColumnStore.draws
  private let quantities: Int
  private let counts: UnsafeMutablePointer<UInt16>
  /// By quantity, then draw.
  private let bins: UnsafeMutablePointer<SIMD4<UInt16>>
  /// By quantity: the least, then the greatest of each lane.
  private let seen: Column
  private var kept = 0
  private var counted = 0

  init(quantities: Int) {
    self.quantities = quantities
    counts = .allocate(capacity: quantities * QuantileHistograms.binCount + 1)
    counts.initialize(repeating: 0, count: quantities * QuantileHistograms.binCount + 1)
    bins = .allocate(capacity: quantities * Self.batch / Lanes.scalarCount + 1)
    bins.initialize(repeating: .zero, count: quantities * Self.batch / Lanes.scalarCount + 1)
    seen = .allocate(capacity: 2 * quantities + 1)
    seen.initialize(repeating: .zero, count: 2 * quantities + 1)
    forget()
  }

  deinit {
    counts.deallocate()
    bins.deallocate()
    seen.deallocate()
  }

  private func forget() {
    for quantity in 0..<quantities {
      seen[2 * quantity] = Lanes(repeating: .infinity)
      seen[2 * quantity + 1] = Lanes(repeating: -.infinity)
    }
  }

  /// Keeps the first `count` draws of a column of the block now being run.
  @inline(__always) func keep(_ column: Column, of quantity: Int, _ count: Int) {
    let place = bins + (quantity * Self.batch + kept) / Lanes.scalarCount
    var (low, high) = (seen[2 * quantity], seen[2 * quantity + 1])
    for lane in 0..<count / Lanes.scalarCount {
      let values = column[lane]
      place[lane] = QuantileHistograms.bins(values)
      low = least(low, values)
      high = greatest(high, values)
    }
    if count % Lanes.scalarCount > 0 {
      let lane = count / Lanes.scalarCount
      place[lane] = QuantileHistograms.bins(column[lane])
      for draw in lane * Lanes.scalarCount..<count {
        low = least(low, Lanes(repeating: column.draws[draw]))
        high = greatest(high, Lanes(repeating: column.draws[draw]))
      }
    }
    (seen[2 * quantity], seen[2 * quantity + 1]) = (low, high)
  }

  /// Ends a block of so many draws; the totals are told when the counts are full.
  func end(_ draws: Int, _ totals: borrowing Mutex<QuantileHistograms>) {
    kept += draws
    if draws < ColumnStore.draws || kept == Self.batch { count() }
    if counted + Self.batch > Int(UInt16.max) { empty(into: totals) }
  }

  private func count() {
    for quantity in 0..<quantities {
      let counts = counts + quantity * QuantileHistograms.binCount
      let places = UnsafeMutableRawPointer(bins + quantity * Self.batch / Lanes.scalarCount)
        .assumingMemoryBound(to: UInt16.self)
      let first = places[0]
      if first == places[kept - 1], first == places[kept / 2], isConstant(places) {
        counts[Int(first)] &+= UInt16(kept)
      } else {
        for draw in 0..<kept { counts[Int(places[draw])] &+= 1 }
      }
    }
    counted += kept
    kept = 0
  }

  private func isConstant(_ places: UnsafeMutablePointer<UInt16>) -> Bool {
    var differs: UInt16 = 0
    for draw in 0..<kept { differs |= places[draw] ^ places[0] }
    return differs == 0
  }

  /// Moves what was counted into the totals.
  func empty(into totals: borrowing Mutex<QuantileHistograms>) {
    if kept > 0 { count() }
    totals.withLock { $0.add(counts, seen) }
    forget()
    counts.update(repeating: 0, count: quantities * QuantileHistograms.binCount)
    counted = 0
  }
}
