import Formats
import Models
import Training
import Units

/// One published figure of a training job: a row of the columns of `training.csv`.
public struct TrainingRow: Sendable {
  public var id: String
  public var source: String
  public var table: String
  /// As the file names them.
  public var system: String
  public var chip: String
  public var chips: Int
  public var model: String
  public var precision: String
  public var metric: String
  public var value: Double
  public var unit: String
  /// Release or container that the notes name; empty where none.
  public var release: String
  public var role: Role
  public var reading: String
  public var flagsBasis: String
  /// `file:line`, for errors.
  public var place: String
  public var file: String
  public var isOwn = false
  /// All cells, for what the prediction needs.
  let cells: TrainingCells

  public enum Role: String, Sendable, CaseIterable { case calibrate, validate, shown }

  /// Columns by which a file of training rows is recognised.
  public static let signature = ["chip_count", "global_batch", "micro_batch", "metric", "value"]

  public static func isHeader(_ header: [String]) -> Bool { signature.allSatisfy(header.contains) }

  /// Whether the row is to be scored as it stands.
  public var isScored: Bool { reading == "as-is" }
  public var isMixture: Bool {
    cells["architecture"].contains("experts=") || cells["architecture"].contains("MoE")
      || cells["architecture"] == "public config.json"
  }
}

/// The cells of a row by column; text in lists of `name=value`.
struct TrainingCells: Sendable {
  private let row: CSVTable.Row

  init(_ row: CSVTable.Row) { self.row = row }

  subscript(column: String) -> String { row[column] ?? "" }

  func count(_ column: String) -> Int? { Double(self[column]).map { Int($0) } }

  /// The parts of a cell that are `name=value`, divided by semicolons.
  func fields(_ column: String) -> [(name: String, value: String)] {
    self[column].split(separator: ";").compactMap { part in
      guard let equals = part.firstIndex(of: "=") else { return nil }
      func trimmed(_ text: Substring) -> String { String(text.drop { $0 == " " }) }
      return (trimmed(part[..<equals]), String(part[part.index(after: equals)...]))
    }
  }

  func field(_ column: String, _ name: String) -> String? { fields(column).first { $0.name == name }?.value }

  func has(_ column: String, _ words: String) -> Bool { self[column].contains(words) }
}

extension TrainingRow {
  /// Reads every row; all faults are collected.
  public static func read(path: String) throws -> [TrainingRow] {
    let table = try CSVTable.read(path: path)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    var rows: [TrainingRow] = []
    var problems: [Problem] = []
    for row in table.rows {
      do { rows.append(try TrainingRow(row, file: file)) } catch let problem as Problem { problems.append(problem) }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    return rows
  }

  init(_ row: CSVTable.Row, file: String) throws {
    cells = TrainingCells(row)
    id = row["id"] ?? "line \(row.line)"
    source = row["source"] ?? ""
    table = row["table_or_figure"] ?? ""
    system = row["system"] ?? ""
    chip = row["chip"] ?? ""
    model = row["model"] ?? ""
    precision = row["precision"] ?? ""
    metric = try row.text("metric")
    unit = row["unit"] ?? ""
    value = Double(row["value"] ?? "") ?? .nan
    chips = cells.count("chip_count") ?? 0
    reading = row["reading"] ?? "as-is"
    flagsBasis = row["flags_basis"] ?? "unknown"
    release = Self.release(row["table_or_figure"] ?? "")
    place = "\(file):\(row.line)"
    self.file = file
    let word = row["role"] ?? "validate"
    guard let role = Role(rawValue: word) else {
      throw row.problem("role", "there is no role '\(word)'", wayOut: "use calibrate, validate or shown")
    }
    self.role = role
    guard value.isFinite || role == .shown else {
      throw row.problem("value", "'\(row["value"] ?? "")' is not a number", wayOut: "give a number")
    }
  }

  /// `26.04.01` of `26.04.01 Pre-Training DeepSeekV3`.
  private static func release(_ text: String) -> String {
    let first = text.prefix { $0.isNumber || $0 == "." }
    return first.count >= 5 && first.contains(".") ? String(first) : ""
  }
}
