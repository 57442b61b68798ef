import Simulation
import Units

/// Counts of times in buckets of equal ratio: 256 to an octave, so that a value is known to 0.2%; sum and extremes are
/// exact.
public struct LatencyHistogram: Sendable, Equatable {
  private static let bits: Int64 = 8
  private var counts: [Int] = []
  public private(set) var count = 0
  private var sum: Int128 = 0
  private var least = Int64.max
  private var greatest: Int64 = 0

  public init() {}

  @inline(__always) private static func index(_ value: Int64) -> Int {
    let exponent = max(0, Int64(63 - value.leadingZeroBitCount) - bits)
    return Int(exponent << bits + value >> exponent)
  }
  private static func lowest(_ index: Int) -> Int64 {
    let exponent = max(0, Int64(index) >> bits - 1)
    return (Int64(index) - exponent << bits) << exponent
  }

  /// Not negative.
  @inline(__always)
  public mutating func record(_ span: Span, times: Int = 1) {
    let index = Self.index(span.picoseconds)
    if index >= counts.count { grow(to: index) }
    counts[index] += times
    count += times
    sum += Int128(span.picoseconds) * Int128(times)
    least = min(least, span.picoseconds)
    greatest = max(greatest, span.picoseconds)
  }

  /// Records `first`, `first + increment` … `steps` values, each `times` times; work by the buckets touched.
  mutating func recordRun(first: Int64, increment: Int64, steps: Int, times: Int) {
    let last = first + increment * Int64(steps - 1)
    var value = first
    var left = steps
    grow(to: Self.index(last))
    while left > 0 {
      let index = Self.index(value)
      var inside = left
      if increment > 0 {
        let room = Self.lowest(index + 1) - value
        inside = min(left, Int((room + increment - 1) / increment))
      }
      counts[index] += inside * times
      value += Int64(inside) * increment
      left -= inside
    }
    count += steps * times
    let triangle = Int128(steps) * Int128(steps - 1) / 2
    sum += (Int128(first) * Int128(steps) + Int128(increment) * triangle) * Int128(times)
    least = min(least, first)
    greatest = max(greatest, last)
  }

  private mutating func grow(to index: Int) {
    while counts.count <= index { counts.append(contentsOf: repeatElement(0, count: 1 << Int(Self.bits))) }
  }

  public var mean: Seconds { count == 0 ? .zero : Seconds(Double(sum) / Double(count) * 1e-12) }
  public var maximum: Seconds { Span(picoseconds: greatest).seconds }

  /// The value below which `share` of the values lie, to 0.2%.
  public func quantile(_ share: Double) -> Seconds {
    guard count > 0 else { return .zero }
    let rank = max(1, Int((share * Double(count)).rounded(.up)))
    var below = 0
    for (index, inside) in counts.enumerated() where inside > 0 {
      below += inside
      if below >= rank { return Span(picoseconds: middle(index)).seconds }
    }
    return maximum
  }

  private func middle(_ index: Int) -> Int64 {
    let low = Self.lowest(index)
    return min(max(low + (Self.lowest(index + 1) - low) / 2, least), greatest)
  }

  /// Mean, percentiles and a density over `bins` equal steps of the logarithm.
  public func summary(bins: Int = 60) -> ServingReport.Summary {
    ServingReport.Summary(
      mean: mean, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: maximum, histogram: density(bins))
  }

  private func density(_ most: Int) -> [ServingReport.Summary.Bin] {
    guard count > 0 else { return [] }
    let low = logarithm(Double(max(1, least)))
    let high = logarithm(Double(max(1, greatest)))
    let bins = high > low ? most : 1
    let width = (high - low) / Double(bins)
    var inside = [Int](repeating: 0, count: bins)
    for (index, value) in counts.enumerated() where value > 0 {
      let position = width > 0 ? (logarithm(Double(max(1, middle(index)))) - low) / width : 0
      inside[min(bins - 1, max(0, Int(position)))] += value
    }
    return inside.enumerated().map { index, value in
      let from = index == 0 ? Double(least) : exponential(low + width * Double(index))
      let to = index == bins - 1 ? Double(greatest) : exponential(low + width * Double(index + 1))
      return .init(from: Seconds(from * 1e-12), to: Seconds(to * 1e-12), count: value)
    }
  }
}
