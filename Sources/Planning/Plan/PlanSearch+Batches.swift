extension PlanSearch {
  /// Batches that are tried: these, the largest in memory, and the largest that keeps the objectives.
  static let usual = [
    1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024,
  ]

  /// Estimates of all of them; above the largest of the usual ones that keeps the objectives the next is looked for
  /// between it and the first that does not, and about the one that makes most its neighbours.
  func sweep(
    upTo memory: Int, _ outcome: inout Outcome, estimate: (Int) -> InstanceEstimate?
  ) -> [InstanceEstimate] {
    let most = min(memory, InstanceModel.largestBatch)
    guard most >= 1 else { return [] }
    let sizes = Self.usual.filter { $0 < most } + [most]
    var found = sizes.map { estimate($0) }
    outcome.estimates += sizes.count
    guard let last = found.lastIndex(where: { $0.map(keeps) ?? false }), last + 1 < sizes.count else {
      return refined(found.compactMap { $0 }, &outcome, estimate)
    }
    var (low, high) = (sizes[last], sizes[last + 1])
    var best: InstanceEstimate?
    while high - low > 1 {
      let middle = (low + high) / 2
      outcome.estimates += 1
      if let tried = estimate(middle), keeps(tried) { (low, best) = (middle, tried) } else { high = middle }
    }
    found.insert(best, at: last + 1)
    return refined(found.compactMap { $0 }, &outcome, estimate)
  }

  /// Between the one that makes most and its neighbours, where padding and tiles of experts may yield a little more:
  /// halves of both gaps, four times.
  private func refined(
    _ found: [InstanceEstimate], _ outcome: inout Outcome, _ estimate: (Int) -> InstanceEstimate?
  ) -> [InstanceEstimate] {
    var list = found
    for _ in 0..<4 {
      var top: Int?
      for (index, each) in list.enumerated() where keeps(each) {
        if each.requestsPerSecond > top.map({ list[$0].requestsPerSecond }) ?? 0 { top = index }
      }
      guard let top else { break }
      // The gap above first, so that the place of the one below stays.
      for (low, high) in [(top, top + 1), (top - 1, top)] where low >= 0 && high < list.count {
        let middle = (list[low].requestsPerRank + list[high].requestsPerRank) / 2
        guard middle > list[low].requestsPerRank, middle < list[high].requestsPerRank else { continue }
        outcome.estimates += 1
        if let tried = estimate(middle) { list.insert(tried, at: high) }
      }
    }
    return list
  }

  static func powers(upTo most: Int) -> [Int] {
    var list = [1]
    while let last = list.last, last * 2 <= most { list.append(last * 2) }
    return list
  }
}
