extension TerminalRenderer {
  /// The field's abbreviations of the times, for terminals on which their names have no room.
  private static let shortNames = [
    "Time to first token": "TTFT", "Time per output token": "TPOT", "Time between tokens": "ITL", "End to end": "E2E",
    "End-to-end time": "E2E",
  ]

  /// The table with shorter names in its first column, where that is what makes it fit.
  func narrowed(_ table: Table) -> Table {
    guard width(of: table) > width else { return table }
    var table = table
    for index in table.rows.indices where !table.rows[index].isEmpty {
      if let short = Self.shortNames[table.rows[index][0].text] { table.rows[index][0].text = short }
    }
    return table
  }

  /// As wide as its widest cells.
  private func width(of table: Table) -> Int {
    let widths = table.columns.indices.map { column in
      max(table.columns[column].name.count, table.rows.map { table.cell($0, column).line.count }.max() ?? 0)
    }
    return widths.reduce(0, +) + 2 * (widths.count - 1)
  }

  /// What columns may take: headings of figures wrap first, then the widest text behind the first column, then the
  /// first, whose names are wrapped and never cut.
  func fitted(_ widths: [Int], _ table: Table) -> [Int] {
    var widths = widths
    func excess() -> Int { widths.reduce(0, +) + 2 * (widths.count - 1) - width }
    for column in widths.indices where excess() > 0 && table.columns[column].alignment == .trailing {
      let cells = table.rows.map { table.cell($0, column).line.count }.max() ?? 0
      let word = table.columns[column].name.split(separator: " ").map(\.count).max() ?? 0
      widths[column] = max(cells, word)
    }
    let leading = widths.indices.filter { table.columns[$0].alignment == .leading }
    let order = leading.filter { $0 > 0 }.sorted { widths[$0] > widths[$1] } + leading.filter { $0 == 0 }
    for column in order where excess() > 0 {
      widths[column] = max(widths[column] - excess(), min(widths[column], 12))
    }
    // Ranges, `963 k to 2.33 M`, go on two lines at last.
    let ranges = widths.indices.filter { column in
      table.rows.contains { table.cell($0, column).line.split(separator: " ").count > 3 }
    }
    for column in ranges.sorted(by: { widths[$0] > widths[$1] }) where excess() > 0 {
      widths[column] = max(widths[column] - excess(), min(widths[column], 9))
    }
    return widths
  }

  /// A cell on lines of its column's width; a word that is longer is divided, and what no table should have is cut.
  func lines(of text: String, width: Int) -> [String] {
    guard text.utf8.count > width, text.count > width else { return [text] }
    let text = text.utf8.count > 4000 ? text.prefix(1000) + "…" : text[...]
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      var letters = Array(word)[...]
      if !line.isEmpty, line.count + 1 + letters.count > width {
        lines.append(line)
        line = ""
      }
      while letters.count > width {
        lines.append(String(letters.prefix(width)))
        letters = letters.dropFirst(width)
      }
      line += line.isEmpty ? String(letters) : " " + String(letters)
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
