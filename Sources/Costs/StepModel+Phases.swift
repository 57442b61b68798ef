import Models
import Units

/// Steps of one kind, as engines that keep prefill and decode apart have them.
extension StepModel {
  /// A step in which every request decodes; requests and context tokens are those of one rank, the fullest.
  public func decodeWork(requestsPerRank: Int, contextTokensPerRank: Double) -> StepWork {
    decodeWork(requests: Double(requestsPerRank), context: contextTokensPerRank)
  }

  /// The size to which the engine pads a batch of decoding requests, and whether that replays a captured graph.
  public func padded(_ requests: Int) -> (requests: Int, isCaptured: Bool) {
    guard let graphs = rules.graphs else { return (requests, true) }
    guard let size = graphs.capturedSize(requests) else { return (requests, false) }
    return (size, true)
  }

  func decodeWork(requests: Double, context: Double) -> StepWork {
    StepWork(
      decode: .init(
        requests: requests, queries: 1 + drafting.tokens, context: visible(context: context, over: requests)))
  }

  /// A step of prompts alone. Totals of the instance where `ranks` is 1, of one rank otherwise;
  /// attention pairs = Σ over requests of new · (cached + (new + 1)/2).
  public func prefillWork(newTokens: Double, attentionPairs: Double, cachedTokens: Double, requests: Int) -> StepWork {
    let prompts = StepWork.Prefill(
      newTokens: newTokens, cachedTokens: cachedTokens,
      pairs: pairs(attentionPairs, newTokens: newTokens, cachedTokens: cachedTokens, requests: Double(requests)),
      sampled: Double(requests))
    return StepWork(prefill: [prompts], isCaptured: false)
  }

  public func decodeTime(requestsPerRank: Int, contextTokensPerRank: Double) -> Seconds {
    seconds(decodeWork(requestsPerRank: requestsPerRank, contextTokensPerRank: contextTokensPerRank))
  }

  public func decodeStep(requestsPerRank: Int, contextTokensPerRank: Double) -> StepEstimate {
    estimate(decodeWork(requestsPerRank: requestsPerRank, contextTokensPerRank: contextTokensPerRank))
  }

  public func prefillTime(newTokens: Double, attentionPairs: Double, cachedTokens: Double, requests: Int) -> Seconds {
    seconds(
      prefillWork(
        newTokens: newTokens, attentionPairs: attentionPairs, cachedTokens: cachedTokens, requests: requests))
  }

  public func prefillStep(newTokens: Double, attentionPairs: Double, cachedTokens: Double, requests: Int)
    -> StepEstimate
  {
    estimate(
      prefillWork(
        newTokens: newTokens, attentionPairs: attentionPairs, cachedTokens: cachedTokens, requests: requests))
  }
}
