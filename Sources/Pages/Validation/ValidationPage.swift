import Reports
import Validation

/// The page of `validate`: what a serving user asks for first, then rows, runs and supply.
public struct ValidationPage {
  public var measured: ValidationReport?
  public var runs: RunValidation?
  public var supply: SupplyValidation?
  public var training: TrainingValidation?

  public init(
    _ measured: ValidationReport?, _ runs: RunValidation?, _ supply: SupplyValidation?,
    _ training: TrainingValidation? = nil
  ) {
    self.measured = measured
    self.runs = runs
    self.supply = supply
    self.training = training
  }

  /// Nil where nothing was validated.
  public func document(version: String) -> Document? {
    if let training, runs == nil {
      var whole = training.document(version: version)
      // Published figures of training on Ascend stand among the other measurements.
      whole.sections += measured?.document(version: version).sections.prefix(1) ?? []
      return whole
    }
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
    whole.sections += training?.document(version: version).sections.prefix(3) ?? []
    return whole
  }
}
