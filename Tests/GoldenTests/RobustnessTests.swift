import Formats
import Foundation
import Testing

/// Files that damage a program that trusts them: numbers out of all range, names that steer a terminal, places that are
/// no files, a hundred thousand faults.
@Suite struct RobustnessTests {
  private static let example = "Examples/llama-3.1-70b-hgx-h100.yaml"

  @Test("numbers of a user's catalog are held to what they can be, each fault at its line")
  func catalogNumbers() throws {
    let scratch = try Scratch()
    let folder = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog"
    func entry(_ file: String, _ old: String, _ new: String) throws -> BuiltProgram.Answer {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      #expect(text.contains(old), "\(file) has no \(old)")
      _ = try scratch.write(text.replacingOccurrences(of: old, with: new), to: "mine/\(file)")
      let catalog = ["--catalog", "\(scratch.path)/mine"]
      let lint = try BuiltProgram.run(["catalog", "lint"] + catalog)
      let run = try BuiltProgram.run(
        ["simulate", Self.example, "--quiet", "--json", "\(scratch.path)/out.json"] + catalog)
      #expect(run.code == 1 && lint.code == 1 && run.output == "", "\(run.error)")
      #expect(run.error.split(separator: "\n").allSatisfy { lint.error.contains($0) }, "\(lint.error)\(run.error)")
      try FileManager.default.removeItem(atPath: "\(scratch.path)/mine")
      return run
    }
    let h100 = "chips/nvidia-h100.yaml"
    #expect(
      try entry(h100, "value: 3350 GB/s", "value: -3350 GB/s").error.contains("memory.bandwidth.value: -3350.0 is"))
    #expect(try entry(h100, "value: 3350 GB/s", "value: 0 GB/s").error.contains("nothing works with 0"))
    #expect(try entry(h100, "value: 0.55, low", "value: 1.55, low").error.contains("more than the whole"))
    #expect(try entry(h100, "value: 75 W", "value: 750 W").error.contains("above its own high"))
    #expect(try entry(h100, "value: 1979 TOPS", "value: inf TOPS").error.contains("no finite number"))
    let system = try entry("systems/hgx-h100.yaml", "value: 0.94", "value: -0.94")
    #expect(system.error.contains("supplyEfficiency.value: -0.94 is negative"))
    let launch = "operatorLaunch: { value: "
    let long = launch + "11 days, low: 1 us, high: 2 us, source: none } # "
    #expect(try entry("engines/vllm.yaml", launch, long).error.contains("above its own"))
    #expect(try scratch.names().contains("out.json") == false)
  }

  @Test("a chip that draws more with nothing to do than at its limit is refused")
  func power() throws {
    let scratch = try Scratch()
    let path = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/chips/nvidia-h100.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("idle: { value: 75 W"))
    let other = text.replacingOccurrences(of: "maximum: { value: 700 W", with: "maximum: { value: 10 W")
    _ = try scratch.write(other, to: "mine/chips/nvidia-h100.yaml")
    let lint = try BuiltProgram.run(["catalog", "lint", "--catalog", "\(scratch.path)/mine"])
    #expect(lint.code == 1 && lint.error.contains("maximum lies below idle"))
  }

  @Test("a result never takes the place of what it was made from")
  func overInput() throws {
    let scratch = try Scratch()
    let text = try String(contentsOfFile: "\(BuiltProgram.root)/\(Self.example)", encoding: .utf8)
    let file = try scratch.write(text, to: "mine.yaml")
    let trace = try scratch.write("arrival,prompt,output\n0,10,5\n1,20,6\n", to: "mine.csv")
    let commands = [
      ["simulate", file, "--json", file], ["simulate", file, "--quiet", "--report", "\(scratch.path)/./mine.yaml"],
      ["validate", "--rows", trace, "--json", trace], ["supply", file, "--json", file],
      ["trace", "convert", trace, "--to", "csv", "-o", trace], ["trace", "scale", trace, "--rate", "2", "-o", trace],
    ]
    for command in commands {
      let answer = try BuiltProgram.run(command)
      #expect(answer.code != 0 && answer.error.contains("is what is read"), "\(command): \(answer.error)")
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    #expect(try String(contentsOfFile: trace, encoding: .utf8).hasPrefix("arrival"))
  }

  @Test("an engine on chips that it does not run on says so, on its own makers' it does not")
  func otherMakersChip() throws {
    for (engine, system, isStrange) in [
      ("vLLM-Ascend", "HGX H100", true), ("TensorRT-LLM", "Atlas 800 A2", true), ("vLLM-Ascend", "Atlas 800 A2", false),
      ("TensorRT-LLM", "HGX B200", false), ("vLLM", "MI300X platform", false),
    ] {
      let answer = try BuiltProgram.run([
        "simulate", "--model", "Qwen3-8B", "--system", system, "--engine", engine, "--max-concurrency", "2",
        "--num-prompts", "4",
      ])
      #expect(answer.code == 0, "\(answer.error)")
      #expect(answer.output.contains("alone, not on the") == isStrange, "\(engine) on \(system): \(answer.output)")
    }
  }

  @Test("a model's file or folder in the working directory is found without a path before it")
  func modelBeside() throws {
    let scratch = try Scratch()
    let config = """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 1024, "num_hidden_layers": 4, "num_attention_heads": 8,
      "num_key_value_heads": 8, "intermediate_size": 4096, "vocab_size": 32000, "max_position_embeddings": 4096}
      """
    _ = try scratch.write(config, to: "toy.json")
    _ = try scratch.write(config, to: "toy-folder/config.json")
    for name in ["toy.json", "toy-folder"] {
      let answer = try BuiltProgram.run(
        ["simulate", "--model", name, "--system", "HGX H100", "--max-concurrency", "2", "--num-prompts", "4"],
        in: scratch.path)
      #expect(answer.code == 0 && answer.output.contains("4 of 4 served"), "\(answer.error)")
    }
    let none = try BuiltProgram.run(["simulate", "--model", "no.json", "--system", "HGX H100"], in: scratch.path)
    #expect(none.code == 1 && none.error.contains("no.json"), "\(none.error)")
  }

  @Test("rows of one's own are never passed over: a file that is none is refused, and every row is told")
  func ownRows() throws {
    let scratch = try Scratch()
    let header = "id,engine,model,system,mode,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms\n"
    let rows = (1...3).map { "mine\($0),vllm,Llama-3.1-8B,h100_sxm,agg,256,32,\($0),1,30,8" }.joined(separator: "\n")
    let validate = ["validate", "--kind", "runs", "--every", "1000", "--rows"]
    let good = try BuiltProgram.run(validate + [try scratch.write(header + rows + "\n", to: "good.csv")])
    #expect(good.code == 0 && (1...3).allSatisfy { good.output.contains("mine\($0)") }, "\(good.error)")
    // They stand apart: what is said of the published runs is the same without them.
    let plain = try BuiltProgram.run(Array(validate.dropLast()))
    func headline(_ text: String) -> [Substring] { text.split(separator: "\n").filter { $0.contains("all runs") } }
    #expect(headline(plain.output) == headline(good.output) && !headline(good.output).isEmpty)
    #expect(good.output.contains("Your own runs") && !plain.output.contains("Your own runs"))
    // The row of the guide, as it stands there.
    let guide = try String(contentsOfFile: "\(BuiltProgram.root)/Documentation/Guides/OwnRows.md", encoding: .utf8)
    let lines = guide.split(separator: "\n").filter { $0.hasPrefix("    id,") || $0.hasPrefix("    mine-1,") }
    let file = try scratch.write(lines.map { $0.dropFirst(4) + "\n" }.joined(), to: "guide.csv")
    let example = try BuiltProgram.run(validate + [file])
    #expect(lines.count == 2 && example.code == 0 && example.output.contains("mine-1"), "\(example.error)")
    let wrong = header.replacingOccurrences(of: "system", with: "sytem")
    let bad = try BuiltProgram.run(validate + [try scratch.write(wrong + rows + "\n", to: "bad.csv")])
    #expect(bad.code == 1 && bad.output == "" && bad.error.contains("a run needs engine, system"), "\(bad.error)")
  }

  @Test("of a hundred thousand faults the first are told, and how many more there are")
  func manyFaults() throws {
    let scratch = try Scratch()
    let text = (1...100_000).map { "k\($0): \($0)" }.joined(separator: "\n")
    let answer = try BuiltProgram.run(["simulate", try scratch.write(text, to: "many.yaml")])
    let lines = answer.error.split(separator: "\n")
    #expect(answer.code == 1 && lines.count == 21 && lines.last?.contains("more such faults") == true)
    // Fields are listed once.
    #expect(lines.count { $0.contains("the other fields are") } == 1)
  }

  @Test("control characters of a file do not reach the terminal, in answers and in errors")
  func escapes() throws {
    let scratch = try Scratch()
    let text = try String(contentsOfFile: "\(BuiltProgram.root)/\(Self.example)", encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.hasPrefix("name:") ? "name: \"a\\e[31mred\\a\"" : String($0) }
    let file = try scratch.write(lines.joined(separator: "\n"), to: "red.yaml")
    let answer = try BuiltProgram.run(["simulate", file, "--quiet"])
    #expect(answer.code == 0 && answer.output.hasPrefix("a\\u001b[31mred\\u0007\n"))
    let fault = try BuiltProgram.run(["simulate", file, "--set", "model=\u{1B}]0;title\u{7}"])
    #expect(fault.code == 1 && !fault.error.contains("\u{1B}"))
  }

  @Test("a link is followed, a pipe is written to, a full device fails")
  func outputs() throws {
    let scratch = try Scratch()
    let target = try scratch.write("", to: "target")
    let link = "\(scratch.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
    #expect(try BuiltProgram.run(["simulate", Self.example, "--quiet", "--json", link]).code == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
    #expect(try Node.read(path: target).field("requests") != nil)
    if FileManager.default.fileExists(atPath: "/dev/full") {
      let answer = try BuiltProgram.run(["simulate", Self.example, "--quiet", "--json", "/dev/full"])
      #expect(answer.code == 1 && answer.error.contains("/dev/full: cannot be written"))
      let printed = try BuiltProgram.run(["catalog", "list", "models"], output: "/dev/full")
      #expect(printed.code == 1 && printed.error.hasPrefix("supernode: standard output: cannot be written"))
    }
    #expect(try scratch.names().sorted() == ["link", "target"])
  }

  @Test(
    "an interrupt ends every verb at once with code 130 and leaves no file",
    arguments: [
      ["validate", "--kind", "runs"], ["supply", "--token-rates"], ["catalog", "lint"],
    ])
  func interrupted(_ arguments: [String]) throws {
    let scratch = try Scratch()
    let files =
      arguments[0] == "catalog" || arguments.last == "--token-rates" ? [] : ["--json", "\(scratch.path)/out.json"]
    let answer = try BuiltProgram.run(arguments + files, interruptAfter: 0)
    #expect(answer.code == 130 && answer.output == "" && answer.error.contains("interrupted"), "\(answer.error)")
    #expect(try scratch.names() == [])
  }

  @Test("arrivals of the timeline sum to the requests, also where the run ends with the last arrival")
  func lastArrival() throws {
    let scratch = try Scratch()
    let line = "\"input_length\": 10000000, \"output_length\": 8, \"hash_ids\": []}\n"
    for times in [[0], [0, 1000, 2000], [0, 1000, 2050]] {
      let text = times.map { "{\"timestamp\": \($0), \(line)" }.joined()
      let trace = try scratch.write(text, to: "trace.jsonl")
      let out = "\(scratch.path)/out.json"
      let changes = ["--set", "workload={trace: \(trace)}"]
      #expect(try BuiltProgram.run(["simulate", Self.example, "--quiet", "--json", out] + changes).code == 0)
      let timeline = try #require(try Node.read(path: out).field("timeline"))
      let width = try #require(timeline.field("interval")?.text.flatMap(Double.init))
      let rates = timeline.field("arrivals")?.elements.compactMap { $0.text.flatMap(Double.init) } ?? []
      #expect(abs(rates.reduce(0, +) * width - Double(times.count)) < 1e-9)
    }
  }

  @Test(
    "steps far beyond what an engine plans have a time",
    arguments: [
      ("MindIE", "CloudMatrix 384", "int8", "{ chips: 32, tensorParallel: 1, expertParallel: 64 }", 30_000),
      ("MindIE", "CloudMatrix 384", "int8", "{ chips: 64, tensorParallel: 1, expertParallel: 128 }", 100_000),
      (
        "vLLM", "HGX H200", "fp8",
        "{ chips: 16, dataParallel: 16, expertParallel: 16, scheduling: { maxBatchedTokens: 200000 } }",
        60_000
      ),
    ])
  func longSteps(_ engine: String, _ system: String, _ weights: String, _ pool: String, _ tokens: Int) throws {
    let scratch = try Scratch()
    let text = """
      name: long
      model: DeepSeek-R1
      system: \(system)
      engine: \(engine)
      precision: { weights: \(weights) }
      pools: [\(pool)]
      workload: { prompts: 400, inputTokens: \(tokens), outputTokens: 2 }
      """
    let answer = try BuiltProgram.run(["simulate", try scratch.write(text, to: "long.yaml"), "--quiet"])
    #expect(answer.code == 0 && answer.output.contains("400 of 400 served"), "\(answer.error.suffix(300))")
  }

  @Test("a cell without a key is refused")
  func rowsWithoutKey() throws {
    let scratch = try Scratch()
    let published = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/published/ascend.csv"
    let head = try String(contentsOfFile: published, encoding: .utf8).split(whereSeparator: \.isNewline)[0]
    for cell in ["=", ";=", "=1;a=2"] {
      let row = "A-1,network,s,t,CloudMatrix384,Ascend 910C,2,,,\(cell),,,,bandwidth,164,GB/s,validate,"
      let answer = try BuiltProgram.run(
        ["validate", "--kind", "network", "--rows", scratch.write("\(head)\n\(row)\n", to: "rows.csv")])
      #expect(answer.code == 1 && answer.error.contains("rows.csv:2: config"), "\(cell): \(answer.error)")
    }
  }
}
