extension ChartOptions {
  static func options(_ lines: Chart.Lines) -> JSONValue {
    let points = lines.series.flatMap(\.points)
    // A limit far above what is drawn is named at the top and does not flatten the lines.
    let top = (points.map(\.y).filter(\.isFinite).max() ?? 0) * 1.6
    let near = lines.limits.filter { $0.value <= top || top <= 0 }, far = lines.limits.filter { !near.contains($0) }
    let above = far.enumerated().map { index, limit -> JSONValue in
      let value = Measure(limit.value, lines.y.notation).trimmed
      return [
        "type": "text", "right": 20, "top": .number(Double(2 + 14 * index)), "silent": true, "z": 5,
        "style": [
          "text": .text("\(limit.name) \(value) ↑"), "fill": "@color:bad", "fontSize": 11, "fontFamily": "@font",
        ],
      ]
    }
    return wrap(
      [
        "grid": grid(top: 14 + 14 * far.count, right: near.isEmpty ? 18 : 24),
        "xAxis": horizontal(lines.x, points.map(\.x)),
        "yAxis": vertical(
          lines.y, points.map(\.y) + near.map(\.value), isWhole: false, limit: near.map(\.value).max()),
        "tooltip": ["trigger": "axis"],
        "series": .array(lines.series.enumerated().map { series($0.element, at: $0.offset, limits: near) }),
        "graphic": .array(above),
      ], x: lines.x.notation, y: lines.y.notation, kind: "lines")
  }

  private static func series(_ series: Chart.Lines.Series, at index: Int, limits: [Chart.Marker]) -> JSONValue {
    let colour: JSONValue = .text("@color:\((series.colour ?? Chart.Colour(index)).name)")
    let strength = series.isPeak ? 0.35 : series.colour?.strength ?? 1
    let result: JSONValue = [
      "type": "line", "name": .text(series.name), "showSymbol": .bool(series.points.count == 1), "symbolSize": 5,
      "lineStyle": ["width": series.isPeak ? 0.75 : 1.75, "color": colour, "opacity": .number(strength)],
      "itemStyle": ["color": colour, "opacity": .number(strength)], "emphasis": ["disabled": true],
      "data": .array(series.points.map { [.number($0.x), .number($0.y)] }),
    ]
    if series.isDots {
      return [
        "type": "scatter", "name": .text(series.name), "symbolSize": 7, "emphasis": ["disabled": true],
        "itemStyle": ["color": colour, "opacity": 0.8],
        "data": .array(series.points.map { [.number($0.x), .number($0.y)] }),
      ]
    }
    let area: JSONValue = ["areaStyle": ["opacity": 0.14, "color": colour]]
    let drawn = series.isFilled || series.isPeak ? result.adding(area) : result
    guard index == 0, !limits.isEmpty else { return drawn }
    let marks = limits.map { limit -> JSONValue in
      [
        "yAxis": .number(limit.value), "name": .text(limit.name),
        "label": ["formatter": .text(limit.name), "position": "insideEndTop", "color": "@color:bad", "fontSize": 11],
      ]
    }
    return drawn.adding([
      "markLine": [
        "symbol": "none", "silent": true, "precision": 12, "data": .array(marks),
        "lineStyle": ["color": "@color:bad", "type": "dashed", "width": 1],
      ]
    ])
  }
}
