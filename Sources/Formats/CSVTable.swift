import Units

/// A small CSV file in memory, its rows with their line numbers; traces are read with `LineReader` instead.
public struct CSVTable: Sendable {
  public let file: String
  /// The names of the columns, as in the first line.
  public let header: [String]
  public let rows: [Row]

  /// One record of the file.
  public struct Row: Sendable {
    public let line: Int
    public let cells: [String]
    let file: String
    let header: [String]

    /// The cell of a column, blanks trimmed; nil if it is empty or the table has no such column.
    public subscript(column: String) -> String? {
      guard let index = header.firstIndex(of: column) else { return nil }
      return cells[index].isEmpty ? nil : cells[index]
    }

    /// The cell of a column that must not be empty.
    public func text(_ column: String) throws -> String {
      if let text = self[column] { return text }
      guard !header.contains(column) else { throw problem(column, "is empty", wayOut: "fill it") }
      throw problem(column, "there is no such column", wayOut: "the columns are \(header.joined(separator: ", "))")
    }

    /// The number in a column that must not be empty.
    public func number(_ column: String) throws -> Double {
      let text = try text(column)
      guard let number = Double(text), number.isFinite else {
        throw problem(column, "'\(text)' is not a number", wayOut: "give a number")
      }
      return number
    }

    /// `table.csv:7: value: …`.
    public func problem(_ column: String, _ fault: String, wayOut: String) -> Problem {
      Problem("\(file):\(line): \(column)", fault, wayOut: wayOut)
    }
  }

  /// Reads a table with a header; quoted fields may have commas, doubled quotes and line ends.
  ///
  /// Empty lines and those that begin with `#` are passed over.
  public init(_ text: String, file: String) throws {
    var records = CSVRecords(text: text)
    guard let first = try records.next(file: file) else {
      throw Problem(file, "there is nothing in it", wayOut: "its first line names the columns")
    }
    let header = first.cells
    if let twice = header.indices.first(where: { header[..<$0].contains(header[$0]) }) {
      throw Problem("\(file):\(first.line)", "the column '\(header[twice])' is named twice", wayOut: "rename one")
    }
    var rows: [Row] = []
    var problems: [Problem] = []
    while let record = try records.next(file: file) {
      if record.cells.count == header.count {
        rows.append(Row(line: record.line, cells: record.cells, file: file, header: header))
      } else {
        problems.append(
          Problem(
            "\(file):\(record.line)", "has \(record.cells.count) fields where the header has \(header.count)",
            wayOut: "add or remove commas, or quote a field that has one"))
      }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    self.file = file
    self.header = header
    self.rows = rows
  }

  /// Reads a table from a file; `-` is standard input.
  public static func read(path: String) throws -> CSVTable {
    let file = path == "-" ? "standard input" : path
    return try CSVTable(String(decoding: readBytes(of: path), as: UTF8.self), file: file)
  }
}

/// Splits text into records.
private struct CSVRecords {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1

  init(text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
  }

  mutating func next(file: String) throws -> (line: Int, cells: [String])? {
    skipEmptyLines()
    guard index < bytes.count else { return nil }
    let start = line
    var cells: [String] = []
    while true {
      cells.append(try cell(file: file))
      guard index < bytes.count, bytes[index] == UInt8(ascii: ",") else { break }
      index += 1
    }
    endLine()
    return (start, cells)
  }

  private mutating func skipEmptyLines() {
    while index < bytes.count {
      var end = index
      while end < bytes.count, bytes[end] != 10 { end += 1 }
      let isEmpty = bytes[index..<end].allSatisfy { $0 == 32 || $0 == 13 }
      guard isEmpty || bytes[index] == UInt8(ascii: "#") else { return }
      index = end
      endLine()
    }
  }

  private mutating func endLine() {
    while index < bytes.count, bytes[index] == 13 { index += 1 }
    if index < bytes.count, bytes[index] == 10 {
      index += 1
      line += 1
    }
  }

  private mutating func cell(file: String) throws -> String {
    while index < bytes.count, bytes[index] == 32 { index += 1 }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return plainCell() }
    let opened = line
    var cell: [UInt8] = []
    index += 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\"") {
        index += 1
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
          let rest = plainCell()
          guard rest.isEmpty else {
            throw Problem(
              "\(file):\(line)", "'\(rest)' follows a closing quote", wayOut: "double the quotes in a field")
          }
          return String(decoding: cell, as: UTF8.self)
        }
      } else if bytes[index] == 10 {
        line += 1
      }
      cell.append(bytes[index])
      index += 1
    }
    throw Problem("\(file):\(opened)", "a quote is not closed", wayOut: "close it")
  }

  private mutating func plainCell() -> String {
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: ","), bytes[index] != 10 { index += 1 }
    var cell = bytes[start..<index]
    while let last = cell.last, last == 32 || last == 13 || last == 9 { cell = cell.dropLast() }
    return String(decoding: cell, as: UTF8.self)
  }
}
