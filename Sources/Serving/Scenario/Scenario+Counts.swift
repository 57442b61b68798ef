import Units

extension Scenario {
  private static let mostPools = 64

  /// Refuses counts that no deployment has, before they are multiplied; all that are wrong are told.
  func checkCounts() throws {
    var problems: [Problem] = []
    func check(_ place: String, _ counts: [(String, Int?)], from least: Int = 1) {
      for (name, count) in counts {
        guard let count, !(least...1_000_000).contains(count) else { continue }
        problems.append(
          Problem(
            "\(place).\(name)", "\(count) is not between \(least) and 1,000,000",
            wayOut: "give a whole number from \(least) on"))
      }
    }
    if let prefill {
      check(
        "prefill",
        [
          ("instances", prefill.instances), ("chips", prefill.chips), ("tensorParallel", prefill.tensorParallel),
          ("maxBatchedTokensPerChip", prefill.maxBatchedTokensPerChip),
        ])
      check("prefill", [("redundantExperts", prefill.redundantExperts)], from: 0)
    }
    if let decode {
      check(
        "decode",
        [
          ("instances", decode.instances), ("chips", decode.chips), ("tensorParallel", decode.tensorParallel),
          ("dataParallel", decode.dataParallel), ("maxRequestsPerChip", decode.maxRequestsPerChip),
          ("blockSize", decode.blockSize),
        ])
      check("decode", [("redundantExperts", decode.redundantExperts), ("expertChips", decode.expertChips)], from: 0)
    }
    let count = pools?.count ?? 0
    if count > Self.mostPools {
      problems.append(
        Problem("pools", "there are \(count)", wayOut: "give at most \(Self.mostPools), with more instances in each"))
    }
    for (index, pool) in (pools ?? []).prefix(Self.mostPools).enumerated() {
      check(
        "pools[\(index)]",
        [
          ("instances", pool.instances), ("chips", pool.chips), ("tensorParallel", pool.tensorParallel),
          ("pipelineParallel", pool.pipelineParallel), ("dataParallel", pool.dataParallel),
          ("contextParallel", pool.contextParallel), ("expertParallel", pool.expertParallel),
        ])
      let sizes = [pool.tensorParallel, pool.pipelineParallel, pool.dataParallel, pool.contextParallel]
      let dies = sizes.reduce(1.0) { $0 * Double($1 ?? 1) }
      if dies > 1_000_000 {
        problems.append(
          Problem("pools[\(index)]", "its parallel sizes need \(dies) dies", wayOut: "give at most 1,000,000"))
      }
      check(
        "pools[\(index)]", [("redundantExperts", pool.redundantExperts), ("expertChips", pool.expertChips)], from: 0)
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }
}
