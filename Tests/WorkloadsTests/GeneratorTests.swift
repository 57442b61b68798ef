import Formats
import Foundation
import Simulation
import Testing
import Units

@testable import Workloads

private func workload(_ text: String) throws -> WorkloadSpecification { try Node.parse(text, file: "w.yaml").decode() }

private func drawn(_ text: String, seed: UInt64 = 1) throws -> [Request] {
  try requests(of: workload(text).makeSource(catalog: Catalog(), seed: Seed(seed)))
}

@Suite struct GeneratorTests {
  @Test("vLLM's range ratio draws whole numbers from floor to ceiling, both ends included, with the mean between")
  func rangeRatio() throws {
    // 15 · 0.5 = 7.5 and 15 · 1.5 = 22.5, so 7 … 23.
    let distribution = try #require(LengthDistribution.around(15, ratio: 0.5))
    #expect(distribution == .uniform(minimum: 7, maximum: 23))
    var stream = Seed(3).stream("x")
    let draws = (0..<20_000).map { _ in distribution.sample(&stream) }
    #expect(draws.min() == 7 && draws.max() == 23)
    // Standard deviation of 17 equally likely numbers: √((17² − 1) / 12) = 4.9; five standard errors.
    let mean = Double(draws.reduce(0) { $0 + Int($1) }) / 20_000
    #expect(abs(mean - 15) < 5 * 4.9 / 20_000.0.squareRoot())
    #expect(LengthDistribution.around(1, ratio: 0.9) == .uniform(minimum: 1, maximum: 2))
    #expect(LengthDistribution.around(8, ratio: 0) == .fixed(8))
    #expect(LengthDistribution.upTo(100, ratio: 0.255) == .uniform(minimum: 25, maximum: 100))
    #expect(LengthDistribution.upTo(9, ratio: 1) == .fixed(9) && LengthDistribution.upTo(9, ratio: 1.1) == nil)
    #expect(LengthDistribution.around(8, ratio: 1) == nil && LengthDistribution.around(8, ratio: .nan) == nil)
  }

  @Test("listed lengths come as often as their weights say")
  func empirical() throws {
    let list = try drawn(
      "{prompts: 20000, requestRate: 5, inputTokens: {values: [10, 200, 3000], weights: [5, 3, 2]}, outputTokens: 1}")
    // Binomial: five standard errors of a share of 0.3 are 0.0162.
    let share = Double(list.count { $0.prompt == 200 }) / 20_000
    #expect(abs(share - 0.3) < 0.0162 && Set(list.map(\.prompt)) == [10, 200, 3000])
  }

  @Test("a prefix of tokens comes before the prompt and is the same for all of a group")
  func prefix() throws {
    let list = try drawn(
      """
      {prompts: 50, inputTokens: {minimum: 5, maximum: 40}, outputTokens: 1, blockTokens: 16,
       prefixes: {groups: 1, tokens: 40}}
      """)
    #expect(list.allSatisfy { 45...80 ~= $0.prompt && $0.hashes.count == (Int($0.prompt) + 15) / 16 })
    // 40 tokens fill two blocks of 16.
    #expect(Set(list.map { Array($0.hashes[..<2]) }).count == 1)
    #expect(Set(list.map { $0.hashes[2] }).count == 50)
  }

  @Test("a turn's prompt has all that was said before, and finds its whole blocks")
  func turns() throws {
    let workload = try workload(
      """
      {prompts: 9, requestRate: 2, arrivals: constant, inputTokens: 100, outputTokens: 28, blockTokens: 64,
       sessions: {turns: 3, thinkTime: 4 s}}
      """)
    var source = try workload.makeSource(catalog: Catalog(), seed: Seed(1))
    var batch = RequestBatch()
    #expect(try source.read(into: &batch))
    #expect(batch.promptTokens == [100, 228, 356, 100, 228, 356, 100, 228, 356])
    #expect(batch.sessions == [1, 1, 1, 2, 2, 2, 3, 3, 3])
    #expect(batch.delays[..<4] == [-1, 4_000_000_000_000, 4_000_000_000_000, -1])
    #expect(batch.arrivals[2] == .zero && batch.arrivals[3].picoseconds == 500_000_000_000)
    let hashes = (0..<3).map { Array(batch.blockHashes[batch.blocks(of: $0)]) }
    // 100 tokens have one whole block of 64; the rest of the second block is the next turn's.
    #expect(hashes[0][0] == hashes[1][0] && hashes[0][1] != hashes[1][1])
    #expect(hashes[1][..<3] == hashes[2][..<3] && hashes[1][3] != hashes[2][3])
  }

