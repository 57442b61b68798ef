import Formats
import Reports
import Units

/// Every field of a chip's or a system's file: what it takes, what it means, and what it is on a machine that is known.
///
/// Fields and meanings come from the schema, and so from the types; typical values from entries of the catalog.
public struct CatalogFields: Sendable {
  public struct Field: Hashable, Sendable {
    /// `memory.capacity`, `planes[].latency`.
    public var path: String
    /// A unit, `whole number`, `text`, or the words to choose from.
    public var takes: String
    public var isRequired: Bool
    public var meaning: String
    public var typical: String
  }
  public var fields: [Field] = []

  /// `examples` are names of entries; of each field the first that has it is shown.
  public init(of subject: SchemaSubject, examples: [String], in catalog: Catalog) throws {
    let schema = try Node.parse(subject.text(catalog: catalog), file: "schema")
    var walk = Walk(root: schema, examples: try examples.map { try catalog.node("\(subject.rawValue)s", $0) })
    walk.visit(schema, path: "", isRequired: true)
    fields = walk.fields
  }

  /// Of the kinds that are numbers with sources.
  public init(kind: SchemaSubject, in catalog: Catalog) throws {
    let known =
      switch kind {
      case .chip: ["NVIDIA H200", "Ascend 910C", "NVIDIA B200", "Ascend 960"]
      case .system: ["HGX H200", "GB300 NVL72", "CloudMatrix 384", "Atlas 800 A3"]
      default: ["vLLM", "SGLang", "CloudMatrix-Infer", "TensorRT-LLM", "MindIE", "xDeepServe"]
      }
    try self.init(of: kind, examples: known, in: catalog)
  }

  /// As a Markdown table; fields that must be there are in bold.
  public var markdown: String {
    let rows = fields.map { field in
      [
        Table.Cell(field.isRequired ? "**`\(field.path)`**" : "`\(field.path)`"), Table.Cell(field.takes),
        Table.Cell(field.meaning), Table.Cell(field.typical.isEmpty ? "" : "`\(field.typical)`"),
      ]
    }
    return Table("", columns: ["Field", "Takes", "Meaning", "Typical"], rows: rows).markdown
  }
}

/// Goes through a schema, and through the examples beside it.
private struct Walk {
  let root: Node
  let examples: [Node]
  var fields: [CatalogFields.Field] = []
  /// Where parts that stand in several places are listed.
  private var places: [String: String] = [:]

  init(root: Node, examples: [Node]) {
    self.root = root
    self.examples = examples
  }

  mutating func visit(_ schema: Node, path: String, isRequired: Bool) {
    let target = resolved(schema)
    let meaning = schema.field("description")?.text ?? target.field("description")?.text
    if let list = target.field("items") {
      guard resolved(list).field("properties") != nil else {
        return add(path, "list of \(takes(resolved(list)))", isRequired, meaning)
      }
      return visit(list, path: "\(path)[]", isRequired: isRequired)
    }
    guard let properties = target.field("properties") else { return add(path, takes(target), isRequired, meaning) }
    if let value = properties.field("value") { return add(path, takes(resolved(value)), isRequired, meaning) }
    if let name = reference(schema) {
      if let place = places[name] { return add(path, "as `\(place)`", isRequired, meaning) }
      places[name] = path
    }
    let required = Set(target.field("required")?.elements.compactMap(\.text) ?? [])
    for (name, property) in properties.fields {
      let below = path.isEmpty ? name : "\(path).\(name)"
      visit(property, path: below, isRequired: isRequired && required.contains(name))
    }
  }

  private mutating func add(_ path: String, _ takes: String, _ isRequired: Bool, _ meaning: String?) {
    let typical = examples.compactMap { text(of: path, in: $0) }.first { !$0.isEmpty } ?? ""
    fields.append(
      CatalogFields.Field(
        path: path, takes: takes, isRequired: isRequired, meaning: meaning ?? "", typical: typical))
  }

  private func text(of path: String, in example: Node) -> String? {
    guard let node = example[path.replacing("[]", with: "[0]")] else { return nil }
    if !node.elements.isEmpty { return node.elements.compactMap(\.text).joined(separator: ", ") }
    return (node.field("value") ?? node).text
  }

  /// The name of the part that a schema refers to.
  private func reference(_ schema: Node) -> String? {
    if let forms = schema.field("anyOf")?.elements { return forms.compactMap(reference).first }
    return schema.field("$ref")?.text
  }

  /// What a schema refers to; of several forms the one with fields.
  private func resolved(_ schema: Node) -> Node {
    if let whole = schema.field("else") { return whole }
    if let forms = schema.field("anyOf")?.elements, let first = forms.first {
      return resolved(forms.first { resolved($0).field("properties") != nil } ?? first)
    }
    guard let name = schema.field("$ref")?.text?.split(separator: "/").last,
      let target = root.field("$defs")?.field(String(name))
    else { return schema }
    return resolved(target)
  }

  private func takes(_ schema: Node) -> String {
    if let words = schema.field("enum") {
      return words.elements.compactMap(\.text).map { "`\($0)`" }.joined(separator: ", ")
    }
    if let example = schema.field("examples")?.elements.first?.text, let blank = example.firstIndex(of: " ") {
      return "number in " + example[example.index(after: blank)...]
    }
    switch schema.field("type")?.text ?? schema.field("type")?.elements.first?.text {
    case "integer": return "whole number"
    case "number": return "number"
    case "boolean": return "`true`, `false`"
    case "string": return "text"
    default: return "value"
    }
  }
}
