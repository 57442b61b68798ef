import Formats
import Foundation
import Testing

/// Commands as people type and paste them, without a scenario.
@Suite struct CommandLineTests {
  private func answer(_ arguments: String...) throws -> Node { try answer(arguments) }

  private func answer(_ arguments: [String]) throws -> Node {
    let scratch = try Scratch()
    let out = "\(scratch.path)/out.json"
    let run = try BuiltProgram.run(["simulate"] + arguments + ["--quiet", "--json", out])
    #expect(run.code == 0, "\(run.error)")
    return try Node.read(path: out)
  }

  @Test("a model, a system and a rate are enough; the smallest instance that holds the model serves it")
  func defaults() throws {
    let result = try answer(
      "--model", "Llama-3.1-70B", "--system", "HGX H100", "--engine", "vllm", "--request-rate", "5")
    // 141 GB of weights on cards of 85.5 GB.
    #expect(result["inputs.pools[0].chips"]?.text == "4")
    #expect(result["inputs.engine"]?.text == "vllm")
    #expect(result["requests.completed"]?.text == "1000")
    let other = try answer(
      "--model", "Qwen3-32B", "--system", "Atlas 800 A2", "--request-rate", "1", "--num-prompts", "20")
    #expect(other["inputs.engine"]?.text == "vLLM-Ascend" && other["inputs.pools[0].chips"]?.text == "2")
  }

  @Test("a pasted vllm bench serve command runs, with the names of Hugging Face")
  func pasted() throws {
    let served = try BuiltProgram.run([
      "simulate", "--model", "meta-llama/Llama-3.1-8B-Instruct", "--system", "HGX H100", "--backend", "vllm",
      "--dataset-name", "random", "--random-input-len", "1024", "--random-output-len", "128", "--request-rate", "inf",
      "--max-concurrency", "16", "--num-prompts", "100", "--ignore-eos",
    ])
    #expect(served.code == 0 && served.output.contains("100 of 100 served"))
    #expect(served.error.contains("is taken as Llama-3.1-8B") && served.error.contains("--ignore-eos"))
  }

  @Test(
    "a command of an engine's own is pasted whole",
    arguments: [
      "vllm bench serve --model meta-llama/Llama-3.1-8B-Instruct --random-input-len 256",
      "vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 1 --random-input-len 256",
      "python3 -m sglang.bench_serving --backend sglang --model meta-llama/Llama-3.1-8B-Instruct",
      "VLLM_USE_V1=1 vllm serve meta-llama/Llama-3.1-8B-Instruct --random-input-len 256",
      "python3 -m sglang.launch_server --model-path meta-llama/Llama-3.1-8B-Instruct --random-input-len 256",
      "trtllm-serve meta-llama/Llama-3.1-8B-Instruct --tp_size 1 --random-input-len 256",
    ])
  func pastedWhole(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let scratch = try Scratch()
    let out = "\(scratch.path)/out.json"
    let run = try BuiltProgram.run(
      ["simulate"] + words + ["--system", "HGX H100", "--request-rate", "5", "--num-prompts", "20", "--json", out])
    #expect(run.code == 0, "\(run.error)")
    let result = try Node.read(path: out)
    #expect(
      result["inputs.model"]?.text == "Llama-3.1-8B")
    if !command.contains("--backend") { #expect(result["inputs.workload.inputTokens"]?.text == "256") }
    let engine = command.contains("sglang") ? "sglang" : command.hasPrefix("trt") ? "TensorRT-LLM" : nil
    if let engine { #expect(result["inputs.engine"]?.text?.lowercased() == engine.lowercased()) }
  }

  @Test("a quantised copy is the catalog's model in that format, on as few chips as hold it; an option wins")
  func quantised() throws {
    let load = ["--system", "HGX H100", "--request-rate", "1", "--num-prompts", "10"]
    let plain = try answer(["--model", "Qwen/Qwen3-32B"] + load)
    let eight = try answer(["--model", "Qwen/Qwen3-32B-FP8"] + load)
    #expect(plain["inputs.pools[0].chips"]?.text == "2" && eight["inputs.pools[0].chips"]?.text == "1")
    #expect(eight["inputs.model"]?.text == "Qwen3-32B" && eight["inputs.precision.weights"]?.text == "fp8")
    let four = try answer(["--model", "someone/Llama-3.3-70B-Instruct-quantized.w4a16"] + load)
    #expect(four["inputs.model"]?.text == "Llama-3.3-70B" && four["inputs.precision.weights"]?.text == "int4Group")
    let asked = try answer(["--model", "Qwen/Qwen3-32B-AWQ", "--quantization", "fp8"] + load)
    #expect(asked["inputs.precision.weights"]?.text == "fp8")
  }

  @Test("an acceptance of drafts that is assumed is said, and is in the interval")
  func assumedDrafts() throws {
    let run = [
      "--model", "Llama-3.1-70B", "--system", "HGX H100", "--engine", "vllm", "--max-concurrency", "8", "--num-prompts",
      "20", "--speculative-config", #"{"method": "ngram", "num_speculative_tokens": 2}"#,
    ]
    let (assumed, said) = (try answer(run), try answer(run + ["--speculative-acceptance", "0.4"]))
    func bound(_ result: Node, _ name: String) -> Double {
      result["validity.intervals.timePerOutputToken.\(name)"]?.text.flatMap(Double.init) ?? .nan
    }
    #expect(bound(assumed, "predicted") == bound(said, "predicted"))
    // Tokens a step: 1 + 0.4 + 0.16 as assumed, 1 + 0.1 + 0.01 and 1 + 0.7 + 0.49 at the ends.
    #expect(abs(bound(assumed, "high") / bound(said, "high") - 1.56 / 1.11) < 1e-9)
    #expect(abs(bound(assumed, "low") / bound(said, "low") - 1.56 / 2.19) < 1e-9)
    func notes(_ result: Node) -> String { (result.field("notes")?.elements ?? []).compactMap(\.text).joined() }
    #expect(notes(assumed).contains("0.4, is assumed") && notes(said).contains("an input (speculation.acceptance)"))
  }

  @Test("a request longer than one's own --max-model-len is refused by that, not by the model's length")
  func ownLength() throws {
    let run = try BuiltProgram.run([
      "simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--engine", "vllm", "--request-rate", "1",
      "--num-prompts", "4", "--random-input-len", "3000", "--max-model-len", "2048",
    ])
    let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("longer than the maxModelLength (--max-model-len) that was asked for of 2,048"), "\(words)")
  }

