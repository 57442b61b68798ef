import Costs
import Reports
import Units

extension Deployment {
  /// A decode step at the run's mean load, taken apart.
  func decodeBreakdown(_ outcome: ServingOutcome) -> ServingReport.StepBreakdown {
    let requests = max(1, Int(outcome.meanRequestsPerRank.rounded()))
    let context = max(1, outcome.meanContextPerRequest)
    let step = decode.decodeStep(
      requestsPerRank: requests, contextTokensPerRank: context * Double(requests))
    let passes = step.microbatches == 2 ? ", two microbatches" : ""
    return ServingReport.StepBreakdown(
      step,
      conditions:
        "\(Text.counted(requests, "request")) per rank, \(Text.grouped(Int(context))) tokens of context each\(passes)")
  }

  /// A prefill step at the run's mean load, taken apart.
  func prefillBreakdown(_ outcome: ServingOutcome) -> ServingReport.StepBreakdown {
    let work = outcome.meanPrefillWork
    let groups = Double(prefill.ranks)
    let step = prefill.prefillStep(
      newTokens: max(1, Double(work.newTokens) / groups), attentionPairs: Double(work.attentionPairs) / groups,
      cachedTokens: Double(work.cachedTokens) / groups, requests: max(1, work.requests / prefill.ranks))
    return ServingReport.StepBreakdown(
      step,
      conditions:
        "\(Text.counted(work.requests, "request")), \(Text.grouped(work.newTokens)) new and "
        + "\(Text.grouped(work.cachedTokens)) cached tokens in an iteration")
  }

  /// Notes of the cost model: where the run lies outside what it was held against.
  func validityNotes(_ outcome: ServingOutcome) -> [String] {
    let requests = max(1, Int(outcome.meanRequestsPerRank.rounded()))
    let context = max(1, outcome.meanContextPerRequest) * Double(requests)
    return decode.decodeStep(requestsPerRank: requests, contextTokensPerRank: context).notes
  }
}

extension ServingReport.StepBreakdown {
  /// Parts sum the operators of one name over layers and passes; parts that overlap can sum to more than the step.
  init(_ step: StepEstimate, conditions: String) {
    let parts = step.operators.map { row in
      Part(name: row.name, time: row.time, share: row.share, boundBy: row.kind == .wait ? "wait" : row.boundBy.rawValue)
    }
    self.init(
      step: step.time, conditions: conditions, boundBy: step.boundBy.rawValue,
      parts: parts.sorted { ($0.time, $1.name) > ($1.time, $0.name) })
  }
}
