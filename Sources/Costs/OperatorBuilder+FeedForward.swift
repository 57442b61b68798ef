import Hardware
import Units
import Models

extension OperatorBuilder {
  /// Gate, up and down of a dense layer, divided over `tensorParallel` dies.
  func denseFeedForward(intermediate: Int, rows: Double, hidden: Int, tensorParallel: Int) -> [OperatorDemand] {
    let width = max(1, intermediate / tensorParallel)
    let elementwise = Double(11 * hidden + 5 * width)
    return [
      vector("norm, activation, quantise", bytes: rows * elementwise, launches: 2),
      product("gate and up", .denseFeedForward, rows: rows, depth: hidden, columns: 2 * width),
      product("down", .denseFeedForward, rows: rows, depth: width, columns: hidden),
    ]
  }

  /// Router, and the experts of one rank that receives the mean load; `activated` of its `slots` have tokens.
  func experts(
    _ mixture: MixtureOfExperts, rows: Double, hidden: Int, slots: Int, activated: Double
  ) -> [OperatorDemand] {
    let shared = mixture.sharedExperts > 0 ? mixture.sharedExperts : 0
    let pairs = rows * Double(mixture.expertsPerToken + shared)
    let perExpert = pairs / max(1, activated)
    let width = mixture.intermediateSize
    let elementwise = rows * Double(11 * hidden) + pairs * Double(5 * width)
    return [
      vector("norm, activation, quantise", bytes: elementwise, launches: 2),
      product("router", .router, rows: rows, depth: hidden, columns: mixture.experts, format: .bf16),
      product(
        "experts, gate and up", .expertFeedForward, rows: perExpert, depth: hidden, columns: 2 * width,
        copies: activated),
      product(
        "experts, down", .expertFeedForward, rows: perExpert, depth: width, columns: hidden, copies: activated),
    ]
  }

  /// slots · (1 − (1 − k/E)^tokens): a slot's weights are read if any token of the instance chose it.
  static func activatedSlots(_ mixture: MixtureOfExperts, slots: Int, tokens: Double) -> Double {
    guard tokens <= 4096 else { return Double(slots) }
    var base = 1 - Double(mixture.expertsPerToken) / Double(mixture.experts)
    var none = 1.0
    var exponent = Int(tokens.rounded(.up))
    while exponent > 0 {
      if exponent & 1 == 1 { none *= base }
      base *= base
      exponent >>= 1
    }
    return max(1, Double(slots) * (1 - none))
  }
}
