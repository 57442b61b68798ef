import Simulation

/// A distribution ready to be drawn from: the inverse of its cumulative function.
///
/// PERT and beta are read off 4,096 exact points with straight lines between them; all others are closed forms.
public struct QuantileFunction: Hashable, Sendable {
  @usableFromInline enum Form: Hashable, Sendable {
    case point(Double)
    /// middle + z · (below or above), then exp if `isLogarithmic`.
    case bell(middle: Double, below: Double, above: Double, isLogarithmic: Bool)
    case triangular(low: Double, mode: Double, high: Double)
    case uniform(low: Double, high: Double)
    case table([Double])
    case choices([Double])
    case waiting(mean: Double)
  }
  let form: Form
  /// What the number cannot leave: shares stay in 0…1, counts above 0.
  let bounds: ClosedRange<Double>

  /// Φ⁻¹(0.95): an interval's ends are 5% and 95%.
  static let ninetyFive = 1.6448536269514722

  static let everything = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

  public init(_ uncertainty: Uncertainty, within bounds: ClosedRange<Double>? = nil) {
    let bounds = bounds ?? Self.everything
    self.bounds = bounds
    switch uncertainty {
    case .point(let value): form = .point(value)
    case .interval(let low, let high):
      let isPositive = low > 0
      let ends = isPositive ? (logarithm(low), logarithm(high)) : (low, high)
      let deviation = (ends.1 - ends.0) / 2 / Self.ninetyFive
      form = .bell(middle: (ends.0 + ends.1) / 2, below: deviation, above: deviation, isLogarithmic: isPositive)
    case .quantiles(let low, let mid, let high):
      let isPositive = low > 0
      let points = isPositive ? [logarithm(low), logarithm(mid), logarithm(high)] : [low, mid, high]
      form = .bell(
        middle: points[1], below: (points[1] - points[0]) / Self.ninetyFive,
        above: (points[2] - points[1]) / Self.ninetyFive, isLogarithmic: isPositive)
    case .uniform(let low, let high): form = .uniform(low: low, high: high)
    case .triangular(let low, let mode, let high): form = .triangular(low: low, mode: mode, high: high)
    case .normal(let mean, let deviation):
      form = .bell(middle: mean, below: deviation, above: deviation, isLogarithmic: false)
    case .lognormal(let median, let sigma):
      form = .bell(middle: logarithm(median), below: sigma, above: sigma, isLogarithmic: true)
    case .beta(let alpha, let beta): form = .table(Self.table(alpha, beta, low: 0, width: 1))
    case .pert(let low, let mode, let high):
      let width = high - low
      let alpha = 1 + 4 * (mode - low) / width, beta = 1 + 4 * (high - mode) / width
      form = .table(Self.table(alpha, beta, low: low, width: width))
    case .empirical(let values): form = .choices(values)
    }
  }

  /// Time until what may come on any day alike has come.
  init(waitingTimeOf mean: Double) {
    bounds = Self.everything
    form = .waiting(mean: mean)
  }

  private static func table(_ alpha: Double, _ beta: Double, low: Double, width: Double) -> [Double] {
    (0...4096).map { low + width * betaQuantile(Double($0) / 4096, alpha, beta) }
  }

  public var isPoint: Bool {
    if case .point = form { return true }
    return false
  }

  /// Whether it is drawn from a standard normal number rather than a uniform one.
  var takesNormal: Bool {
    if case .bell = form { return true }
    return false
  }

  /// The value below which a share `u` of the draws lie; u in (0, 1).
  public func callAsFunction(_ u: Double) -> Double { takesNormal ? bell(normalQuantile(u)) : flat(u) }

  /// The value at a standard normal number.
  @inline(__always) func bell(_ z: Double) -> Double {
    guard case .bell(let middle, let below, let above, let isLogarithmic) = form else {
      return flat(normalProbability(z))
    }
    let value = middle + z * (z < 0 ? below : above)
    return clamp(isLogarithmic ? quickExponential(value) : value)
  }

  /// A column of standard normal numbers becomes the values at them.
  func bell(_ column: Column) {
    guard case .bell(let middle, let below, let above, let isLogarithmic) = form else {
      for draw in 0..<ColumnStore.draws { column.draws[draw] = bell(column.draws[draw]) }
      return
    }
    let (least, most) = (bounds.lowerBound, bounds.upperBound)
    for lane in 0..<ColumnStore.lanes {
      let z = column[lane]
      let spread = Lanes(repeating: above).replacing(with: Lanes(repeating: below), where: z .< .zero)
      let value = Lanes(repeating: middle) + z * spread
      column[lane] = clamped(isLogarithmic ? quickExponential(value) : value, least, most)
    }
  }

  @inline(__always) func flat(_ u: Double) -> Double {
    switch form {
    case .point(let value): return value
    case .bell: return bell(normalQuantile(u))
    case .uniform(let low, let high): return clamp(low + u * (high - low))
    case .triangular(let low, let mode, let high):
      let width = high - low
      let turn = (mode - low) / width
      return clamp(
        u < turn
          ? low + (u * width * (mode - low)).squareRoot() : high - ((1 - u) * width * (high - mode)).squareRoot())
    case .table(let values):
      let place = u * Double(values.count - 1)
      let index = min(Int(place), values.count - 2)
      return clamp(values[index] + (values[index + 1] - values[index]) * (place - Double(index)))
    case .waiting(let mean): return -mean * logarithm(1 - u)
    case .choices(let values): return clamp(values[min(Int(u * Double(values.count)), values.count - 1)])
    }
  }

  @inline(__always) private func clamp(_ value: Double) -> Double {
    min(max(value, bounds.lowerBound), bounds.upperBound)
  }
}