  @Test("a rate that ramps has gaps of the first rate at the start and of the last at the end")
  func ramp() throws {
    let list = try drawn(
      "{prompts: 20001, rampUp: {from: 10, to: 1000, strategy: exponential}, inputTokens: 1, outputTokens: 1}")
    func rate(_ range: Range<Int>) -> Double {
      Double(range.count) / (Double(list[range.upperBound].arrival - list[range.lowerBound].arrival) * 1e-12)
    }
    // In the middle √(10 · 1000) = 100; a thousand gaps are known to 3%, and the rate moves by 25% over them.
    #expect(abs(rate(9500..<10_500) / 100 - 1) < 0.2)
    #expect(rate(0..<500) < 14 && rate(19_400..<19_900) > 800)
  }

  @Test("a trace with a request rate keeps its order and lengths and arrives by another process")
  func retimed() throws {
    let file = try TemporaryFile("num_prefill_tokens,num_decode_tokens\n3,4\n5,6\n7,8\n", name: "v.csv")
    let constant = try drawn("{trace: \(file.path), requestRate: 4, arrivals: constant}")
    #expect(constant.map(\.arrival) == [0, 250_000_000_000, 500_000_000_000] && constant.map(\.prompt) == [3, 5, 7])
    let atOnce = try drawn("{trace: \(file.path), requestRate: inf, outputTokens: 9, prompts: 2}")
    #expect(atOnce.map(\.arrival) == [0, 0] && atOnce.map(\.output) == [9, 9])
    #expect(throws: Problem.self) { try drawn("{trace: \(file.path)}") }
  }

  @Test("a part of a trace counts its times from its start; lengths and hashes scale")
  func parts() throws {
    let file = try TemporaryFile(
      (0..<10).map {
        "{\"timestamp\": \($0 * 1000), \"input_length\": 1024, \"output_length\": \($0 + 1), \"hash_ids\": [7, \($0)]}"
      }.joined(separator: "\n"))
    let list = try drawn("{trace: \(file.path), from: 3 s, duration: 4 s, inputScale: 0.5, outputScale: 2}")
    #expect(list.map(\.arrival) == [0, 1, 2, 3].map { $0 * 1_000_000_000_000 })
    #expect(list.map(\.output) == [8, 10, 12, 14] && list.allSatisfy { $0.prompt == 512 && $0.hashes == [7] })
  }

