import Formats
import Hardware
import Serving
import Testing
import Units

@testable import Pages
@testable import Validation

/// Results of a cluster of one's own: read from each client's file, and constants found on them.
@Suite struct ClusterFitTests {
  private static let scenario = """
    name: mine
    model: Llama-3.1-8B
    system: HGX H100
    engine: vLLM
    pools: [{ chips: 1 }]
    workload: { requestRate: 1, prompts: 10, inputTokens: 100, outputTokens: 10 }
    """

  private static func node(_ text: String = scenario) throws -> Node { try Node.parse(text, file: "mine.yaml") }

  /// As `vllm bench serve --save-result` writes it.
  private static func vllm(
    _ concurrency: Int, first: Double, each: Double, requests: Int = 40, extra: String = "", model: String = "null"
  ) -> String {
    """
    {"date": "20261128-000000", "backend": "vllm", "model_id": \(model), "num_prompts": \(requests),
     "request_rate": "inf", "burstiness": 1.0, "max_concurrency": \(concurrency), "duration": 10.0,
     "completed": \(requests), "total_input_tokens": \(requests * 512), "total_output_tokens": \(requests * 48),
     "mean_ttft_ms": \(first), "mean_tpot_ms": \(each)\(extra)}
    """
  }

  private static func result(_ text: String) throws -> BenchmarkResult {
    try BenchmarkResult(Node.parse(text, file: "r.json"), at: "r.json")
  }

  /// Results of a cluster whose engine has other constants.
  private static func measured(_ changes: [(RunConstant, Double)]) throws -> [BenchmarkResult] {
    let loads = [1, 8, 32]
    let plain = try loads.map { try result(vllm($0, first: 1, each: 1)) }
    let cluster = try Cluster(plain, scenario: node(), catalog: Catalog())
    return try loads.indices.map { index in
      let times = cluster.times(index, changes.map(\.0), changes.map(\.1))
      return try result(
        vllm(loads[index], first: (times[1] ?? 0) * 1e3, each: (times[0] ?? 0) * 1e3))
    }
  }

  private static func fit(_ results: [BenchmarkResult]) throws -> ClusterFit {
    try ClusterFit(results, scenario: node(), catalog: Catalog(), workers: 2)
  }

  /// Of a cluster with another host, and of one that is as the engine's own constants say: found once for all tests.
  private static let other = Result { try fit(try measured([(.stepGap, 1.4), (.frontEnd, 22)])) }
  private static let own = Result { try fit(try measured([])) }