  @Test("a folder that is there is never replaced by the catalog's model of its name")
  func ownFolder() throws {
    let scratch = try Scratch()
    let folder = "\(scratch.path)/Qwen3-32B-FP8"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let run = try BuiltProgram.run(["simulate", "--model", folder, "--system", "HGX H100", "--request-rate", "1"])
    #expect(run.code != 0 && run.error.contains(folder), "\(run.error)")
  }

  @Test("more chips than a board has are that many boards")
  func boards() throws {
    let run = try BuiltProgram.run([
      "simulate", "--model", "DeepSeek-R1", "--system", "HGX H100", "--set", "pools[0].chips=16", "--request-rate", "1",
      "--num-prompts", "10",
    ])
    #expect(run.code == 0 && run.output.contains("2 \u{00D7} HGX H100"), "\(run.error)")
  }

  @Test("formats, drafts and the longest context by the engines' own options")
  func options() throws {
    let result = try answer(
      "--model", "DeepSeek-R1", "--system", "HGX H200", "--engine", "sglang", "--num-prompts", "20", "--request-rate",
      "1",
      "-tp", "8", "--enable-expert-parallel", "--kv-cache-dtype", "fp8", "--speculative-config",
      "{\"method\": \"mtp\", \"num_speculative_tokens\": 1}", "--speculative-acceptance", "0.8", "--max-model-len",
      "9000")
    #expect(
      result["inputs.precision.weights"]?.text == "fp8Block" && result["inputs.precision.keyValue"]?.text == "fp8")
    #expect(result["inputs.speculation.acceptance"]?.text == "0.8" && result["inputs.maxModelLength"]?.text == "9000")
    #expect(result["inputs.pools[0].expertParallel"]?.text == "8")
  }

  @Test("experts are divided among all dies of an instance, two of them to a chip of 910C")
  func expertsOfDies() throws {
    let result = try answer(
      "--model", "DeepSeek-R1", "--system", "Atlas 800 A3", "--num-prompts", "10", "--request-rate", "1",
      "--quantization", "int8", "--enable-expert-parallel")
    #expect(result["inputs.pools[0].chips"]?.text == "8" && result["inputs.pools[0].expertParallel"]?.text == "16")
  }

  @Test("a request longer than the model goes is refused, with the reason")
  func beyondModel() throws {
    let arguments = [
      "simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--num-prompts", "10", "--random-input-len",
      "200000", "--random-output-len", "10",
    ]
    let run = try BuiltProgram.run(arguments)
    #expect(run.code == 0 && run.output.contains("All 10 requests were refused"))
    let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("longer than the model's context") && words.contains("--max-model-len"))
    #expect(try BuiltProgram.run(arguments + ["--max-model-len", "250000"]).output.contains("10 of 10 served"))
  }

  @Test("an overloaded deployment is called so, with the rate that it sustains; one that keeps up gets no advice")
  func overload() throws {
    let flags = ["simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--num-prompts", "8000"]
    let over = try BuiltProgram.run(flags + ["--request-rate", "100"])
    #expect(over.output.contains("overloaded") && over.output.contains("More comes than is served"))
    let within = try BuiltProgram.run(flags + ["--request-rate", "10"])
    #expect(!within.output.contains("overloaded") && within.output.contains("keeps up"))
    let closed = try BuiltProgram.run(flags + ["--max-concurrency", "64"])
    #expect(!closed.output.contains("overloaded"))
  }

  @Test("another model or system than the file's gives its own title")
  func title() throws {
    let example = ["simulate", "Examples/llama-3.1-70b-hgx-h100.yaml", "--num-prompts", "20", "--quiet"]
    let moved = try BuiltProgram.run(example + ["--set", "system=HGX H200"])
    #expect(moved.output.hasPrefix("Llama-3.1-70B on HGX H200 with vLLM\n"))
    let named = try BuiltProgram.run(example + ["--set", "system=HGX H200", "--set", "name=Mine"])
    #expect(named.output.hasPrefix("Mine\n"))
    let same = try BuiltProgram.run(example)
    #expect(same.output.hasPrefix("Llama 3.1 70B on one HGX H100 with vLLM\n"))
  }

  @Test("several rates are a load curve with its knee; the same with seeds has intervals")
  func curve() throws {
    let board = ["--model", "Llama-3.1-8B", "--system", "HGX H100", "--num-prompts", "200", "--quiet"]
    let answer = try BuiltProgram.run(
      ["simulate"] + board + ["--request-rate", "1,200,5", "--goodput", "ttft:500", "tpot:20", "--format", "csv"])
    #expect(answer.code == 0, "\(answer.error)")
    let lines = answer.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines.dropFirst().map { $0[0] } == ["1.0", "5.0", "200.0"])
    #expect(lines.dropFirst().compactMap(\.last) == ["false", "true", "false"])
    let single = try BuiltProgram.run(["simulate"] + board + ["--request-rate", "5", "--format", "json"])
    let seeds = try BuiltProgram.run(
      ["simulate"] + board + ["--request-rate", "5", "--replications", "3", "--format", "json"])
    let one = try Node.parse(single.output, file: "json")
    let three = try Node.parse(seeds.output, file: "json")
    #expect(three["replications.seeds"]?.elements.count == 3)
    // The first seed is that of the single run.
    #expect(one["timeToFirstToken.mean"]?.text == three["replications.metrics[0].values[0]"]?.text)
    // Smaller than any dense model that was measured with vLLM there.
    #expect(one["validity.grade"]?.text == "outsideRange")
    #expect(one["validity.outside"]?.elements.contains { $0.field("name")?.text == "activeParameters" } == true)
  }

  @Test(
    "what cannot be a load curve is said",
    arguments: [
      ["--request-rate", "1,x"], ["--request-rate", "1,1"], ["--request-rate", "1,-2"], ["--replications", "0"],
      ["--request-rate", "1,2", "--max-concurrency", "1,2"], ["--request-rate", "1,2", "--requests", "r.csv"],
      ["--request-rate", "1", "--format", "csv"],
    ])
  func noCurve(_ flags: [String]) throws {
    let answer = try BuiltProgram.run(["simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100"] + flags)
    #expect(answer.code == 2 && answer.output.isEmpty && answer.error.hasPrefix("Error: "), "\(answer.error)")
  }

  @Test("without a scenario and a model the way out is said")
  func nothing() throws {
    let run = try BuiltProgram.run(["simulate"])
    #expect(run.code == 2 && run.error.contains("--model") && run.error.contains("--system"))
    let unknown = try BuiltProgram.run(["simulate", "--model", "Llama-9", "--system", "HGX H100"])
    #expect(unknown.code == 1 && unknown.error.contains("Llama-9"))
  }
}
