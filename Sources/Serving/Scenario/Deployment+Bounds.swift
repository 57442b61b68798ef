import Costs

extension Deployment {
  /// The pool of a step's record.
  public func pool(of record: StepRecord) -> DeployedPool {
    guard !configuration.engines.isEmpty else { return record.pool == 0 ? promptPool : decodePool }
    let name = configuration.engines[record.pool].name
    return pools.first { $0.name == name } ?? pools[0]
  }

  /// What bounds a step, of its mean rank: what the cost model says of such a step.
  public func bound(of record: StepRecord) -> Bound {
    let pool = pool(of: record)
    let model = pool.model
    let ranks = Double(pool.ranks)
    let pairs = Double(record.attentionPairs) / ranks, tokens = Double(record.promptTokens) / ranks
    let earlier = Double(record.earlierTokens) / ranks, prompts = Double(record.prompts) / ranks
    let decoding = Double(record.decoding) / ranks, context = Double(record.contextTokens) / ranks
    if pool.settings == nil {
      let step =
        record.prompts > 0
        ? model.prefillStep(
          newTokens: max(1, tokens), attentionPairs: pairs, cachedTokens: earlier,
          requests: max(1, Int(prompts.rounded())))
        : model.decodeStep(requestsPerRank: max(1, Int(decoding.rounded())), contextTokensPerRank: context)
      return step.boundBy
    }
    var work = StepWork(isCaptured: record.prompts == 0)
    if record.decoding > 0 {
      let padded = model.padded(max(1, Int(decoding.rounded())))
      work.isCaptured = record.prompts == 0 && padded.isCaptured
      work.decode = StepWork.Decode(
        requests: record.prompts == 0 ? Double(padded.requests) : max(1, decoding),
        queries: 1 + model.drafting.tokens, context: model.visible(context: context, over: max(1, decoding)))
    }
    if record.prompts > 0 {
      let requests = max(1, prompts)
      work.prefill = [
        StepWork.Prefill(
          newTokens: max(1, tokens), cachedTokens: earlier,
          pairs: model.pairs(pairs, newTokens: max(1, tokens), cachedTokens: earlier, requests: requests),
          sampled: requests)
      ]
    }
    return model.estimate(work).boundBy
  }
}