  @Test("constants that a cluster was simulated with come back from vLLM's result files")
  func recovered() throws {
    let fit = try Self.other.get()
    let gap = try #require(fit.moved.first { $0.constant == .stepGap })
    let front = try #require(fit.moved.first { $0.constant == .frontEnd })
    #expect((gap.posterior.low...gap.posterior.high).contains(1.4) && gap.posterior.value > 1, "\(gap.posterior)")
    #expect((front.posterior.low...front.posterior.high).contains(22), "\(front.posterior)")
    #expect(fit.moved.count <= 3 && fit.moved.count + fit.kept.count >= 9)
    let (before, after) = (try #require(fit.before.timePerOutputToken), try #require(fit.after.timePerOutputToken))
    #expect(before > 0.05 && after < 0.02 && fit.leftOut.timePerOutputToken ?? 1 < 0.06, "\(before) \(after)")
    #expect(fit.after.timeToFirstToken ?? 1 < 0.1)
  }

  @Test("results as the engine's own constants predict them move nothing by a hundredth")
  func nothing() throws {
    let fit = try Self.own.get()
    for value in fit.moved { #expect(abs(value.posterior.value / value.prior.value - 1) < 0.01, "\(value)") }
    #expect(try #require(fit.after.timePerOutputToken) < 1e-3 && #require(fit.leftOut.timeToFirstToken) < 0.01)
  }

  @Test("a result that no constant explains is named before anything else, and what is explained is not")
  func unexplained() throws {
    let plain = try Self.own.get()
    #expect(!plain.document(version: "").lead.contains { $0.contains("far off") })
    var results = plain.points.map(\.result)
    results[1].timePerOutputToken = (results[1].timePerOutputToken ?? 0) * 20
    let lead = try Self.fit(results).document(version: "").lead
    #expect(lead.first?.contains("far off") == true && lead[0].contains("Do not use"), "\(lead)")
  }

  @Test("the file that is written is an engine that answers as the fit, and says on what it was calibrated")
  func file() throws {
    let fit = try Self.other.get()
    let folder = try TemporaryFile(try fit.engineFile(named: "mine", version: "0"), named: "mine.yaml")
    let engine = try Catalog().engine(folder.path)
    #expect(engine.name == "mine" && engine.calibratedOn?.engine == "vLLM" && engine.calibratedOn?.results.count == 3)
    #expect(engine.calibratedOn?.concurrency == [1, 32] && engine.scheduling != nil)
    for value in fit.moved {
      let written = try #require(value.constant.value(in: engine))
      #expect(abs(written / value.posterior.value - 1) < 1e-3)
    }
    let scenario = try Self.node().setting("engine", to: "\"\(folder.path)\"")
    let deployment = try Deployment(scenario.decode(Scenario.self), catalog: Catalog())
    let report = try deployment.simulate(observing: ServingObservers()) { _ in
      ServingReport.Run(
        version: "0", seed: 1, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
    }
    #expect(
      report.notes.contains { note in
        if case .calibrated(let results) = note { return results.engine == "vLLM" }
        return false
      })
    #expect(throws: Problem.self) { try fit.engineFile(named: "vLLM", version: "0") }
  }

  // MARK: Formats

  @Test("vLLM: lengths are totals over requests, all at once without a limit, a rate beside it")
  func vllmFormat() throws {
    let plain = try Self.result(Self.vllm(8, first: 95.5, each: 8.25, model: "\"meta-llama/Llama-3.1-8B-Instruct\""))
    #expect(plain.format == .vllm && plain.concurrency == 8 && plain.requestRate == nil && plain.requests == 40)
    #expect(plain.inputTokens == .init(least: 512, most: 512) && plain.outputTokens.mean == 48)
    #expect(plain.timeToFirstToken == 0.0955 && plain.timePerOutputToken == 0.00825)
    let open = try Self.result(
      Self.vllm(8, first: 1, each: 1).replacing("\"max_concurrency\": 8", with: "\"max_concurrency\": null"))
    #expect(open.concurrency == 40)
    let rated = try Self.result(
      Self.vllm(8, first: 1, each: 1).replacing("\"inf\"", with: "2.5")
        .replacing("\"max_concurrency\": 8", with: "\"max_concurrency\": null"))
    #expect(rated.requestRate == 2.5 && rated.concurrency == nil)
    // Lengths of each request: 400 and 600 tokens, evenly: a mean of 500 and a deviation of 100, ±173.
    let lens = (0..<40).map { $0 % 2 == 0 ? "400" : "600" }.joined(separator: ", ")
    let saved = try Self.result(
      Self.vllm(8, first: 1, each: 1, extra: ", \"input_lens\": [\(lens)]")
        .replacing("\"total_input_tokens\": 20480", with: "\"total_input_tokens\": 20000"))
    #expect(saved.inputTokens == .init(least: 327, most: 673))
  }

  @Test("SGLang: one result a line, with infinite rates and lengths from a share of the nominal ones on")
  func sglangFormat() throws {
    let line = """
      {"tag": null, "backend": "sglang", "dataset_name": "random", "request_rate": Infinity, "max_concurrency": 16, \
      "random_input_len": 1000, "random_output_len": 200, "random_range_ratio": 0.5, "duration": 9.0, "completed": 64, \
      "total_input_tokens": 48000, "total_output_tokens": 9600, "total_output_tokens_retokenized": 9590, \
      "mean_e2e_latency_ms": 2000.0, "mean_ttft_ms": 150.0, "mean_tpot_ms": 12.0, "concurrency": 15.2}
      """
    let file = try TemporaryFile(line + "\n" + line.replacing(": 16,", with: ": 4,") + "\n", named: "s.jsonl")
    let results = try BenchmarkResult.read(path: file.path)
    #expect(results.map(\.concurrency) == [16, 4] && results.map(\.place) == ["s.jsonl:1", "s.jsonl:2"])
    #expect(results[0].format == .sglang && results[0].inputTokens == .init(least: 500, most: 1000))
    #expect(results[0].outputTokens.mean == 150 && results[0].requestRate == nil && results[0].requests == 64)
  }

  @Test("AIPerf: metrics with units, lengths by mean and deviation, the load from its configuration")
  func aiperfFormat() throws {
    let text = """
      {"request_count": {"unit": "requests", "avg": 80.0}, "time_to_first_token": {"unit": "ms", "avg": 120.0},
       "inter_token_latency": {"unit": "ms", "avg": 9.5}, "request_latency": {"unit": "ms", "avg": 1300.0},
       "input_sequence_length": {"unit": "tokens", "avg": 550.0, "std": 0.0},
       "output_sequence_length": {"unit": "tokens", "avg": 120.0, "std": 10.0},
       "input_config": {"endpoint": {"model_names": ["Llama-3.1-8B"]}, "loadgen": {"concurrency": 8}}}
      """
    let result = try Self.result(text)
    #expect(result.format == .aiperf && result.concurrency == 8 && result.requests == 80)
    #expect(result.model == "Llama-3.1-8B" && result.timeToFirstToken == 0.12 && result.timePerOutputToken == 0.0095)
    // 120 ± 10 · √3.
    #expect(result.inputTokens.mean == 550 && result.outputTokens == .init(least: 103, most: 137))
  }

  @Test("rows with the columns of runs are results too")
  func rows() throws {
    let file = try TemporaryFile(
      "id,engine,model,system,precision,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms,random_range_ratio\n"
        + "a,vllm,meta-llama/Llama-3.1-8B,h100_sxm,bf16,1024,128,16,1,95,8.1,1\n", named: "r.csv")
    let result = try #require(try BenchmarkResult.read(path: file.path).first)
    #expect(result.concurrency == 16 && result.chips == 1 && result.requests == 160 && result.format == .rows)
    #expect(result.inputTokens == .init(least: 1024, most: 1024) && result.timePerOutputToken == 0.0081)
  }

  // MARK: Faults

  @Test(
    "a result that cannot be used is refused with place, fault and way out",
    arguments: [
      ("{\"a\": 1}", "is no result of a benchmark"), ("[1, 2]", "is no result of a benchmark"),
      (vllm(8, first: 1, each: 1).replacing("\"completed\": 40", with: "\"completed\": 37"), "3 of 40 requests failed"),
      (
        vllm(8, first: 1, each: 1).replacing("\"max_concurrency\": 8,", with: "")
          .replacing("\"request_rate\": \"inf\",", with: ""), "the load is not known"
      ),
      (vllm(8, first: 1, each: 1).replacing("\"total_input_tokens\": 20480,", with: ""), "lengths are not known"),
      (vllm(8, first: 1, each: 1e30), "more than a day"),
      (
        vllm(8, first: 1, each: 1).replacing("\"max_concurrency\": 8", with: "\"max_concurrency\": 0"),
        "0 requests in flight"
      ),
      (vllm(8, first: 0, each: 0), "neither TTFT nor TPOT was measured"),
      (vllm(8, first: 1, each: 1).replacing("\"mean_ttft_ms\": 1.0", with: "\"mean_ttft_ms\": -4"), "from zero on"),
    ])
  func faults(_ text: String, _ words: String) throws {
    let file = try TemporaryFile(text, named: "r.json")
    #expect(fault { _ = try BenchmarkResult.read(path: file.path) }.contains(words))
  }

  @Test("another model, one load, an engine of another kind and another shape are refused")
  func mismatch() throws {
    let two = try [8, 16].map { try Self.result(Self.vllm($0, first: 100, each: 9, model: "\"Qwen/Qwen3-32B\"")) }
    #expect(fault { _ = try Self.fit(two) }.contains("the scenario serves 'Llama-3.1-8B'"))
    let one = try Self.result(Self.vllm(8, first: 100, each: 9))
    #expect(fault { _ = try Self.fit([one]) }.contains("one load alone"))
    #expect(fault { _ = try Self.fit([one, one]) }.contains("one load alone"))
    let other = try Self.result(Self.vllm(16, first: 100, each: 9))
    #expect(fault { _ = try Self.fit([one, other, one]) }.contains("is the same result as"))
    var row = one
    row.chips = 4
    row.concurrency = 4
    #expect(fault { _ = try Self.fit([one, row]) }.contains("4 chips"))
  }

  private func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch { return "\(error)" }
  }
}
