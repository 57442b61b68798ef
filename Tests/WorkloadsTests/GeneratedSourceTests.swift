import Formats
import Simulation
import Testing
import Units

@testable import Workloads

private func generated(
  _ count: Int, _ arrivals: ArrivalProcess, prompt: LengthDistribution = .fixed(1000),
  tokensPerBlock: Int = 0, prefixes: SharedPrefixes? = nil, seed: UInt64 = 1
) throws -> [Request] {
  try requests(
    of: GeneratedSource(
      requests: count, arrivals: arrivals, promptTokens: prompt, outputTokens: .fixed(10),
      tokensPerBlock: tokensPerBlock, prefixes: prefixes, seed: Seed(seed)))
}

@Suite struct GeneratedSourceTests {
  @Test("constant arrivals come every 1/rate seconds without drift")
  func constant() throws {
    let list = try generated(3001, .constant(rate: 3))
    #expect(list[1].arrival == 333_333_333_333)
    #expect(list[3000].arrival == 1_000_000_000_000_000)
    #expect(list.count == 3001)
  }

  @Test(
    "mean and variance of the gaps meet the gamma distribution's within 5 standard errors",
    arguments: [1.0, 0.25, 0.5, 3, 40])
  func gaps(burstiness: Double) throws {
    let n = 50_000
    let process: ArrivalProcess =
      burstiness == 1 ? .poisson(rate: 20) : .gamma(rate: 20, burstiness: burstiness)
    let times = try generated(n + 1, process).map { Double($0.arrival) * 1e-12 }
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    // Shape a, mean 1/20: variance mean²/a, kurtosis 3 + 6/a.
    let mean = 0.05, variance = mean * mean / burstiness
    let measured = gaps.reduce(0, +) / Double(n)
    #expect(abs(measured - mean) < 5 * (variance / Double(n)).squareRoot())
    let squares = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
    #expect(abs(squares - variance) < 5 * variance * ((2 + 6 / burstiness) / Double(n)).squareRoot())
  }

  @Test("lognormal lengths keep within their bounds and meet their mean within 5 standard errors")
  func lengths() throws {
    let wide = LengthDistribution.lognormal(mean: 500, coefficientOfVariation: 0.5, minimum: 1, maximum: .max)
    let list = try generated(20_000, .atOnce, prompt: wide)
    let mean = list.reduce(0) { $0 + Double($1.prompt) } / 20_000
    #expect(abs(mean - 500) < 5 * 250 / 20_000.0.squareRoot())
    let narrow = LengthDistribution.lognormal(mean: 500, coefficientOfVariation: 2, minimum: 100, maximum: 600)
    let held = try generated(2000, .atOnce, prompt: narrow).map(\.prompt)
    #expect(held.min() == 100 && held.max() == 600)
  }

  @Test("the same seed gives the same requests; lengths do not depend on the arrivals")
  func deterministic() throws {
    let lengths = LengthDistribution.lognormal(mean: 500, coefficientOfVariation: 0.5, minimum: 1, maximum: .max)
    let list = try generated(3000, .poisson(rate: 5), prompt: lengths)
    #expect(list == (try generated(3000, .poisson(rate: 5), prompt: lengths)))
    #expect(list != (try generated(3000, .poisson(rate: 5), prompt: lengths, seed: 2)))
    #expect(list.map(\.prompt) == (try generated(3000, .constant(rate: 1), prompt: lengths)).map(\.prompt))
  }

  @Test("a shared prefix is shared in its group and nowhere else")
  func prefixes() throws {
    // 1,000 tokens are 4 blocks of 256, the last one partial; half of them are 1 whole block of 500 tokens.
    let list = try generated(
      200, .atOnce, tokensPerBlock: 256, prefixes: SharedPrefixes(groups: 4, share: 0.6))
    #expect(list.allSatisfy { $0.hashes.count == 4 })
    // 600 tokens are 2 whole blocks.
    #expect(Set(list.map { Array($0.hashes[..<2]) }).count == 4)
    #expect(Set(list.flatMap(\.hashes)).count == 4 * 2 + 200 * 2)
  }

  @Test("arrivals beyond the clock's range are refused")
  func tooLong() { #expect(throws: Problem.self) { try generated(100, .constant(rate: 1e-6)) } }
}
