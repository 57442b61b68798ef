extension ChartOptions {
  /// A step curve over the logarithm of x: equal bins of the logarithm are equally wide.
  static func options(_ distribution: Chart.Distribution) -> JSONValue {
    let all = distribution.bins.filter { $0.from > 0 && $0.to > $0.from }
    let bins = withoutTails(all)
    guard let first = bins.first, let last = bins.last else { return wrap([:], x: .plain, y: .percent, kind: "bins") }
    let limit = distribution.limit.flatMap { $0.value <= last.to * 5 && $0.value >= first.from / 5 ? $0 : nil }
    let low = min(first.from, (limit?.value ?? first.from) * 0.9)
    let high = max(last.to, (limit?.value ?? last.to) * 1.1)
    let marks = marks(distribution, limit, low: low, high: high)
    let notation = distribution.x.notation
    let ticks = JSONValue.array(Ticks.logarithmic(from: low, to: high).map(JSONValue.number))
    let note = bins.count < all.count ? " (tails of 0.1% cut)" : ""
    let axisOfX = Chart.Axis(distribution.x.name + note, notation, isLogarithmic: true)
    let isDensity = distribution.form == .density
    return wrap(
      [
        "grid": grid(top: 10 + 15 * (marks.rows + 1)),
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
            "markLine": ["symbol": "none", "silent": true, "precision": 12, "data": .array(marks.lines)],
          ]
        ],
      ], x: notation, y: .percent, kind: "bins")
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

  /// Vertical lines with their labels in as many rows as keep them apart on a phone.
  private static func marks(
    _ distribution: Chart.Distribution, _ limit: Chart.Marker?, low: Double, high: Double
  ) -> (lines: [JSONValue], rows: Int) {
    let markers = distribution.percentiles.map { ($0, false) } + (limit.map { [($0, true)] } ?? [])
    let visible = markers.filter { $0.0.value >= low && $0.0.value <= high }.sorted { $0.0.value < $1.0.value }
    // Widths in shares of a phone's plot, some 270 points; a letter takes about 6.
    var ends: [Double] = []
    let lines = visible.map { marker, isLimit -> JSONValue in
      let measure = Measure(marker.value, distribution.x.notation)
      let text = "\(marker.name) \(isLimit ? measure.trimmed : measure)"
      let width = Double(text.count) * 6 / 270
      let place = position(of: marker.value, low, high)
      let (align, start): (JSONValue, Double) =
        if place < width / 2 { ("left", place) } else if place > 1 - width / 2 { ("right", place - width) } else {
          ("center", place - width / 2)
        }
      let row = ends.firstIndex { $0 + 0.02 <= start } ?? ends.count
      if row == ends.count { ends.append(0) }
      ends[row] = start + width
      let color: JSONValue = isLimit ? "@color:bad" : "@color:ink"
      return [
        "xAxis": .number(marker.value), "name": .text(marker.name),
        "lineStyle": ["color": color, "type": isLimit ? "dashed" : "solid", "width": 1],
        "label": [
          "formatter": .text(text), "position": "end", "distance": .number(Double(3 + 15 * row)), "align": align,
          "color": color, "fontSize": 11,
        ],
      ]
    }
    return (lines, max(ends.count - 1, 0))
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
