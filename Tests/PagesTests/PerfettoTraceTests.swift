import Formats
import Foundation
import Serving
import Testing
import Units

@testable import Pages

@Suite struct PerfettoTraceTests {
  static let catalog = Catalog()
  static let together = """
    name: together
    model: Llama-3.1-70B
    system: HGX H100
    engine: vLLM
    precision: { weights: fp8 }
    pools: [{ chips: 8, tensorParallel: 8 }]
    workload: { requestRate: 4, prompts: 60, inputTokens: 2000, outputTokens: 100 }
    """
  static let apart = """
    name: apart
    model: DeepSeek-R1
    system: CloudMatrix 384
    engine: CloudMatrix-Infer
    precision: { weights: int8, attention: bf16, keyValue: bf16 }
    prefill: { instances: 2, chips: 16, maxBatchedTokensPerChip: 4096, redundantExperts: 32 }
    decode: { instances: 1, chips: 160, maxRequestsPerChip: 128, redundantExperts: 32 }
    workload: { requestRate: 10, prompts: 60, inputTokens: 3000, outputTokens: 100 }
    """

  private struct Drawn {
    var text = ""
    var events: [[String: Any]] = []
    var report: ServingReport?
    var records: [RequestRecord] = []
  }

  private func drawn(
    _ scenario: String, window: Range<Seconds> = .zero..<Seconds(30), mostRequests: Int = 2000
  ) throws -> Drawn {
    let deployment = try Deployment(Node.parse(scenario, file: "s.yaml").decode(Scenario.self), catalog: Self.catalog)
    var drawn = Drawn()
    var pieces: [String] = []
    let trace = PerfettoTrace(deployment, window: window, mostRequests: mostRequests) { pieces.append($0) }
    var records: [RequestRecord] = []
    var observers = ServingObservers(requests: { records += $0 })
    trace.observe(&observers)
    drawn.report = try deployment.simulate(observing: observers) { _ in
      .init(version: "", seed: 1, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
    }
    try trace.finish(commandLine: "supernode \"simulate\"")
    drawn.records = records
    drawn.text = pieces.joined()
    let object = try JSONSerialization.jsonObject(with: Data(drawn.text.utf8)) as? [String: Any]
    drawn.events = try #require(object?["traceEvents"] as? [[String: Any]])
    return drawn
  }

  private func nanoseconds(_ value: Any?) -> Int64 { Int64(((value as? Double ?? -1) * 1000).rounded()) }

  @Test("slices of a track begin in order and nest", arguments: [together, apart])
  func nesting(scenario: String) throws {
    let drawn = try drawn(scenario)
    var open: [String: [(begin: Int64, end: Int64)]] = [:]
    var slices = 0
    for event in drawn.events where event["ph"] as? String == "X" {
      let track = "\(event["pid"] ?? 0) \(event["tid"] ?? 0)"
      let begin = nanoseconds(event["ts"]), end = begin + nanoseconds(event["dur"])
      var stack = open[track] ?? []
      #expect(end >= begin)
      if let last = stack.last { #expect(begin >= last.begin, "\(track)") }
      while let last = stack.last, last.end <= begin { stack.removeLast() }
      if let around = stack.last { #expect(end <= around.end, "\(track): \(event)") }
      stack.append((begin, end))
      open[track] = stack
      slices += 1
    }
    #expect(slices > 300)
    for name in ["requests in decode", "requests waiting", "key-value memory", "power"] {
      let times = drawn.events.filter { $0["ph"] as? String == "C" && $0["name"] as? String == name }
        .map { nanoseconds($0["ts"]) }
      #expect(!times.isEmpty && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "\(name)")
    }
  }

  @Test("a request's phases are those of its record", arguments: [together, apart])
  func request(scenario: String) throws {
    let drawn = try drawn(scenario)
    let record = try #require(drawn.records.first { $0.number == 7 })
    let start = try #require(drawn.records.map(\.arrival.picoseconds).min())
    let whole = try #require(drawn.events.first { $0["name"] as? String == "request 7" })
    let begin = nanoseconds(whole["ts"]), end = begin + nanoseconds(whole["dur"])
    func since(_ picoseconds: Int64) -> Int64 { (picoseconds - start + 500) / 1000 }
    #expect(begin == since(record.arrival.picoseconds))
    #expect(end == since(record.finished.picoseconds))
    let phases = drawn.events.filter { event in
      event["pid"] as? Int == whole["pid"] as? Int && event["tid"] as? Int == whole["tid"] as? Int
        && nanoseconds(event["ts"]) >= begin && nanoseconds(event["ts"]) < end
        && !(event["name"] as? String ?? "").hasPrefix("request")
    }
    let names = phases.compactMap { $0["name"] as? String }
    let isApart = record.decodeInstance >= 0
    #expect(
      names.filter { $0 != "queued" && $0 != "waiting for decode" }
        == (isApart ? ["prefill", "transfer", "decode"] : ["prefill", "decode"]))
    // Phases follow each other without gaps and fill the request.
    #expect(phases.reduce(0) { $0 + nanoseconds($1["dur"]) } == end - begin)
    let decode = try #require(phases.last)
    #expect(
      nanoseconds(decode["ts"]) == since(isApart ? record.transferred.picoseconds : record.firstToken.picoseconds))
  }

  @Test("every decode step of the window is drawn once, with its batch and what bounds it")
  func steps() throws {
    let drawn = try drawn(Self.together, window: .zero..<Seconds(1000))
    let steps = drawn.events.filter {
      ($0["pid"] as? Int ?? 0) >= PerfettoTrace.firstPool && $0["ph"] as? String == "X"
    }
    #expect(steps.count == drawn.report?.pools.reduce(0) { $0 + $1.steps })
    for step in steps {
      let values = step["args"] as? [String: Any]
      #expect(
        ["compute", "memory", "vector", "network", "latency", "host"].contains(values?["bound"] as? String ?? ""))
    }
    // 60 prompts of 2,000 tokens are computed once.
    let computed = steps.compactMap { ($0["args"] as? [String: Any])?["prompt tokens"] as? Int }.reduce(0, +)
    #expect(computed == 60 * 2000)
    #expect(drawn.text == (try self.drawn(Self.together, window: .zero..<Seconds(1000)).text))
  }

