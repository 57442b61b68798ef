extension Page {
  /// A figure: title, the sentence that says what to see, legend, picture, and its data.
  mutating func chart(_ chart: Chart, isAlone: Bool) {
    charts += 1
    let id = "chart-\(charts)"
    html += "<figure aria-labelledby=\"\(id)\">\n<h3 id=\"\(id)\">\(escape(chart.title))</h3>\n"
    html += "<figcaption>\(escape(chart.caption))</figcaption>\n"
    switch chart.kind {
    case .shares(let shares): self.shares(shares, caption: chart.title)
    case .bars(let bars): self.bars(bars, caption: chart.title)
    case .lines, .distribution, .scatter, .heat: drawn(chart, isAlone: isAlone)
    }
    html += "</figure>\n"
  }

  private mutating func drawn(_ chart: Chart, isAlone: Bool) {
    let data = ChartData(chart)
    guard hasCharts, let options = ChartOptions(chart).json else {
      html += Self.table(data.shortTable(caption: chart.title))
      html += Self.download(data, title: chart.title)
      return
    }
    html += Self.legend(chart.seriesNames)
    let vertical = escape(chart.verticalName)
    if !vertical.isEmpty { html += "<p class=\"axis\" aria-hidden=\"true\">\(vertical)</p>\n" }
    let label = escape("\(chart.title). \(chart.caption)")
    html += "<div class=\"plot\(chart.shape)\" role=\"img\" aria-label=\"\(label)\" "
    let printed = chart.isSquare ? "460 460" : isAlone ? "670 230" : "322 190"
    html += "data-y=\"\(vertical)\" data-print=\"\(printed)\"></div>\n"
    html += "<script type=\"application/json\">\(options.text)</script>\n"
    html += "<details class=\"data\"><summary>Data</summary>\n"
    if data.rows.count <= 40 {
      html += Self.table(data.shortTable(caption: chart.title))
    }
    html += Self.download(data, title: chart.title)
    html += "</details>\n"
  }

  /// Buttons that show and hide a series each.
  private static func legend(_ names: [String]) -> String {
    guard names.count > 1 else { return "" }
    let keys = names.enumerated().map { index, name in
      """
      <li><button type="button" data-name="\(escape(name))" aria-pressed="true">\
      <i style="background:var(--series-\(index % 8 + 1))"></i>\(escape(name))</button></li>
      """
    }
    return "<ul class=\"legend\">\(keys.joined())</ul>\n"
  }

  private static func download(_ data: ChartData, title: String) -> String {
    let name = title.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return """
      <p class="download"><a download="\(String(name)).csv" \
      href="data:text/csv;charset=utf-8,\(data.percentEncodedCSV)">\
      \(Text.grouped(data.rows.count)) rows as CSV</a></p>

      """
  }

  /// Each whole as one bar of its parts, with a table that names and measures them.
  private mutating func shares(_ shares: Chart.Shares, caption: String) {
    for whole in shares.wholes where whole.total > 0 {
      let total = Measure(whole.total, shares.notation)
      html += "<p class=\"whole\"><span>\(escape(whole.name))</span> <b>\(escape(total.description))</b></p>\n"
      html += "<div class=\"shares\" aria-hidden=\"true\">"
      for (index, part) in whole.parts.enumerated() where part.value > 0 {
        let share = part.value / whole.total
        let label = share >= 0.08 ? Text.fixed(share * 100, 0) + "%" : ""
        html += "<span style=\"flex-grow:\(JSONValue.number(share * 100));background:var(--series-\(index % 8 + 1))\" "
        html += "title=\"\(escape(part.name))\">\(label)</span>"
      }
      html += "</div>\n"
      let hasNotes = whole.parts.contains { !$0.note.isEmpty }
      html += "<table class=\"parts\"><caption>\(escape(caption)): \(escape(whole.name))</caption><tbody>\n"
      for (index, part) in whole.parts.enumerated() {
        html += "<tr><th scope=\"row\"><i style=\"background:var(--series-\(index % 8 + 1))\"></i>\(escape(part.name))"
        html += "</th><td class=\"number\">\(escape(Measure(part.value, shares.notation).description))</td>"
        html += "<td class=\"number\">\(Text.percent(part.value / whole.total).description)</td>"
        html += hasNotes ? "<td class=\"muted\">\(escape(part.note))</td></tr>\n" : "</tr>\n"
      }
      html += "</tbody></table>\n"
    }
  }

  private mutating func bars(_ bars: Chart.Bars, caption: String) {
    let greatest = bars.bars.map(\.value).filter(\.isFinite).max() ?? 0
    html += "<table class=\"bars\"><caption>\(escape(caption))</caption><thead><tr><td></td>"
    html += "<th scope=\"col\" colspan=\"2\">\(escape(bars.axis.name))</th><td></td></tr></thead><tbody>\n"
    for bar in bars.bars {
      let width = greatest > 0 ? max(bar.value / greatest * 100, 0) : 0
      html += "<tr><th scope=\"row\">\(escape(bar.name))</th>"
      html += "<td class=\"number\">\(escape(Measure(bar.value, bars.axis.notation).description))</td>"
      html += "<td class=\"bar\"><i style=\"width:\(JSONValue.number(width))%\"></i></td>"
      html += "<td class=\"muted\">\(escape(bar.note))</td></tr>\n"
    }
    html += "</tbody></table>\n"
  }

  static func table(_ table: Table, style: String = "") -> String {
    let style = style.isEmpty && table.columns.count <= 3 ? "slim" : style
    var result = "<div class=\"scroll\" tabindex=\"0\"><table\(style.isEmpty ? "" : " class=\"\(style)\"")>"
    result += "<caption>\(escape(table.caption))</caption>\n<thead><tr>"
    for column in table.columns {
      let number = column.alignment == .trailing ? " class=\"number\"" : ""
      result += "<th scope=\"col\"\(number)>\(escape(column.name))</th>"
    }
    result += "</tr></thead>\n<tbody>\n"
    for row in table.rows {
      result += "<tr>"
      for (index, column) in table.columns.enumerated() {
        let cell = table.cell(row, index)
        let tone = cell.tone == .plain ? [] : [cell.tone.rawValue]
        let classes = (column.alignment == .trailing ? ["number"] : []) + tone
        // A figure never wraps; words in its column may.
        let wraps = column.alignment == .trailing && cell.text.count > 16 ? ["wraps"] : []
        let attribute = classes.isEmpty ? "" : " class=\"\((classes + wraps).joined(separator: " "))\""
        result += "<td\(attribute)>\(escape(cell.text))</td>"
      }
      result += "</tr>\n"
    }
    return result + "</tbody></table></div>\n"
  }
}

extension Chart {
  /// As the legend names them, in order of colour.
  var seriesNames: [String] {
    switch kind {
    case .lines(let lines): lines.series.map(\.name)
    case .scatter(let scatter): scatter.groups.map(\.name)
    case .distribution, .shares, .bars, .heat: []
    }
  }

  var verticalName: String {
    switch kind {
    case .lines(let lines): lines.y.name
    case .distribution(let distribution): "Share of \(distribution.counted)"
    case .scatter(let scatter): scatter.y.name
    case .heat(let heat): heat.y.name
    case .shares, .bars: ""
    }
  }

  var isSquare: Bool {
    if case .scatter = kind { true } else { false }
  }

  fileprivate var shape: String {
    switch kind {
    case .scatter: " square"
    case .heat: " tall"
    case .lines, .distribution, .shares, .bars: ""
    }
  }
}
