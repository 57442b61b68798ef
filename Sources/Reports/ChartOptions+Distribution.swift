extension ChartOptions {
  /// A step curve over the logarithm of x: equal bins of the logarithm are equally wide.
  static func options(_ distribution: Chart.Distribution) -> JSONValue {
    let all = distribution.bins.filter { $0.from > 0 && $0.to > $0.from }
    let bins = withoutTails(all)
    guard let first = bins.first, let last = bins.last else { return wrap([:], x: .plain, y: .percent, kind: "bins") }
    // A limit far off is named at the edge and does not squeeze the data.
    let limit = distribution.limit.flatMap { $0.value <= last.to * 1.8 && $0.value >= first.from / 1.8 ? $0 : nil }
    let low = min(first.from, (limit?.value ?? first.from) * 0.9)
    let high = max(last.to, (limit?.value ?? last.to) * 1.1)
    let flags = flags(distribution, low: low, high: high)
    let notation = distribution.x.notation
    let ticks = JSONValue.array(Ticks.logarithmic(from: low, to: high).map(JSONValue.number))
    let note = bins.count < all.count ? " (tails of 0.1% cut)" : ""
    let axisOfX = Chart.Axis(distribution.x.name + note, notation, isLogarithmic: true)
    let isDensity = distribution.form == .density
    return wrap(
      [
        "grid": grid(),
        "xAxis": axis(axisOfX, gridLines: false).adding(name(axisOfX)).adding([
          "min": .number(low), "max": .number(high), "axisLabel": label(notation).adding(["customValues": ticks]),
        ]),
        "yAxis": axis(Chart.Axis("", .percent), gridLines: true)
          .adding(["splitNumber": 3, "axisLabel": label(.percent)])
          .adding(isDensity ? [:] : ["min": 0, "max": 1, "interval": 0.25]),
        "tooltip": ["trigger": "axis"],
        "series": [
          [
            "type": "line", "name": .text(distribution.counted), "step": isDensity ? "middle" : false,
            "showSymbol": false, "emphasis": ["disabled": true], "itemStyle": ["color": "@color:series-1"],
            "lineStyle": ["width": isDensity ? 1 : 1.75, "color": "@color:series-1"],
            "areaStyle": ["opacity": isDensity ? 0.3 : 0.1, "color": "@color:series-1"],
            "data": .array(isDensity ? density(bins, all) : cumulative(bins, all)),
          ]
        ],
      ], x: notation, y: .percent, kind: "bins"
    ).adding(["events": .array(flags)])
  }

  /// The bins between the outermost thousandths on either side, whose few members would make the others narrow.
  static func withoutTails(_ bins: [Chart.Distribution.Bin]) -> [Chart.Distribution.Bin] {
    let tail = Double(bins.reduce(0) { $0 + $1.count }) / 1000
    func tailLength(_ counts: some Sequence<Int>) -> Int {
      var sum = 0
      return counts.prefix { count in
        sum += count
        return Double(sum) < tail
      }.count
    }
    let leading = tailLength(bins.lazy.map(\.count))
    let trailing = tailLength(bins.reversed().map(\.count))
    return Array(bins.dropFirst(leading).dropLast(trailing))
  }

  /// One point at each bin's middle, with its edges and count for the tooltip; an empty bin before and after.
  private static func density(_ bins: [Chart.Distribution.Bin], _ all: [Chart.Distribution.Bin]) -> [JSONValue] {
    let total = Double(max(all.reduce(0) { $0 + $1.count }, 1))
    guard let first = bins.first, let last = bins.last else { return [] }
    let before = first.from * first.from / first.to, after = last.to * last.to / last.from
    let padded =
      [Chart.Distribution.Bin(from: before, to: first.from, count: 0)] + bins
      + [Chart.Distribution.Bin(from: last.to, to: after, count: 0)]
    return padded.map { bin in
      let middle = (bin.from * bin.to).squareRoot()
      let share = Double(bin.count) / total
      return [.number(middle), .number(share), .number(bin.from), .number(bin.to), .number(Double(bin.count))]
    }
  }

  private static func cumulative(_ bins: [Chart.Distribution.Bin], _ all: [Chart.Distribution.Bin]) -> [JSONValue] {
    let total = Double(max(all.reduce(0) { $0 + $1.count }, 1))
    guard let first = bins.first else { return [] }
    var below = all.prefix { $0.to <= first.from }.reduce(0) { $0 + $1.count }
    let start = below
    let points = bins.map { bin -> JSONValue in
      below += bin.count
      return [.number(bin.to), .number(Double(below) / total)]
    }
    return [[.number(first.from), .number(Double(start) / total)]] + points
  }

  /// Percentiles and the limit, which the page's script draws as poles with flags that do not cover each other; a limit
  /// outside the picture is a flag at its edge.
  private static func flags(_ distribution: Chart.Distribution, low: Double, high: Double) -> [JSONValue] {
    func text(_ marker: Chart.Marker, isLimit: Bool = false) -> String {
      let measure = Measure(marker.value, distribution.x.notation)
      return "\(marker.name) \(isLimit ? measure.trimmed : measure)"
    }
    let visible = distribution.percentiles.filter { $0.value >= low && $0.value <= high }
    var flags = visible.map { ["name": .text(text($0)), "x": .number($0.value)] as JSONValue }
    guard let limit = distribution.limit else { return flags }
    let name = text(limit, isLimit: true)
    if limit.value > high {
      flags.append(["name": .text("\(name) →"), "x": .number(high), "tone": "bad", "isEdge": true])
    } else if limit.value < low {
      flags.append(["name": .text("← \(name)"), "x": .number(low), "tone": "bad", "isEdge": true])
    } else {
      flags.append(["name": .text(name), "x": .number(limit.value), "tone": "bad"])
    }
    return flags
  }

  /// Where a value stands between the ends of a logarithmic axis, 0 to 1, by halving the range; no logarithm needed.
  static func position(of value: Double, _ low: Double, _ high: Double) -> Double {
    var (from, to, left, width) = (low, high, 0.0, 1.0)
    for _ in 0..<20 {
      let middle = (from * to).squareRoot()
      width /= 2
      if value >= middle {
        from = middle
        left += width
      } else {
        to = middle
      }
    }
    return left
  }
}
