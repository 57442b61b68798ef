import Formats
import Units

/// The greatest error that a group of rows may have; it may only shrink.
public struct Budget: Decodable, Sendable {
  public var name: String
  /// Which rows: each given field must be equal, `idPrefix` a beginning.
  public var kind: String?
  public var source: String?
  public var system: String?
  public var metric: String?
  public var chip: String?
  public var idPrefix: String?
  /// The file's name, `ascend.csv`.
  public var file: String?
  /// Fractions: 0.1 is 10%.
  public var medianAbsoluteError: Double?
  public var worstAbsoluteError: Double?
  /// For changes in percent: points.
  public var worstPoints: Double?
  /// Scored rows that must have a prediction, as a share; those that rest on an assumption are apart.
  public var coverage: Double?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, source, system, metric, chip, idPrefix, file
    case medianAbsoluteError, worstAbsoluteError, worstPoints, coverage
  }

  /// Those of a file; the supply model and the runs of engines have their own kinds, read by `SupplyBudget` and
  /// `RunBudget`.
  public static func read(_ node: Node) throws -> [Budget] {
    try node.elements.filter { !["supply", "runs"].contains($0.field("kind")?.text) && $0.field("figures") == nil }
      .map { try $0.decode(Budget.self) }
  }

  func includes(_ row: PublishedRow) -> Bool {
    (kind.map { $0 == row.kind } ?? true) && (source.map { $0 == row.source } ?? true)
      && (system.map { $0 == row.system } ?? true) && (metric.map { $0 == row.metric } ?? true)
      && (chip.map { $0 == row.chip } ?? true) && (idPrefix.map { row.id.hasPrefix($0) } ?? true)
      && (file.map { $0 == row.file } ?? true)
  }

  /// Sentences that say which limit is broken and by how much; none when all hold.
  public func violations(in outcomes: [Outcome]) -> [String] {
    let mine = outcomes.filter { includes($0.row) && $0.row.role == .validate && $0.status != .assumed }
    guard !mine.isEmpty else { return ["\(name): no scored row belongs to this budget"] }
    let levels = ValidationSummary(mine.filter { worstPoints == nil || !$0.row.isChangeInPercent })
    var found: [String] = []
    func check(_ label: String, _ reached: Double?, _ limit: Double?) {
      guard let reached, let limit, reached > limit else { return }
      found.append("\(name): \(label) \(percent(reached)) is above its budget of \(percent(limit))")
    }
    check("median error", levels.medianAbsoluteError, medianAbsoluteError)
    check("worst error", levels.worstAbsoluteError, worstAbsoluteError)
    if let limit = worstPoints, let worst = mine.compactMap({ $0.points.map(abs) }).max(), worst > limit {
      found.append("\(name): a change is off by \(rounded(worst)) points, above its budget of \(rounded(limit))")
    }
    if let limit = coverage {
      let share = Double(mine.filter { $0.status == .scored }.count) / Double(mine.count)
      if share < limit { found.append("\(name): coverage \(percent(share)) is below its budget of \(percent(limit))") }
    }
    return found
  }
}

package func percent(_ fraction: Double) -> String { "\(rounded(fraction * 100))%" }

/// One decimal, without a locale.
package func rounded(_ value: Double) -> String {
  let tenths = (value * 10).rounded() / 10
  return tenths == tenths.rounded() && tenths.magnitude < 1e15 ? "\(Int(tenths))" : "\(tenths)"
}
