import Formats
import Testing

/// The verbs plan and compare, from outside.
@Suite struct PlanVerbTests {
  private static let small = [
    "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "8", "--isl", "512", "--osl", "64", "--tpot",
    "30", "--engine", "vLLM",
  ]

  @Test("a plan is told on the terminal, as JSON, as CSV and as a command, the same twice over")
  func plan() throws {
    let table = try BuiltProgram.run(Self.small + ["--simulate", "1"])
    #expect(table.code == 0, "\(table.error)")
    for words in ["Plan for Llama-3.1-8B", "vLLM, ", "Simulated: ", "What cannot serve"] {
      #expect(table.output.contains(words), "\(words)")
    }
    let json = try BuiltProgram.run(Self.small + ["--simulate", "1", "--json", "-"])
    let again = try BuiltProgram.run(Self.small + ["--simulate", "1", "--json", "-"])
    #expect(json.output == again.output)
    let node = try Node.parse(json.output, file: "plan")
    let best = try #require(node.field("plans")?.elements.first)
    #expect(best.field("simulated")?.field("meets")?.text == "true")
    #expect(best.field("candidate")?.field("chips")?.text == "8")
    #expect(node["inputs.objectives.timePerOutputToken"] != nil && node["run.inputHash"]?.text?.isEmpty == false)
    let csv = try BuiltProgram.run(Self.small + ["--simulate", "0", "--format", "csv"])
    #expect(csv.output.hasPrefix("system,engine,formats,"))
    let launch = try BuiltProgram.run(Self.small + ["--simulate", "0", "--emit", "vllm"])
    #expect(launch.output.contains("vllm serve Llama-3.1-8B"))
    #expect(launch.output.contains("--tensor-parallel-size"))
  }

  @Test("the scenario of a plan goes into simulate")
  func scenario() throws {
    let scratch = try Scratch()
    let text = try BuiltProgram.run(Self.small + ["--simulate", "0", "--emit", "scenario"]).output
    _ = try scratch.write(text, to: "plan.yaml")
    let run = try BuiltProgram.run(["simulate", "plan.yaml", "--num-prompts", "200", "--quiet"], in: scratch.path)
    #expect(run.code == 0, "\(run.error)")
  }

  @Test("what has no plan says why, and ends with 1")
  func none() throws {
    let large = try BuiltProgram.run(["plan", "--model", "DeepSeek-V3", "--system", "HGX H100", "--chips", "4"])
    #expect(large.code == 1)
    #expect(large.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("GB missing per die"))
    let zero = try BuiltProgram.run(["plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "0"])
    #expect(zero.code == 1 && zero.error.contains("chips: 0 is not between"), "\(zero.error)")
    let much = try BuiltProgram.run([
      "plan", "--model", "Llama-3.1-70B", "--system", "HGX H100", "--request-rate", "500",
    ])
    #expect(much.code == 1)
    #expect(much.output.contains("and there are 8") || much.output.contains("there are\n8"), "\(much.output)")
  }

  @Test(
    "what cannot be asked is one sentence",
    arguments: [
      (["--chips", "8"], 2, "2 numbers for 1 systems"), (["--budget", "0 USD"], 1, "budget: is not above 0"),
      (["--power-budget", "5"], 2, "write '500 kW'"), (["--power-budget", "1 W"], 1, "W for each chip at full load"),
      (["--goodput", "tpot"], 2, "write ttft:MS"),
      (["--optimise", "speed"], 2, "use one of throughput, chips, cost, energy"),
      (["--engine", "nosuch"], 1, "nosuch"), (["--emit", "sglang"], 1, "the best plan is vLLM's"),
      (["--share", "2"], 1, "share"), (["--isl", "0"], 1, "input-len"),
      (["--draft-tokens", "x"], 2, "such as 0,1,3, or auto"), (["--draft-tokens", "40"], 1, "lie outside 0 to 16"),
      (["--chunk-tokens", "0"], 1, "lie outside 1 to"), (["--gpu-memory-utilization", "2"], 1, "is no share"),
      (["--region", "Nowhere"], 1, "Nowhere"), (["--exchange-rate", "7"], 2, "such as '7.15 of 2025'"),
      (["--day", "nosuch.csv"], 1, "nosuch.csv"),
      (["--day", "x", "--request-rate", "1"], 2, "leave --request-rate out"),
      (["--chips", "1000000"], 2, "2 numbers for 1 systems"), (["--request-rate", "1e-9"], 1, "from 0.001 on"),
      (["--emit", "vllm", "--json", "-"], 2, "give --json or --report a file"),
      (["--emit", "vllm", "--format", "csv"], 2, "give --json or --report a file"),
    ] as [([String], Int32, String)])
  func faults(_ more: [String], _ code: Int32, _ words: String) throws {
    let answer = try BuiltProgram.run(Self.small + ["--simulate", "0"] + more)
    #expect(answer.code == code, "\(answer.error)")
    #expect(
      answer.error.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words), "\(answer.error)")
  }

