import Units

extension LatencyHistogram {
  /// The values below which these shares lie, to 0.2%; none where nothing was recorded.
  func percentiles(_ shares: [Double]) -> [ServingReport.Summary.Percentile] {
    count == 0 ? [] : shares.map { ServingReport.Summary.Percentile(share: $0, value: quantile($0)) }
  }
}

extension ServingReport {
  /// Times of requests, by their names in vLLM's benchmark.
  public enum LatencyKind: String, Sendable, CaseIterable { case ttft, tpot, itl, e2el }

  /// Adds these percentiles, shares of 1, to some of the times.
  public mutating func add(percentiles shares: [Double], of kinds: [LatencyKind], from outcome: ServingOutcome) {
    let statistics = outcome.statistics
    for kind in kinds {
      switch kind {
      case .ttft: timeToFirstToken.percentiles = statistics.timeToFirstToken.percentiles(shares)
      case .tpot: timePerOutputToken.percentiles = statistics.timePerOutputToken.percentiles(shares)
      case .itl: interTokenLatency.percentiles = statistics.interTokenLatency.percentiles(shares)
      case .e2el: endToEnd.percentiles = statistics.endToEnd.percentiles(shares)
      }
    }
  }
}
