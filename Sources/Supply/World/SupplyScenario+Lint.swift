import Formats
import Units

extension SupplyScenario {
  /// Reads one file of the catalog's supply folder as the model would; throws all that does not fit.
  public static func lint(_ node: Node, catalog: Catalog) throws {
    var found: [Problem] = []
    func gather(_ body: () throws -> [Problem]) throws {
      do { found += try body() } catch let problem as Problem { found.append(problem) } catch let several as Problems {
        found += several.list
      }
    }
    if node.field("world") != nil || node.field("base") != nil {
      let scenario = try SupplyScenario(node, catalog: catalog)
      try scenario.check(scenario.claims, against: scenario.compiled(SupplyQuestion(draws: 1)))
      return
    }
    let base = try SupplyScenario("base", catalog: catalog)
    if node.field("parameters") != nil { try gather { try faults(ofParameters: node, base) } }
    if node.field("events") != nil { try gather { try faults(ofEvents: node) } }
    if node.field("claims") != nil { try gather { try faults(ofClaims: node, base) } }
    if node.field("checks") != nil { try gather { try faults(ofChecks: node, base) } }
    if node.field("subjects") != nil { try gather { try faults(ofVocabulary: node, base) } }
    guard found.isEmpty else { throw Problems(found) }
  }

  /// Numbers of the base on which nothing depends, by name.
  public static func keptForReaders(_ catalog: Catalog) throws -> [String] {
    let base = try SupplyScenario("base", catalog: catalog)
    let used = Set(try base.compiled(SupplyQuestion(draws: 1)).uses.map(\.name))
    return base.parameters.map(\.name).filter { !used.contains($0) }
  }

  private static func faults(ofParameters node: Node, _ base: SupplyScenario) throws -> [Problem] {
    struct File: Decodable { var parameters: [Placed<Parameter>] }
    let parameters = try merged(node.decode(File.self).parameters, into: [], \.name, "parameter")
    return parameters.flatMap { $0.faults(schools: base.world.schools) + $0.descriptionFaults }
  }

  /// Their effects are checked with the world on which they act.
  private static func faults(ofEvents node: Node) throws -> [Problem] {
    struct File: Decodable { var events: [Placed<PolicyEvent>] }
    let events = try merged(node.decode(File.self).events, into: [], \.id, "event")
    return events.indices.dropFirst().compactMap { index in
      guard events[index].date < events[index - 1].date else { return nil }
      return Problem(
        events[index].place,
        "the event '\(events[index].id)' of \(events[index].date) stands after one of \(events[index - 1].date)",
        wayOut: "put them in the order of their dates")
    }
  }

  private static func faults(ofClaims node: Node, _ base: SupplyScenario) throws -> [Problem] {
    struct File: Decodable { var claims: [Placed<SupplyClaim>] }
    let claims = try merged(node.decode(File.self).claims, into: [], \.id, "claim")
    try base.check(claims, against: base.compiled(SupplyQuestion(draws: 1)))
    return []
  }

  private static func faults(ofChecks node: Node, _ base: SupplyScenario) throws -> [Problem] {
    struct File: Decodable { var checks: [SupplyCheck] }
    let checks = try node.decode(File.self).checks
    let places = (node.field("checks")?.elements ?? []).map(\.place)
    let world = try base.compiled(SupplyQuestion(draws: 1))
    var found: [Problem] = []
    for (check, place) in zip(checks, places) {
      func add(_ fault: String, _ wayOut: String) { found.append(Problem(place, fault, wayOut: wayOut)) }
      if isBlank(check.source) { add("the check '\(check.id)' has no source", "say who said so, where and when") }
      let estimate = check.estimate
      if !(estimate.low <= estimate.mid && estimate.mid <= estimate.high) {
        add("the low, mid and high of '\(check.id)' do not rise", "write them from low to high")
      }
      if checks.filter({ $0.id == check.id }).count > 1 { add("two checks have the id '\(check.id)'", "rename one") }
      do {
        if let measure = check.measure {
          _ = try CompiledMeasure(measure, series: world.series, horizon: world.horizon)
        }
        _ = try base.assuming(check)
      } catch let problem as Problem { found.append(problem) }
    }
    return found
  }

  private static func faults(ofVocabulary node: Node, _ base: SupplyScenario) throws -> [Problem] {
    let vocabulary = try node.decode(SupplyVocabulary.self)
    let known = Set(try base.compiled(SupplyQuestion(draws: 1)).series.map(\.name))
    let lists = (node.field("rules")?.elements ?? []) + (node.field("subjects")?.elements ?? [])
    let named =
      vocabulary.rules.map { [$0.quantity, $0.by] }
      + vocabulary.subjects.map { [$0.count, $0.money, $0.compute, $0.dies, $0.packages, $0.stacks] }
    return zip(lists, named).flatMap { element, quantities in
      quantities.compactMap(\.self).flatMap { $0.split(separator: "+") }.map { $0.filter { $0 != " " } }
        .filter { !$0.isEmpty && !known.contains($0) }.map { name in
          Problem(
            element.place, "there is no quantity '\(name)'",
            wayOut: alternatives(to: name, among: known.sorted(), listedBy: "quantities"))
        }
    }
  }
}
