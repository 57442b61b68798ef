import Costs
import Simulation
import Units

extension Deployment {
  /// What the longest request of each kind of refusal needs, and what the pool has.
  func refusals(_ outcome: ServingOutcome) -> [ServingReport.Refusal] {
    RequestRecord.Outcome.allCases.dropFirst().compactMap { reason in
      let requests = outcome.statistics.outcomes[reason.rawValue]
      guard requests > 0 else { return nil }
      let longest = outcome.statistics.longestLost[reason.rawValue]
      let pool = reason == .contextTooLong ? decodePool : promptPool
      let tokens = reason == .contextTooLong ? longest.tokens : longest.promptTokens
      let (needed, available) = pool.keyValues(of: tokens)
      let lack: ServingReport.Refusal.Lack =
        switch reason {
        case .queueFull: .queue
        case .beyondModelLength: scenario.maxModelLength == nil ? .modelLength : .askedLength
        default: needed > available ? .memory : .stepTokens
        }
      return ServingReport.Refusal(
        reason: reason, requests: requests, pool: pool.name, promptTokens: longest.promptTokens,
        outputTokens: longest.outputTokens, needed: lack == .memory ? needed : nil,
        available: lack == .memory ? available : nil,
        limit: reason == .beyondModelLength ? configuration.maxModelLength : nil, lack: lack)
    }
  }
}

extension DeployedPool {
  /// Bytes of so many tokens' keys and values on an attention rank, or on a whole instance that pools its prompts, and
  /// the bytes that it has for them.
  fileprivate func keyValues(of tokens: Int) -> (needed: Bytes, available: Bytes) {
    let isPooled = settings == nil && role == .prefill
    let shares = isPooled ? (model.ranks == 1 ? model.plan.dies : model.ranks) : 1
    let perToken = memory.bytesPerToken
    return (perToken * Double(tokens), perToken * Double(tokensPerRank * shares))
  }
}
