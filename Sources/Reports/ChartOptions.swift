/// What a drawn chart hands to the page's script: ECharts' options, and the notation of each axis for its tooltip.
///
/// Texts that begin with `@color:` and `@format:` are replaced by the page's script, which knows light from dark.
struct ChartOptions: Sendable {
  /// Nil for the kinds that the page draws as plain HTML: shares, bars, tornados, pairs and deviations.
  let json: JSONValue?

  init(_ chart: Chart) {
    let options: JSONValue? =
      switch chart.kind {
      case .lines(let lines): Self.options(lines)
      case .distribution(let distribution): Self.options(distribution)
      case .scatter(let scatter): Self.options(scatter)
      case .heat(let heat): Self.options(heat)
      case .fan(let fan): Self.options(fan)
      case .stack(let stack): Self.options(stack)
      case .timeline(let timeline): Self.options(timeline)
      case .flow(let flow): Self.options(flow)
      case .shares, .bars, .tornado, .pairs, .deviations: nil
      }
    // Where each event's label stands depends on the width, which only the page's script knows.
    var events = chart.events.map { event -> JSONValue in
      ["name": .text(event.name), "x": .number(event.x), "text": .text(event.text)]
    }
    guard let forecast = chart.forecast else {
      json = events.isEmpty ? options : options?.adding(["events": .array(events)])
      return
    }
    events.append([
      "name": .text(forecast.name), "x": .number(forecast.x), "text": .text(forecast.text), "tone": "known",
    ])
    json = options?.adding(["events": .array(events), "forecast": .number(forecast.x)])
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
  static func horizontal(_ own: Chart.Axis, _ xs: [Double]) -> JSONValue {
    let first = xs.min() ?? 0, end = xs.max() ?? 1
    let x = axis(own, gridLines: false).adding(name(own))
    if own.isLogarithmic { return x.adding(logarithmicScale(xs, own.notation)) }
    switch own.notation {
    case .duration:
      return x.adding([
        "min": 0, "max": .number(end + (first < end / 4 ? first : 0)), "interval": .number(Ticks.clockStep(upTo: end)),
        "axisLabel": label(.duration).adding(["showMaxLabel": false]),
      ])
    case .year:
      return x.adding([
        "min": .number(first.rounded(.down)), "max": .number(end.rounded(.up)), "interval": 1,
        "axisLabel": label(.year),
      ])
    default: return x.adding(["axisLabel": label(own.notation)])
    }
  }

  /// - Parameter limit: drawn as a line, which the axis does not know of; the axis reaches beyond it.
  static func vertical(_ own: Chart.Axis, _ values: [Double], isWhole: Bool, limit: Double? = nil) -> JSONValue {
    let y = axis(own, gridLines: true)
    if own.isLogarithmic { return y.adding(logarithmicScale(values, own.notation)) }
    let scale: JSONValue = ["splitNumber": 4, "axisLabel": label(own.notation)]
    let greatest = values.max() ?? 0, least = values.min() ?? 0
    let isShare = own.notation == .percent && greatest > 0.4 && greatest <= 1.02 && least >= 0
    if isWhole || isShare { return y.adding(scale.adding(["min": 0, "max": 1, "interval": 0.25])) }
    guard let limit, limit >= greatest, least >= 0 else { return y.adding(scale) }
    let end = Ticks.end(beyond: limit * 1.02)
    return y.adding(scale.adding(["min": 0, "max": .number(end), "interval": .number(end / 4)]))
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
}
