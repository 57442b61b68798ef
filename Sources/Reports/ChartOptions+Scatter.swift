extension ChartOptions {
  static func options(_ scatter: Chart.Scatter) -> JSONValue {
    let dots = scatter.groups.flatMap(\.dots)
    let range = Ticks.logarithmicRange(around: dots.flatMap { [$0.x, $0.y] }) ?? 1...10
    let (low, high) = (range.lowerBound, range.upperBound)
    func scale(_ own: Chart.Axis, horizontal: Bool) -> JSONValue {
      let ticks = JSONValue.array(Ticks.logarithmic(from: low, to: high).map(JSONValue.number))
      let look = axis(Chart.Axis(own.name, own.notation, isLogarithmic: true), gridLines: true)
      return (horizontal ? look.adding(name(own)) : look).adding([
        "min": .number(low), "max": .number(high), "axisLabel": label(own.notation).adding(["customValues": ticks]),
      ])
    }
    let groups = scatter.groups.enumerated().map { index, group -> JSONValue in
      [
        "type": "scatter", "name": .text(group.name), "symbolSize": 9,
        "itemStyle": ["color": color(series: index), "opacity": 0.8, "borderColor": "@color:paper", "borderWidth": 1],
        "data": .array(group.dots.map { ["name": .text($0.name), "value": [.number($0.x), .number($0.y)]] }),
      ]
    }
    return wrap(
      [
        "grid": grid(right: scatter.bands.isEmpty ? 18 : 48), "xAxis": scale(scatter.x, horizontal: true),
        "yAxis": scale(scatter.y, horizontal: false), "tooltip": ["trigger": "item"],
        "series": .array(guides(scatter.bands, low: low, high: high) + groups),
      ], x: scatter.x.notation, y: scatter.y.notation, kind: "scatter")
  }

  /// The diagonal and, dashed, the lines that lie a relative deviation above and below it.
  private static func guides(_ bands: [Double], low: Double, high: Double) -> [JSONValue] {
    func guide(_ ratio: Double, label: String) -> JSONValue {
      let start = ratio >= 1 ? low : low / ratio
      let end = ratio >= 1 ? high / ratio : high
      return [
        "type": "line", "name": "", "silent": true, "symbol": "none", "z": 1,
        "data": [[.number(start), .number(start * ratio)], [.number(end), .number(end * ratio)]],
        "lineStyle": ["color": "@color:axis", "width": 1, "type": ratio == 1 ? "solid" : "dashed"],
        "endLabel": [
          "show": .bool(!label.isEmpty), "formatter": .text(label), "color": "@color:muted", "fontSize": 11,
        ],
        "tooltip": ["show": false],
      ]
    }
    // Only the widest is labelled: over many decades they lie close.
    let widest = bands.max()
    return [guide(1, label: "")]
      + bands.flatMap { band in
        let label = band == widest ? "±\(Measure(band, .percent).trimmed)" : ""
        return [guide(1 + band, label: ""), guide(1 - band, label: label)]
      }
  }

  static func options(_ heat: Chart.Heat) -> JSONValue {
    let values = heat.cells.flatMap { $0.compactMap { $0 } }
    let cells = heat.cells.enumerated().flatMap { row, line in
      line.enumerated().compactMap { column, value -> JSONValue? in
        value.map { [.number(Double(column)), .number(Double(row)), .number($0)] }
      }
    }
    func categories(_ names: [String], _ own: Chart.Axis, horizontal: Bool) -> JSONValue {
      let look: JSONValue = [
        "type": "category", "data": .array(names.map(JSONValue.text)), "axisLine": ["show": false],
        "axisTick": ["show": false], "inverse": .bool(!horizontal),
        "axisLabel": ["color": "@color:muted", "fontSize": 11, "hideOverlap": true],
      ]
      return horizontal ? look.adding(name(own)) : look
    }
    return wrap(
      [
        "grid": grid(), "xAxis": categories(heat.columns, heat.x, horizontal: true),
        "yAxis": categories(heat.rows, heat.y, horizontal: false), "tooltip": ["trigger": "item"],
        "visualMap": [
          "show": false, "min": .number(values.min() ?? 0), "max": .number(values.max() ?? 1),
          "inRange": ["color": ["@color:heat-low", "@color:heat-high"]],
        ],
        "series": [
          [
            "type": "heatmap", "name": .text(heat.value.name), "data": .array(cells),
            "label": ["show": .bool(cells.count <= 80), "formatter": .text("@cell:\(heat.value.notation.rawValue)")],
            "itemStyle": ["borderColor": "@color:paper", "borderWidth": 1], "emphasis": ["disabled": true],
          ]
        ],
      ], x: .plain, y: heat.value.notation, kind: "heat")
  }
}
