/// How often each value of many quantities was seen, in bins of 3% from 2⁻¹⁰ to 2⁴⁴; smaller is zero.
///
/// Whole counts, so that the parts of several workers add to the same in any order.
struct QuantileHistograms {
  static let octaves = 54
  static let binsPerOctave = 32
  static let binCount = octaves * binsPerOctave + 2
  /// The bits of 2⁻¹⁰ as a `Float`, shifted so that five bits of the significand are left.
  private static let firstBits = Int32(bitPattern: Float(sign: .plus, exponent: -10, significand: 1).bitPattern >> 18)

  let quantities: Int
  private(set) var counts: [UInt32]

  init(quantities: Int) {
    self.quantities = quantities
    counts = [UInt32](repeating: 0, count: quantities * Self.binCount)
  }

  @inline(__always) static func bin(_ value: Float) -> Int {
    let place = Int32(bitPattern: value.bitPattern >> 18) &- firstBits &+ 1
    // A negative number's sign bit makes its place large; the model has none.
    return Int(min(max(place, 0), Int32(binCount - 1)))
  }

  mutating func add(_ columns: UnsafePointer<Float>, stride: Int, draws: Int) {
    counts.withUnsafeMutableBufferPointer { counts in
      guard let base = counts.baseAddress else { return }
      for quantity in 0..<quantities {
        let bins = base + quantity * Self.binCount
        let values = columns + quantity * stride
        let first = values[0]
        var isConstant = true
        for draw in 0..<draws { isConstant = isConstant && values[draw] == first }
        if isConstant {
          bins[Self.bin(first)] &+= UInt32(draws)
        } else {
          for draw in 0..<draws { bins[Self.bin(values[draw])] &+= 1 }
        }
      }
    }
  }

  mutating func add(_ values: [Float], to quantity: Int) {
    let start = quantity * Self.binCount
    for value in values { counts[start + Self.bin(value)] &+= 1 }
  }

  mutating func add(_ other: QuantileHistograms) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
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
    let bits = UInt32(bitPattern: Int32(bin - 1) &+ firstBits) << 18
    return Double(Float(bitPattern: bits))
  }
}
