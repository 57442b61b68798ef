/// What a drawn chart hands to the page's script: ECharts' options, and the notation of each axis for its tooltip.
///
/// Texts that begin with `@color:` and `@format:` are replaced by the page's script, which knows light from dark.
struct ChartOptions: Sendable {
  /// Nil for the kinds that the page draws as plain HTML: shares and bars.
  let json: JSONValue?

  init(_ chart: Chart) {
    json =
      switch chart.kind {
      case .lines(let lines): Self.options(lines)
      case .distribution(let distribution): Self.options(distribution)
      case .scatter(let scatter): Self.options(scatter)
      case .heat(let heat): Self.options(heat)
      case .shares, .bars: nil
      }
  }

  static func color(series index: Int) -> JSONValue { .text("@color:series-\(index % 8 + 1)") }

  static func wrap(_ option: JSONValue, x: Notation, y: Notation, kind: JSONValue) -> JSONValue {
    [
      "kind": kind, "x": .text(x.rawValue), "y": .text(y.rawValue),
      "option": JSONValue.object([
        .init(key: "animation", value: false), .init(key: "legend", value: ["show": false]),
        .init(key: "aria", value: ["enabled": false]),
      ]).adding(option),
    ]
  }

  /// The look that all axes share.
  static func axis(_ axis: Chart.Axis, gridLines: Bool) -> JSONValue {
    [
      "type": axis.isLogarithmic ? "log" : "value",
      "axisLine": ["show": .bool(!gridLines), "lineStyle": ["color": "@color:axis"]],
      "axisTick": ["show": .bool(!gridLines), "lineStyle": ["color": "@color:axis"], "length": 4],
      "splitLine": ["show": .bool(gridLines), "lineStyle": ["color": "@color:rule"]],
      "minorTick": ["show": false], "minorSplitLine": ["show": false],
    ]
  }

  static func label(_ notation: Notation) -> JSONValue {
    [
      "color": "@color:muted", "fontSize": 11, "hideOverlap": true, "formatter": .text("@format:\(notation.rawValue)"),
    ]
  }

  /// The name of the x axis, centred below it; that of y stands above the plot as text of the page.
  static func name(_ axis: Chart.Axis) -> JSONValue {
    [
      "name": .text(axis.name), "nameLocation": "middle", "nameGap": 26,
      "nameTextStyle": ["color": "@color:muted", "fontSize": 11],
    ]
  }

  static func grid(top: Int = 14, right: Int = 18) -> JSONValue {
    [
      "left": 4, "right": .number(Double(right)), "top": .number(Double(top)), "bottom": 24,
      "outerBoundsMode": "same", "outerBoundsContain": "axisLabel",
    ]
  }
}

extension ChartOptions {
  private static func options(_ lines: Chart.Lines) -> JSONValue {
    let points = lines.series.flatMap(\.points)
    let end = points.map(\.x).max() ?? 1
    var x = axis(lines.x, gridLines: false).adding(name(lines.x))
    if lines.x.isLogarithmic {
      x = x.adding(logarithmicScale(points.map(\.x), lines.x.notation))
    } else if lines.x.notation == .duration {
      let first = points.map(\.x).min() ?? 0
      x = x.adding([
        "min": 0, "max": .number(end + (first < end / 4 ? first : 0)), "interval": .number(Ticks.clockStep(upTo: end)),
        "axisLabel": label(.duration).adding(["showMaxLabel": false]),
      ])
    } else if lines.x.notation == .year {
      let first = points.map(\.x).min() ?? 0
      x = x.adding([
        "min": .number(first.rounded(.down)), "max": .number(end.rounded(.up)), "interval": 1,
        "axisLabel": label(.year),
      ])
    } else {
      x = x.adding(["axisLabel": label(lines.x.notation)])
    }
    return wrap(
      [
        "grid": grid(right: lines.limits.isEmpty ? 18 : 24), "xAxis": x, "yAxis": vertical(lines, points),
        "tooltip": ["trigger": "axis"],
        "series": .array(lines.series.enumerated().map { series($0.element, at: $0.offset, of: lines) }),
      ], x: lines.x.notation, y: lines.y.notation, kind: "lines")
  }

  private static func vertical(_ lines: Chart.Lines, _ points: [Chart.Point]) -> JSONValue {
    let y = axis(lines.y, gridLines: true)
    let values = points.map(\.y) + lines.limits.map(\.value)
    if lines.y.isLogarithmic { return y.adding(logarithmicScale(values, lines.y.notation)) }
    let scale: JSONValue = ["splitNumber": 4, "axisLabel": label(lines.y.notation)]
    let greatest = values.max() ?? 0
    let isWhole = lines.y.notation == .percent && greatest > 0.4 && greatest <= 1
    return y.adding(isWhole ? scale.adding(["min": 0, "max": 1, "interval": 0.25]) : scale)
  }

  private static func logarithmicScale(_ values: [Double], _ notation: Notation) -> JSONValue {
    guard let range = Ticks.logarithmicRange(around: values) else { return ["axisLabel": label(notation)] }
    let ticks = Ticks.logarithmic(from: range.lowerBound, to: range.upperBound)
    let positions = JSONValue.array(ticks.map(JSONValue.number))
    return [
      "min": .number(range.lowerBound), "max": .number(range.upperBound),
      "axisLabel": label(notation).adding(["customValues": positions]),
    ]
  }

  private static func series(_ series: Chart.Lines.Series, at index: Int, of lines: Chart.Lines) -> JSONValue {
    let result: JSONValue = [
      "type": "line", "name": .text(series.name), "showSymbol": .bool(series.points.count == 1), "symbolSize": 5,
      "lineStyle": ["width": 1.75, "color": color(series: index)],
      "itemStyle": ["color": color(series: index)], "emphasis": ["disabled": true],
      "data": .array(series.points.map { [.number($0.x), .number($0.y)] }),
    ]
    let area: JSONValue = ["areaStyle": ["opacity": 0.14, "color": color(series: index)]]
    let drawn = series.isFilled ? result.adding(area) : result
    guard index == 0, !lines.limits.isEmpty else { return drawn }
    let marks = lines.limits.map { limit -> JSONValue in
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
