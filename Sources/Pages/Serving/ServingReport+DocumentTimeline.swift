import Reports
import Serving
import Units

extension ServingReport {
  var timelineSection: Document.Section? {
    guard timeline.arrivals.count > 1 else { return nil }
    return Document.Section(
      "Over time",
      [
        .paragraph(
          "Each point is the mean of \((timeline.interval * Double(merged)).text); "
            + "pale bands reach to the peak in it."),
        .charts([
          load, queues, batch, memory, decodeSteps, prefillAndCache, promptTokens, outputTokens, power,
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

  private func peaks(of values: [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: merged).map { start in
      values[start..<min(start + merged, values.count)].max() ?? 0
    }
  }

  /// A quantity over the intervals, drawn as means, or as peaks beside a mean.
  private struct Level {
    var name: String
    var values: [Double]
    var colour = Chart.Colour(0)
    var isFilled = false
    var isPeak = false
  }

  private func lines(
    _ title: String, caption: String, _ y: Chart.Axis, _ levels: [Level], limits: [Chart.Marker] = []
  ) -> Chart {
    let step = timeline.interval.value * Double(merged)
    let series = levels.map { level in
      Chart.Lines.Series(
        level.name, every: step, level.isPeak ? peaks(of: level.values) : means(of: level.values),
        isFilled: level.isFilled, colour: level.colour, isPeak: level.isPeak)
    }
    return Chart(
      title, caption: caption,
      .lines(.init(x: .init("Time since the first arrival", .duration), y: y, series: series, limits: limits)))
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
      .init("Requests per second"),
      [
        Level(name: "arriving", values: timeline.arrivals, isFilled: true),
        Level(name: "completing", values: timeline.completions, colour: .init(1)),
      ])
  }

  private var queues: Chart {
    let prefill = timeline.prefillQueueMost.max() ?? 0
    let decode = timeline.decodeQueueMost.max() ?? 0
    let caption =
      max(prefill, decode) < 1
      ? "No request waits."
      : isTogether
        ? "At most \(Self.waiting(prefill)) at once."
        : "At most \(Self.waiting(prefill)) at once for prefill and \(Self.waiting(decode)) for decode."
    var levels = [
      Level(name: isTogether ? "waiting, peak" : "for prefill, peak", values: timeline.prefillQueueMost, isPeak: true),
      Level(name: isTogether ? "waiting, mean" : "for prefill, mean", values: timeline.prefillQueue),
    ]
    if decode >= 1 {
      levels += [
        Level(name: "for decode, peak", values: timeline.decodeQueueMost, colour: .init(1), isPeak: true),
        Level(name: "for decode, mean", values: timeline.decodeQueue, colour: .init(1)),
      ]
    }
    let entries = pools.filter { $0.role != .decode }
    let limits = entries.map(\.queueLimit).contains(nil) ? [] : entries
    let most = limits.reduce(0) { $0 + ($1.queueLimit ?? 0) * $1.instances }
    return lines(
      "Requests waiting", caption: caption, .init("Requests"), levels,
      limits: limits.isEmpty ? [] : [.init("queue limit", Double(most))])
  }

  private static func waiting(_ requests: Double) -> String {
    requests < 1 ? "none wait" : "\(Text.grouped(Int(requests))) \(requests == 1 ? "waits" : "wait")"
  }

  /// Requests that fit in decode at once, over all ranks, and what ends them; nil where tokens of a step do.
  private var mostInDecode: (requests: Int, words: String)? {
    let decoders = pools.filter { $0.role != .prefill }
    guard let decode = decoders.last else { return nil }
    let ranks = decoders.reduce(0) { $0 + $1.instances * $1.ranks }
    guard let perRank = decode.batchLimit.requestsPerRank else { return nil }
    let each = ranks == 1 ? "" : "\(Text.grouped(perRank)) on each of \(Text.counted(ranks, "rank")), "
    return (perRank * ranks, "\(each)\(decode.batchLimit.cause)")
  }

  private var batch: Chart {
    let peak = timeline.decodeBatchMost.max() ?? 0
    var caption = "At most \(Text.counted(Int(peak), "request")) at once"
    if let most = mostInDecode {
      caption += " of \(Text.grouped(most.requests)) (\(most.words))"
    }
    return lines(
      "Requests in decode", caption: caption + ".", .init("Requests"),
      [
        Level(name: "peak", values: timeline.decodeBatchMost, isPeak: true),
        Level(name: "mean", values: timeline.decodeBatch),
      ], limits: mostInDecode.map { [.init("limit", Double($0.requests))] } ?? [])
  }

  private var memory: Chart {
    let peak = timeline.memoryFilledMost.max() ?? 0
    var caption = "Requests hold at most \(Measure(peak, .percent)) of it where they decode"
    var levels = [
      Level(name: "requests, peak", values: timeline.memoryFilledMost, isPeak: true),
      Level(name: "requests, mean", values: timeline.memoryFilled),
    ]
    if let prefixes = timeline.prefixCacheFilled {
      caption += "; prefixes fill \(Measure(prefixes.last ?? 0, .percent)) of their cache at the end"
      levels.append(Level(name: "prefix cache", values: prefixes, colour: .init(2)))
    }
    return lines(
      "Memory for keys and values", caption: caption + ".", .init("Share of what fits", .percent), levels,
      limits: [.init("full", 1)])
  }

  private var decodeSteps: Chart {
    lines(
      "Decode step time", caption: "A step takes longer with more requests in it and more context behind each.",
      .init("Time of a step", .duration), [Level(name: "step", values: timeline.decodeStep)])
  }

  private var promptTokens: Chart {
    lines(
      "Prompt tokens per second", caption: "Counted as prefill takes them up, those found in the cache included.",
      .init("Tokens per second"),
      [Level(name: "prompt tokens", values: timeline.inputTokensPerSecond, isFilled: true)])
  }

  private var outputTokens: Chart {
    let peak = means(of: timeline.outputTokensPerSecond).max() ?? 0
    return lines(
      "Output tokens per second",
      caption: "\(Measure(throughput.outputTokens, .count)) on average, \(Measure(peak, .count)) at the peak.",
      .init("Tokens per second"),
      [Level(name: "output tokens", values: timeline.outputTokensPerSecond, isFilled: true)])
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
        Level(name: isTogether ? "busy" : "prefill busy", values: timeline.prefillUtilisation),
        Level(name: "prompt tokens from the cache", values: timeline.cacheHitRate, colour: .init(2)),
      ])
  }

  private var power: Chart {
    lines(
      "Power",
      caption: "\(Measure(energy.meanPower.value, .watts)) on average, "
        + "\(Measure(energy.peakPower.value, .watts)) at the peak.",
      .init("Power", .watts), [Level(name: "power", values: timeline.power, isFilled: true)])
  }
}
