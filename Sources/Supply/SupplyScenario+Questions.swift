import Formats
import Reports
import Units

extension SupplyScenario {
  /// Adds the claims of a file: a list, or a mapping with `claims`.
  public mutating func add(claimsOf node: Node) throws {
    let list = node.field("claims") ?? node
    guard !list.elements.isEmpty else {
      throw node.problem("there is no claim in it", wayOut: "write '- {id: …, definition: …, atLeast: …}' lines")
    }
    claims = try Self.merged(list.decode([Placed<SupplyClaim>].self), into: claims, \.id, "claim")
    texts.append(node.canonicalText)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  /// Where a number comes from and where it is used; `list` names all.
  public func explanation(of name: String) throws -> Document {
    if name == "list" {
      let rows = parameters.map { parameter -> [Table.Cell] in
        [
          Table.Cell(parameter.name), Table.Cell(parameter.value.text), Table.Cell(parameter.unit),
          Table.Cell(parameter.grade),
        ]
      }
      return Document(
        title: "Numbers of \(self.name)",
        sections: [.init("Numbers", [.table(Table("", columns: ["Name", "Value", "Unit", "Grade"], rows: rows))])])
    }
    guard let parameter = parameters.last(where: { $0.name == name }) else {
      let near = Problems.nearest(to: name, among: parameters.map(\.name)).map { "did you mean '\($0)'?" }
      throw Problem("--why", "there is no number '\(name)'", wayOut: near ?? "see `supernode supply --why list`")
    }
    let world = try compiled(SupplyQuestion(draws: 1))
    var rows: [[Table.Cell]] = [
      ["Value", Table.Cell("\(parameter.value.text) \(parameter.unit)")],
      ["Grade", Table.Cell("\(parameter.grade): \(Self.gradeMeaning(parameter.grade))")],
    ]
    if let date = parameter.asOf { rows.append(["Known since", Table.Cell(date.description)]) }
    for view in parameter.earlier ?? [] {
      let source = view.source.map { ", by \($0)" } ?? ""
      rows.append([Table.Cell("Held on \(view.asOf)"), Table.Cell("\(view.value.text)\(source)")])
    }
    for (member, value) in parameter.schools?.values.list ?? [] {
      rows.append([Table.Cell("School \(member)"), Table.Cell(value.text)])
    }
    if let factor = parameter.factor {
      rows.append(["Moves with", Table.Cell("\(factor.name), correlation \(CSVText.number(factor.loading))")])
    }
    let uses = world.uses.filter { $0.name == name }.map(\.place)
    rows.append(["Used by", Table.Cell(uses.isEmpty ? "nothing: kept for the reader" : uses.joined(separator: "; "))])
    var sections: [Document.Section] = [
      .init("Why", [.table(Table("", columns: ["", ""], rows: rows))]), .init("Source", [.paragraph(parameter.source)]),
    ]
    if let note = parameter.note { sections.append(.init("Note", [.paragraph(note)])) }
    return Document(title: name, sections: sections)
  }

  static func gradeMeaning(_ grade: String) -> String {
    switch grade {
    case "A": "a filing, a paper or a full text read"
    case "B": "a named report seen through a second outlet"
    case "C": "an aggregator or trade note"
    case "M": "from memory, unverified"
    default: "derived, or our judgement"
    }
  }
}
