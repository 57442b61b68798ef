import Formats
import Supply
import Units
import Models
import Workloads

extension ServingPlatforms {
  /// Reads a mix or the platforms of the catalog's supply folder as Planning would; throws what does not fit.
  public static func lint(_ node: Node, catalog: Catalog) throws {
    if node.field("platforms") != nil {
      let platforms = try ServingPlatforms(node)
      let problems = try platforms.faults(in: catalog, places: node.field("platforms")?.elements ?? [])
      guard problems.isEmpty else { throw Problems(problems) }
    } else if node.field("models") != nil {
      let mix = try TokenMix(node)
      for (index, entry) in mix.models.enumerated() {
        let config = try placed(mix.place(of: index)) { try catalog.node("models", entry.model) }
        _ = try Architecture(config: config, name: entry.model)
      }
    }
  }

  /// What is wrong with platforms that decode, in the order of the file.
  private func faults(in catalog: Catalog, places: [Node]) throws -> [Problem] {
    let base = try SupplyScenario("base", catalog: catalog)
    var problems: [Problem] = []
    for (index, platform) in list.enumerated() {
      let place = places.indices.contains(index) ? places[index].place.description : "platforms.\(platform.chip)"
      func note(_ fault: String, _ wayOut: String) { problems.append(Problem(place, fault, wayOut: wayOut)) }
      do {
        let facts = try base.chipFacts(of: platform.chip).map(ServingHardware.Facts.init)
        let hardware = try ServingHardware(platform, facts: facts, in: catalog)
        if let plane = platform.cachePlane { _ = try hardware.machine.system.requiredPlane(plane) }
      } catch let problem as Problem {
        note("\(platform.chip): \(problem.fault)", problem.wayOut)
      }
      if platform.largest < 1 { note("\(platform.chip) has no chip in its largest instance", "give at least 1") }
      let share = list.filter { $0.chip == platform.chip }.reduce(0) { $0 + ($1.share ?? 1) }
      if !((platform.share ?? 1) > 0) || share > 1.000001 {
        note("the shares of \(platform.chip) are no parts of a whole", "let them be above 0 and sum to 1")
      }
    }
    for family in families {
      for factors in [family.throughput, family.power] where !(factors.low > 0 && factors.low <= 1 && factors.high >= 1)
      {
        problems.append(
          Problem("families.\(family.name)", "its factors do not lie about 1", wayOut: "such as {low: 0.8, high: 1.2}"))
      }
    }
    return problems
  }
}
