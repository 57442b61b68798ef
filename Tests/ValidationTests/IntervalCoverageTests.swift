import Formats
import Foundation
import Serving
import Testing

@testable import Validation

@Suite struct IntervalCoverageTests {
  private func measurement(
    _ id: String, _ ratio: Double, engine: String = "E", chip: String = "C", fitted: Bool = false
  ) -> ComparedMeasurement {
    ComparedMeasurement(
      group: .init(engine: engine, chip: chip, dense: true, apart: false), model: "M", span: .init(),
      metric: .timePerOutputToken, error: abs(1 / ratio - 1), ratio: ratio, id: id, isFitted: fitted)
  }

  /// Ids of which half lies in the first half.
  private func ids(_ count: Int, first: Bool) -> [String] {
    Array((0...).lazy.map { "run-\($0)" }.filter { IntervalCoverage.isInFirstHalf($0) == first }.prefix(count))
  }

  @Test("of equal halves all lie within; of a half twice as slow none do, either way")
  func halves() throws {
    func tried(_ factor: Double) throws -> IntervalCoverage {
      let both = [true, false].flatMap { half in
        ids(20, first: half).map { measurement($0, half ? 1 : factor) }
      }
      return try #require(IntervalCoverage.all(both).first { $0.split == .halves })
    }
    #expect(try tried(1).runs == 40 && tried(1).within == 40)
    #expect(try tried(2).runs == 40 && tried(2).within == 0)
  }

  @Test("a chip is tried on the engine's other chips; an engine of one chip on none; fitted runs count nowhere")
  func chips() throws {
    let list =
      (0..<12).map { measurement("a\($0)", 1, chip: "A") } + (0..<12).map { measurement("b\($0)", 1.5, chip: "B") }
      + (0..<12).map { measurement("c\($0)", 1, engine: "F") } + [measurement("d", 9, chip: "A", fitted: true)]
    let coverage = try #require(IntervalCoverage.all(list).first { $0.split == .otherChips })
    #expect(coverage.runs == 24 && coverage.within == 0)
    let pools = ComparedFile(list).pools
    #expect(pools.map(\.engine) == ["E", nil] && pools.map(\.chips) == [2, 3])
    // 36 values, of which the middle ones are 1; the highest are 1.5.
    #expect(pools[1].ratios.timePerOutputToken?.median == 1 && pools[1].ratios.timePerOutputToken?.high == 1.5)
    #expect(ComparedFile(list).groups.first { $0.group.chip == "B" }?.ratios?.timePerOutputToken?.low == 1.5)
  }

  @Test("of the published runs 85 to 95% lie within the interval of the other half of their group")
  func published() throws {
    let here = #filePath
    let tests = try #require(here.range(of: "/Tests/"))
    let page = try String(contentsOfFile: here[..<tests.lowerBound] + "/Documentation/Validation.md", encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.contains("| the other half |") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    #expect(rows.map { $0[2] } == ["TPOT", "TTFT"])
    for row in rows {
      let share = try #require(Double(row[5].dropLast()))
      #expect(share >= 85 && share <= 95, "\(row)")
      // Of 1,530 runs that are scored.
      #expect(try #require(Int(row[3].replacing(",", with: ""))) > 1000)
    }
  }

  @Test(
    "the file that comes with the program has ratios of every group that is large enough, the median between the ends")
  func builtIn() throws {
    let file = try ComparedFile.read(Catalog())
    #expect(file.pools.last?.engine == nil && file.pools.count > 2)
    var told = 0
    let all = file.groups.flatMap { [$0.ratios] + $0.models.map(\.ratios) } + file.pools.map(\.ratios)
    for ratios in all.compactMap({ $0 }) {
      for quantiles in [ratios.timePerOutputToken, ratios.timeToFirstToken].compactMap({ $0 }) {
        #expect(quantiles.low <= quantiles.median && quantiles.median <= quantiles.high && quantiles.low > 0)
        #expect(quantiles.runs >= MeasuredRatios.fewest)
        told += 1
      }
    }
    #expect(told > 40)
    for group in file.groups where group.runs >= MeasuredRatios.fewest { #expect(group.ratios != nil) }
  }
}
