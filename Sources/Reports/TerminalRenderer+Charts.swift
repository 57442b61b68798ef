extension TerminalRenderer {
  /// Bars, tornados and pairs are drawn in characters; other charts give their numbers.
  static func table(of chart: Chart) -> Table {
    switch chart.kind {
    case .bars(let bars): table(chart.title, bars)
    case .tornado(let tornado): table(chart.title, tornado)
    case .pairs(let pairs): table(chart.title, pairs)
    case .fan(let fan): table(chart.title, fan)
    case .deviations(let deviations): table(chart.title, deviations)
    case .lines, .distribution, .shares, .scatter, .heat, .stack, .timeline, .flow:
      ChartData(chart).shortTable(caption: chart.title)
    }
  }

  private static func drawn(_ value: Double, of greatest: Double, width: Double = 24) -> String {
    let length = greatest > 0 && value.isFinite ? Int((value / greatest * width).rounded()) : 0
    return String(repeating: "█", count: max(length, 0))
  }

  /// The median, and in parentheses 5% to 95%, at some 24 moments.
  private static func table(_ title: String, _ fan: Chart.Fan) -> Table {
    let count = fan.bands.map(\.slices.count).min() ?? 0
    let rows = stride(from: 0, to: count, by: max((count + 23) / 24, 1)).map { index -> [Table.Cell] in
      [Table.Cell(Measure(fan.bands[0].slices[index].x, fan.x.notation).description)]
        + fan.bands.map { band in
          let slice = band.slices[index]
          let texts = [slice.p50, slice.p05, slice.p95].map { Measure($0, fan.y.notation).description }
          return Table.Cell(texts[0], note: "\(texts[1]) to \(texts[2])")
        }
    }
    return Table(title, columns: [.number(fan.x.name)] + fan.bands.map { .number($0.name) }, rows: rows)
  }

  private static func table(_ title: String, _ bars: Chart.Bars) -> Table {
    let greatest = bars.whole ?? bars.bars.map(\.value).max() ?? 0
    return Table(
      title, columns: ["", .number(bars.axis.name), "", ""],
      rows: bars.bars.map { bar in
        let value = Measure(bar.value, bars.axis.notation).description
        return [
          Table.Cell(bar.name), Table.Cell(value), Table.Cell(drawn(bar.value, of: greatest)), Table.Cell(bar.note),
        ]
      })
  }

  /// Each bar spans the results at its two ends; `│` is the result with nothing moved.
  private static func table(_ title: String, _ tornado: Chart.Tornado) -> Table {
    let notation = tornado.axis.notation
    let values = [tornado.base] + tornado.bars.flatMap { [$0.low, $0.high] }
    let least = values.min() ?? 0, greatest = values.max() ?? 1
    func column(_ value: Double) -> Int {
      greatest > least ? Int(((value - least) / (greatest - least) * 24).rounded()) : 0
    }
    let middle = column(tornado.base)
    return Table(
      title,
      columns: [
        "Input", .number("least"), tornado.axis.name.isEmpty ? "" : .init(tornado.axis.name), "greatest", "as it rises",
      ],
      rows: tornado.bars.map { bar in
        let ends = [column(bar.low), column(bar.high), middle]
        let span = (ends.min() ?? 0)...(ends.max() ?? 0)
        let text = (0...24).map { $0 == middle ? "│" : span.contains($0) ? "█" : " " }.joined()
        let least = Measure(min(bar.low, bar.high), notation), most = Measure(max(bar.low, bar.high), notation)
        return [
          Table.Cell(bar.name), Table.Cell("\(least)"), Table.Cell(text), Table.Cell("\(most)"),
          Table.Cell(bar.high >= bar.low ? "rises" : "falls"),
        ]
      })
  }

  private static func table(_ title: String, _ pairs: Chart.Pairs) -> Table {
    let greatest = pairs.rows.flatMap { [$0.first, $0.second] }.max() ?? 0
    return Table(
      title, columns: ["", .number(pairs.first), .number(pairs.second), .init(pairs.axis.name)],
      rows: pairs.rows.map { row in
        let notation = pairs.axis.notation
        return [
          Table.Cell(row.name), Table.Cell(Measure(row.first, notation).description),
          Table.Cell(Measure(row.second, notation).description), Table.Cell(drawn(row.second, of: greatest)),
        ]
      })
  }
}
