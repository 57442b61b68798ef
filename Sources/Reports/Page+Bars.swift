extension Page {
  /// Each whole as one bar of its parts, with a table that names and measures them.
  mutating func shares(_ shares: Chart.Shares, caption: String) {
    for whole in shares.wholes where whole.total > 0 {
      let total = Measure(whole.total, shares.notation)
      html += "<p class=\"whole\"><span>\(escape(whole.name))</span> <b>\(escape(total.description))</b></p>\n"
      html += "<div class=\"shares\" aria-hidden=\"true\">"
      for (index, part) in whole.parts.enumerated() where part.value > 0 {
        let share = part.value / whole.total
        let label = share >= 0.08 ? Text.fixed(share * 100, 0) + "%" : ""
        let look = Self.look(part, at: index)
        html += "<span style=\"flex-grow:\(JSONValue.number(share * 100));\(look)\" "
        html += "title=\"\(escape(part.name))\">\(label)</span>"
      }
      html += "</div>\n"
      let hasNotes = whole.parts.contains { !$0.note.isEmpty }
      html += "<table class=\"parts\"><caption>\(escape(caption)): \(escape(whole.name))</caption><tbody>\n"
      for (index, part) in whole.parts.enumerated() {
        html += "<tr><th scope=\"row\"><i style=\"\(Self.look(part, at: index))\"></i>\(escape(part.name))"
        html += "</th><td class=\"number\">\(escape(Measure(part.value, shares.notation).description))</td>"
        html += "<td class=\"number\">\(Text.percent(part.value / whole.total).description)</td>"
        html += hasNotes ? "<td class=\"muted\">\(escape(part.note))</td></tr>\n" : "</tr>\n"
      }
      html += "</tbody></table>\n"
    }
  }

  /// The colour of a part, its own or that of its place.
  private static func look(_ part: Chart.Bars.Bar, at index: Int) -> String {
    (part.colour ?? Chart.Colour(index)).background
  }

  mutating func bars(_ bars: Chart.Bars, caption: String) {
    let greatest = bars.whole ?? bars.bars.map(\.value).filter(\.isFinite).max() ?? 0
    html += "<table class=\"bars\"><caption>\(escape(caption))</caption><thead><tr><td></td>"
    html += "<th scope=\"col\" colspan=\"2\">\(escape(bars.axis.name))</th><td></td></tr></thead><tbody>\n"
    for bar in bars.bars {
      let width = greatest > 0 ? max(bar.value / greatest * 100, 0) : 0
      html += "<tr><th scope=\"row\">\(escape(bar.name))</th>"
      html += "<td class=\"number\">\(escape(Measure(bar.value, bars.axis.notation).description))</td>"
      let look = bar.colour.map { ";\($0.background)" } ?? ""
      html += "<td class=\"bar\"><i style=\"width:\(JSONValue.number(width))%\(look)\"></i></td>"
      html += "<td class=\"muted\">\(escape(bar.note))</td></tr>\n"
    }
    html += "</tbody></table>\n"
  }

  /// A row for each input: its bar runs from the result at its low end to that at its high end, about the base.
  mutating func tornado(_ tornado: Chart.Tornado, caption: String) {
    let notation = tornado.axis.notation
    let values = ([tornado.base] + tornado.bars.flatMap { [$0.low, $0.high] }).filter(\.isFinite)
    let least = values.min() ?? 0
    let width = (values.max() ?? 1) - least
    func place(_ value: Double) -> Double { width > 0 ? (value - least) / width * 100 : 50 }
    func part(_ value: Double, _ style: String) -> String {
      let from = min(place(value), place(tornado.base)), to = max(place(value), place(tornado.base))
      let left: String = JSONValue.number(from), length: String = JSONValue.number(to - from)
      return "<i class=\"\(style)\" style=\"left:\(left)%;width:\(length)%\"></i>"
    }
    func tip(_ value: Double, isLeft: Bool) -> String {
      let side: String = JSONValue.number(isLeft ? 100 - place(value) : place(value))
      let text = escape(Measure(value, notation).description)
      return "<em style=\"\(isLeft ? "right" : "left"):\(side)%\">\(text)</em>"
    }
    html += "<ul class=\"legend\"><li><i style=\"background:var(--series-2)\"></i>input at its low end</li>"
    html += "<li><i style=\"background:var(--series-1)\"></i>input at its high end</li></ul>\n"
    html += "<table class=\"tornado\"><caption>\(escape(caption))</caption><thead><tr>"
    html += "<th scope=\"col\">Input, from its low to its high end</th>"
    html += "<th scope=\"col\">\(escape(tornado.axis.name)), from \(escape("\(Measure(tornado.base, notation))"))"
    html += "</th></tr></thead><tbody>\n"
    for bar in tornado.bars {
      let ends = bar.from.isEmpty ? "" : " <small>\(escape(bar.from)) to \(escape(bar.to))</small>"
      html += "<tr><th scope=\"row\">\(escape(bar.name))\(ends)</th>"
      html += "<td class=\"track\"><span>\(part(bar.low, "low"))\(part(bar.high, "high"))"
      html += "<b style=\"left:\(JSONValue.number(place(tornado.base)))%\"></b>"
      html += tip(min(bar.low, bar.high, tornado.base), isLeft: true)
      html += tip(max(bar.low, bar.high, tornado.base), isLeft: false) + "</span></td></tr>\n"
    }
    html += "</tbody></table>\n"
  }

  /// Two thin bars for each row.
  mutating func pairs(_ pairs: Chart.Pairs, caption: String) {
    let notation = pairs.axis.notation
    let greatest = pairs.rows.flatMap { [$0.first, $0.second] }.filter(\.isFinite).max() ?? 0
    let looks = ["background:var(--series-1)", "background:var(--series-1);opacity:0.4"]
    func bar(_ value: Double, _ look: Int) -> String {
      let width = greatest > 0 ? min(max(value / greatest * 100, 0), 100) : 0
      return "<i style=\"width:\(JSONValue.number(width))%;\(looks[look])\"></i>"
    }
    html += "<ul class=\"legend\"><li><i style=\"\(looks[0])\"></i>\(escape(pairs.first))</li>"
    html += "<li><i style=\"\(looks[1])\"></i>\(escape(pairs.second))</li></ul>\n"
    html += "<table class=\"pairs\"><caption>\(escape(caption))</caption><thead><tr><td></td>"
    html += "<th scope=\"col\" class=\"number\">\(escape(pairs.first))</th>"
    html += "<th scope=\"col\" class=\"number\">\(escape(pairs.second))</th>"
    html += "<th scope=\"col\">\(escape(pairs.axis.name))</th></tr></thead><tbody>\n"
    for row in pairs.rows {
      html += "<tr><th scope=\"row\">\(escape(row.name))</th>"
      html += "<td class=\"number\">\(escape(Measure(row.first, notation).description))</td>"
      html += "<td class=\"number\">\(escape(Measure(row.second, notation).description))</td>"
      html += "<td class=\"bar\">\(bar(row.first, 0))\(bar(row.second, 1))</td></tr>\n"
    }
    html += "</tbody></table>\n"
  }
}
