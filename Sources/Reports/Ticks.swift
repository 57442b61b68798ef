/// Where an axis is labelled: round numbers that a reader can interpolate between.
enum Ticks {
  /// Read from text, so that each is the nearest number to its power.
  private static let powersOfTen: [Double] = (-15...18).compactMap { Double("1e\($0)") }

  /// 1, 2 and 5 times powers of ten within the range; thinned to powers of ten over wide ranges.
  static func logarithmic(from low: Double, to high: Double) -> [Double] {
    guard low > 0, high > low else { return [] }
    let mantissas: [Double] =
      switch high / low {
      case ..<4: [1, 1.5, 2, 3, 4, 5, 6, 8]
      case ..<12: [1, 2, 3, 5, 7]
      case ..<300: [1, 2, 5]
      case ..<10_000: [1, 3]
      default: [1]
      }
    let ticks = powersOfTen.flatMap { power in
      mantissas.map { $0 * power }.filter { $0 >= low * 0.999999 && $0 <= high * 1.000001 }
    }
    // A narrow range may hold no round number of these; then its ends are better than nothing.
    return ticks.count >= 2 ? ticks : [low, high]
  }

  /// The least number of which a quarter is round too, at or above a positive one.
  static func end(beyond value: Double) -> Double {
    let mantissas: [Double] = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8]
    return powersOfTen.lazy.flatMap { power in mantissas.map { $0 * power } }.first { $0 >= value } ?? value
  }

  /// Steps of a clock that give three to eight ticks up to `high` seconds.
  static func clockStep(upTo high: Double) -> Double {
    let steps: [Double] = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
    ]
    return steps.first { high / $0 <= 6.5 } ?? (high / 6)
  }

  /// The least range whose ends are 1, 2 or 5 times a power of ten around positive values.
  static func logarithmicRange(around values: [Double]) -> ClosedRange<Double>? {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    guard let low = positive.min(), let high = positive.max() else { return nil }
    let edges = powersOfTen.flatMap { [$0, 2 * $0, 5 * $0] }
    let from = edges.last { $0 <= low * 0.95 } ?? low / 2
    let to = edges.first { $0 >= high * 1.05 } ?? high * 2
    return from...to
  }
}
