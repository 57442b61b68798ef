extension Chart {
  /// Signed relative errors of many predictions: a row of dots for each group, over bands around zero.
  public struct Deviations: Sendable, Hashable {
    /// What a dot is: "run", "row".
    public var counted: String
    public var rows: [Row]
    /// Deviations that are shaded, from the inside: 0.1, 0.25.
    public var bands: [Double]
    /// What lies further out is drawn at the edge.
    public var edge: Double
    public init(counted: String, rows: [Row], bands: [Double] = [0.1, 0.25], edge: Double = 0.6) {
      self.counted = counted
      self.rows = rows
      self.bands = bands
      self.edge = edge
    }

    public struct Row: Sendable, Hashable {
      public var name: String
      public var dots: [Dot]
      public init(_ name: String, _ dots: [Dot]) {
        self.name = name
        self.dots = dots
      }
      /// Of the errors' magnitudes; the lower of two in the middle.
      public var medianMagnitude: Double {
        let sorted = dots.map(\.value.magnitude).sorted()
        return sorted.isEmpty ? 0 : sorted[(sorted.count - 1) / 2]
      }
    }

    public struct Dot: Sendable, Hashable {
      public var name: String
      /// (predicted − published) / published.
      public var value: Double
      public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
      }
    }
  }
}

extension Page {
  /// A table whose last column holds the dots; the same on paper and without a script.
  mutating func deviations(_ chart: Chart.Deviations, caption: String) {
    func place(_ value: Double) -> String {
      let share = min(max((value / chart.edge + 1) / 2, 0), 1) * 100
      return JSONValue.number(share)
    }
    let bands = chart.bands.sorted(by: >).map { band in
      let width: String = JSONValue.number(min(band / chart.edge, 1) * 100)
      return "<u style=\"left:\(place(-band))%;width:\(width)%\"></u>"
    }.joined()
    let marks = ([-chart.edge] + chart.bands.sorted(by: >).map { -$0 } + [0] + chart.bands.sorted() + [chart.edge])
    let scale = marks.map { mark in
      "<span style=\"left:\(place(mark))%\">\(escape(Text.signedPercent(mark)))</span>"
    }.joined()
    html += "<table class=\"deviations\"><caption>\(escape(caption))</caption><thead><tr><td></td>"
    html += "<th scope=\"col\" class=\"number\">\(escape(chart.counted))s</th>"
    html += "<th scope=\"col\" class=\"number\">median</th>"
    html += "<th scope=\"col\"><div class=\"scale\" aria-hidden=\"true\">\(scale)</div></th></tr></thead><tbody>\n"
    for row in chart.rows {
      html += "<tr><th scope=\"row\">\(escape(row.name))</th><td class=\"number\">\(Text.grouped(row.dots.count))</td>"
      html += "<td class=\"number\">\(Text.percent(row.medianMagnitude).description)</td>"
      html += "<td class=\"dots\"><div>\(bands)<b></b>"
      for dot in row.dots {
        let isBeyond = dot.value.magnitude > chart.edge
        html += "<i\(isBeyond ? " class=\"beyond\"" : "") style=\"left:\(place(dot.value))%\" "
        html += "title=\"\(escape("\(dot.name) \(Text.signedPercent(dot.value))"))\"></i>"
      }
      html += "</div></td></tr>\n"
    }
    html += "</tbody></table>\n"
  }
}

extension TerminalRenderer {
  /// How the errors of each group spread over the bands.
  static func table(_ title: String, _ chart: Chart.Deviations) -> Table {
    let bands = chart.bands.sorted()
    return Table(
      title,
      columns: ["", .number("\(chart.counted)s"), .number("median")]
        + bands.map { .number("within ±\(Measure($0, .percent).trimmed)") },
      rows: chart.rows.map { row in
        let count = Double(max(row.dots.count, 1))
        return [
          Table.Cell(row.name), Table.Cell(Text.grouped(row.dots.count)),
          Table.Cell(Text.percent(row.medianMagnitude).description),
        ]
          + bands.map { band in
            let inside = row.dots.filter { $0.value.magnitude <= band }.count
            return Table.Cell(Text.percent(Double(inside) / count).description)
          }
      })
  }
}
