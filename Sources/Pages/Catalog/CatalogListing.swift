import Formats
import Reports
import Units

/// What `supernode catalog list` answers: each kind as rows under named columns, for a table, CSV or JSON.
public struct CatalogListing: Sendable {
  public var sections: [Section]

  /// The entries of one kind.
  public struct Section: Sendable {
    public var kind: String
    /// What a reader of the table must know, such as its units.
    public var caption: String
    public var columns: [Column]
    public var rows: [[Cell]]
  }

  public struct Column: Sendable {
    /// In CSV and JSON.
    public var key: String
    /// Over the table; nil where the table leaves the column out.
    public var head: String?
    public var isNumber = false
  }

  /// A value, and how the table shows it.
  public struct Cell: Sendable {
    var value: Value
    var shown: String
    enum Value: Sendable {
      case text(String)
      case number(Double)
      case absent
    }
    static func text(_ text: String, shown: String? = nil) -> Cell { Cell(value: .text(text), shown: shown ?? text) }
    static func number(_ number: Double?, shown: (Double) -> String) -> Cell {
      guard let number else { return .absent }
      return Cell(value: .number(number), shown: shown(number))
    }
    static func count(_ count: Int) -> Cell { number(Double(count)) { Text.grouped(Int($0)) } }
    static let absent = Cell(value: .absent, shown: "")
  }

  public static let kinds = ["chips", "systems", "engines", "models", "traces", "examples"]

  /// One kind in full. `chip` keeps chips whose name has it, and systems of such chips.
  public init(of kind: String, chip: String? = nil, in catalog: Catalog) throws {
    let evidence = try Evidence(catalog)
    let isKept: (String) -> Bool = { name in chip.map { Catalog.slug(name).contains(Catalog.slug($0)) } ?? true }
    switch kind {
    case "chips": sections = [try Self.chips(catalog, evidence, isKept)]
    case "systems": sections = [try Self.systems(catalog, evidence, isKept)]
    case "engines": sections = [try Self.engines(catalog, evidence)]
    case "models": sections = [try Self.models(catalog)]
    case "traces": sections = [try Self.traces(catalog)]
    case "examples": sections = [Self.examples(catalog)]
    default: sections = [Self.names(kind, try catalog.entries(kind: kind))]
    }
    if let chip, sections.allSatisfy(\.rows.isEmpty) {
      throw Problem("--chip", "no chip of these \(kind) has '\(chip)' in its name", wayOut: "see 'catalog list chips'")
    }
  }

  /// All kinds, their names alone.
  public init(namesIn catalog: Catalog) throws {
    sections = try Self.kinds.map { kind in
      kind == "examples" ? Self.examples(catalog) : Self.names(kind, try catalog.entries(kind: kind))
    }
  }

  private static func names(_ kind: String, _ entries: [Catalog.Entry]) -> Section {
    Section(
      kind: kind, caption: "", columns: [Column(key: "name", head: "Name"), Column(key: "path", head: nil)],
      rows: entries.map { [.text($0.name), .text($0.path)] })
  }

  private static func examples(_ catalog: Catalog) -> Section {
    Section(
      kind: "examples", caption: "supernode simulate NAME runs one",
      columns: [
        Column(key: "name", head: "Name"), Column(key: "title", head: "Scenario"), Column(key: "path", head: nil),
      ],
      rows: catalog.examples().map { name, path in
        let title = (try? Node.read(path: path))?.field("name")?.text ?? ""
        return [.text(name), .text(title), .text(path)]
      })
  }
}

// MARK: Forms

extension CatalogListing {
  /// Each kind as a table under its name.
  public func text(_ renderer: TerminalRenderer) -> String {
    sections.map { section in
      let head = Document(title: "\(section.kind) (\(section.rows.count))", subtitle: section.caption)
      return renderer.render(head) + "\n" + renderer.render(section.table) + "\n"
    }.joined(separator: "\n")
  }

  /// All kinds as paragraphs of names.
  public func overview() -> Document {
    Document(
      title: "catalog",
      lead: ["catalog list KIND shows a kind's figures; catalog show NAME an entry with its sources."],
      sections: sections.map { section in
        let names = section.rows.map(\.[0].shown).joined(separator: ", ")
        return Document.Section("\(section.kind) (\(section.rows.count))", [.paragraph(names)])
      })
  }

  public var csv: String {
    guard let section = sections.first else { return "" }
    var text = CSVText(header: section.columns.map(\.key))
    for row in section.rows {
      text.append(
        row.map { cell in
          switch cell.value {
          case .text(let text): text
          case .number(let number): CSVText.number(number)
          case .absent: ""
          }
        })
    }
    return text.text
  }

  /// By kind, each entry under the columns' keys; what is not known is null.
  public func json() throws -> String { try JSONText.encode(self, sorted: false) }
}

extension CatalogListing.Section {
  fileprivate var table: Table {
    let shown = columns.indices.filter { columns[$0].head != nil }
    return Table(
      kind, columns: shown.map { Table.Column(columns[$0].head ?? "", columns[$0].isNumber ? .trailing : .leading) },
      rows: rows.map { row in shown.map { Table.Cell(row[$0].shown) } })
  }
}

extension CatalogListing: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var kinds = encoder.container(keyedBy: FieldName.self)
    for section in sections {
      var list = kinds.nestedUnkeyedContainer(forKey: FieldName(stringValue: section.kind))
      for row in section.rows {
        var fields = list.nestedContainer(keyedBy: FieldName.self)
        for (column, cell) in zip(section.columns, row) {
          let key = FieldName(stringValue: column.key)
          switch cell.value {
          case .text(let text): try fields.encode(text, forKey: key)
          case .number(let number): try fields.encode(number, forKey: key)
          case .absent: try fields.encodeNil(forKey: key)
          }
        }
      }
    }
  }
}
