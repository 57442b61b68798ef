import Simulation

/// Draft tokens that a decode step verifies beside the one it makes, and how many of them are accepted.
public struct Speculation: Sendable, Hashable {
  public enum Mode: Sendable, Hashable {
    /// After k steps a request has ⌊(k·A + φ) / 2¹⁶⌋ tokens, φ drawn once per request.
    case phase
    /// Each draft token of each step is accepted or not by a draw of its own; slower, for tests.
    case perStep
  }
  /// Verified in each step; 0 turns speculation off.
  public let draftTokens: Int
  /// Mean share of the draft tokens that is accepted.
  public let acceptance: Double
  /// Chance that the draft at each position is accepted, given those before it; the last one holds for the rest. Empty
  /// where only the mean share is known.
  public let acceptanceByPosition: [Double]
  public var mode: Mode

  public init(draftTokens: Int, acceptance: Double, mode: Mode = .phase) {
    self.draftTokens = draftTokens
    self.acceptance = acceptance
    acceptanceByPosition = []
    self.mode = mode
    tokensPerStepFixed = Int64(((1 + Double(draftTokens) * acceptance) * 65536).rounded())
  }

  /// Drafts that are accepted up to the first that is not.
  public init(draftTokens: Int, acceptance: [Double], mode: Mode = .phase) {
    self.draftTokens = draftTokens
    acceptanceByPosition = draftTokens > 0 && acceptance.isEmpty ? [0] : acceptance
    var reach = 1.0
    var accepted = 0.0
    for position in 0..<max(0, acceptance.isEmpty ? 0 : draftTokens) {
      reach *= acceptance[min(position, acceptance.count - 1)]
      accepted += reach
    }
    self.acceptance = draftTokens > 0 ? accepted / Double(draftTokens) : 0
    self.mode = mode
    tokensPerStepFixed = Int64(((1 + accepted) * 65536).rounded())
  }
  public static var off: Speculation { Speculation(draftTokens: 0, acceptance: 0) }

  /// Expected tokens a step, A = 2¹⁶ · (1 + draft tokens · acceptance), or 2¹⁶ · (1 + a₁ + a₁a₂ + …), rounded.
  public let tokensPerStepFixed: Int64
  public var tokensPerStep: Double { Double(tokensPerStepFixed) / 65536 }
  /// Context that a request gains in a step, in quanta, rounded.
  public var quantaPerStep: Int64 {
    Int64((tokensPerStep * Double(DecodeDurations.quantaPerToken)).rounded())
  }

  /// φ of the `request`-th request, in [0, 2¹⁶).
  public static func phase(of request: Int, _ stream: RandomStream) -> Int64 {
    Int64(stream.number(UInt64(request)) >> 48)
  }

  /// Tokens that step `step` (from 0) of a request gives in mode `perStep`.
  public func tokens(of request: Int, step: Int, _ stream: RandomStream) -> Int {
    let own = stream.substream(UInt64(request))
    func isAccepted(_ draft: Int, _ chance: Double) -> Bool {
      own.number(UInt64(step * draftTokens + draft)) >> 32 < UInt64((chance * 0x1p32).rounded())
    }
    if acceptanceByPosition.isEmpty {
      return (0..<draftTokens).reduce(1) { $0 + (isAccepted($1, acceptance) ? 1 : 0) }
    }
    let positions = acceptanceByPosition
    let refused = (0..<draftTokens).first { !isAccepted($0, positions[min($0, positions.count - 1)]) }
    return 1 + (refused ?? draftTokens)
  }

  /// Tokens that a request has after `steps` steps, without regard to how many it wants.
  func tokens(of request: Int, after steps: Int, _ stream: RandomStream) -> Int {
    switch mode {
    case .phase:
      return Int(Int64(steps) * tokensPerStepFixed + (draftTokens == 0 ? 0 : Self.phase(of: request, stream))) >> 16
    case .perStep: return (0..<steps).reduce(0) { $0 + tokens(of: request, step: $1, stream) }
    }
  }

  /// Decode steps until a request has `tokens` more.
  func steps(for tokens: Int, of request: Int, _ stream: RandomStream) -> Int {
    switch mode {
    case .phase:
      let fixed = tokensPerStepFixed
      let needed = Int64(tokens) << 16 - (draftTokens == 0 ? 0 : Self.phase(of: request, stream))
      return Int((needed + fixed - 1) / fixed)
    case .perStep:
      var have = 0
      var step = 0
      while have < tokens {
        have += self.tokens(of: request, step: step, stream)
        step += 1
      }
      return step
    }
  }
}
