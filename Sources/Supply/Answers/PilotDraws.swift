/// The first draws of a run, value by value: they say in which bins the values of later draws are counted, and a run of
/// no more draws takes its quantiles from them as they are.
///
/// Unchecked, for workers write to places of their own, the draws of their blocks, and none reads before all are done.
final class PilotDraws: @unchecked Sendable {
  /// Draws that are kept: a quantile of 5% lies five standard errors from the ends of what the bins then cover.
  static let most = 1024

  let quantities: Int
  let draws: Int
  /// By quantity, then draw.
  private let values: UnsafeMutablePointer<Double>

  init(quantities: Int, of draws: Int) {
    self.quantities = quantities
    self.draws = min(draws, Self.most)
    values = .allocate(capacity: quantities * self.draws + 1)
  }

  deinit { values.deallocate() }

  /// Keeps `count` draws of a column, from draw `first` of the run on.
  @inline(__always) func keep(_ column: Column, of quantity: Int, first: Int, _ count: Int) {
    (values + quantity * draws + first).update(from: column.draws, count: count)
  }

  /// The values of a quantity.
  func values(of quantity: Int) -> UnsafeMutableBufferPointer<Double> {
    UnsafeMutableBufferPointer(start: values + quantity * draws, count: draws)
  }

  /// The bins of each quantity.
  func bins() -> [ValueBins] { each { ValueBins(of: $0) } }

  /// The values of each quantity below which shares of the draws lie.
  func quantiles(_ levels: [Double]) -> [[Double]] { each { row in levels.map { quantile($0, of: row) } } }

  /// What is found in the rising values of each quantity.
  private func each<Result: Sendable>(_ body: @Sendable (UnsafeMutableBufferPointer<Double>) -> Result) -> [Result] {
    let size = 512
    return concurrentMap((quantities + size - 1) / size) { part in
      let sorter = DoubleSorter(most: self.draws)
      return (part * size..<min((part + 1) * size, self.quantities)).map { body(self.sorted($0, by: sorter)) }
    }.flatMap { $0 }
  }

  /// The values of a quantity, which rise from then on.
  private func sorted(_ quantity: Int, by sorter: DoubleSorter) -> UnsafeMutableBufferPointer<Double> {
    let row = values(of: quantity)
    sorter.sort(row)
    return row
  }
}

/// Sorts numbers by their leading 33 bits, eleven at a time, and puts right what the rest says: a few passes over some
/// thousand numbers, where comparisons would take ten times as long.
final class DoubleSorter {
  private static let digits = 3, digitBits = 11, buckets = 1 << digitBits
  private let most: Int
  private let counts: UnsafeMutablePointer<Int>
  /// Two rows of keys, of which each pass goes from one to the other.
  private let keys: UnsafeMutablePointer<UInt64>

  init(most: Int) {
    self.most = most
    counts = .allocate(capacity: Self.digits * Self.buckets)
    keys = .allocate(capacity: 2 * most)
  }

  deinit {
    counts.deallocate()
    keys.deallocate()
  }

  func sort(_ given: UnsafeMutableBufferPointer<Double>) {
    var values = given
    guard let first = values.first, values.contains(where: { $0 != first }) else { return }
    guard values.count > 64, values.count <= most else { return values.sort() }
    let (count, counts) = (values.count, counts)
    var (row, other) = (keys, keys + most)
    counts.update(repeating: 0, count: Self.digits * Self.buckets)
    for index in 0..<count {
      let key = Self.key(values[index])
      row[index] = key
      for digit in 0..<Self.digits { counts[Self.bucket(digit, key)] &+= 1 }
    }
    for digit in 0..<Self.digits where counts[Self.bucket(digit, row[0])] < count {
      scatter(digit, row, other, count)
      swap(&row, &other)
    }
    // What agrees in 33 bits stands side by side.
    for index in 1..<count where row[index] < row[index - 1] {
      var place = index
      let key = row[index]
      while place > 0, row[place - 1] > key {
        row[place] = row[place - 1]
        place -= 1
      }
      row[place] = key
    }
    for index in 0..<count { values[index] = Self.value(row[index]) }
  }

  private func scatter(
    _ digit: Int, _ row: UnsafeMutablePointer<UInt64>, _ other: UnsafeMutablePointer<UInt64>, _ count: Int
  ) {
    let counts = counts
    var place = 0
    for bucket in digit * Self.buckets..<(digit + 1) * Self.buckets {
      let here = counts[bucket]
      counts[bucket] = place
      place &+= here
    }
    for index in 0..<count {
      let bucket = Self.bucket(digit, row[index])
      other[counts[bucket]] = row[index]
      counts[bucket] &+= 1
    }
  }

  @inline(__always) private static func bucket(_ digit: Int, _ key: UInt64) -> Int {
    let part = key &>> UInt64(truncatingIfNeeded: 64 &- digitBits &* (digits &- digit))
    return digit &* buckets &+ Int(truncatingIfNeeded: part) & (buckets &- 1)
  }

  /// Whole numbers in the order of the values.
  @inline(__always) private static func key(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    return bits &>> 63 == 1 ? ~bits : bits | 1 << 63
  }

  @inline(__always) private static func value(_ key: UInt64) -> Double {
    Double(bitPattern: key &>> 63 == 1 ? key ^ 1 << 63 : ~key)
  }
}
