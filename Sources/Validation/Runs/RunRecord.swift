import Formats
import Units

/// One line of a file of runs, with its columns found once.
struct RunRecord {
  let row: CSVTable.Row
  let columns: [String: Int]
  let file: String

  var place: String { "\(file):\(row.line)" }

  /// The cell of a column; nil if it is empty or the file has no such column.
  subscript(column: String) -> String? {
    guard let index = columns[column], !row.cells[index].isEmpty else { return nil }
    return row.cells[index]
  }

  func problem(_ column: String, _ fault: String, wayOut: String) -> Problem {
    Problem("\(place): \(column)", fault, wayOut: wayOut)
  }

  func text(_ column: String) throws -> String {
    guard let text = self[column] else { throw problem(column, "is empty", wayOut: "fill it") }
    return text
  }

  /// A whole number above zero.
  func count(_ text: String, _ column: String, most: Int = 1_000_000_000) throws -> Int {
    guard let number = Double(text), number >= 1, number == number.rounded(), number <= Double(most) else {
      throw problem(
        column, "'\(text)' is not a whole number from 1 to \(most)",
        wayOut: "correct it, or leave it empty")
    }
    return Int(number)
  }

  func optionalCount(_ column: String) throws -> Int? { try self[column].map { try count($0, column) } }

  func number(_ text: String, _ column: String) throws -> Double {
    guard let number = Double(text), number.isFinite, number >= 0 else {
      throw problem(column, "'\(text)' is not a number of zero or more", wayOut: "give a number")
    }
    return number
  }

  func word<Word: RawRepresentable & CaseIterable>(_ text: String, _ column: String) throws -> Word
  where Word.RawValue == String {
    guard let word = Word(rawValue: text) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw problem(column, "'\(text)' is not known", wayOut: "use one of \(known)")
    }
    return word
  }

  func milliseconds(_ column: String) throws -> Seconds? {
    guard let text = self[column] else { return nil }
    let value = try number(text, column)
    guard value > 0 else { throw problem(column, "is zero", wayOut: "leave a cell empty that was not measured") }
    return .milliseconds(value)
  }
}
