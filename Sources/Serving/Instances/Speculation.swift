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
  public var draftTokens: Int
  /// Mean share of the draft tokens that is accepted.
  public var acceptance: Double
  public var mode: Mode

  public init(draftTokens: Int, acceptance: Double, mode: Mode = .phase) {
    self.draftTokens = draftTokens
    self.acceptance = acceptance
    self.mode = mode
  }
  public static var off: Speculation { Speculation(draftTokens: 0, acceptance: 0) }

  /// Expected tokens a step, A = 2¹⁶ · (1 + draft tokens · acceptance), rounded.
  public var tokensPerStepFixed: Int64 { Int64(((1 + Double(draftTokens) * acceptance) * 65536).rounded()) }
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
    let threshold = UInt64((acceptance * 0x1p32).rounded())
    var tokens = 1
    for draft in 0..<draftTokens where own.number(UInt64(step * draftTokens + draft)) >> 32 < threshold { tokens += 1 }
    return tokens
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
