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
    // What is folded alone has the section's own heading.
    var blocks = section.blocks
    if blocks.count == 1, case .folded(_, let inner) = blocks[0] { blocks = inner }
    for block in blocks { text += markdown(of: block, under: section.title, level: 2) }
  }
  return text
}

/// A table under its heading; what is folded on a page stands below it in full.
private func markdown(of block: Document.Block, under title: String, level: Int) -> String {
  switch block {
  case .table(let table):
    let caption = table.caption.isEmpty || table.caption.hasSuffix(".") ? table.caption : "\(table.caption)."
    let heading = title.isEmpty ? "" : "\n\(String(repeating: "#", count: level)) \(title)\n"
    return heading + (caption.isEmpty ? "\n" : "\n\(caption)\n\n") + table.markdown
  case .folded(let title, let blocks):
    let parts = blocks.enumerated().map { markdown(of: $1, under: $0 == 0 ? title : "", level: level + 1) }
    return parts.joined()
  case .paragraph, .charts, .notes, .verbatim: return ""
  }
}
