import Simulation
import Testing
import Units
import Workloads

@Suite struct HourlySourceTests {
  private func arrivals(_ rates: [Double], _ seed: UInt64 = 1) throws -> [Instant] {
    var source = HourlySource(rates: rates, promptTokens: 10, outputTokens: 5, seed: Seed(seed))
    var batch = RequestBatch()
    var list: [Instant] = []
    while try source.read(into: &batch) {
      #expect(batch.promptTokens.allSatisfy { $0 == 10 } && batch.outputTokens.allSatisfy { $0 == 5 })
      list += batch.arrivals
    }
    return list
  }

  @Test("each hour has as many requests as its rate brings, within five standard errors; an hour of 0 has none")
  func counts() throws {
    let rates = [2.0, 0, 5, 0.5]
    let list = try arrivals(rates)
    #expect(zip(list, list.dropFirst()).allSatisfy { $0 <= $1 })
    for (hour, rate) in rates.enumerated() {
      let count = list.filter { Int($0.picoseconds / 3_600_000_000_000_000) == hour }.count
      #expect(abs(Double(count) - rate * 3600) <= 5 * (rate * 3600).squareRoot())
    }
  }

  @Test("the same seed brings the same, another seed others")
  func seeds() throws {
    #expect(try arrivals([1, 2]) == arrivals([1, 2]))
    #expect(try arrivals([1, 2]) != arrivals([1, 2], 2))
  }
}
