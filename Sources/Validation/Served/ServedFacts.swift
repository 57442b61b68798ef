import Costs
import Formats
import Units

/// What rows of published measurements leave to their sources: names, number formats, and the launches behind them.
///
/// From `catalog/published/served.yaml`. Nothing here is a constant of a model, and nothing was chosen by what a row
/// measures.
struct ServedFacts: Decodable, Sendable {
  /// The catalog's system of a row.
  var systems: [Name]
  /// The catalog's engine of a row.
  var engines: [Name]
  /// The catalog's model of a row.
  var models: [Name]
  /// Number formats of a row's column `precision`.
  var formats: [Format]
  /// Launches as their sources print them.
  var deployments: [Deployment]

  enum CodingKeys: String, CodingKey, CaseIterable { case systems, engines, models, formats, deployments }

  /// An entry of the catalog for rows whose texts begin so; what is absent fits every row.
  struct Name: Decodable, Sendable {
    /// The catalog's name.
    var name: String
    var system: String?
    var chip: String?
    var model: String?
    /// Packages from which on it holds.
    var chips: Double?
    /// A key that the row's `config` must have, `graph` or `graph=decode only`.
    var having: String?
    enum CodingKeys: String, CodingKey, CaseIterable { case name, system, chip, model, chips, having }

    func includes(_ row: PublishedRow) -> Bool {
      begins(row.system, with: system) && begins(row.chip, with: chip) && begins(row.model, with: model)
        && (chips.map { (row.chipCount ?? 0) >= $0 } ?? true) && (having.map(row.has) ?? true)
    }
  }

  /// The number formats that a row's words stand for.
  struct Format: Decodable, Sendable {
    /// The column `precision`, whole.
    var row: String
    var system: String?
    var model: String?
    var precision: Precision
    enum CodingKeys: String, CodingKey, CaseIterable { case row, system, model, precision }
  }

  /// What a source says of the launch behind rows, in the keys of their own `config`.
  struct Deployment: Decodable, Sendable {
    /// Which rows: texts that they begin with, and numbers that are theirs.
    var source: String
    var system: String?
    var chip: String?
    var model: String?
    var precision: String?
    var chips: Double?
    var inputTokens: Double?
    var outputTokens: Double?
    /// `key=value;…`; a key that the row has is the row's.
    var config: String
    /// Where the source says it.
    var from: String
    /// What the source hides and is filled in here; such rows are listed apart.
    var assumes: String?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case source, system, chip, model, precision, chips, inputTokens, outputTokens, config, from, assumes
    }

    func includes(_ row: PublishedRow) -> Bool {
      func equals(_ value: Double?, _ wanted: Double?) -> Bool { wanted.map { $0 == value } ?? true }
      return row.source.hasPrefix(source) && begins(row.system, with: system) && begins(row.chip, with: chip)
        && begins(row.model, with: model) && (precision.map { $0 == row.precision } ?? true)
        && equals(row.chipCount, chips) && equals(row.inputTokens, inputTokens)
        && equals(row.outputTokens, outputTokens)
    }
  }

  static func read(_ catalog: Catalog) throws -> ServedFacts {
    guard let path = catalog.resourcePath("catalog/published/served.yaml") else {
      throw Problem("catalog/published/served.yaml", "the program's data is not beside it", wayOut: "install it anew")
    }
    return try Node.read(path: path).decode(ServedFacts.self)
  }

  func system(of row: PublishedRow) -> String? { systems.first { $0.includes(row) }?.name }
  func engine(of row: PublishedRow) -> String? { engines.first { $0.includes(row) }?.name }
  func model(of row: PublishedRow) -> String? { models.first { $0.includes(row) }?.name }

  func precision(of row: PublishedRow) -> Precision? {
    formats.first {
      $0.row == row.precision && begins(row.system, with: $0.system) && begins(row.model, with: $0.model)
    }?.precision
  }
}

private func begins(_ text: String, with start: String?) -> Bool { start.map(text.hasPrefix) ?? true }

extension PublishedRow {
  /// Whether `config` has a key, or with `=` a key of that value.
  func has(_ pair: String) -> Bool {
    let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
    guard let key = parts.first, let value = self[key] else { return false }
    return parts.count < 2 || value == parts[1]
  }
}
