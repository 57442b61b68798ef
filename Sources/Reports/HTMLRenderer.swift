/// A document as one HTML file that opens anywhere, offline, and prints.
public struct HTMLRenderer: Sendable {
  /// Said where there is no chart script: how a reader gets the charts.
  public static let wayToCharts =
    "Charts are shown as tables, because the chart library was not found: "
    + "run ./run once or place echarts.min.js in share/supernode."

  public init() {}

  /// `chartScript` is the text of `echarts.min.js`; without it tables stand in for the charts.
  public func render(_ document: Document, chartScript: String?) -> String {
    var page = Page(hasCharts: chartScript != nil)
    page.header(document)
    for (index, section) in document.sections.enumerated() { page.section(section, number: index + 1) }
    if !document.sources.isEmpty { page.sources(document.sources, number: document.sections.count + 1) }
    if !document.footer.isEmpty { page.html += "<footer>\(escape(document.footer))</footer>\n" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(escape(document.title))</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      <main>
      \(page.html)</main>
      \(scripts(chartScript))</body>
      </html>

      """
  }

  private func scripts(_ chartScript: String?) -> String {
    guard let chartScript else { return "" }
    // Neither text may close its element early.
    let pieces = chartScript.split(separator: "</script", omittingEmptySubsequences: false)
    let library = pieces.joined(separator: "<\\/script")
    return "<script>\(library)</script>\n<script>\n\(PageScript.text)\n</script>\n"
  }
}

/// Text as HTML shows it, safe in elements and in quoted attributes.
func escape(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in Text.printable(text).unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Words as HTML shows them: what stands between back-ticks is code.
func prose(_ text: String) -> String {
  let parts = text.split(separator: "`", omittingEmptySubsequences: false)
  // An odd one out is a back-tick.
  guard parts.count > 2, parts.count % 2 == 1 else { return escape(text) }
  return parts.enumerated().map { index, part in
    index % 2 == 1 ? "<code>\(escape(String(part)))</code>" : escape(String(part))
  }.joined()
}

/// The body of a page while it is written.
struct Page {
  var html = ""
  var charts = 0
  let hasCharts: Bool

  init(hasCharts: Bool) { self.hasCharts = hasCharts }

  mutating func header(_ document: Document) {
    let mark = document.mark.map { " <span class=\"mark \($0.tone.rawValue)\">\(escape($0.text))</span>" } ?? ""
    html += "<header>\n<h1>\(escape(document.title))\(mark)</h1>\n"
    if !document.subtitle.isEmpty { html += "<p class=\"subtitle\">\(escape(document.subtitle))</p>\n" }
    if !document.badges.isEmpty {
      let badges = document.badges.map { "<li class=\"\($0.tone.rawValue)\">\(escape($0.text))</li>" }
      html += "<ul class=\"badges\">\(badges.joined())</ul>\n"
    }
    for paragraph in document.lead { html += "<p class=\"lead\">\(prose(paragraph))</p>\n" }
    html += "</header>\n"
    if !document.headlines.isEmpty {
      html += "<dl class=\"headlines\">\n\(document.headlines.map(headline).joined())</dl>\n"
    }
    if !hasCharts, document.sections.contains(where: { $0.blocks.contains(where: \.isDrawn) }) {
      html += "<p class=\"notice\">\(escape(HTMLRenderer.wayToCharts))</p>\n"
    }
    contents(document)
  }

  private func headline(_ headline: Document.Headline) -> String {
    let unit = headline.unit.isEmpty ? "" : "<small>\(headline.unit == "%" ? "" : " ")\(escape(headline.unit))</small>"
    let note = headline.note.isEmpty ? "" : "<dd class=\"note\">\(escape(headline.note))</dd>"
    return """
      <div class="\(headline.tone.rawValue)"><dt>\(escape(headline.label))</dt>\
      <dd class="value">\(escape(headline.value))\(unit)</dd>\(note)</div>

      """
  }

  private mutating func contents(_ document: Document) {
    let titles = document.sections.map(\.title) + (document.sources.isEmpty ? [] : [Self.sourcesTitle])
    guard titles.count > 2 else { return }
    let links = titles.enumerated().map { "<li><a href=\"#section-\($0.offset + 1)\">\(escape($0.element))</a></li>" }
    html += "<nav aria-label=\"Contents\"><ol>\(links.joined())</ol></nav>\n"
  }

  mutating func section(_ section: Document.Section, number: Int) {
    html += "<section id=\"section-\(number)\">\n<h2>\(escape(section.title))</h2>\n"
    for block in section.blocks { self.block(block) }
    html += "</section>\n"
  }

  private mutating func block(_ block: Document.Block) {
    switch block {
    case .paragraph(let text): html += "<p>\(prose(text))</p>\n"
    case .table(let table): html += Self.table(table)
    case .notes(let notes):
      html += "<ul class=\"notes\">\(notes.map { "<li>\(prose($0))</li>" }.joined())</ul>\n"
    case .verbatim(let title, let text):
      html += "<details class=\"verbatim\"><summary>\(escape(title))</summary>"
      html += "<pre tabindex=\"0\">\(escape(text))</pre></details>\n"
    case .folded(let title, let blocks):
      html += "<details class=\"folded\"><summary>\(escape(title))</summary>\n"
      for block in blocks { self.block(block) }
      html += "</details>\n"
    case .charts(let charts):
      html += "<div class=\"charts\(charts.count == 1 ? " single" : "")\">\n"
      for chart in charts { self.chart(chart, isAlone: charts.count == 1) }
      html += "</div>\n"
    }
  }

  static let sourcesTitle = "Sources"

  mutating func sources(_ sources: [Document.Source], number: Int) {
    html += "<section id=\"section-\(number)\">\n<h2>\(Self.sourcesTitle)</h2>\n"
    html += Self.table(
      Table(
        "Where each input comes from", columns: ["Input", "Value", "Source"],
        rows: sources.map { [Table.Cell($0.what), Table.Cell($0.value), Table.Cell($0.source, tone: .muted)] }),
      style: "sources")
    html += "</section>\n"
  }
}

extension Document.Block {
  /// Whether a chart script would draw it.
  var isDrawn: Bool {
    switch self {
    case .charts(let charts): charts.contains { ChartOptions($0).json != nil }
    case .folded(_, let blocks): blocks.contains(where: \.isDrawn)
    case .paragraph, .table, .notes, .verbatim: false
    }
  }
}
