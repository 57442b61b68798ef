import Formats
import Simulation
import Testing
import Units

@testable import Workloads

private func summary(_ trace: String) throws -> TraceSummary {
  try TraceSummary(of: WorkloadSpecification(trace: trace).makeSource(catalog: Catalog(), seed: Seed(1)))
}

@Suite struct TraceSummaryTests {
  /// Counted with another program from the files.
  @Test("the shipped traces have the requests, means and spans they are published with")
  func shipped() throws {
    let mooncake = try summary("mooncake-conversation")
    #expect(mooncake.requests == 8940)
    #expect(abs(mooncake.promptTokens.mean - 12224.313) < 0.001)
    #expect(abs(mooncake.outputTokens.mean - 347.0737) < 0.0001)
    #expect(mooncake.promptTokens.maximum == 124_847 && mooncake.outputTokens.minimum == 1)
    #expect(abs((mooncake.prefixes?.bestHitRate ?? 0) - 0.353703) < 1e-6)
    #expect(mooncake.prefixes?.differentBlocks == 140_684)
    #expect(mooncake.clock.differentArrivals == 901)
    #expect(mooncake.clock.advice == "arrivals share a clock that ticks every 3.0 s; spread them with --spread")
    #expect(abs(mooncake.span.value - 2699.999) < 1e-9)

    let conversation = try summary("azure-2023-conv")
    #expect(conversation.requests == 15_460)
    #expect(abs(conversation.promptTokens.mean - 1180.3766) < 1e-4)
    #expect(abs(conversation.outputTokens.mean - 201.18875) < 1e-5)
    #expect(conversation.prefixes == nil && conversation.clock.advice == nil && conversation.skipped == 0)

    let code = try summary("azure-2023-code")
    #expect(code.requests == 7717)
    #expect(abs(code.promptTokens.mean - 2035.89348) < 1e-5)
  }

  @Test("a world of four requests, summed by hand")
  func byHand() throws {
    let list = [
      Request(arrival: 0, prompt: 1000, output: 1, hashes: [1, 2]),
      Request(arrival: 0, prompt: 2000, output: 2, hashes: [1, 2, 3, 4]),
      Request(arrival: 500_000_000_000, prompt: 600, output: 3, hashes: [9, 2]),
      Request(arrival: 2_000_000_000_000, prompt: 400, output: 4, hashes: [1]),
    ]
    let summary = try TraceSummary(of: ListedSource(list))
    #expect(summary.requests == 4 && summary.span == .seconds(2) && summary.meanRate == 2)
    #expect(summary.peakRatePerSecond == 3)
    #expect(summary.peakRatePerMinute == 4.0 / 60)
    #expect(summary.promptTokens.mean == 1000 && summary.promptTokens.p50 == 600 && summary.promptTokens.p90 == 2000)
    // Hits: none; 1 and 2; none, as 9 is new and 2 comes after it; 1.
    #expect(summary.prefixes?.bestHitRate == 3.0 / 9)
    #expect(summary.prefixes?.differentBlocks == 5)
    #expect(summary.clock.sharedFraction == 0.5)
  }

  @Test("quantiles are exact up to 2,047 tokens and within 0.1% beyond")
  func quantiles() {
    var histogram = TokenHistogram()
    for value in stride(from: Int32(1), through: 2047, by: 1) { histogram.add(value) }
    #expect((1...2047).allSatisfy { histogram.quantile(Double($0) / 2047) == $0 })
    for value in [Int32(2048), 4095, 4096, 100_003, .max - 1, .max] {
      var one = TokenHistogram()
      one.add(value)
      one.add(.max)
      let found = one.quantile(0.5)
      #expect(found >= Int(value) && Double(found) <= Double(value) * 1.001)
    }
  }
}
