extension Chart {
  /// A line of the legend: a series' name, and its swatch as CSS.
  struct Key {
    var name: String
    var style: String

    init(_ name: String, series index: Int) { self.init(name, Colour(index)) }

    init(_ name: String, _ colour: Colour) {
      self.name = name
      style = colour.background
    }

    init(_ name: String, style: String) {
      self.name = name
      self.style = style
    }
  }

  /// As the legend names them, in order of colour.
  var keys: [Key] {
    switch kind {
    case .lines(let lines):
      lines.series.enumerated().map { index, series in
        let colour = series.colour ?? Colour(index)
        return Key(series.name, style: colour.background + (series.isPeak ? ";opacity:0.35" : ""))
      }
    case .scatter(let scatter): scatter.groups.enumerated().map { Key($0.element.name, series: $0.offset) }
    case .fan(let fan): fan.bands.enumerated().map { Key($0.element.name, series: $0.offset) }
    case .stack(let stack): stack.layers.map { Key($0.name, $0.colour) }
    case .timeline(let timeline):
      [
        Key(timeline.filled, style: "background:var(--series-1);border-radius:50%"),
        Key(timeline.empty, style: "border:1.5px solid var(--axis);border-radius:50%"),
      ]
    case .distribution, .shares, .bars, .heat, .flow, .tornado, .pairs, .deviations: []
    }
  }

  var verticalName: String {
    switch kind {
    case .lines(let lines): lines.y.name
    case .distribution(let distribution): "Share of \(distribution.counted)"
    case .scatter(let scatter): scatter.y.name
    case .heat(let heat): heat.y.name
    case .fan(let fan): fan.y.name
    case .stack(let stack): stack.y.name
    case .shares, .bars, .timeline, .flow, .tornado, .pairs, .deviations: ""
    }
  }
}

extension Page {
  /// The room that a drawn chart takes on the screen and on paper.
  struct Shape {
    /// Classes of the plot, each after a blank.
    var style = ""
    /// CSS pixels, where the class does not say it.
    var height: Int?
    /// Points of width and height on paper.
    var print: String
    /// Whether a phone shows a part of it at a time.
    var isPanned = false

    init(_ chart: Chart, isAlone: Bool) {
      print = isAlone ? "680 225" : "326 172"
      switch chart.kind {
      case .scatter: (style, print) = (" square", "460 460")
      case .heat: style = " tall"
      case .flow: (style, print, isPanned) = (" flow", "900 420", true)
      case .timeline(let timeline):
        let lanes = ChartOptions.lanes(of: timeline).count
        (style, height, isPanned) = (" timeline", 28 + 17 * lanes, true)
        print = "900 \(28 + 15 * lanes)"
      case .lines, .distribution, .shares, .bars, .fan, .stack, .tornado, .pairs, .deviations: break
      }
    }
  }
}

extension Chart.Colour {
  /// As CSS of what is filled with it.
  var background: String {
    let opacity = strength < 1 ? ";opacity:\(JSONValue.number(strength))" : ""
    return "background:var(--\(name))\(opacity)"
  }
}
