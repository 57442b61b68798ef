import Units

extension ServingConfiguration.Prefill {
  /// No instance.
  static var none: Self {
    Self(
      instances: 0, chipsPerInstance: 0, maxBatchedTokens: 1, keyValueTokens: 1,
      durations: PrefillDurations(maxNewTokens: 1) { _ in .zero })
  }
}

extension ServingConfiguration.Decode {
  /// No instance.
  static var none: Self {
    Self(
      instances: 0, chipsPerInstance: 0, ranksPerInstance: 1, maxRequestsPerRank: 1, keyValueTokensPerRank: 1,
      durations: DecodeDurations(requestLimit: 1, contextLimit: 1) { _, _ in .zero })
  }
}

extension ServingConfiguration {
  /// Of all instances: some 20 KB of memory each.
  static let mostRanks = 32_768

  /// What is wrong with the pools of engines, in the order of the fields.
  var engineFaults: [Problem] {
    var faults: [Problem] = []
    if engines.isEmpty { faults.append(Problem("pools", "there is none", wayOut: "give at least one pool")) }
    let roles = engines.map(\.role)
    if roles.contains(.prefill) != roles.contains(.decode) {
      let missing = roles.contains(.prefill) ? "decode" : "prefill"
      faults.append(Problem("pools", "there is no pool with the role \(missing)", wayOut: "add one, or use colocated"))
    }
    if roles.contains(.prefill), roles.contains(.colocated) {
      faults.append(
        Problem("pools", "colocated pools and pools for prefill stand side by side", wayOut: "use one of the two"))
    }
    if roles.filter({ $0 == .decode }).count > 1 {
      faults.append(Problem("pools", "there are several pools for decode", wayOut: "give one, with more instances"))
    }
    let ranks = engines.reduce(0) { $0 + $1.instances * $1.ranks }
    if ranks > Self.mostRanks {
      faults.append(
        Problem(
          "pools", "\(ranks) ranks are more than the simulation can hold", wayOut: "give at most \(Self.mostRanks)"))
    }
    let units = Set(engines.map(\.memory.prefixUnitTokens).filter { $0 > 0 })
    if roles.contains(.decode), units.count > 1 {
      faults.append(
        Problem(
          "pools", "prefixes have units of \(units.sorted().map(String.init).joined(separator: " and ")) tokens",
          wayOut: "use one, or keep no prefixes in some pools"))
    }
    for (index, pool) in engines.enumerated() { faults += pool.faults(at: "pools[\(index)]") }
    return faults
  }
}

extension EnginePool {
  /// Why a table of durations is not this pool's.
  func faults(of durations: EngineDurations, at place: String) -> [Problem] {
    var faults: [Problem] = []
    if limits.maxRequests > durations.requestLimit {
      faults.append(
        Problem("\(place).maxRequests", "\(limits.maxRequests) is beyond the requests whose step times are known"))
    }
    if durations.kinds != contexts.count || durations.ranks != ranks {
      faults.append(
        Problem(
          "\(place).durations",
          "they are of \(durations.kinds) kinds of context and \(durations.ranks) ranks, not \(contexts.count) and "
            + "\(ranks)"))
    }
    return faults
  }

  func faults(at place: String) -> [Problem] {
    var faults: [Problem] = []
    func range(_ value: Int, _ low: Int, _ high: Int, _ field: String) {
      if value < low || value > high {
        faults.append(
          Problem("\(place).\(field)", "\(value) is not between \(low) and \(high)", wayOut: "give a number in between")
        )
      }
    }
    range(instances, 1, 32767, "instances")
    range(ranks, 1, 65536, "ranks")
    range(limits.maxRequests, 1, 1_000_000, "maxRequests")
    range(limits.maxBatchedTokens, 1, 1 << 30, "maxBatchedTokens")
    range(limits.receiveInterval, 1, 1_000_000, "receiveInterval")
    range(memory.blockTokens, 1, 1 << 20, "blockTokens")
    range(memory.blocks, 1, 1 << 30, "blocks")
    faults += self.faults(of: durations, at: place)
    faults += speculation.faults(at: "\(place).speculation")
    let perDecode = 1 + speculation.draftTokens
    if role != .prefill, limits.maxRequests * perDecode > limits.maxBatchedTokens {
      faults.append(
        Problem(
          "\(place).maxBatchedTokens",
          "\(limits.maxBatchedTokens) tokens of a step are fewer than \(limits.maxRequests) requests with "
            + "\(perDecode) each",
          wayOut: "give at least \(limits.maxRequests * perDecode), or fewer requests"))
    }
    if memory.prefixUnitTokens > 0, memory.prefixUnitTokens % memory.blockTokens != 0 {
      faults.append(
        Problem(
          "\(place).blockTokens",
          "\(memory.blockTokens) does not divide the \(memory.prefixUnitTokens) tokens of a prefix",
          wayOut: "use a divisor"))
    }
    if let limit = scheduler.base.chunkLimit(limits), limit.tokens < memory.blockTokens {
      faults.append(
        Problem(
          "\(place).\(limit.field)",
          "\(limit.tokens) tokens hold no block of \(memory.blockTokens), to which prompts are cut",
          wayOut: "give at least \(memory.blockTokens)"))
    }
    return faults
  }
}
