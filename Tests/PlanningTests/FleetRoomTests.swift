import Formats
import Hardware
import Planning
import Supply
import Testing
import Training
import Units

/// The room that a month's fleet has for a training run.
struct FleetRoomTests {
  private let catalog = Catalog()

  private func answer(_ system: String, _ month: String, _ chips: Int) throws -> TrainingReport.Fleet {
    let scenario = try SupplyScenario(catalog.node("supply", "base"), catalog: catalog)
    return try FleetRoom(scenario, system: catalog.system(system), catalog: catalog)
      .answer(month: month, chips: chips, question: SupplyQuestion(draws: 256))
  }

  @Test("a later month has more chips, and a larger run has room with a smaller probability")
  func monotone() throws {
    let months = ["2025-06", "2026-06", "2027-06"]
    let medians = try months.map { try answer("Atlas 800 A3", $0, 2048).chips.p50 }
    #expect(medians == medians.sorted() && medians[0] < medians[2])
    let sizes = [1000, 200_000, 300_000, 10_000_000]
    let chances = try sizes.map { try answer("Atlas 800 A3", "2026-06", $0).probability }
    #expect(chances == chances.sorted(by: >) && chances[0] == 1 && chances[3] == 0)
  }

  @Test("a chip in two systems is counted once whole, a kind of two chips by its share")
  func kinds() throws {
    let apart = try answer("Atlas 800 A3", "2026-06", 1), together = try answer("CloudMatrix 384", "2026-06", 1)
    #expect(apart.supplyChips == ["910C"] && apart.chips.p50 == together.chips.p50)
    let h800 = try answer("HGX H800", "2026-06", 1), a800 = try answer("HGX A800", "2026-06", 1)
    // 13 and 87% of the A800 and H800 that were sold.
    #expect(h800.supplyChips == a800.supplyChips && abs(h800.chips.p50 / a800.chips.p50 - 13.0 / 87) < 1e-9)
    #expect(h800.trainingShare > 0 && h800.trainingShare < 1)
  }

  @Test("a chip that the world does not have, and a month outside of it, are refused")
  func faults() throws {
    #expect(throws: Problem.self) { try answer("HGX B300", "2026-06", 1) }
    #expect(throws: (any Error).self) { try answer("Atlas 800 A3", "2099-06", 1) }
    #expect(throws: Problem.self) { try answer("Atlas 800 A3", "June", 1) }
  }
}
