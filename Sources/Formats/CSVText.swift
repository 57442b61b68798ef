/// CSV as text, row by row; fields are quoted where they must be, lines end with `\n`.
public struct CSVText: Sendable {
  public private(set) var text = ""

  public init(header: [String]) { append(header) }

  public mutating func append(_ cells: [String]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += "," }
      text += Self.quoted(cell)
    }
    text += "\n"
  }

  /// A number with the fewest digits that read back the same; empty if it is not finite.
  public static func number(_ number: Double) -> String { number.isFinite ? jsonNumber(number) : "" }

  /// A cell as it stands in a file.
  public static func quoted(_ cell: String) -> String {
    let special = cell.utf8.contains { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 || $0 == 35 }
    guard special || cell.hasPrefix(" ") || cell.hasSuffix(" ") else { return cell }
    var quoted = "\""
    for character in cell.unicodeScalars { quoted += character == "\"" ? "\"\"" : String(character) }
    return quoted + "\""
  }
}
