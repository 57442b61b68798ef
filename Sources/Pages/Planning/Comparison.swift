import Formats
import Reports

/// Answers side by side: each quantity, and its ratio to that of the first.
public struct Comparison: Encodable, Sendable {
  public var title: String
  /// What is compared; the first is the base.
  public var names: [String]
  public var rows: [Row]
  /// Inputs that are not the same everywhere.
  public var differences: [Difference]
  /// How far each can be trusted, and what is not in the numbers.
  public var notes: [String]
  /// Of each system but the first; empty where no plans are compared.
  public var parity: [Parity] = []
  /// Where systems are of unlike size, what to compare them by.
  public var unlike: String?
  /// Why systems have no plan.
  var lacking: [String] = []
  /// Whether anything is compared.
  public var hasAnyPlan: Bool { lacking.count < names.count }

  public struct Row: Encodable, Sendable {
    public var quantity: String
    public var notation: Notation
    /// nil where it is not known.
    public var values: [Double?]
    /// Words in place of numbers.
    public var words: [String]?
    /// To the first; nil where either is not known.
    public var ratios: [Double?] {
      values.map { value in
        guard let value, let base = values.first ?? nil, base != 0 else { return nil }
        return value / base
      }
    }

    public init(_ quantity: String, _ notation: Notation, _ values: [Double?]) {
      self.quantity = quantity
      self.notation = notation
      self.values = values
    }

    public init(_ quantity: String, words: [String]) {
      self.quantity = quantity
      notation = .plain
      values = []
      self.words = words
    }

    enum CodingKeys: String, CodingKey { case quantity, values, ratios, words }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(quantity, forKey: .quantity)
      if let words { return try container.encode(words, forKey: .words) }
      try container.encode(values, forKey: .values)
      try container.encode(ratios, forKey: .ratios)
    }
  }

  public struct Difference: Encodable, Sendable, Hashable {
    public var field: String
    /// `–` where it is absent.
    public var values: [String]
  }

  public init(
    title: String, names: [String], rows: [Row], differences: [Difference] = [], notes: [String] = []
  ) {
    self.title = title
    self.names = names
    self.rows = rows
    self.differences = differences
    self.notes = notes
  }
}

extension Comparison {
  public func document(_ context: ReportContext) -> Document {
    var sections = [Document.Section("Side by side", [.table(table)])]
    if !differences.isEmpty { sections.append(Document.Section("What differs in the inputs", [.table(inputs)])) }
    let sentences = parity.flatMap(\.sentences)
    if !sentences.isEmpty {
      sections.append(Document.Section("What would have to be true", [.notes(sentences)]))
    }
    if !notes.isEmpty { sections.append(Document.Section("How far to trust it", [.notes(notes)])) }
    return Document(
      title: title, subtitle: context.system, lead: lead, sections: sections, sources: context.sources,
      footer: context.commandLine)
  }

  /// Where the others differ from the first in what is asked of them.
  private var lead: [String] {
    func row(_ name: String) -> Row? { rows.first { $0.quantity == name } }
    // A megawatt's tokens say the same as a token's energy.
    let left = unlike == nil ? ["output tokens/s a megawatt"] : ["output tokens/s", "power", "energy per output token"]
    let wanted = [
      "step", "tokens/s a chip", "days of the run, median", "energy per token", "cost", "output tokens/s",
      "output tokens/s a chip", "output tokens/s a megawatt", "TTFT p50", "TPOT p50", "power",
      "energy per output token", "cost per million output tokens",
    ].filter { !left.contains($0) }
    return (unlike.map { [$0] } ?? []) + lacking
      + names.indices.dropFirst().map { index in
        let parts = wanted.compactMap { name -> String? in
          guard let row = row(name), index < row.ratios.count, let ratio = row.ratios[index] else { return nil }
          return "\(Text.significant(ratio)) × the \(name)"
        }
        return parts.isEmpty
          ? "\(names[index]) cannot be set beside \(names[0])."
          : "\(names[index]) against \(names[0]): \(parts.joined(separator: ", "))."
      }
  }

  private var table: Table {
    Table(
      "", columns: [.init("")] + names.map { .number($0) },
      rows: rows.map { row in
        let cells: [Table.Cell] =
          row.words.map { $0.map { Table.Cell($0) } }
          ?? row.values.enumerated().map { index, value in
            guard let value else { return Table.Cell(Text.missing) }
            let ratio = index > 0 ? row.ratios[index].map { "\(Text.significant($0)) ×" } ?? "" : ""
            return Table.Cell(Measure(value, row.notation).description, note: ratio)
          }
        return [Table.Cell(row.quantity)] + cells
      })
  }

  private var inputs: Table {
    Table(
      "", columns: [.init("field")] + names.map { .init($0) },
      rows: differences.map { entry in [Table.Cell(entry.field)] + entry.values.map { Table.Cell($0) } })
  }

  /// One line a quantity: values, then ratios to the first.
  public var csv: String {
    func quoted(_ text: String) -> String {
      text.contains(where: { ",\"\n".contains($0) }) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    let header = (["quantity"] + names + names.dropFirst().map { "\($0) ratio" }).map(quoted).joined(separator: ",")
    let lines = rows.map { row -> String in
      if let words = row.words { return ([row.quantity] + words).map(quoted).joined(separator: ",") }
      let values = row.values.map { $0.map { "\($0)" } ?? "" }
      let ratios = row.ratios.dropFirst().map { $0.map { "\($0)" } ?? "" }
      return ([quoted(row.quantity)] + values + ratios).joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  /// Leaves of inputs that are not the same everywhere, by their path.
  public static func differences(of inputs: [Node]) -> [Difference] {
    var leaves: [(path: String, texts: [String?])] = []
    var places: [String: Int] = [:]
    func collect(_ node: Node, _ path: String, _ index: Int) {
      if let text = node.text {
        let place = places[path] ?? leaves.count
        if place == leaves.count {
          places[path] = place
          leaves.append((path, [String?](repeating: nil, count: inputs.count)))
        }
        leaves[place].texts[index] = text
        return
      }
      for (key, value) in node.fields { collect(value, path.isEmpty ? key : "\(path).\(key)", index) }
      for (number, value) in node.elements.enumerated() { collect(value, "\(path)[\(number)]", index) }
    }
    for (index, node) in inputs.enumerated() { collect(node, "", index) }
    return leaves.filter { Set($0.texts).count > 1 }.map { leaf in
      Difference(field: leaf.path, values: leaf.texts.map { $0 ?? Text.missing })
    }
  }
}
