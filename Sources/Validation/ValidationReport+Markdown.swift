import Reports

extension ValidationReport {
  /// The page `Documentation/Validation.md`: what to believe, errors by group, every row, constants.
  public var markdown: String {
    let document = document(version: "")
    var text =
      "# \(document.title)\n\nWritten by `supernode validate --format markdown`; a test holds it to what the "
      + "program says.\n"
    for paragraph in document.lead { text += "\n\(paragraph)\n" }
    for section in document.sections {
      for case .table(let table) in section.blocks {
        text += "\n## \(section.title)\n\n\(table.caption).\n\n" + Self.markdown(table)
      }
    }
    return text
  }

  private static func markdown(_ table: Table) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    func escaped(_ text: String) -> String {
      text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
    var text = line(table.columns.map { escaped($0.name) })
    text += line(table.columns.map { $0.alignment == .trailing ? "--:" : "---" })
    for row in table.rows { text += line(row.map { escaped($0.text) }) }
    return text
  }
}
