import Formats
import Units

/// One published measurement, as it stands in a file of the columns of `ascend.csv`.
public struct PublishedRow: Sendable {
  public var id: String
  public var kind: String
  public var source: String
  public var table: String
  public var system: String
  public var chip: String
  public var chipCount: Double?
  public var model: String
  public var precision: String
  /// The column `config`, `ep=320;mtp=1`, in the order of the file; a key may repeat (`setup`).
  public var configuration: [(key: String, value: String)]
  public var inputTokens: Double?
  public var outputTokens: Double?
  /// Requests per package in decode, tokens per package in prefill.
  public var batchPerChip: Double?
  public var metric: String
  public var value: Double
  public var unit: String
  public var role: Role
  public var notes: String
  /// `file:line`, for errors.
  public var place: String
  public var file: String

  public enum Role: String, Sendable, CaseIterable {
    case input, calibrate, validate, derived, bound, projection, forecast, weak
  }

  public subscript(key: String) -> String? { configuration.first { $0.key == key }?.value }
  public func number(_ key: String) -> Double? { self[key].flatMap(Double.init) }
}

extension PublishedRow {
  /// Reads every row of a file; all faults of all rows are collected.
  public static func read(path: String) throws -> [PublishedRow] {
    let table = try CSVTable.read(path: path)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    var rows: [PublishedRow] = []
    var problems: [Problem] = []
    for column in columns where !table.header.contains(column) {
      problems.append(
        Problem(
          "\(file):1", "there is no column '\(column)'", wayOut: "the columns are \(columns.joined(separator: ", "))"))
    }
    guard problems.isEmpty else { throw Problems(problems) }
    for record in table.rows {
      do { rows.append(try PublishedRow(record, file: file)) } catch let problem as Problem { problems.append(problem) }
    }
    var seen = Set<String>()
    for row in rows where !seen.insert(row.id).inserted {
      problems.append(Problem(row.place, "the id '\(row.id)' stands twice", wayOut: "give each row its own id"))
    }
    guard problems.isEmpty else { throw Problems(problems) }
    return rows
  }

  /// The files that come with the program.
  package static let builtInFiles = ["ascend.csv", "accelerators-2.csv"]

  static let columns = [
    "id", "kind", "source", "table_or_figure", "system", "chip", "chip_count", "model", "precision", "config",
    "input_tokens", "output_tokens", "batch_per_chip", "metric", "value", "unit", "role", "notes",
  ]

  init(_ record: CSVTable.Row, file: String) throws {
    func text(_ column: String) -> String { record[column] ?? "" }
    // Wide of all that is measured, and small enough to be counted with.
    func number(_ column: String, most: Double = 1e9) throws -> Double? {
      guard record[column] != nil else { return nil }
      let number = try record.number(column)
      guard number >= 0, number <= most else {
        throw record.problem(column, "\(number) is not between 0 and \(Int(most))", wayOut: "check it")
      }
      return number
    }
    id = try record.text("id")
    kind = try record.text("kind")
    source = text("source")
    table = text("table_or_figure")
    system = text("system")
    chip = text("chip")
    chipCount = try number("chip_count", most: 1e6)
    model = text("model")
    precision = text("precision")
    configuration = try text("config").split(separator: ";").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard !parts[0].isEmpty else { throw record.problem("config", "'\(pair)' has no key", wayOut: "write key=value") }
      let value = parts.count > 1 ? parts[1] : ""
      let most = parts[0].hasSuffix("_bytes") ? 1e12 : 1e9
      if let number = Double(value), !(number >= 0 && number <= most) {
        throw record.problem(
          "config", "\(parts[0]) \(value) is out of all range",
          wayOut: most > 1e9 ? "give 0 to a million million" : "give 0 to a billion")
      }
      return (parts[0], value)
    }
    inputTokens = try number("input_tokens")
    outputTokens = try number("output_tokens")
    batchPerChip = try number("batch_per_chip")
    metric = try record.text("metric")
    value = try record.number("value")
    unit = text("unit")
    let roleText = try record.text("role")
    guard let role = Role(rawValue: roleText) else {
      throw record.problem(
        "role", "'\(roleText)' is not a role",
        wayOut: "use one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.role = role
    notes = text("notes")
    place = "\(file):\(record.line)"
    self.file = file
  }
}
