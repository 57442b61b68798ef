import Simulation

/// E|X − y| − ½ E|X − X'| over the draws: 0 for a certain and right forecast, |X − y| for a certain one.
package func rankedProbabilityScore(_ draws: [Float], _ outcome: Double) -> Double {
  let sorted = draws.sorted()
  let count = Double(sorted.count)
  var distance = 0.0, spread = 0.0
  for (index, value) in sorted.enumerated() {
    distance += abs(Double(value) - outcome)
    spread += Double(value) * (2 * Double(index) - count + 1)
  }
  return distance / count - spread / (count * count)
}

/// −ln of the draws' density of ln X at ln y: smaller is better, about 0.4 for a right forecast with a spread of ±60%.
///
/// The density is Gaussian kernels of Silverman's width, no narrower than 1% of the value, with one part in a hundred
/// spread over a factor of e⁴, so that a miss costs much but not everything. Nil for outcomes that are not above 0.
package func logarithmicScore(_ draws: [Float], _ outcome: Double) -> Double? {
  guard outcome > 0 else { return nil }
  let values = draws.filter { $0 > 0 }.map { logarithm(Double($0)) }.sorted()
  let broad = 0.01 / 4
  guard values.count > 1 else { return -logarithm(broad) }
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
  let quartiles = (values[values.count * 3 / 4] - values[values.count / 4]) / 1.34
  let spread = quartiles > 0 ? min(deviation, quartiles) : deviation
  let width = max(0.9 * spread * quickPower(count, -0.2), 0.01)
  let place = logarithm(outcome)
  var density = 0.0
  for value in values {
    let z = (value - place) / width
    if abs(z) < 8 { density += quickExponential(-z * z / 2) }
  }
  density /= Double(draws.count) * width * (2 * Double.pi).squareRoot()
  return -logarithm(0.99 * density + broad)
}

/// The share of the draws below an outcome, ties counted half: uniform over many rows if the bands are honest.
package func probabilityBelow(_ outcome: Double, _ draws: [Float]) -> Double {
  let y = Float(outcome)
  let below = draws.reduce(0.0) { $0 + ($1 < y ? 1 : $1 == y ? 0.5 : 0) }
  return below / Double(max(draws.count, 1))
}
