/// A distribution over the reals, sampled by inverting its cumulative function: one uniform number a draw.
public enum Distribution: Hashable, Sendable {
  case constant(Double)
  case uniform(low: Double, high: Double)
  /// Mean 1/rate.
  case exponential(mean: Double)
  case normal(mean: Double, standardDeviation: Double)
  /// ln X is normal; given by the mean of X and its coefficient of variation (standard deviation / mean).
  case lognormal(mean: Double, coefficientOfVariation: Double)

  public func sample(_ stream: inout RandomStream) -> Double {
    switch self {
    case .constant(let value): return value
    case .uniform(let low, let high): return low + (high - low) * stream.uniform()
    case .exponential(let mean): return -mean * logarithm(stream.uniform())
    case .normal(let mean, let deviation): return mean + deviation * standardNormalQuantile(stream.uniform())
    case .lognormal(let mean, let variation):
      let variance = logarithm(1 + variation * variation)
      let normal = standardNormalQuantile(stream.uniform())
      return mean * Simulation.exponential(variance.squareRoot() * normal - variance / 2)
    }
  }
}

/// Φ⁻¹(p) for p in (0, 1): Wichura's algorithm AS 241 (PPND16), relative error about 1e-16.
public func standardNormalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    return q * ratio(r, central)
  }
  let r = (-logarithm(q < 0 ? p : 1 - p)).squareRoot()
  let tail = r <= 5 ? ratio(r - 1.6, middle) : ratio(r - 5, far)
  return q < 0 ? -tail : tail
}

private typealias Rational = (numerator: [Double], denominator: [Double])

private func ratio(_ x: Double, _ rational: Rational) -> Double {
  let numerator = rational.numerator.reversed().reduce(0) { $0 * x + $1 }
  let denominator = rational.denominator.reversed().reduce(0) { $0 * x + $1 }
  return numerator / denominator
}

private let central: Rational = (
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
  ]
)
private let middle: Rational = (
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ]
)
private let far: Rational = (
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ]
)
