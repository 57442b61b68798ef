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

  /// What columns may take: the widest text behind the first column gives way first, then the first, whose names are
  /// wrapped and never cut.
  func fitted(_ widths: [Int], _ table: Table) -> [Int] {
    var widths = widths
    let leading = widths.indices.filter { table.columns[$0].alignment == .leading }
    let order = leading.filter { $0 > 0 }.sorted { widths[$0] > widths[$1] } + leading.filter { $0 == 0 }
    for column in order {
      let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
      guard excess > 0 else { break }
      widths[column] = max(widths[column] - excess, min(widths[column], 12))
    }
    return widths
  }

  /// A cell on lines of its column's width; a word that is longer is divided.
  func lines(of text: String, width: Int) -> [String] {
    guard text.count > width else { return [text] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      var word = String(word)
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      while word.count > width {
        lines.append(String(word.prefix(width)))
        word = String(word.dropFirst(width))
      }
      line += line.isEmpty ? word : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
