import Formats
import Units

/// Whether an answer lies within what published counts and accounts could say against it.
public struct SupplyValidity: Codable, Sendable {
  public enum Grade: String, Codable, Sendable, CaseIterable {
    /// Of this world, of a quantity that published rows count, and of a time that they reach.
    case compared
    /// Of a time that no count reaches yet.
    case forecast
    /// Of a quantity on which no row was found.
    case neverCompared
    /// Of a world that somebody supposed, which no count can speak of.
    case supposed
  }
  /// The best of the claims' grades: what follows is at most that.
  public var grade: Grade
  /// Rows of counts and accounts, without plans and bounds.
  public var rows: Int
  /// The last month of their periods.
  public var until: String?
  /// By claim.
  public var claims: [Part]

  /// Where a claim stands.
  public struct Part: Codable, Sendable {
    /// The claim's.
    public var id: String
    /// What published rows could say against it.
    public var grade: Grade
  }

  /// Of a scenario's claims; the base's world alone was compared.
  init(_ scenario: SupplyScenario, _ question: SupplyQuestion) {
    // A row speaks of outcomes where its period had ended when it was told.
    let counted = scenario.checks.filter { check in
      guard let measure = check.measure, check.bound == nil, !check.hasAssumptions else { return false }
      return measure.over.end.months <= check.asOf.months + 1 && (question.asOf.map { check.asOf <= $0 } ?? true)
    }
    rows = counted.count
    let end = counted.compactMap(\.measure).map(\.over.end.months).max()
    until = end.map { CalendarDay(months: $0 - 1).description }
    let named = Set(counted.compactMap(\.measure).flatMap(\.names))
    let isSupposed = scenario.isSupposed || !question.schools.isEmpty
    let parts = scenario.claims.map { claim in
      let isKnown = claim.definition.names.allSatisfy(named.contains)
      let last = max(claim.definition.over.end.months, claim.definition.byOver?.end.months ?? 0)
      let isPast = end.map { last <= $0 } ?? false
      return Part(
        id: claim.id,
        grade: isSupposed ? .supposed : !isKnown ? .neverCompared : isPast ? .compared : .forecast)
    }
    let order: [Grade] = [.compared, .forecast, .neverCompared]
    let best = order.first { wanted in parts.contains { $0.grade == wanted } }
    grade = isSupposed ? .supposed : best ?? .neverCompared
    claims = parts
  }
}

extension SupplyMeasure {
  /// Every quantity in it.
  var names: [String] { quantity.list + (by?.list ?? []) }
}
