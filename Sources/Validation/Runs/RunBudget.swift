import Formats
import Units

/// The greatest error that a group of runs may have; it may only shrink. Fractions: 0.1 is 10%.
public struct RunBudget: Decodable, Sendable {
  public var name: String
  public var kind: String
  /// Which runs: each given field must be equal.
  public var engine: String?
  public var chips: [String]?
  public var model: String?
  public var mode: String?
  /// Whether the model's layers are all dense.
  public var dense: Bool?
  public var metric: String
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  /// Of the median signed error, either way.
  public var bias: Double?
  /// Runs to be scored that must have a prediction, as a share.
  public var coverage: Double?
  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, engine, chips, model, mode, dense, metric, medianAbsoluteError, p90AbsoluteError, bias, coverage
  }

  /// Those of a file, under the kind `runs`.
  public static func read(_ node: Node) throws -> [RunBudget] {
    try node.elements.filter { $0.field("kind")?.text == "runs" }.map { try $0.decode(RunBudget.self) }
  }

  func includes(_ outcome: RunOutcome) -> Bool {
    (engine.map { $0 == outcome.run.engine } ?? true) && (chips.map { $0.contains(outcome.chip) } ?? true)
      && (model.map { $0 == outcome.run.modelName } ?? true) && (mode.map { $0 == outcome.run.mode.rawValue } ?? true)
      && (dense.map { $0 == outcome.isDense } ?? true) && metric == outcome.metric.rawValue
  }

  /// Sentences that say which limit is broken and by how much; none when all hold.
  public func violations(in validation: RunValidation) -> [String] {
    let summary = RunSummary(validation.published.filter(includes))
    guard summary.rows > 0 else { return ["\(name): no run to be scored belongs to this budget"] }
    return ErrorLimits(
      name: name, median: medianAbsoluteError, p90: p90AbsoluteError, bias: bias, coverage: coverage
    ).broken(
      median: summary.medianAbsoluteError, p90: summary.p90AbsoluteError, bias: summary.bias, coverage: summary.coverage
    )
  }
}
