import Formats
import Units

/// The greatest error that a group of training rows may have; it may only shrink. Fractions: 0.1 is 10%.
public struct TrainingBudget: Decodable, Sendable {
  public var name: String
  public var kind: String
  /// Which rows: each given field must be equal.
  public var chip: String?
  /// Whether the model has experts.
  public var mixture: Bool?
  /// `speed` or `memory`.
  public var figures: Figures
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  /// Of the median signed error, either way.
  public var bias: Double?
  public var coverage: Double?
  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, chip, mixture, figures, medianAbsoluteError, p90AbsoluteError, bias, coverage
  }
  public enum Figures: String, Decodable, Sendable, CaseIterable { case speed, memory }

  /// Those of a file, under the kind `training` with `figures`.
  public static func read(_ node: Node) throws -> [TrainingBudget] {
    try node.elements.filter { $0.field("kind")?.text == "training" && $0.field("figures") != nil }
      .map { try $0.decode(TrainingBudget.self) }
  }

  func includes(_ outcome: TrainingOutcome) -> Bool {
    (chip.map { $0 == outcome.row.chip } ?? true) && (mixture.map { $0 == outcome.row.isMixture } ?? true)
      && (figures == .speed ? outcome.isSpeed : outcome.isMemory)
  }

  /// Sentences that say which limit is broken and by how much; none when all hold.
  public func violations(in validation: TrainingValidation) -> [String] {
    let summary = validation.summary(where: includes)
    guard summary.rows > 0 else { return ["\(name): no row to be scored belongs to this budget"] }
    return ErrorLimits(
      name: name, median: medianAbsoluteError, p90: p90AbsoluteError, bias: bias, coverage: coverage
    ).broken(
      median: summary.medianAbsoluteError, p90: summary.p90AbsoluteError, bias: summary.bias, coverage: summary.coverage
    )
  }
}
