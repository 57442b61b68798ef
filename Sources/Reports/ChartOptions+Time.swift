extension ChartOptions {
  /// ECharts stacks the first dimension of its data, so stacked points are written as y, x.
  private static let heightFirst: JSONValue = ["x": 1, "y": 0]

  /// Three areas on an invisible line make the bands; the median lies over them with all five values for its tooltip.
  static func options(_ fan: Chart.Fan) -> JSONValue {
    let slices = fan.bands.flatMap(\.slices)
    let values = slices.flatMap { [$0.p05, $0.p95] } + fan.estimates.flatMap { [$0.low, $0.high] }
    let bands = fan.bands.enumerated().flatMap { series($0.element, at: $0.offset) }
    let medians = fan.bands.enumerated().map { index, band -> JSONValue in
      let points = band.slices.map { slice -> JSONValue in
        .array([slice.x, slice.p50, slice.p05, slice.p25, slice.p75, slice.p95].map(JSONValue.number))
      }
      return [
        "type": "line", "name": .text(band.name), "showSymbol": .bool(band.slices.count == 1), "symbolSize": 5, "z": 4,
        "lineStyle": ["width": 2, "color": color(series: index), "type": index == 0 ? "solid" : "dashed"],
        "itemStyle": ["color": color(series: index)], "emphasis": ["disabled": true], "data": .array(points),
      ]
    }
    return wrap(
      [
        "grid": grid(), "xAxis": horizontal(fan.x, slices.map(\.x)),
        "yAxis": vertical(fan.y, values, isWhole: false), "tooltip": ["trigger": "axis"],
        "series": .array(bands + medians + estimates(fan.estimates)),
      ], x: fan.x.notation, y: fan.y.notation, kind: "fan")
  }

  /// A dot for the middle of each, and a stroke from its low to its high; gaps keep the strokes apart.
  private static func estimates(_ list: [Chart.Fan.Estimate]) -> [JSONValue] {
    if list.isEmpty { return [] }
    let strokes = list.flatMap { estimate -> [JSONValue] in
      [
        [.number(estimate.x), .number(estimate.low)], [.number(estimate.x), .number(estimate.high)],
        [.number(estimate.x), .null],
      ]
    }
    let dots = list.map { estimate -> JSONValue in
      [
        "name": .text(estimate.name), "value": [.number(estimate.x), .number(estimate.mid)],
        "low": .number(estimate.low), "high": .number(estimate.high), "source": .text(estimate.source),
      ]
    }
    return [
      [
        "type": "line", "name": "published", "symbol": "none", "silent": true, "z": 5, "connectNulls": false,
        "lineStyle": ["width": 1.25, "color": "@color:ink"], "emphasis": ["disabled": true],
        "tooltip": ["show": false], "data": .array(strokes),
      ],
      [
        "type": "scatter", "name": "published", "symbolSize": 7, "z": 6,
        "itemStyle": ["color": "@color:paper", "borderColor": "@color:ink", "borderWidth": 1.5],
        "tooltip": ["trigger": "item"], "data": .array(dots),
      ],
    ]
  }

  private static func series(_ band: Chart.Fan.Band, at index: Int) -> [JSONValue] {
    func area(_ opacity: Double, _ height: (Chart.Fan.Slice) -> Double) -> JSONValue {
      [
        "type": "line", "name": .text(band.name), "stack": .text("band \(index)"), "stackStrategy": "all",
        "encode": heightFirst,
        "symbol": "none", "silent": true, "z": 2, "lineStyle": ["width": 0],
        "itemStyle": ["color": color(series: index)],
        "areaStyle": ["opacity": .number(opacity), "color": color(series: index)], "emphasis": ["disabled": true],
        "data": .array(band.slices.map { [.number(height($0)), .number($0.x)] }),
      ]
    }
    return [
      area(0) { $0.p05 }, area(0.14) { $0.p25 - $0.p05 }, area(0.3) { $0.p75 - $0.p25 },
      area(0.14) { $0.p95 - $0.p75 },
    ]
  }

  static func options(_ stack: Chart.Stack) -> JSONValue {
    let layers = stack.layers.map { layer -> JSONValue in
      [
        "type": "line", "name": .text(layer.name), "stack": "all", "stackStrategy": "all", "symbol": "none",
        "encode": heightFirst,
        "lineStyle": ["width": 0.75, "color": "@color:paper"],
        "itemStyle": ["color": .text("@color:\(layer.colour.name)"), "opacity": .number(layer.colour.strength)],
        "areaStyle": ["color": .text("@color:\(layer.colour.name)"), "opacity": .number(layer.colour.strength)],
        "emphasis": ["disabled": true], "data": .array(layer.points.map { [.number($0.y), .number($0.x)] }),
      ]
    }
    return wrap(
      [
        "grid": grid(), "xAxis": horizontal(stack.x, stack.layers.flatMap { $0.points.map(\.x) }),
        "yAxis": vertical(stack.y, [], isWhole: stack.isWhole), "tooltip": ["trigger": "axis"],
        "series": .array(layers),
      ], x: stack.x.notation, y: stack.y.notation, kind: stack.isWhole ? "whole" : "stack")
  }
}
