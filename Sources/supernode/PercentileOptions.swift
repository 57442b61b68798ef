import ArgumentParser
import Serving

/// Which percentiles of which times are told beside the usual ones.
struct PercentileOptions: ParsableArguments {
  @Option(help: "Times whose percentiles are asked for: ttft,tpot,itl,e2el.") var percentileMetrics: String?
  @Option(help: "Percentiles beside the usual ones: 25,75,99.9.") var metricPercentiles: String?

  func validate() throws { _ = try (shares(), kinds()) }

  /// Of 1; empty where none are asked for.
  func shares() throws -> [Double] {
    try (metricPercentiles ?? "").split(separator: ",").map { text in
      guard let percent = Double(text.filter { $0 != " " }), percent > 0, percent <= 100 else {
        throw ValidationError("--metric-percentiles \(text): give numbers above 0 and up to 100, such as 50,90,99.9")
      }
      return percent / 100
    }
  }

  func kinds() throws -> [ServingReport.LatencyKind] {
    guard let percentileMetrics else { return ServingReport.LatencyKind.allCases }
    return try percentileMetrics.split(separator: ",").compactMap { text in
      // A simulated client has no queue of its own.
      if text.contains("client_queue") { return nil }
      guard let kind = ServingReport.LatencyKind(rawValue: text.filter { $0 != " " }) else {
        throw ValidationError("--percentile-metrics \(text): give some of ttft, tpot, itl and e2el")
      }
      return kind
    }
  }
}
