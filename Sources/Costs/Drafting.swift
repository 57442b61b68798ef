import Models
import Units

/// Speculation as a step sees it: tokens that a cheap method drafts and the model verifies in one pass.
public struct Drafting: Hashable, Sendable {
  /// Drafted for each request in each step.
  public var tokens: Int
  /// Chance that the draft at each position is accepted, given those before it; the last one holds for the rest.
  public var acceptance: [Double]
  public var method: Method

  public enum Method: Hashable, Sendable {
    /// The model's own prediction layer, run once for each draft.
    case predictionLayer
    /// A head like EAGLE's: one layer of the model, a joining projection and the output head for each draft.
    case head
    /// Another model in the same format, run once for each draft.
    case model(Architecture)
    /// Tokens found in the text so far: no pass of a model.
    case lookup
  }

  public static let none = Drafting(tokens: 0)

  public init(tokens: Int, acceptance: [Double] = [], method: Method = .predictionLayer) {
    self.tokens = tokens
    self.acceptance = acceptance
    self.method = method
  }

  /// Expected tokens that a request gains in a step: 1 + a₁ + a₁a₂ + … over the draft tokens.
  public var tokensPerStep: Double {
    var total = 1.0
    var reach = 1.0
    for position in 0..<max(0, tokens) {
      reach *= acceptance.isEmpty ? 0 : acceptance[min(position, acceptance.count - 1)]
      total += reach
    }
    return total
  }

  func check(_ architecture: Architecture) throws {
    var problems: [Problem] = []
    if tokens < 0 || tokens > 16 {
      problems.append(Problem("speculation.draftTokens", "\(tokens) is out of range", wayOut: "use 0 to 16"))
    }
    if tokens > 0, method == .predictionLayer, architecture.multiTokenPredictionLayers == 0 {
      problems.append(
        Problem(
          "speculation.draftTokens", "\(architecture.name) has no multi-token-prediction layer",
          wayOut: "set it to 0, or give speculation.method: eagle, draftModel or ngram"))
    }
    for value in acceptance where !(0...1).contains(value) {
      problems.append(Problem("speculation.acceptance", "\(value) is no probability", wayOut: "use 0 to 1"))
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }
}
