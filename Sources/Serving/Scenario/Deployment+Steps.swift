import Costs
import Models
import Reports
import Units

extension Deployment {
  /// A decode step at the run's mean load, taken apart.
  func decodeBreakdown(_ outcome: ServingOutcome) -> ServingReport.StepBreakdown {
    let step = meanDecodeStep(outcome)
    let requests = max(1, Int(outcome.meanRequestsPerRank.rounded()))
    let passes = step.microbatches == 2 ? ", two microbatches" : ""
    return ServingReport.StepBreakdown(
      step,
      conditions:
        "\(Text.counted(requests, "request")) per rank, \(Text.grouped(Int(max(1, outcome.meanContextPerRequest)))) "
        + "tokens of context each\(passes)")
  }

  private func meanDecodeStep(_ outcome: ServingOutcome) -> StepEstimate {
    let requests = max(1, Int(outcome.meanRequestsPerRank.rounded()))
    let context = max(1, outcome.meanContextPerRequest)
    return decodePool.model.estimate(decodePool.decodeWork(requests: requests, context: context))
  }

  /// A prefill step at the run's mean load, taken apart.
  func prefillBreakdown(_ outcome: ServingOutcome) -> ServingReport.StepBreakdown {
    let work = outcome.meanPrefillWork
    let model = promptPool.model
    let groups = Double(model.ranks)
    let pairs = Double(work.attentionPairs) / groups
    let step: StepEstimate
    if promptPool.settings == nil {
      step = model.prefillStep(
        newTokens: max(1, Double(work.newTokens) / groups), attentionPairs: pairs,
        cachedTokens: Double(work.cachedTokens) / groups, requests: max(1, work.requests / model.ranks))
    } else {
      let tokens = max(1, Double(work.newTokens) / groups)
      let cached = Double(work.cachedTokens) / groups
      let requests = max(1, Double(work.requests) / groups)
      // All of the mean step's prompts as one, with as many pairs.
      let chunk = StepWork.Prefill(
        newTokens: tokens, cachedTokens: cached,
        pairs: model.pairs(pairs, newTokens: tokens, cachedTokens: cached, requests: requests), sampled: requests)
      step = model.estimate(StepWork(prefill: [chunk], isCaptured: false))
    }
    return ServingReport.StepBreakdown(
      step,
      conditions:
        "\(Text.counted(work.requests, "request")), \(Text.grouped(work.newTokens)) new and "
        + "\(Text.grouped(work.cachedTokens)) cached tokens in an iteration")
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
