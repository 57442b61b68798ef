import Formats
import Hardware
import Supply
import Training
import Units

/// Whether the fleet of a month has room for a training run.
///
/// The chips are those that the supply world sold until the month's end, of the kind that the run asks for; training
/// has the median of the world's share of them. Ignored: chips that ended their life (three to five years), chips that
/// wait for a site, and how many of them stand in one place with one network.
public struct FleetRoom: Sendable {
  /// Chips of the supply world that are the system's, with the share that is.
  private let kinds: [(name: String, share: Double)]
  private let scenario: SupplyScenario
  private let chip: String

  public init(_ scenario: SupplyScenario, system: System, catalog: Catalog) throws {
    let platforms = try ServingPlatforms(catalog.node("supply", "platforms"))
    var kinds: [(name: String, share: Double)] = []
    for platform in platforms.list where platform.part == nil {
      guard let other = try? catalog.system(platform.system), other.chip == system.chip else { continue }
      if let index = kinds.firstIndex(where: { $0.name == platform.chip }) {
        kinds[index].share += platform.share ?? 1
      } else {
        kinds.append((platform.chip, platform.share ?? 1))
      }
    }
    let known = try kinds.filter { try scenario.chipFacts(of: $0.name) != nil }
    guard !known.isEmpty else {
      var systems: [String] = []
      for platform in platforms.list where platform.part == nil && !systems.contains(platform.system) {
        if (try? catalog.system(platform.system)) != nil { systems.append(platform.system) }
      }
      throw Problem(
        "--fleet", "the supply world has no \(system.chip)",
        wayOut: "use a system of a chip that it has: \(systems.joined(separator: ", "))")
    }
    self.kinds = known
    self.scenario = scenario
    chip = system.chip
  }

  /// - Parameter month: such as `2026-06`.
  public func answer(month: String, chips needed: Int, question: SupplyQuestion) throws -> TrainingReport.Fleet {
    guard let last = CalendarDay(month), month.utf8.count == 7 else {
      throw Problem("--month", "'\(month)' is not a month", wayOut: "write such as 2026-06")
    }
    // Months written alike stand in their order.
    guard (scenario.firstMonth...scenario.lastMonth).contains(month) else {
      throw Problem(
        "--month", "\(month) is not in the run of '\(scenario.name)'",
        wayOut: "use \(scenario.firstMonth) to \(scenario.lastMonth)")
    }
    let share = try scenario.medianTrainingShare ?? 1
    var scenario = scenario
    scenario.claims = []
    let first = scenario.firstMonth
    let months = "\(first)..\(last)"
    // One claim for each kind: their medians add up where there are several.
    for kind in kinds {
      let bound = Double(needed) / max(1e-9, share * kind.share)
      try placed("--month") {
        try scenario.add(claim: "sold.\(kind.name)@\(months) >= \(CSVText.number(bound.rounded(.up)))")
      }
    }
    let report = try SupplyReport(scenario, question, version: "")
    let claims = report.claims.prefix(kinds.count)
    func sum(_ level: (SupplyReport.Band) -> Double) -> Double {
      // Claims stand in the opposite order of their adding.
      zip(claims.reversed(), kinds).reduce(0) { $0 + level($1.0.value) * $1.1.share }
    }
    return TrainingReport.Fleet(
      scenario: scenario.name, month: month, chip: chip, supplyChips: kinds.map(\.name),
      chips: .init(p05: sum(\.p05), p50: sum(\.p50), p95: sum(\.p95)), trainingShare: share, needed: needed,
      probability: claims.map(\.probability).max() ?? 0)
  }
}
