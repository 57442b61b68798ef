import Reports
import Serving
import Units

extension ServingReport {
  var timelineSection: Document.Section? {
    guard timeline.arrivals.count > 1 else { return nil }
    return Document.Section(
      "Over time",
      [
        .paragraph("Each point is the mean of \((timeline.interval * Double(merged)).text)."),
        .charts([
          load, queues, batch, decodeSteps, promptTokens, outputTokens, prefillAndCache, power,
        ]),
      ])
  }

  /// Intervals drawn as one point, so that a line has at most 150 and its shape is seen, not its noise.
  private var merged: Int { max(1, (timeline.arrivals.count + 149) / 150) }

  private func means(of values: [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: merged).map { start in
      let group = values[start..<min(start + merged, values.count)]
      return group.reduce(0, +) / Double(group.count)
    }
  }

  private func lines(
    _ title: String, caption: String, _ y: Chart.Axis, _ series: [(name: String, values: [Double])],
    isFilled: Bool = false
  ) -> Chart {
    let step = timeline.interval.value * Double(merged)
    return Chart(
      title, caption: caption,
      .lines(
        .init(
          x: .init("Time since the first arrival", .duration), y: y,
          series: series.enumerated().map { index, series in
            .init(series.name, every: step, means(of: series.values), isFilled: isFilled && index == 0)
          })))
  }

  private var load: Chart {
    let peak = means(of: timeline.arrivals).max() ?? 0
    // Over the time in which requests arrive: the last ones take a while to leave.
    let intervals = (timeline.arrivals.lastIndex { $0 > 0 } ?? 0) + 1
    let mean = Double(requests.offered) / (timeline.interval.value * Double(intervals))
    return lines(
      "Requests per second",
      caption: "Arrivals average \(Text.significant(mean)) and peak at \(Text.significant(peak)) a second; "
        + "completions follow them as far as the machine keeps up.",
      .init("Requests per second"), [("arriving", timeline.arrivals), ("completing", timeline.completions)],
      isFilled: true)
  }

  private var queues: Chart {
    let prefill = timeline.prefillQueue.max() ?? 0
    let decode = timeline.decodeQueue.max() ?? 0
    let caption =
      max(prefill, decode) < 1
      ? "Hardly any request waits."
      : "At their longest \(Self.waiting(prefill)) for prefill and \(Self.waiting(decode)) for decode."
    return lines(
      "Requests waiting", caption: caption, .init("Requests"),
      [("for prefill", timeline.prefillQueue), ("for decode", timeline.decodeQueue)], isFilled: true)
  }

  private static func waiting(_ requests: Double) -> String {
    requests < 1 ? "hardly any wait" : "\(Measure(requests.rounded(), .count)) wait"
  }

  private var batch: Chart {
    let peak = timeline.decodeBatch.max() ?? 0
    return lines(
      "Requests in decode",
      caption:
        "The batch peaks at \(Measure(peak.rounded(), .count)); its limit is "
        + "\(decoding?.batchLimit.words ?? Text.missing).",
      .init("Requests"), [("in decode", timeline.decodeBatch)], isFilled: true)
  }

  private var decodeSteps: Chart {
    lines(
      "Decode step time", caption: "A step takes longer with more requests in it and more context behind each.",
      .init("Time of a step", .duration), [("step", timeline.decodeStep)])
  }

  private var promptTokens: Chart {
    lines(
      "Prompt tokens per second", caption: "Counted as prefill takes them up, those found in the cache included.",
      .init("Tokens per second"), [("prompt tokens", timeline.inputTokensPerSecond)], isFilled: true)
  }

  private var outputTokens: Chart {
    let peak = means(of: timeline.outputTokensPerSecond).max() ?? 0
    return lines(
      "Output tokens per second",
      caption: "\(Measure(throughput.outputTokens, .count)) on average, \(Measure(peak, .count)) at the peak.",
      .init("Tokens per second"), [("output tokens", timeline.outputTokensPerSecond)], isFilled: true)
  }

  private var prefillAndCache: Chart {
    let growth =
      cache.lookedUpBlocks > 0
      ? "the cache holds \(Measure(cache.hitRate, .percent)) of the prompt tokens over the run."
      : "the cache is not used."
    return lines(
      isTogether ? "Steps and cache" : "Prefill and cache",
      caption: isTogether
        ? "Instances step \(Measure(pools[0].utilisation, .percent)) of the time; \(growth)"
        : "Prefill computes \(Measure(pools[0].utilisation, .percent)) of the time; \(growth)",
      .init("Share", .percent),
      [
        (isTogether ? "busy" : "prefill busy", timeline.prefillUtilisation),
        ("prompt tokens from the cache", timeline.cacheHitRate),
      ])
  }

  private var power: Chart {
    lines(
      "Power",
      caption: "\(Measure(energy.meanPower.value, .watts)) on average, "
        + "\(Measure(energy.peakPower.value, .watts)) at the peak.",
      .init("Power", .watts), [("power", timeline.power)], isFilled: true)
  }
}
