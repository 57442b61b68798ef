import Models

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How many of a mixture's experts a step reads: all tokens of a step choose, and some experts are chosen more often.
///
/// The most chosen expert is chosen `spread` times as often as the least, and popularity is even in its logarithm
/// between the two. A spread of 1 is the uniform choice, 1 − (1 − k/E)^tokens.
struct ExpertPopularity: Sendable {
  /// Experts of a token, and experts of a layer with those that compute nothing.
  let chosen: Int
  let experts: Int
  /// At each of eight popularities, how often a token leaves such an expert out, as a negative logarithm; empty where
  /// all experts are alike.
  private let rates: [Double]

  init(of mixture: MixtureOfExperts, spread: Double) {
    chosen = mixture.expertsPerToken
    experts = mixture.experts + mixture.zeroExperts
    let share = Double(chosen) / Double(experts)
    guard spread > 1, share < 1 else {
      rates = []
      return
    }
    let popularities = Self.nodes.map { pow(spread, $0) * log(spread) / (spread - 1) }
    // One token reads exactly its own experts: Newton's steps to the rate at which that holds.
    var rate = -log(1 - share)
    for _ in 0..<8 {
      let (read, slope) = zip(popularities, Self.weights).reduce((1.0, 0.0)) { sum, next in
        let left = next.1 * exp(-rate * next.0)
        return (sum.0 - left, sum.1 + next.0 * left)
      }
      rate -= (read - share) / slope
    }
    rates = popularities.map { $0 * rate }
  }

  func isOf(_ mixture: MixtureOfExperts) -> Bool {
    chosen == mixture.expertsPerToken && experts == mixture.experts + mixture.zeroExperts
  }

  /// The share of experts that at least one of `tokens` tokens chose.
  func share(ofTokens tokens: Double) -> Double {
    if rates.isEmpty { return evenShare(ofTokens: tokens) }
    var none = 0.0
    for index in rates.indices { none += Self.weights[index] * exp(-rates[index] * tokens) }
    return 1 - none
  }

  private func evenShare(ofTokens tokens: Double) -> Double {
    guard tokens <= 4096 else { return 1 }
    var base = 1 - Double(chosen) / Double(experts)
    var none = 1.0
    var exponent = Int(tokens.rounded(.up))
    while exponent > 0 {
      if exponent & 1 == 1 { none *= base }
      base *= base
      exponent >>= 1
    }
    return 1 - none
  }

  // Gauss and Legendre's eight points of the interval from 0 to 1.
  private static let nodes = [
    0.019855071751231884, 0.10166676129318664, 0.2372337950418355, 0.4082826787521751, 0.5917173212478249,
    0.7627662049581645, 0.8983332387068134, 0.9801449282487681,
  ]
  private static let weights = [
    0.05061426814518813, 0.11119051722668724, 0.15685332293894363, 0.18134189168918100, 0.18134189168918100,
    0.15685332293894363, 0.11119051722668724, 0.05061426814518813,
  ]
}

/// Dies that hold experts of their own, all of which wait for the one whose tokens chose the most experts.
struct BusiestExperts: Sendable {
  /// The expected greatest of as many standard normal values as there are dies.
  private let greatest: Double

  /// Of `groups` dies, or sets of dies that divide their experts.
  init(groups: Int) {
    guard groups > 1 else {
      greatest = 0
      return
    }
    // The integral of the greatest's distribution, above and below zero, by the trapezoid rule.
    let step = 0.25
    greatest = stride(from: -8 + step / 2, to: 8, by: step).reduce(0) { sum, value in
      let below = pow(0.5 * erfc(-value / 2.0.squareRoot()), Double(groups))
      return sum + step * (value > 0 ? 1 - below : -below)
    }
  }

  /// How many of its `slots` the busiest die reads, where any one slot is read with this probability.
  ///
  /// A slot taken at random is read or not, whatever its popularity, so that a die reads n p of n in the mean with the
  /// deviation √(n p (1 − p)); all of them where every slot is read.
  func read(ofSlots slots: Double, share: Double) -> Double {
    let mean = slots * share
    return min(slots, mean + greatest * (mean * max(0, 1 - share)).squareRoot())
  }
}
