import Units

extension ServingConfiguration {
  /// What is wrong with these numbers, in the order of the fields.
  var faults: [Problem] {
    var faults: [Problem] = []
    func positive(_ value: Int, _ place: String) {
      if value < 1 { faults.append(Problem(place, "\(value) is not a positive number", wayOut: "give at least 1")) }
    }
    func atMost(_ value: Int, _ limit: Int, _ place: String) {
      if value > limit {
        faults.append(Problem(place, "\(value) is more than the simulation can hold", wayOut: "give at most \(limit)"))
      }
    }
    positive(prefill.instances, "prefill.instances")
    atMost(prefill.instances, 32767, "prefill.instances")
    positive(prefill.chipsPerInstance, "prefill.chipsPerInstance")
    positive(prefill.maxBatchedTokens, "prefill.maxBatchedTokens")
    positive(prefill.queueLimit, "prefill.queueLimit")
    positive(prefill.keyValueTokens, "prefill.keyValueTokens")
    positive(decode.instances, "decode.instances")
    atMost(decode.instances, 32767, "decode.instances")
    positive(decode.chipsPerInstance, "decode.chipsPerInstance")
    positive(decode.ranksPerInstance, "decode.ranksPerInstance")
    atMost(decode.ranksPerInstance, 65536, "decode.ranksPerInstance")
    atMost(decode.instances * decode.ranksPerInstance, 2 * Self.mostRanks, "decode.instances")
    positive(decode.maxRequestsPerRank, "decode.maxRequestsPerRank")
    positive(decode.keyValueTokensPerRank, "decode.keyValueTokensPerRank")
    positive(decode.blockTokens, "decode.blockTokens")
    faults += decode.faults(of: decode.durations)
    faults += decode.speculation.faults(at: "decode.speculation")
    if transfer.bytesPerToken < 0 || transfer.latency < .zero {
      faults.append(Problem("transfer", "sizes and latency cannot be negative"))
    }
    if cache.scope != .none {
      positive(cache.capacityBlocks, "cache.capacityBlocks")
      atMost(cache.capacityBlocks, Int(Int32.max) / 2, "cache.capacityBlocks")
      positive(cache.tokensPerBlock, "cache.tokensPerBlock")
    }
    if let limit = maxConcurrency { positive(limit, "maxConcurrency") }
    return faults
  }
}

extension ServingConfiguration.Decode {
  func faults(of durations: DecodeDurations) -> [Problem] {
    if maxRequestsPerRank <= durations.requestLimit { return [] }
    return [
      Problem(
        "decode.maxRequestsPerRank",
        "\(maxRequestsPerRank) is beyond the \(durations.requestLimit) requests whose step times are known")
    ]
  }
}

extension Speculation {
  func faults(at place: String) -> [Problem] {
    var faults: [Problem] = []
    if draftTokens < 0 { faults.append(Problem("\(place).draftTokens", "\(draftTokens) is negative")) }
    for value in [acceptance] + acceptanceByPosition where !(0...1).contains(value) {
      faults.append(Problem("\(place).acceptance", "\(value) is not a fraction", wayOut: "give 0 to 1"))
    }
    return faults
  }
}
