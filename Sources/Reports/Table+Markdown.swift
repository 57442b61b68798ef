extension Table {
  /// As a table of a Markdown page, without its caption.
  public var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    func escaped(_ text: String) -> String {
      let line = Text.printable(text).split(whereSeparator: \.isNewline).joined(separator: " ")
      return line.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
    var text = line(columns.map { escaped($0.name) })
    text += line(columns.map { $0.alignment == .trailing ? "--:" : "---" })
    for row in rows { text += line(row.map { escaped($0.text) }) }
    return text
  }
}
