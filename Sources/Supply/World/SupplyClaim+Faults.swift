import Formats
import Units

extension SupplyClaim {
  /// What is wrong with it by itself, whatever the quantities are.
  var faults: [Problem] {
    var found: [Problem] = []
    func add(_ fault: String, _ wayOut: String) { found.append(Problem(place, fault, wayOut: wayOut)) }
    if atLeast == nil, atMost == nil, !definition.isDate {
      add("the claim '\(id)' has no bound", "add atLeast or atMost")
    }
    if let atLeast, let atMost, atLeast > atMost {
      let bounds = "at least \(CSVText.number(atLeast)) and at most \(CSVText.number(atMost))"
      add(
        "the claim '\(id)' is \(bounds), a low above its high",
        "exchange them")
    }
    if definition.by == nil, definition.byOver != nil {
      add("the claim '\(id)' has a period for a denominator that it has not", "add 'by' or remove 'byOver'")
    }
    return found
  }
}

extension SupplyScenario {
  /// Refuses claims that are wrong by themselves or ask for what a run has not.
  func check(_ claims: [SupplyClaim], against world: CompiledWorld) throws {
    var found = claims.flatMap(\.faults)
    let series = world.series
    for claim in claims {
      do { _ = try CompiledMeasure(claim.definition, series: series, horizon: world.horizon) } catch let problem
        as Problem
      {
        found.append(problem)
      }
    }
    guard found.isEmpty else { throw Problems(found) }
  }

  /// Refuses a question that the scenario cannot answer, before any draw.
  func check(_ question: SupplyQuestion) throws {
    var found: [Problem] = []
    func gather(_ body: () throws -> Void) throws {
      do { try body() } catch let problem as Problem { found.append(problem) } catch let several as Problems {
        found += several.list
      }
    }
    if let date = question.asOf, date < horizon.start {
      found.append(
        Problem(
          "--as-of", "\(date.dayText) is before the run, which begins with \(horizon.start)",
          wayOut: "give a date from then on"
        ))
    }
    let end = horizon.date(of: horizon.count)
    if let date = question.asOf, date >= end {
      let last = horizon.date(of: horizon.count - 1)
      found.append(
        Problem("--as-of", "\(date.dayText) is after the run, which ends with \(last)", wayOut: "give an earlier date"))
    }
    for (group, member) in question.schools {
      try gather { try check(school: group, member, at: Place(file: "--school", line: 0)) }
    }
    for names in question.without { try gather { _ = try events(without: names, asOf: nil) } }
    if let name = question.sensitivity { try gather { _ = try measure(named: name) } }
    guard found.isEmpty else { throw Problems(found) }
  }
}
