import Units

/// All rows against their predictions, with what a reader needs to believe them.
public struct ValidationReport: Sendable {
  public var outcomes: [Outcome]
  /// The constants of the models that predict, and what identifies each.
  public var constants: [Constant]
  public var refits: [Refit]
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String]

  public struct Constant: Codable, Sendable, Hashable {
    public var name: String
    public var value: String
    /// Rows it was fitted on; empty for facts and priors.
    public var identifiedBy: [String]
    public var source: String

    package init(name: String, value: String, identifiedBy: [String], source: String) {
      self.name = name
      self.value = value
      self.identifiedBy = identifiedBy
      self.source = source
    }
  }

  /// The scored rows predicted after one calibration row was left out of the fit, or with another fit as good.
  public struct Refit: Codable, Sendable, Hashable {
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
    let files = unique(scored.map(\.row.file))
    for file in files {
      let ofFile = scored.filter { $0.row.file == file }
      // Of the first file without its name.
      let place = file == files[0] ? "" : "\(file): "
      for kind in unique(ofFile.map(\.row.kind)) {
        let ofKind = ofFile.filter { $0.row.kind == kind }
        let levels = ofKind.filter { !$0.row.isChangeInPercent }
        add(place + kind, levels)
        add("\(place)\(kind), gains", ofKind.filter(\.row.isChangeInPercent))
        let systems = unique(levels.map(\.row.system))
        if systems.count > 1 {
          for system in systems { add("\(place)\(kind), \(system)", levels.filter { $0.row.system == system }) }
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
