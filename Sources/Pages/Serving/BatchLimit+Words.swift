import Reports
import Serving

extension ServingReport.BatchLimit {
  /// Nil where the tokens of a step are what is limited.
  var requestsPerRank: Int? {
    switch self {
    case .requests(let requests), .memory(let requests, _), .objective(let requests): requests
    case .stepTokens: nil
    }
  }

  /// What holds the batch, without its number.
  var cause: String {
    switch self {
    case .requests: "the engine's limit on requests"
    case .memory(_, let tokens): "what memory holds at \(Text.grouped(tokens)) tokens each"
    case .objective: "the objective for time per output token"
    case .stepTokens: "tokens of a step"
    }
  }
}