  @Test("more chips than a plan is made for are refused at once")
  func chips() throws {
    let answer = try BuiltProgram.run([
      "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "1000000",
    ])
    #expect(answer.code == 1 && answer.error.contains("chips: 1000000 is not between 1 and 100000"), "\(answer.error)")
  }

  @Test("an engine's file is planned with, and its scenario names the file")
  func engineFile() throws {
    let scratch = try Scratch()
    _ = try scratch.write("name: my engine\nbasedOn: vLLM\n", to: "mine.yaml")
    let plan = [
      "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "2", "--isl", "512", "--osl", "64",
      "--engine", "mine.yaml", "--simulate", "1",
    ]
    let answer = try BuiltProgram.run(plan, in: scratch.path)
    #expect(answer.code == 0 && answer.output.contains("my engine, "), "\(answer.error)")
    let scenario = try BuiltProgram.run(plan + ["--emit", "scenario"], in: scratch.path)
    #expect(scenario.output.contains("engine: \"mine.yaml\""))
    let launch = try BuiltProgram.run(plan + ["--emit", "vllm"], in: scratch.path)
    #expect(launch.output.contains("vllm serve"))
  }

  @Test("a day is told with its four ways and the carbon of its region")
  func day() throws {
    let scratch = try Scratch()
    _ = try scratch.write("hour,rate\n0,2\n1,5\n", to: "rates.csv")
    let answer = try BuiltProgram.run(
      [
        "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "8", "--isl", "512", "--osl", "64",
        "--tpot",
        "30", "--engine", "vLLM", "--simulate", "1", "--day", "rates.csv", "--region", "China",
      ], in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    for words in ["A day", "planned anew each hour", "scaled by objectives kept", "582 g/kWh", "prompt token"] {
      #expect(answer.output.contains(words), "\(words)")
    }
  }

  @Test("plans are compared as they were simulated, load curves at their knee")
  func comparePlans() throws {
    let scratch = try Scratch()
    for (name, chips) in [("one", "1"), ("two", "2")] {
      let run = try BuiltProgram.run(
        [
          "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", chips, "--isl", "512", "--osl", "64",
          "--engine", "vLLM", "--division", "together", "--simulate", "1", "--quiet", "--json", "\(name).json",
        ], in: scratch.path)
      #expect(run.code == 0, "\(run.error)")
    }
    let both = try BuiltProgram.run(["compare", "one.json", "two.json"], in: scratch.path)
    #expect(both.code == 0, "\(both.error)")
    for words in ["chips in use", "requests/s", "fleets[0].chips", "validity"] {
      #expect(both.output.contains(words), "\(words): \(both.output)")
    }
    #expect(!both.output.contains("outsideRange"))
    let curve = try BuiltProgram.run(
      [
        "simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--request-rate", "1,2", "--num-prompts", "50",
        "--quiet", "--json", "curve.json",
      ], in: scratch.path)
    #expect(curve.code == 0)
    let knee = try BuiltProgram.run(["compare", "one.json", "curve.json", "--json", "-"], in: scratch.path)
    let rows = try Node.parse(knee.output, file: "compare").field("rows")?.elements ?? []
    let rate = rows.first { $0.field("quantity")?.text == "requests/s" }?.field("values")?.elements.last?.text
    // The higher of the two loads, of which 50 requests came and left.
    #expect(rate.flatMap(Double.init).map { $0 > 1.2 && $0 < 2.8 } == true, "\(knee.error)")
  }

  @Test("systems, scenarios and results are set side by side; what differs is named")
  func compare() throws {
    let systems = try BuiltProgram.run([
      "compare", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--system", "HGX H20", "--isl", "512", "--osl",
      "64", "--simulate", "0",
    ])
    #expect(systems.code == 0, "\(systems.error)")
    for words in ["memory bandwidth", "best plan", "HGX H20 against HGX H100"] {
      #expect(systems.output.contains(words), "\(words)")
    }
    let scratch = try Scratch()
    for (name, rate) in [("one", "1"), ("two", "4")] {
      let run = try BuiltProgram.run(
        [
          "simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--request-rate", rate, "--num-prompts", "100",
          "--json", "\(name).json", "--quiet",
        ], in: scratch.path)
      #expect(run.code == 0)
    }
    let results = try BuiltProgram.run(["compare", "one.json", "two.json", "--json", "-"], in: scratch.path)
    #expect(results.code == 0, "\(results.error)")
    let node = try Node.parse(results.output, file: "compare")
    let differences = node.field("differences")?.elements.compactMap { $0.field("field")?.text } ?? []
    #expect(differences == ["workload.requestRate"])
    let rows = node.field("rows")?.elements ?? []
    let rate = try #require(rows.first { $0.field("quantity")?.text == "requests/s" })
    let ratio = try #require(rate.field("ratios")?.elements.last?.text.flatMap(Double.init))
    #expect(ratio > 2 && ratio < 5)
    let alone = try BuiltProgram.run(["compare", "one.json"], in: scratch.path)
    #expect(alone.code == 2 && alone.error.contains("name a second one"))
  }
}
