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
    head += badgeLines(document.badges + (document.mark.map { [$0] } ?? []))
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

  /// The rows under their headings, flush as the columns ask; text is wrapped in its column on narrow terminals.
  public func render(_ wide: Table) -> String {
    let table = narrowed(wide)
    let heads = table.columns.map { Table.Cell($0.name) }
    let cells = table.rows.map { row in table.columns.indices.map { table.cell(row, $0) } }
    let widths = fitted(
      table.columns.indices.map { column in
        max(heads[column].line.count, cells.map { $0[column].line.count }.max() ?? 0)
      }, table)
    func row(_ cells: [Table.Cell], _ style: (String, Document.Tone) -> String) -> [String] {
      let texts = table.columns.indices.map { column -> [String] in
        lines(of: cells[column].line, width: widths[column])
      }
      return (0..<(texts.map(\.count).max() ?? 0)).map { number in
        let parts = table.columns.indices.map { column in
          let text = number < texts[column].count ? texts[column][number] : ""
          let isLast = column == table.columns.count - 1
          return style(pad(text, widths[column], table.columns[column].alignment, isLast: isLast), cells[column].tone)
        }
        return String(parts.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
      }
    }
    let head = heads.contains { !$0.text.isEmpty } ? row(heads) { text, _ in faint(text) } : []
    return (head + cells.flatMap { row($0) { paint($0, $1) } }).joined(separator: "\n")
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
