import Formats
import Simulation
import Testing
import Units

@testable import Workloads

private func specification(_ text: String) throws -> WorkloadSpecification {
  try Node.parse(text, file: "w.yaml").decode()
}

private func faults(_ text: String) throws -> [String] {
  try #require(throws: Problems.self) { try specification(text) }.list.map(\.description)
}

@Suite struct WorkloadSpecificationTests {
  @Test("a catalog's trace, scaled, spread and limited")
  func trace() throws {
    let workload = try specification(
      "{trace: mooncake-conversation, rateScale: 4, spread: true, prompts: 2000, repeat: 2, maxConcurrency: 8}")
    let source = try workload.makeSource(catalog: Catalog(), seed: Seed(1))
    #expect(source.tokensPerBlock == 512)
    #expect(workload.maxConcurrency == 8)
    let list = try requests(of: source)
    #expect(list.count == 2000)
    #expect(list.allSatisfy { $0.hashes.count == (Int($0.prompt) + 511) / 512 })
    #expect(Set(list.map(\.arrival)).count == 2000)
  }

  @Test("generated requests with lengths as numbers and as distributions")
  func generated() throws {
    let workload = try specification(
      """
      requestRate: 10
      burstiness: 0.5
      prompts: 100
      inputTokens: { mean: 800, coefficientOfVariation: 0.3, maximum: 900 }
      outputTokens: 20
      """)
    #expect(workload.arrivals == .gamma)
    let list = try requests(of: workload.makeSource(catalog: Catalog(), seed: Seed(1)))
    #expect(list.count == 100)
    #expect(list.allSatisfy { $0.prompt <= 900 && $0.output == 20 && $0.hashes.isEmpty })
  }

  @Test("without a rate all requests come at once: a closed loop of maxConcurrency")
  func closedLoop() throws {
    let workload = try specification("{maxConcurrency: 4, prompts: 9, inputTokens: 5, outputTokens: 6}")
    let source = try workload.makeSource(catalog: Catalog(), seed: Seed(1))
    #expect(workload.maxConcurrency == 4)
    #expect(try requests(of: source).map(\.arrival) == [Int64](repeating: 0, count: 9))
  }

  @Test("skipped lines are told through everything that is laid over the trace")
  func skippedThrough() throws {
    let line = "\n2023-11-16 18:15:46.1,3,4"
    let file = try TemporaryFile("TIMESTAMP,ContextTokens,GeneratedTokens\(line)\nbroken\(line)", name: "t.csv")
    var source = try specification(
      "{trace: \(file.path), skipBad: true, spread: true, rateScale: 2, prompts: 9, repeat: 2, maxConcurrency: 3}"
    ).makeSource(catalog: Catalog(), seed: Seed(1))
    var batch = RequestBatch()
    var count = 0
    while try source.read(into: &batch) { count += batch.count }
    #expect(count == 4 && source.skipped.count == 1)
  }

  @Test("a duration is counted after the scale")
  func duration() throws {
    let workload = try specification("{trace: azure-2023-code, rateScale: 2, duration: 1 min}")
    let list = try requests(of: workload.makeSource(catalog: Catalog(), seed: Seed(1)))
    let plain = try requests(of: specification("trace: azure-2023-code").makeSource(catalog: Catalog(), seed: Seed(1)))
    #expect(list.count == plain.filter { $0.arrival < 120_000_000_000_000 }.count)
  }

  @Test("any number of prompts may be asked for where a duration ends them")
  func endless() throws {
    let workload = try specification(
      "{requestRate: 4, prompts: 1000000000000, duration: 10 s, inputTokens: 3, outputTokens: 4}")
    let list = try requests(of: workload.makeSource(catalog: Catalog(), seed: Seed(1)))
    // 40 arrivals on average, within five standard deviations.
    #expect(abs(list.count - 40) < 32)
  }

  @Test("faults are told with their places, all at once")
  func badFields() throws {
    let list = try faults(
      "rateScale: -1\nprompts: 0\nburstyness: 2\ninputTokens: {mean: 5, coefficientOfVariation: -1}\nduration: 5")
    #expect(
      list == [
        "w.yaml:1: rateScale: -1.0 is not above 0; give a positive number",
        "w.yaml:2: prompts: 0 is not between 1 and 10^12; give a whole number from 1 on",
        "w.yaml:3: burstyness: there is no such field; did you mean 'burstiness'?",
        "w.yaml:4: inputTokens: coefficientOfVariation -1.0 is not between 0 and 100; "
          + "give standard deviation / mean, such as 0.5",
        "w.yaml:5: duration: '5' has no unit; write its unit, such as '5 s'",
      ])
  }

  @Test(
    "fields that do not go together are refused",
    arguments: [
      ("{trace: azure-2023-code, inputTokens: 4}", "inputTokens is for generated requests, not for a trace"),
      ("{trace: azure-2023-code, burstiness: 4}", "without requestRate a trace has times of its own"),
      ("{requestRate: 4, prompts: 3, inputTokens: 3, outputTokens: 4, clock: ms}", "clock is for a trace"),
      ("{trace: '-', repeat: 2}", "standard input cannot be read 2 times"),
      ("{spread: true}", "there is neither a trace nor what to generate"),
      ("{requestRate: 4, prompts: 3, inputTokens: 3}", "outputTokens to generate is missing"),
      (
        "{requestRate: 4, prompts: 1000000000000, inputTokens: 3, outputTokens: 4}",
        "1000000000000 prompts are more than 1,000,000,000"
      ),
      (
        "{requestRate: 4, prompts: 1000000000, inputTokens: 3, outputTokens: 4}",
        "1000000000 prompts take more than 106 days to arrive"
      ),
      (
        "{prompts: 20000000, inputTokens: 3, outputTokens: 4}",
        "20000000 prompts come at once, and more than 10,000,000 are not held"
      ),
      (
        "{requestRate: 4, prompts: 3, inputTokens: 3, outputTokens: 4, arrivals: constant, burstiness: 2}",
        "burstiness is for gamma arrivals, not constant"
      ),
      (
        "{prompts: 3, inputTokens: 3, outputTokens: 4, arrivals: poisson}",
        "without requestRate all requests come at once"
      ),
      (
        "{prompts: 3, inputTokens: 3, outputTokens: 4, prefixes: {groups: 2, share: 0.5}}",
        "prefixes are shared by blocks, and there is no blockTokens"
      ),
    ])
  func combinations(text: String, fault: String) throws {
    let list = try faults(text)
    #expect(list.count == 1)
    #expect(list.first?.hasPrefix("w.yaml:1: \(fault); ") == true)
  }

  @Test("a trace that is neither in the catalog nor a path is refused with those that are")
  func unknownTrace() throws {
    let problem = try #require(throws: Problem.self) {
      try specification("trace: mooncake").makeSource(catalog: Catalog(), seed: Seed(1))
    }
    #expect(problem.wayOut.contains("mooncake-conversation"))
  }
}
