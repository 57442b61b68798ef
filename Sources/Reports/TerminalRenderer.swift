/// A document as plain text: aligned tables without boxes, wrapped to the terminal.
public struct TerminalRenderer: Sendable {
  /// Columns; kept within 40 and 160.
  public var width: Int
  /// Whether the reader's terminal shows colour.
  public var usesColour: Bool

  public init(width: Int = 100, usesColour: Bool = false) {
    self.width = min(max(width, 40), 160)
    self.usesColour = usesColour
  }

  public func render(_ document: Document) -> String {
    var blocks: [String] = []
    var head = [strong(document.title)]
    if !document.subtitle.isEmpty { head += wrap(document.subtitle).map(faint) }
    head += badgeLines(document.badges)
    blocks.append(head.joined(separator: "\n"))
    blocks += document.lead.map { wrap($0).joined(separator: "\n") }
    if !document.headlines.isEmpty { blocks.append(headlines(document.headlines)) }
    for section in document.sections {
      let body = section.blocks.compactMap(render).joined(separator: "\n\n")
      blocks.append(body.isEmpty ? strong(section.title) : "\(strong(section.title))\n\(body)")
    }
    if !document.sources.isEmpty { blocks.append(sources(document.sources)) }
    if !document.footer.isEmpty { blocks.append(wrap(document.footer).map(faint).joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// As many on a line as fit.
  private func badgeLines(_ badges: [Document.Badge]) -> [String] {
    var lines: [(text: String, length: Int)] = []
    for badge in badges {
      let painted = paint(badge.text, badge.tone)
      if let last = lines.last, last.length + 3 + badge.text.count <= width {
        lines[lines.count - 1] = (last.text + faint(" · ") + painted, last.length + 3 + badge.text.count)
      } else {
        lines.append((painted, badge.text.count))
      }
    }
    return lines.map(\.text)
  }

  /// The rows under their headings, flush as the columns ask; the widest column of text gives way on narrow terminals.
  public func render(_ table: Table) -> String {
    let heads = table.columns.map(\.name)
    let cells = table.rows.map { row in table.columns.indices.map { table.cell(row, $0) } }
    var widths = table.columns.indices.map { column in
      max(heads[column].count, cells.map { $0[column].line.count }.max() ?? 0)
    }
    let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
    let leading = widths.indices.filter { table.columns[$0].alignment == .leading }
    if excess > 0, let widest = leading.max(by: { widths[$0] < widths[$1] }) {
      widths[widest] = max(widths[widest] - excess, 8)
    }
    func line(_ texts: [Table.Cell], _ style: (String, Document.Tone) -> String) -> String {
      let parts = table.columns.indices.map { column in
        let text = clip(texts[column].line, widths[column])
        let isLast = column == table.columns.count - 1
        let padded = pad(text, widths[column], table.columns[column].alignment, isLast: isLast)
        return style(padded, texts[column].tone)
      }
      let joined = parts.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
    var lines: [String] = []
    if heads.contains(where: { !$0.isEmpty }) {
      lines.append(line(heads.map { Table.Cell($0) }) { text, _ in faint(text) })
    }
    lines += cells.map { line($0) { paint($0, $1) } }
    return lines.joined(separator: "\n")
  }

  private func render(_ block: Document.Block) -> String? {
    switch block {
    case .paragraph(let text): wrap(text).joined(separator: "\n")
    case .table(let table): render(table)
    case .notes(let notes): notes.flatMap { wrap("– \($0)", indent: 2) }.joined(separator: "\n")
    case .verbatim(_, let text): Text.printable(text)
    case .folded(let title, let blocks):
      ([strong(title)] + blocks.compactMap(render)).joined(separator: "\n")
    case .charts(let charts):
      charts.map { "\(Text.printable($0.title))\n\(render(Self.table(of: $0)))" }.joined(separator: "\n\n")
    }
  }

  private func headlines(_ headlines: [Document.Headline]) -> String {
    render(
      Table(
        "", columns: ["", .number(""), ""],
        rows: headlines.map { headline in
          [
            Table.Cell(headline.label), Table.Cell("\(Measure(headline.value, headline.unit))", tone: headline.tone),
            Table.Cell(headline.note, tone: .muted),
          ]
        }))
  }

  private func sources(_ sources: [Document.Source]) -> String {
    let rows = sources.map { [Table.Cell($0.what), Table.Cell($0.value), Table.Cell($0.source, tone: .muted)] }
    return strong(Page.sourcesTitle) + "\n" + render(Table("", columns: ["Input", "Value", "Source"], rows: rows))
  }
}

extension TerminalRenderer {
  /// Words on lines no longer than the terminal; lines after the first are indented.
  func wrap(_ text: String, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in Text.printable(text).split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += line.isEmpty ? String(word) : " \(word)"
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  private func clip(_ text: String, _ room: Int) -> String {
    text.count <= room ? text : text.prefix(room - 1) + "…"
  }

  private func pad(_ text: String, _ room: Int, _ alignment: Table.Column.Alignment, isLast: Bool) -> String {
    let blank = String(repeating: " ", count: max(room - text.count, 0))
    switch alignment {
    case .trailing: return blank + text
    case .leading: return isLast ? text : text + blank
    }
  }

  private func strong(_ text: String) -> String { style(text, "1") }
  private func faint(_ text: String) -> String { style(text, "2") }

  private func paint(_ text: String, _ tone: Document.Tone) -> String {
    switch tone {
    case .plain: Text.printable(text)
    case .good: style(text, "32")
    case .caution: style(text, "33")
    case .bad: style(text, "31")
    case .muted: style(text, "2")
    }
  }

  private func style(_ text: String, _ code: String) -> String {
    let text = Text.printable(text)
    return usesColour && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
