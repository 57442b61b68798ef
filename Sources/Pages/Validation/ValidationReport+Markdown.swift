import Reports
import Validation

extension ValidationReport {
  /// The page `Documentation/Validation.md`: what to believe, errors by group, every row, constants.
  public var markdown: String {
    page(
      of: document(version: ""),
      note: "Written by `supernode validate --format markdown`; a test holds it to what the program says.")
  }
}

extension RunValidation {
  /// The part of `Documentation/Validation.md` on runs of engines: errors by group, what is missing, the worst rows.
  public var markdown: String {
    page(
      of: document(version: ""),
      note: "Written by `supernode validate --format markdown`; a test predicts a run of each group anew.")
  }
}

/// Lead and tables of a document.
private func page(of document: Document, note: String) -> String {
  var text = "# \(document.title)\n\n\(note)\n"
  for paragraph in document.lead { text += "\n\(paragraph)\n" }
  for section in document.sections {
    for case .table(let table) in section.blocks {
      text += "\n## \(section.title)\n\n\(table.caption).\n\n" + table.markdown
    }
  }
  return text
}
