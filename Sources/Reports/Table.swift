/// Rows of text under named columns.
public struct Table: Sendable, Hashable {
  public var caption: String
  public var columns: [Column]
  /// Every row has one cell for each column; a shorter one is filled with empty cells.
  public var rows: [[Cell]]

  public init(_ caption: String, columns: [Column], rows: [[Cell]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  public struct Column: Sendable, Hashable, ExpressibleByStringLiteral {
    public var name: String
    public var alignment: Alignment
    /// Whether its texts stay on one line: identifiers.
    public var isUnbroken: Bool
    public enum Alignment: Sendable, Hashable { case leading, trailing }

    public init(_ name: String, _ alignment: Alignment = .leading, isUnbroken: Bool = false) {
      self.name = name
      self.alignment = alignment
      self.isUnbroken = isUnbroken
    }
    public init(stringLiteral name: String) { self.init(name) }
    /// A column of figures, flush right.
    public static func number(_ name: String) -> Self { Self(name, .trailing) }
  }

  public struct Cell: Sendable, Hashable, ExpressibleByStringInterpolation {
    public var text: String
    public var tone: Document.Tone
    /// A fraction of 1 that a page draws as a bar behind the text.
    public var share: Double?
    /// Under the text in small type on a page, in parentheses behind it elsewhere.
    public var note: String
    /// Where a page's reader is led; a web address.
    public var link: String?
    public init(
      _ text: String, tone: Document.Tone = .plain, share: Double? = nil, note: String = "", link: String? = nil
    ) {
      self.text = text
      self.tone = tone
      self.share = share
      self.note = note
      self.link = link
    }

    /// On one line.
    var line: String { note.isEmpty ? text : "\(text) (\(note))" }
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// The cell at a column, empty where its row is too short.
  func cell(_ row: [Cell], _ column: Int) -> Cell { column < row.count ? row[column] : Cell("") }
}
