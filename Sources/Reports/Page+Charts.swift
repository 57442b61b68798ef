extension Page {
  /// A figure: title, the sentence that says what to see, legend, picture, and its data.
  mutating func chart(_ chart: Chart, isAlone: Bool) {
    charts += 1
    let id = "chart-\(charts)"
    html += "<figure aria-labelledby=\"\(id)\">\n<h3 id=\"\(id)\">\(escape(chart.title))</h3>\n"
    html += "<figcaption>\(prose(chart.caption))</figcaption>\n"
    switch chart.kind {
    case .shares(let shares): self.shares(shares, caption: chart.title)
    case .bars(let bars): self.bars(bars, caption: chart.title)
    case .tornado(let tornado): self.tornado(tornado, caption: chart.title)
    case .pairs(let pairs): self.pairs(pairs, caption: chart.title)
    case .deviations(let deviations): self.deviations(deviations, caption: chart.title)
    case .lines, .distribution, .scatter, .heat, .fan, .stack, .timeline, .flow: drawn(chart, isAlone: isAlone)
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
    html += Self.legend(chart.keys)
    if case .fan(let fan) = chart.kind { html += Self.keyOfBands(hasEstimates: !fan.estimates.isEmpty) }
    let vertical = escape(chart.verticalName)
    if !vertical.isEmpty { html += "<p class=\"axis\" aria-hidden=\"true\">\(vertical)</p>\n" }
    let label = escape("\(chart.title). \(chart.caption)")
    let shape = Shape(chart, isAlone: isAlone)
    if shape.isPanned { html += "<p class=\"sideways\" aria-hidden=\"true\">Scroll sideways →</p>\n" }
    if shape.isPanned { html += "<div class=\"pan\" tabindex=\"0\">" }
    html += "<div class=\"plot\(shape.style)\" role=\"img\" aria-label=\"\(label)\" "
    if let height = shape.height { html += "style=\"height:\(height)px\" " }
    html += "data-y=\"\(vertical)\" data-print=\"\(shape.print)\"></div>\n"
    if shape.isPanned { html += "</div>\n" }
    html += "<script type=\"application/json\">\(options.text)</script>\n"
    if !chart.events.isEmpty {
      let events = (chart.events + (chart.forecast.map { [$0] } ?? [])).map { "<li>\(escape($0.name))</li>" }
      html += "<ol class=\"events\" aria-hidden=\"true\">\(events.joined())</ol>\n"
    }
    html += "<details class=\"data\"><summary>Data</summary>\n"
    if data.rows.count <= 40 {
      html += Self.table(data.shortTable(caption: chart.title))
    }
    html += Self.download(data, title: chart.title)
    html += "</details>\n"
  }

  /// Buttons that show and hide a series each.
  private static func legend(_ keys: [Chart.Key]) -> String {
    guard keys.count > 1 else { return "" }
    let buttons = keys.map { key in
      """
      <li><button type="button" data-name="\(escape(key.name))" aria-pressed="true">\
      <i style="\(key.style)"></i>\(escape(key.name))</button></li>
      """
    }
    return "<ul class=\"legend\">\(buttons.joined())</ul>\n"
  }

  private static func keyOfBands(hasEstimates: Bool) -> String {
    let estimates = hasEstimates ? " <i class=\"published\"></i>published, with its range" : ""
    return """
      <p class="bands" aria-hidden="true"><i class="median"></i>median <i class="half"></i>half of all draws \
      <i class="most"></i>nine in ten\(estimates)</p>

      """
  }

  private static func download(_ data: ChartData, title: String) -> String {
    let name = title.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return """
      <p class="download"><a download="\(String(name)).csv" \
      href="data:text/csv;charset=utf-8,\(data.percentEncodedCSV)">\
      \(Text.grouped(data.rows.count)) rows as CSV</a></p>

      """
  }

  /// With its link, where that is a web address.
  private static func text(of cell: Table.Cell) -> String {
    guard let link = cell.link, link.hasPrefix("https://") || link.hasPrefix("http://") else { return prose(cell.text) }
    return "<a href=\"\(escape(link))\">\(prose(cell.text))</a>"
  }

  static func table(_ table: Table, style: String = "") -> String {
    // Rows of many columns are cards on a phone.
    let isWide = table.columns.count > 3
    let style = style.isEmpty ? (isWide ? (table.columns.count > 6 ? "cards wide" : "cards") : "slim") : style
    var result = "<div class=\"scroll\" tabindex=\"0\"><table\(style.isEmpty ? "" : " class=\"\(style)\"")>"
    result += "<caption>\(prose(table.caption))</caption>\n<thead><tr>"
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
        let shaded = cell.share == nil ? [] : ["share"]
        let unbroken = column.isUnbroken ? ["unbroken"] : []
        let names = (classes + wraps + shaded + unbroken).joined(separator: " ")
        let label = isWide && index > 0 && !column.name.isEmpty ? " data-label=\"\(escape(column.name))\"" : ""
        result += "<td\(names.isEmpty ? "" : " class=\"\(names)\"")\(label)>\(text(of: cell))"
        if let share = cell.share {
          let length: String = JSONValue.number(min(max(share, 0), 1) * 100)
          result += "<i class=\"share\"><b style=\"width:\(length)%\"></b></i>"
        }
        result += cell.note.isEmpty ? "</td>" : "<small>\(prose(cell.note))</small></td>"
      }
      result += "</tr>\n"
    }
    return result + "</tbody></table></div>\n"
  }
}
