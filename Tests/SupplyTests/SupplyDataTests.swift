import Formats
import Testing
import Units

@testable import Supply

@Suite struct SupplyDataTests {
  private func base() throws -> SupplyScenario { try SupplyScenario("base", catalog: SourceTree.catalog) }

  @Test("each sourced number has the middle of its source and stays in its range at 5% and 95%, as each school's does")
  func ranges() throws {
    let parameters = try base().parameters
    let table = try CSVTable.read(path: SourceTree.data("parameters.csv"))
    #expect(table.rows.count > 100)
    var departed: [String] = []
    for row in table.rows {
      let name = try row.text("parameter")
      let parameter = try #require(parameters.last { $0.name == name }, "\(name) is not in the catalog")
      let numbers = try ["low", "mid", "high"].map { try #require(Uncertainty.value(row.text($0))) }
      // Where the review asked for another number, its note says so and has the table's.
      let (low, mid, high) = try (row.text("low"), row.text("mid"), row.text("high"))
      let told = "Off the first table, which has \(mid) (\(low) to \(high))"
      if parameter.note?.contains(told) == true {
        departed.append(name)
        continue
      }
      // A date written as a month is its first day.
      let range = (numbers[0] - 0.001 * abs(numbers[0]) - 1e-9)...(numbers[2] + 0.001 * abs(numbers[2]) + 1e-9)
      let middle = QuantileFunction(parameter.value, within: parameter.bounds)(0.5)
      #expect(abs(middle - numbers[1]) <= 0.001 * abs(numbers[1]) + 1e-9, "\(name): \(middle), not \(numbers[1])")
      let values = [parameter.value] + (parameter.schools?.values.list.map(\.value) ?? [])
      for value in values {
        let function = QuantileFunction(value, within: parameter.bounds)
        for level in [0.05, 0.5, 0.95] {
          #expect(range.contains(function(level)), "\(name): \(function(level)) at \(level) lies outside \(range)")
        }
      }
    }
    #expect(departed == ["hbm.huawei_hibl.packages@2026"])
  }

  @Test("every number has a unit, a source and one of five grades, and no name stands twice")
  func sources() throws {
    let parameters = try base().parameters
    #expect(Set(parameters.map(\.name)).count == parameters.count)
    for parameter in parameters {
      #expect(!parameter.unit.isEmpty && !parameter.source.isEmpty, "\(parameter.name)")
      #expect(["A", "B", "C", "D", "M"].contains(parameter.grade), "\(parameter.name)")
    }
  }

  @Test("earlier views come in the order of their dates, before the present number, each with its source")
  func earlierViews() throws {
    let viewed = try base().parameters.filter { $0.earlier != nil }
    #expect(viewed.count >= 12)
    for parameter in viewed {
      let dates = (parameter.earlier ?? []).map(\.asOf)
      let known = try #require(parameter.asOf, "\(parameter.name)")
      #expect(dates == dates.sorted() && dates.allSatisfy { $0 < known }, "\(parameter.name)")
      #expect((parameter.earlier ?? []).allSatisfy { $0.source?.isEmpty == false }, "\(parameter.name)")
    }
  }

  @Test("an earlier view stands in for the number and for its schools, which came later")
  func earlierSchools() throws {
    let scenario = try base()
    func output(_ date: String) throws -> Double {
      let world = try scenario.compiled(SupplyQuestion(asOf: CalendarDay(date)))
      let slot = try #require(world.slots.slots.first { $0.name == "huawei.output_of_plan" })
      return Double(slot.functions.count)
    }
    #expect(try output("2025-03-01") == 1)
    #expect(try output("2025-12-01") == 3)
  }

  @Test("every claim has a meaning and a source, and tripling has five definitions")
  func claims() throws {
    let claims = try base().claims
    #expect(claims.filter { $0.id.hasPrefix("triple-") }.count == 5)
    #expect(Set(claims.map(\.id)).count == claims.count)
    for claim in claims {
      #expect(claim.meaning?.hasSuffix(".") == true && claim.source?.isEmpty == false, "\(claim.id)")
      #expect(claim.atLeast != nil || claim.atMost != nil, "\(claim.id)")
    }
  }

  @Test("numbers that were set with a row in sight say so in their source, or stand for several rows")
  func fitted() throws {
    struct File: Decodable { var checks: [SupplyCheck] }
    let checks = try SourceTree.catalog.node("supply", "checks").decode(File.self).checks
    let parameters = try base().parameters
    for check in checks {
      for name in check.fits ?? [] {
        let parameter = try #require(parameters.last { $0.name == name }, "\(check.id): \(name)")
        let texts = [parameter.source, parameter.note ?? ""]
        let isSaid = texts.contains { $0.contains("CHK-") || $0.contains(check.id) }
        let isBackSolved = parameter.source.contains("back-solved") || parameter.source.contains("account of it")
        #expect(isSaid || isBackSolved || parameter.source.contains("SemiAnalysis"), "\(name): \(parameter.source)")
      }
    }
  }
}