  @Test("a window and a number of requests keep the file small")
  func window() throws {
    let all = try drawn(Self.together),
      some = try drawn(Self.together, window: Seconds(2)..<Seconds(4), mostRequests: 3)
    #expect(some.text.utf8.count * 4 < all.text.utf8.count)
    let steps = some.events.filter { ($0["pid"] as? Int ?? 0) >= PerfettoTrace.firstPool && $0["ph"] as? String == "X" }
    #expect(!steps.isEmpty)
    #expect(steps.allSatisfy { (2_000_000_000..<4_000_000_000).contains(nanoseconds($0["ts"])) })
    #expect(some.events.filter { ($0["name"] as? String ?? "").hasPrefix("request ") }.count == 3)
    #expect(some.text.contains("\"requests\":\"3 drawn, "))
  }

  @Test("whoever looks on changes nothing: the same report with a timeline and without", arguments: [together, apart])
  func observed(scenario: String) throws {
    let deployment = try Deployment(Node.parse(scenario, file: "s.yaml").decode(Scenario.self), catalog: Self.catalog)
    let run = ServingReport.Run(
      version: "", seed: 1, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
    var plain = try deployment.simulate(observing: ServingObservers()) { _ in run }
    plain.run = run
    var looked = try #require(try drawn(scenario).report)
    looked.run = run
    #expect(try JSONText.encode(plain) == JSONText.encode(looked))
  }

  @Test("a place that takes no bytes ends the run with its error") func failure() throws {
    struct Full: Error {}
    let deployment = try Deployment(
      Node.parse(Self.together, file: "s.yaml").decode(Scenario.self), catalog: Self.catalog)
    let trace = PerfettoTrace(deployment, window: .zero..<Seconds(1), mostRequests: 1) { _ in throw Full() }
    #expect(throws: Full.self) { try trace.finish(commandLine: "") }
  }

  @Test(
    "nanoseconds are written as microseconds, exactly",
    arguments: [(0, "0"), (1, "0.001"), (42_000, "42"), (1_234_567, "1234.567"), (1_020, "1.020")])
  func microseconds(nanoseconds: Int, expected: String) {
    #expect(PerfettoTrace.microseconds(Int64(nanoseconds)) == expected)
  }
}
