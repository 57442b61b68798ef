import Formats
import Foundation
import Testing

/// What people type who have a trace or a benchmark's command, and the right answer.
@Suite struct WorkloadCaseTests {
  private let scratch: Scratch
  private let scenario: String

  init() throws {
    scratch = try Scratch()
    scenario = try scratch.write(
      """
      name: A scenario of generated requests
      model: Llama-3.1-8B
      system: HGX H100
      engine: DeepEP two-batch
      precision: { weights: bf16, attention: bf16, keyValue: bf16 }
      prefill: { instances: 1, chips: 1, maxBatchedTokensPerChip: 2048 }
      decode: { instances: 1, chips: 1, maxRequestsPerChip: 256 }
      objectives: { timeToFirstToken: 5 s, timePerOutputToken: 100 ms }
      workload: { requestRate: 4, prompts: 100, inputTokens: 1024, outputTokens: 128 }
      seed: 1

      """, to: "scenario.yaml")
  }

  private func json(_ arguments: [String]) throws -> (result: Node, error: String) {
    let answer = try BuiltProgram.run(arguments, in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    return (try Node.parse(answer.output, file: "out"), answer.error)
  }

  private func simulated(_ flags: String...) throws -> (result: Node, error: String) {
    try json(["simulate", scenario, "--json", "-"] + flags)
  }

  @Test("a benchmark at the rate inf offers all requests at once, as a workload without a rate does")
  func fullRate() throws {
    let flags = try simulated(
      "--request-rate", "inf", "--max-concurrency", "16", "--num-prompts", "100", "--dataset-name", "random",
      "--random_input_len=1024", "--random-output-len", "128", "--ignore-eos", "--backend", "vllm", "--port", "8000",
      "--top-k", "-1",
      "--percentile-metrics", "ttft,tpot,itl,e2el", "--metric-percentiles", "25,99.9", "--metadata", "a=b", "c=d",
      "--goodput", "ttft:5000", "tpot:100", "--save-result", "--result-filename", "\(scratch.path)/bench.json")
    let set = try simulated(
      "--quiet", "--set", "workload={prompts: 100, maxConcurrency: 16, inputTokens: 1024, outputTokens: 128}")
    for field in ["requests", "endToEnd.mean", "timeToFirstToken.p99", "throughput", "goodput"] {
      #expect(flags.result[field] == set.result[field], "\(field)")
    }
    #expect(flags.result["requests.completed"]?.text == "100")
    #expect(flags.result["timeToFirstToken.percentiles"]?.elements.count == 2)
    let remarks = flags.error.split(separator: "\n").filter { $0.contains("no effect") }
    let named = "--backend, --ignore-eos, --port, --top-k, --metadata"
    #expect(remarks.count == 1 && flags.error.contains(named), "\(flags.error)")
    let saved = try Node.read(path: "\(scratch.path)/bench.json")
    #expect(saved.field("p99.9_ttft_ms") != nil && saved.field("p25_e2el_ms") != nil)
  }

  @Test("the range ratio, the prefix and vLLM's defaults where nothing is said")
  func random() throws {
    let flags = try simulated(
      "--num-prompts", "40", "--request-rate", "8", "--random-input-len", "100", "--random-output-len", "10",
      "--random-range-ratio", "{\"input\": 0.5, \"output\": 0}", "--random-prefix-len", "64")
    let workload = try #require(flags.result["inputs.workload"])
    #expect(workload["inputTokens.minimum"]?.text == "50" && workload["inputTokens.maximum"]?.text == "150")
    let sglang = try simulated(
      "--backend", "sglang", "--dataset-name", "random", "--num-prompts", "20", "--random-range-ratio", "1.0",
      "--random-input-len", "300", "--random-output-len", "20", "--request-rate", "inf", "--output-file", "x.jsonl")
    #expect(sglang.result["requests.promptTokens"]?.text == "6000")
    #expect(workload["prefixes.tokens"]?.text == "64" && workload["outputTokens"]?.text == "10")
    let text = try String(contentsOfFile: scenario, encoding: .utf8)
    let start = try #require(text.range(of: "workload:"))
    let own = String(text[..<start.lowerBound]) + "workload: { trace: azure-2023-code }\n"
    let file = try scratch.write(own, to: "traced.yaml")
    let traced = try json(["simulate", file, "--json", "-", "--request-rate", "500"])
    #expect(traced.result["requests.offered"]?.text == "1000")
    #expect(traced.error.contains("1000 requests, prompts of 1024 tokens, answers of 128"))
  }

  @Test("a trace on the command line takes the place of generated requests")
  func traceFlag() throws {
    let lines = (0..<20).map { "{\"timestamp\": \($0 * 450), \"input_length\": \($0 + 500), \"output_length\": 40}" }
    let trace = try scratch.write(lines.joined(separator: "\n"), to: "day #2 [x]: y")
    let plain = try simulated("--trace", trace)
    #expect(plain.result["requests.offered"]?.text == "20")
    let named = try json(["simulate", "./scenario.yaml", "--json", "-", "--trace", "day #2 [x]: y"])
    #expect(named.result["requests.promptTokens"]?.text == "10190")
    let retimed = try simulated("--trace", trace, "--request-rate", "inf")
    #expect(retimed.result["requests.promptTokens"]?.text == "10190")
  }

  @Test("BurstGPT's columns are known; its failed rows stop the reading or are counted")
  func burst() throws {
    let rows = [
      "35,GPT-4,1166,481,1647,Conversation log", "46,ChatGPT,1068,492,1560,Conversation log",
      "205,ChatGPT,1230,0,1230,Conversation log", "245,ChatGPT,622,516,1138,API log",
    ]
    let trace = try scratch.write(
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n" + rows.joined(separator: "\n"),
      to: "trace.csv")
    let stopped = try BuiltProgram.run(["trace", "inspect", trace])
    #expect(stopped.code == 1 && stopped.error.contains("trace.csv:4: Response tokens 0 is not positive"))
    let (summary, _) = try json(["trace", "inspect", trace, "--skip-bad", "--format", "json"])
    #expect(summary["requests"]?.text == "3" && summary["skipped"]?.text == "1" && summary["span"]?.text == "210")
    #expect(summary["promptTokens.total"]?.text == "2856" && summary["reading.format"]?.text == "burstgpt")
    let table = try BuiltProgram.run(["trace", "inspect", trace, "--skip-bad", "--format", "csv"])
    #expect(table.output.hasPrefix("quantity,value\nformat,burstgpt\nrequests,3\nspan_s,210\n"), "\(table.output)")
  }

  @Test("blocks of 16 tokens and stamps in seconds are told by the file, with what an endless cache would serve")
  func sixteen() throws {
    let prefix = (0..<20).map(String.init).joined(separator: ", ")
    let lines = (0..<40).map { index in
      let own = (0..<9).map { "\(1000 + index * 9 + $0)" }.joined(separator: ", ")
      return """
        {"chat_id": \(index), "parent_chat_id": -1, "timestamp": \(index).5, "input_length": 464, "output_length": 9, \
        "type": "text", "turn": 1, "hash_ids": [\(prefix), \(own)]}
        """
    }
    let trace = try scratch.write(lines.joined(separator: "\n"), to: "trace.jsonl")
    let (summary, _) = try json(["trace", "inspect", trace, "--format", "json"])
    #expect(summary["requests"]?.text == "40" && summary["span"]?.text == "39")
    #expect(summary["prefixes.tokensPerBlock"]?.text == "16")
    let rate = try #require(summary["prefixes.bestTokenHitRate"]?.text.flatMap(Double.init))
    #expect(abs(rate - Double(39 * 320) / Double(40 * 464)) < 1e-12)
  }

  @Test("of a pipe, whose blocks are known only when it is read, the assumed size is told where it is wrong")
  func pipe() throws {
    let line = #"{"chat_id": 0, "parent_chat_id": -1, "timestamp": 1, "input_length": 32, "output_length": 9, "#
    _ = try scratch.write(line + "\"hash_ids\": [1, 2]}\n", to: "trace.jsonl")
    let program = "\(BuiltProgram.path) simulate \(BuiltProgram.root)/Examples/llama-3.1-70b-hgx-h100.yaml --quiet"
    func run(_ flags: String) throws -> (code: Int32, text: String) {
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      let files = "< '\(scratch.path)/trace.jsonl' > '\(scratch.path)/out' 2>&1"
      shell.arguments = ["-c", "\(program) --trace - \(flags) \(files)"]
      try shell.run()
      shell.waitUntilExit()
      return (shell.terminationStatus, try String(contentsOfFile: "\(scratch.path)/out", encoding: .utf8))
    }
    let assumed = try run("")
    #expect(assumed.code == 1 && assumed.text.contains("workload.blockTokens: 512 was assumed"), "\(assumed.text)")
    let said = try run("--block-tokens 16")
    #expect(said.code == 0 && said.text.contains("1 of 1 served"), "\(said.text)")
  }

  @Test("a run that needs more than 106 days is refused by a sentence, and leaves no file")
  func clock() throws {
    let answer = try BuiltProgram.run([
      "simulate", scenario, "--quiet", "--json", "\(scratch.path)/out.json", "--random-output-len", "100000",
      "--num-prompts", "20000", "--max-concurrency", "1", "--request-rate", "1",
    ])
    #expect(answer.code == 1 && answer.error.contains("the run passes 100 days of simulated time"), "\(answer.error)")
    #expect(try scratch.names() == ["scenario.yaml"])
  }

  @Test("a turn is sent its think time after the answer before it")
  func conversation() throws {
    let trace = try scratch.write(
      """
      {"timestamp": 0, "input_length": 100, "output_length": 50, "session_id": "a"}
      {"session_id": "a", "delay": 2000, "input_length": 200, "output_length": 50}
      {"timestamp": 1, "input_length": 100, "output_length": 50, "session_id": "b"}

      """, to: "talk.jsonl")
    let answer = try BuiltProgram.run(["simulate", scenario, "--quiet", "--trace", trace, "--requests", "-"])
    let rows = answer.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
    #expect(rows.count == 3, "\(answer.error)")
    // Columns: 2 prompt tokens, 5 arrival, 10 finished.
    let last = try #require(rows.first { $0[2] == "200" })
    let first = try #require(rows.first { $0[2] == "100" && $0[5] == "0.0" })
    #expect(abs((Double(last[5]) ?? 0) - (Double(first[10]) ?? 0) - 2) < 1e-9)
  }

  @Test("the first requests are left out of latencies where a warm-up is asked for")
  func warmUp() throws {
    let (result, _) = try simulated("--num-prompts", "50", "--num-warmups", "10")
    #expect(result["requests.completed"]?.text == "60")
    let bins = try #require(result["endToEnd.histogram"]).elements
    #expect(bins.reduce(0) { $0 + (Int($1.field("count")?.text ?? "") ?? 0) } == 50)
  }

  @Test("a converted trace has the same requests, and a scaled one comes faster")
  func convert() throws {
    let trace = try scratch.write(
      "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,4808,10\n0.052,3180,8\n4,7,9\n", to: "vidur.csv")
    let out = "\(scratch.path)/out.csv"
    let answer = try BuiltProgram.run(["trace", "convert", trace, "--to", "azure", "--output", out])
    #expect(answer.code == 0 && answer.error == "supernode: 3 requests were written\n")
    #expect(
      try String(contentsOfFile: out, encoding: .utf8)
        == """
        TIMESTAMP,ContextTokens,GeneratedTokens
        2000-01-01 00:00:00.0000000,4808,10
        2000-01-01 00:00:00.0520000,3180,8
        2000-01-01 00:00:04.0000000,7,9

        """)
    let scaled = try BuiltProgram.run([
      "trace", "scale", trace, "--rate", "2", "--output-tokens", "3", "--requests", "2",
    ])
    #expect(
      scaled.output == "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,4808,30\n0.026,3180,24\n",
      "\(scaled.output)\(scaled.error)")
    let wrong = try BuiltProgram.run(["trace", "convert", trace, "--to", "parquet"])
    #expect(wrong.code == 2 && wrong.error.contains("--to parquet"))
  }
}
