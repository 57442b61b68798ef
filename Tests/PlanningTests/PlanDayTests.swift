import Formats
import Foundation
import Hardware
import Serving
import Simulation
import Testing
import Units

@testable import Planning

@Suite struct PlanDayTests {
  private static let catalog = Catalog()

  private func planner(_ peak: Double) throws -> Planner {
    var request = PlanRequest(
      model: "Llama-3.1-8B", fleets: [.init(system: "HGX H100", chips: 8)], formats: [.ofFiles],
      lengths: .init(prompt: 512, output: 64),
      objectives: .init(timeToFirstToken: .milliseconds(500), timePerOutputToken: .milliseconds(10), share: 0.9))
    request.engines = ["vLLM"]
    request.divisions = [.together]
    request.chunkTokens = []
    request.requestRate = peak
    request.goal = .chips
    return try Planner(request, catalog: Self.catalog, workers: 2)
  }

  @Test("fixed instances are on all day; by hour fewer are, and the peaks cost the difference")
  func ways() throws {
    let rates = [10.0, 60, 10]
    let planner = try planner(60)
    let answer = planner.plan()
    let wanted = DayRequest(
      traffic: DayRates(name: "three hours", rates: rates), startUp: Seconds(60), utilisation: 0.7)
    let day = try #require(try planner.day(wanted, of: answer))
    let best = try #require(answer.best).candidate
    let fixed = try #require(day.way(.fixed))
    let hourly = try #require(day.way(.hourly))
    // Three hours and what the last requests take.
    #expect(abs(fixed.chipHours / (3 * Double(best.chips)) - 1) < 0.01)
    #expect(fixed.starts == 0 && fixed.mostChips == best.chips)
    // Poisson: five standard errors.
    #expect(abs(Double(fixed.requests) - 80 * 3600) < 5 * (80 * 3600.0).squareRoot())
    #expect(hourly.requests == fixed.requests)
    if best.pools[0].instances > 1 {
      #expect(hourly.chipHours < fixed.chipHours && hourly.energy < fixed.energy)
      let peaks = try #require(day.costOfPeaks)
      #expect(peaks.dollars > .zero && peaks.share > 0 && peaks.share < 1)
    }
    #expect(hourly.share > 0.8 && fixed.share >= hourly.share - 0.02)
    for way in day.ways { #expect(way.mostChips <= best.chips && way.chipHours <= fixed.chipHours * 1.001) }
  }

  @Test("rates by hour: with and without a header and hours; what is none is refused")
  func rates() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("day-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func rates(_ text: String) throws -> [Double] {
      let path = folder.appendingPathComponent("rates.csv").path
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return try DayRates(named: path, catalog: Self.catalog, seed: Seed(1)).rates
    }
    #expect(try rates("hour,requests_per_second\n0,2.5\n1,4\n") == [2.5, 4])
    #expect(try rates("# a comment\n1\n2\n3") == [1, 2, 3])
    for text in ["5\n", "0\n0\n", "hour,rate\n0,1\n1,-2\n", ""] {
      #expect(throws: (any Error).self) { try rates(text) }
    }
  }
}
