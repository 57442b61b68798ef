import Reports
import Validation

/// The page of `validate`: what a serving user asks for first, then rows, runs and supply.
public struct ValidationPage {
  public var measured: ValidationReport?
  public var runs: RunValidation?
  public var supply: SupplyValidation?

  public init(_ measured: ValidationReport?, _ runs: RunValidation?, _ supply: SupplyValidation?) {
    self.measured = measured
    self.runs = runs
    self.supply = supply
  }

  /// Nil where nothing was validated.
  public func document(version: String) -> Document? {
    let parts = [
      measured?.document(version: version), runs?.document(version: version),
      measured == nil && runs == nil ? supply?.document() : nil,
    ].compactMap { $0 }
    guard var whole = parts.first else { return nil }
    guard let rows = measured?.document(version: version), let ofRuns = runs?.document(version: version) else {
      return whole
    }
    whole.title = "Supernode against measurements"
    whole.subtitle = "\(ofRuns.subtitle); published rows: \(rows.subtitle)"
    let holds = (measured?.violations ?? []) + (runs?.violations ?? [])
    whole.badges = [
      Document.Badge(holds.isEmpty ? "budgets hold" : "budget broken", tone: holds.isEmpty ? .good : .bad)
    ]
    whole.lead = ofRuns.lead.prefix(1) + rows.lead
    whole.headlines = ofRuns.headlines + rows.headlines.prefix(1) + rows.headlines.suffix(1)
    whole.sections = ofRuns.sections.prefix(2) + rows.sections + ofRuns.sections.dropFirst(2)
    return whole
  }
}
