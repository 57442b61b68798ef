extension ChartOptions {
  /// Rows of actors from the top, each of as many lanes as keep its dots and their labels apart.
  static func options(_ timeline: Chart.Timeline) -> JSONValue {
    let xs = timeline.dots.map(\.x)
    let first = ((xs.min() ?? 0) * 4).rounded(.down) / 4, last = ((xs.max() ?? 1) * 4 + 2).rounded(.up) / 4
    let lanes = lanes(of: timeline)
    func dots(_ isFilled: Bool) -> JSONValue {
      let chosen = zip(timeline.dots, lanes.dots).filter { $0.0.isFilled == isFilled }
      return .array(
        chosen.map { dot, lane -> JSONValue in
          [
            "name": .text(dot.title), "value": [.number(dot.x), .number(Double(lane))], "when": .text(dot.date),
            "text": .text(dot.text), "label": ["show": .bool(!dot.label.isEmpty), "formatter": .text(dot.label)],
          ]
        })
    }
    func series(_ name: String, _ isFilled: Bool) -> JSONValue {
      [
        "type": "scatter", "name": .text(name), "symbolSize": 8, "z": isFilled ? 3 : 2, "data": dots(isFilled),
        "itemStyle": isFilled
          ? ["color": "@color:series-1", "opacity": 1]
          : ["color": "@color:paper", "borderColor": "@color:axis", "borderWidth": 1.5, "opacity": 1],
        "label": ["position": "right", "distance": 4, "color": "@color:soft", "fontSize": 11],
      ]
    }
    let x = axis(timeline.x, gridLines: false).adding([
      "axisLine": ["show": true, "onZero": false, "lineStyle": ["color": "@color:axis"]],
      "min": .number(first), "max": .number(last), "interval": .number(last - first > 4.5 ? 1 : 0.25),
      "axisLabel": label(timeline.x.notation),
      "splitLine": ["show": true, "lineStyle": ["color": "@color:rule", "type": "dashed"]],
    ])
    let y: JSONValue = [
      "type": "value", "show": false, "inverse": true, "min": -0.5, "max": .number(Double(lanes.count) - 0.5),
    ]
    return wrap(
      [
        "grid": ["left": 118, "right": 8, "top": 4, "bottom": 24], "xAxis": x, "yAxis": y,
        "tooltip": ["trigger": "item"],
        "series": [
          series(timeline.filled, true), series(timeline.empty, false), names(timeline, lanes.rows, at: first),
        ],
      ], x: timeline.x.notation, y: .plain, kind: "timeline")
  }

  /// The actors' names before their rows, and the lines between them.
  private static func names(_ timeline: Chart.Timeline, _ rows: [Range<Int>], at x: Double) -> JSONValue {
    let labels = zip(timeline.rows, rows).map { name, lanes -> JSONValue in
      let middle = Double(lanes.lowerBound + lanes.upperBound - 1) / 2
      return ["name": .text(name), "value": [.number(x), .number(middle)], "label": ["formatter": .text(name)]]
    }
    let edges = rows.dropFirst().map { ["yAxis": .number(Double($0.lowerBound) - 0.5)] as JSONValue }
    return [
      "type": "scatter", "name": "", "silent": true, "symbolSize": 0, "data": .array(labels),
      "tooltip": ["show": false],
      "label": [
        "show": true, "position": "left", "distance": 8, "color": "@color:ink", "fontSize": 11, "width": 106,
        "overflow": "break", "align": "right", "lineHeight": 14,
      ],
      "markLine": [
        "symbol": "none", "silent": true, "data": .array(edges), "label": ["show": false],
        "lineStyle": ["color": "@color:axis", "type": "solid", "width": 1],
      ],
    ]
  }

  /// For each dot its lane and for each row its lanes, on a plot of some 780 points with letters 6 wide.
  static func lanes(of timeline: Chart.Timeline) -> (dots: [Int], rows: [Range<Int>], count: Int) {
    let xs = timeline.dots.map(\.x)
    let width = max((xs.max() ?? 1) - (xs.min() ?? 0) + 0.5, 0.1)
    let order = timeline.dots.indices.sorted { (xs[$0], $0) < (xs[$1], $1) }
    var lanes = [Int](repeating: 0, count: timeline.dots.count), rows: [Range<Int>] = []
    var start = 0
    for row in timeline.rows.indices {
      var ends: [Double] = []
      for index in order where timeline.dots[index].row == row {
        let length = 13 + 6 * Double(timeline.dots[index].label.count)
        let lane = ends.firstIndex { $0 <= xs[index] } ?? ends.count
        if lane == ends.count { ends.append(0) }
        ends[lane] = xs[index] + length / 780 * width
        lanes[index] = start + lane
      }
      rows.append(start..<start + max(ends.count, 2))
      start += max(ends.count, 2)
    }
    return (lanes, rows, start)
  }
}
