import Costs
import Units

extension LoadEstimate {
  /// Of pools whose engines plan step by step: a request costs a rank the steps of its prompt, alone in them, and its
  /// part of the decode steps at the largest batch.
  init(of workload: Workload, pools: [DeployedPool], objective: Seconds?) {
    var rates: (prompts: Double, answers: Double, both: Double) = (0, 0, 0)
    var batch = (requests: 1, limit: "limit")
    for pool in pools {
      let ranks = Double(pool.ranks * pool.instances)
      let prompt = pool.secondsOfPrompt(workload)
      batch = pool.role == .prefill ? batch : pool.largestBatch(workload, objective)
      let answer = pool.role == .prefill ? 0 : pool.secondsOfAnswer(workload, batch.requests)
      switch pool.role {
      case .prefill: rates.prompts += ranks / prompt
      case .decode: rates.answers += ranks / answer
      case .colocated: rates.both += ranks / (prompt + answer)
      }
    }
    isShared = rates.both > 0
    prefillCapacity = isShared ? rates.both : rates.prompts
    decodeCapacity = isShared ? rates.both : rates.answers
    decodeRequestsPerRank = batch.requests
    decodeBatchLimit = batch.limit
  }
}

extension DeployedPool {
  /// What a rank spends on a mean prompt, in full chunks.
  fileprivate func secondsOfPrompt(_ workload: LoadEstimate.Workload) -> Double {
    let fresh = max(1, workload.promptTokens * (1 - workload.hitRate))
    let full = Double(max(1, settings?.tokensOfPrompts ?? maxTokensPerRank))
    // Short prompts share a step, long ones take several.
    let tokens = min(full, max(fresh, full / 2))
    let share = fresh / tokens
    let cached = (workload.promptTokens - fresh) / share
    let pairs = model.pairs(
      workload.attentionPairs / share, newTokens: tokens, cachedTokens: cached, requests: 1 / share)
    let work = StepWork(
      prefill: [
        .init(newTokens: tokens, cachedTokens: cached, pairs: pairs, sampled: max(1, 1 / share))
      ], isCaptured: false)
    return model.seconds(work).value * share
  }

  /// What a rank spends on a mean answer while `requests` decode.
  fileprivate func secondsOfAnswer(_ workload: LoadEstimate.Workload, _ requests: Int) -> Double {
    let steps = max(1, (workload.outputTokens - 1) / model.tokensPerStep)
    return step(of: requests, workload).value * steps / Double(requests)
  }

  private func step(of requests: Int, _ workload: LoadEstimate.Workload) -> Seconds {
    model.seconds(decodeWork(requests: requests, context: workload.promptTokens + workload.outputTokens / 2))
  }

  fileprivate func largestBatch(
    _ workload: LoadEstimate.Workload, _ objective: Seconds?
  ) -> (requests: Int, limit: String) {
    var requests = max(1, maxRequestsPerRank)
    var limit = "limit"
    let whole = workload.promptTokens + workload.outputTokens
    let fitting = max(1, memory.requests(of: whole))
    if fitting < requests { (requests, limit) = (fitting, "memory") }
    guard let objective else { return (requests, limit) }
    let longest = objective * model.tokensPerStep
    // Steps grow with the batch: halve to the largest that keeps the objective.
    guard step(of: requests, workload) > longest else { return (requests, limit) }
    var (low, high) = (1, requests)
    while high - low > 1 {
      let middle = (low + high) / 2
      if step(of: middle, workload) > longest { high = middle } else { low = middle }
    }
    return (low, "objective")
  }
}
