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
        text += "\n## \(section.title)\n\n\(table.caption).\n\n" + table.markdown
      }
    }
    return text
  }
}
