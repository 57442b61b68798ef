import ArgumentParser
import Formats
import Serving
import Units

/// Under which names a result's figures are written.
enum ResultKeys: String, ExpressibleByArgument, CaseIterable {
  case supernode, vllm, aiperf

  func text(of report: ServingReport, inputs: Node) throws -> String {
    switch self {
    case .supernode: try JSONText.encode(SimulationResult(report: report, inputs: inputs), pretty: true)
    case .vllm: try JSONText.encode(VLLMResult(report, inputs).values, pretty: true)
    case .aiperf: try JSONText.encode(AIPerfResult(report).values, pretty: true)
    }
  }
}

/// The figures of `vllm bench serve --save-result` that a simulation has; times in milliseconds, rates per second.
private struct VLLMResult {
  var values: [String: Double] = [:]

  init(_ report: ServingReport, _ inputs: Node) {
    let throughput = report.throughput
    values["num_prompts"] = Double(report.requests.offered)
    for (key, field) in [("max_concurrency", "maxConcurrency"), ("request_rate", "requestRate")] {
      // All at once is `inf` there; as no JSON number it comes out as null.
      values[key] = inputs["workload.\(field)"]?.text.flatMap(Double.init) ?? .infinity
    }
    values["duration"] = throughput.duration.value
    values["completed"] = Double(report.requests.completed)
    values["total_input_tokens"] = Double(report.requests.promptTokens)
    values["total_output_tokens"] = Double(report.requests.outputTokens)
    values["request_throughput"] = throughput.requests
    values["request_goodput"] = report.goodput.requests
    values["output_throughput"] = throughput.outputTokens
    values["total_token_throughput"] = throughput.inputTokens + throughput.outputTokens
    let series = [
      ("ttft", report.timeToFirstToken), ("tpot", report.timePerOutputToken), ("itl", report.interTokenLatency),
      ("e2el", report.endToEnd),
    ]
    for (name, summary) in series where !summary.histogram.isEmpty {
      values["mean_\(name)_ms"] = summary.mean.milliseconds
      values["median_\(name)_ms"] = summary.p50.milliseconds
      values["p90_\(name)_ms"] = summary.p90.milliseconds
      values["p99_\(name)_ms"] = summary.p99.milliseconds
      for percentile in summary.percentiles ?? [] {
        let percent = (percentile.share * 1e6).rounded() / 1e4
        let word = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
        values["p\(word)_\(name)_ms"] = percentile.value.milliseconds
      }
    }
  }
}

/// The figures of AIPerf's `profile_export_aiperf.json` that a simulation has, each with its unit.
private struct AIPerfResult {
  var values: [String: Metric] = [:]

  struct Metric: Encodable {
    var unit: String
    var avg: Double
    var p50: Double?
    var p90: Double?
    var p99: Double?
    var max: Double?
  }

  init(_ report: ServingReport) {
    func add(_ name: String, _ unit: String, _ value: Double) { values[name] = Metric(unit: unit, avg: value) }
    add("request_count", "requests", Double(report.requests.completed))
    add("request_throughput", "requests/sec", report.throughput.requests)
    add("goodput", "requests/sec", report.goodput.requests)
    add("output_token_throughput", "tokens/sec", report.throughput.outputTokens)
    add("benchmark_duration", "sec", report.throughput.duration.value)
    let series = [
      ("time_to_first_token", report.timeToFirstToken), ("inter_token_latency", report.timePerOutputToken),
      ("inter_chunk_latency", report.interTokenLatency), ("request_latency", report.endToEnd),
    ]
    for (name, summary) in series where !summary.histogram.isEmpty {
      values[name] = Metric(
        unit: "ms", avg: summary.mean.milliseconds, p50: summary.p50.milliseconds, p90: summary.p90.milliseconds,
        p99: summary.p99.milliseconds, max: summary.max.milliseconds)
    }
  }
}
