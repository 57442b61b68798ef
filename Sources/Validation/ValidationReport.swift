import Units

/// All rows against their predictions, with what a reader needs to believe them.
public struct ValidationReport: Sendable {
  public var outcomes: [Outcome]
  /// The constants of the models that predict, and what identifies each.
  public var constants: [Constant]
  public var refits: [Refit]
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String]

  public struct Constant: Encodable, Sendable, Hashable {
    public var name: String
    public var value: String
    /// Rows it was fitted on; empty for facts and priors.
    public var identifiedBy: [String]
    public var source: String
  }

  /// The scored rows predicted after one calibration row was left out of the fit, or with another fit as good.
  public struct Refit: Encodable, Sendable, Hashable {
    /// The row left out, or the name of the alternative.
    public var name: String
    public var medianAbsoluteError: Double
    public var worstAbsoluteError: Double
    /// The row left out, predicted by the fit without it: its signed error.
    public var errorOfOmittedRow: Double?
  }

  public init(outcomes: [Outcome], constants: [Constant], refits: [Refit], violations: [String]) {
    self.outcomes = outcomes
    self.constants = constants
    self.refits = refits
    self.violations = violations
  }

  public var fittedConstants: Int { constants.filter { !$0.identifiedBy.isEmpty }.count }

  /// Constants that stand for one measured row each, such as a link's bandwidth.
  public var readOff: Int { constants.filter { $0.identifiedBy.count == 1 }.count }

  /// By kind, then by kind and metric, over levels and over changes apart.
  public var summary: [ValidationSummary] { groups.map(\.summary) }

  package struct Group {
    package var name: String
    package var summary: ValidationSummary
  }

  /// Scored rows only; "gains" are rows that publish a change in percent.
  package var groups: [Group] {
    let scored = outcomes.filter { $0.row.role == .validate }
    var groups: [Group] = []
    func add(_ name: String, _ rows: [Outcome]) {
      if !rows.isEmpty { groups.append(Group(name: name, summary: ValidationSummary(rows))) }
    }
    for file in unique(scored.map(\.row.file)) {
      let ofFile = scored.filter { $0.row.file == file }
      for kind in unique(ofFile.map(\.row.kind)) {
        let ofKind = ofFile.filter { $0.row.kind == kind }
        let levels = ofKind.filter { !$0.row.isChangeInPercent }
        add(kind, levels)
        add("\(kind), gains", ofKind.filter(\.row.isChangeInPercent))
        let systems = unique(levels.map(\.row.system))
        if systems.count > 1 {
          for system in systems { add("\(kind), \(system)", levels.filter { $0.row.system == system }) }
        }
      }
    }
    return groups
  }

  /// Rows by status, in the order of the statuses.
  public var counts: [(status: Outcome.Status, rows: Int)] {
    Outcome.Status.allCases.map { status in (status, outcomes.filter { $0.status == status }.count) }
  }
}

package func unique(_ values: [String]) -> [String] {
  var seen = Set<String>()
  return values.filter { seen.insert($0).inserted }
}

extension ValidationReport: Encodable {
  enum CodingKeys: String, CodingKey { case summary, rows, constants, fittedConstants, refits, violations }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(summary, forKey: .summary)
    try container.encode(outcomes, forKey: .rows)
    try container.encode(constants, forKey: .constants)
    try container.encode(fittedConstants, forKey: .fittedConstants)
    try container.encode(refits, forKey: .refits)
    try container.encode(violations, forKey: .violations)
  }
}

extension Outcome: Encodable {
  enum CodingKeys: String, CodingKey {
    case id, file, kind, system, chip, metric, unit, role, published, predicted, error, points, status, reason
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(row.id, forKey: .id)
    try container.encode(row.file, forKey: .file)
    try container.encode(row.kind, forKey: .kind)
    try container.encode(row.system, forKey: .system)
    try container.encode(row.chip, forKey: .chip)
    try container.encode(row.metric, forKey: .metric)
    try container.encode(row.unit, forKey: .unit)
    try container.encode(row.role.rawValue, forKey: .role)
    try container.encode(row.value, forKey: .published)
    try container.encode(predicted, forKey: .predicted)
    try container.encode(signedError, forKey: .error)
    try container.encode(points, forKey: .points)
    try container.encode(status.rawValue, forKey: .status)
    try container.encode(reason, forKey: .reason)
  }
}