  @Test("what is written is read again with the same requests", arguments: TraceWriter.formats)
  func roundTrip(format: TraceFormat) throws {
    let base = try workload(
      """
      {prompts: 40, requestRate: 3, inputTokens: {minimum: 1, maximum: 900}, outputTokens: {minimum: 1, maximum: 9},
       blockTokens: 16, sessions: {turns: {minimum: 1, maximum: 3}, thinkTime: 2 s}}
      """)
    var source = try base.makeSource(catalog: Catalog(), seed: Seed(4))
    var writer = try TraceWriter(format)
    var batch = RequestBatch()
    #expect(try source.read(into: &batch))
    let file = try TemporaryFile((writer.header ?? "") + writer.lines(of: batch))
    var reading = TraceReading()
    if format == .mooncake { reading.clock = .milliseconds }
    var again = try TraceSource(path: file.path, reading)
    var back = RequestBatch()
    #expect(try again.read(into: &back))
    #expect(again.reading?.format == (format == .csv ? .csv : format))
    #expect(back.promptTokens == batch.promptTokens && back.outputTokens == batch.outputTokens)
    let tolerance: Int64 = format == .mooncake ? 500_000_000 : 100_000
    #expect(zip(back.arrivals, batch.arrivals).allSatisfy { abs(($0 - $1).picoseconds) <= tolerance })
    if format == .mooncake || format == .bailian { #expect(back.blockHashes == batch.blockHashes) }
    if format == .bailian || format == .burstgpt {
      #expect(Set(back.sessions).count == Set(batch.sessions).count)
    }
  }

  @Test("the same seed gives the same bytes, and another gives others")
  func deterministic() throws {
    let text = """
      {prompts: 3000, requestRate: 7, burstiness: 0.3, inputTokens: {minimum: 4, maximum: 99}, outputTokens: 5,
       blockTokens: 16, prefixes: {groups: 3, tokens: 32}, sessions: {turns: 2, thinkTime: {mean: 3 s, \
      coefficientOfVariation: 1}}}
      """
    #expect(try drawn(text) == drawn(text))
    #expect(try drawn(text) != drawn(text, seed: 2))
  }
}

@Suite struct ServeGenTests {
  /// Two clients over two windows of 100 s; the second one is idle in the first.
  private func folder(_ edit: (String) -> String = { $0 }) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let files = [
      "chunk-0-trace.csv": "0,3,1.2,Gamma,0.5,0.6\n100,1,1,Weibull,1.5,1\n",
      "chunk-0-dataset.json": #"{"0": {"input_tokens": "{10: 0.25, 20: 0.75}", "output_tokens": "{3: 0.5, 90: 0.5}"}}"#,
      "chunk-2-trace.csv": "0,0,0,,0,0\n100,2,1,Gamma,1,1\n",
      "chunk-2-dataset.json":
        #"{"0": {"input_tokens": "{7: 1.0}", "output_tokens": "{1: 1.0}", "reason_ratio": "{0.0: 1.0}"}}"#,
    ]
    for (name, text) in files {
      try edit(text).write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    return folder
  }

  private func read(_ folder: URL, rate: Double? = nil) throws -> [Request] {
    try requests(of: ServeGenSource(folder: folder.path, requestRate: rate, seed: Seed(1)))
  }

  @Test("each window has a client's rate times its length, less its last gap, and both lengths by one draw")
  func drawn() throws {
    let list = try read(folder())
    func inside(_ from: Int64, _ until: Int64) -> [Request] {
      list.filter { $0.arrival >= from * 1_000_000_000_000 && $0.arrival < until * 1_000_000_000_000 }
    }
    #expect(inside(0, 100).count == 299 && inside(100, 200).count == 99 + 199 && list.count == 597)
    #expect(inside(100, 200).count { $0.prompt == 7 && $0.output == 1 } == 199)
    // One number u a request: the prompt is 10 up to u = 0.25, the answer 3 up to u = 0.5.
    #expect(list.allSatisfy { $0.prompt != 10 || $0.output == 3 })
    let short = Double(inside(0, 100).count { $0.prompt == 10 }) / 299
    #expect(abs(short - 0.25) < 5 * (0.25 * 0.75 / 299).squareRoot())
    #expect(list.map(\.arrival) == list.map(\.arrival).sorted())
  }

  @Test("a request rate is that of all clients in every window, each with its share")
  func rate() throws {
    let list = try read(folder(), rate: 6)
    let second = list.filter { $0.arrival >= 100_000_000_000_000 }
    #expect(list.count - second.count == 599 && second.count == 199 + 399)
    #expect(second.count { $0.prompt == 7 } == 399)
  }

  @Test(
    "damage is told with its file",
    arguments: [
      ("Gamma", "Gama", "chunk-0-trace.csv:1"), ("{7: 1.0}", "{7: x}", "chunk-2-dataset.json"),
      ("{7: 1.0}", "{-7: 1.0}", "chunk-2-dataset.json"), ("0,0,0,,0,0\n", "", "chunk-2-trace.csv"),
      ("100,1,", "0,1,", "chunk-0-trace.csv:2"), ("0.5,0.6", "NaN,0.6", "chunk-0-trace.csv:1"),
    ])
  func damage(what: String, with: String, place: String) throws {
    let folder = try folder { $0.replacing(what, with: with) }
    let problem = try #require(throws: Problem.self) { try read(folder) }
    #expect(problem.place.contains(place), "\(problem)")
  }
}
