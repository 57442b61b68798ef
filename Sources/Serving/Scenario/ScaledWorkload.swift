import Formats
import Simulation
import Units
import Workloads

/// A scenario's workload with its rate set so that the busier pool reaches the load asked for.
struct ScaledWorkload {
  var workload: WorkloadSpecification
  var notes: [ServingNote] = []
  /// Counted where the workload was read to learn its rate.
  var requests: Int?

  /// Reads the workload once to learn its rate and lengths where a load is asked for.
  ///
  /// - Parameter capacity: what the deployment can take of a workload of mean lengths.
  init(
    _ scenario: Scenario, catalog: Catalog, seed: Seed, hasCache: Bool,
    capacity: (LoadEstimate.Workload) -> LoadEstimate
  ) throws {
    workload = scenario.workload
    if workload.spread { notes.append(.spreadArrivals) }
    guard let load = scenario.load else {
      if workload.rateScale != 1 { notes.append(.rateScaled(workload.rateScale)) }
      return
    }
    guard load > 0, load <= 10 else {
      throw Problem("load", "\(load) is not a load", wayOut: "give a share such as 0.8; above 1 is overload")
    }
    guard try !workload.isReadOnce(catalog: catalog) else {
      throw Problem(
        "load", "standard input cannot be read twice to learn its rate", wayOut: "give --rate-scale instead")
    }
    guard workload.maxConcurrency == nil else {
      throw Problem("load", "a closed loop sets its own rate", wayOut: "remove load or workload.maxConcurrency")
    }
    let summary = try TraceSummary(of: workload.makeSource(catalog: catalog, seed: seed))
    guard summary.meanRate > 0 else {
      throw Problem("load", "all requests arrive at once, so there is no rate to scale", wayOut: "remove load")
    }
    requests = summary.requests
    let mean = LoadEstimate.Workload(
      promptTokens: summary.promptTokens.mean, outputTokens: summary.outputTokens.mean,
      hitRate: hasCache ? summary.prefixes?.bestTokenHitRate ?? 0 : 0,
      attentionPairs: hasCache ? summary.meanAttentionPairsCached : summary.meanAttentionPairs)
    let estimate = capacity(mean)
    let factor = Self.rounded(load / estimate.load(atRate: summary.meanRate))
    workload.rateScale *= factor
    notes.append(
      .loaded(
        ServingNote.LoadedRate(
          own: summary.meanRate, factor: factor, load: load, prefillCapacity: estimate.prefillCapacity,
          decodeCapacity: estimate.decodeCapacity, isShared: estimate.isShared)))
  }

  /// Three significant digits, so that the factor can be quoted and used again.
  private static func rounded(_ factor: Double) -> Double {
    var unit = 1.0
    while factor / unit >= 1000 { unit *= 10 }
    while factor / unit < 100 { unit /= 10 }
    let digits = (factor / unit).rounded()
    return unit >= 1 ? digits * unit : digits / (1 / unit).rounded()
  }
}
