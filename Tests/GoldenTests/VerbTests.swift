import Formats
import Foundation
import Testing

/// The program as a tool among others: verbs, names, paths, pipes, narrow terminals.
@Suite struct VerbTests {
  /// The command, the exit code, and what the answer has in it.
  static let misspelt: [(String, Int32, String)] = [
    ("simulte", 2, "did you mean 'simulate'? The verbs are"), ("trains", 2, "verbs are"),
    ("catalog shwo H100", 2, "did you mean 'catalog show'?"), ("trace inspct", 2, "did you mean 'trace inspect'?"),
    ("vllm bench serve", 2, "simulate --system"), ("catalog show H1000", 1, "did you mean"),
    ("simulate cloudmatrix384-deepsek-r1", 1, "did you mean 'cloudmatrix384-deepseek-r1'?"),
    ("simulate nosuch", 1, "the examples are"), ("simulate nosuch", 1, "llama-3.1-70b-hgx-h100"),
    ("supply revokation", 1, "did you mean 'revocation'?"), ("validate --kind foo", 2, "training, supply, runs"),
    ("validate --kind suply", 2, "did you mean 'supply'?"),
    ("validate --without startupshar", 2, "did you mean 'startupShare'?"),
    ("validate --without xyz", 2, "the mechanisms are kernelsByFormat, startupShare"),
    ("validate --without each --kind supply", 2, "leave --kind"),
    ("simulate --model Llama-3.1-8B --system HGX-H100 --quantization fp4", 2, "nvfp4, mxfp4"),
    ("simulate deepseek-r1-h20 --set precision.weights=fp4", 1, "did you mean 'mxfp4'?"),
    ("simulate --model Llama-3.1-8B --system HGX-H100 --format csv", 2, "--requests FILE"),
  ]

  @Test("a misspelt verb, entry or example is answered with what was meant", arguments: misspelt)
  func meant(_ command: String, _ code: Int32, _ words: String) throws {
    let answer = try BuiltProgram.run(command.split(separator: " ").map(String.init))
    let error = answer.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(answer.code == code && answer.output == "", "\(answer.code) \(answer.error)")
    #expect(error.lowercased().contains(words.lowercased()), "\(answer.error)")
  }

  @Test("the version by any of its names, and the usage of the verb where its arguments are wrong")
  func versions() throws {
    let texts = try ["--version", "-V", "version"].map { try BuiltProgram.run([$0]).output }
    #expect(Set(texts).count == 1 && !texts[0].isEmpty)
    let wrong = try BuiltProgram.run(["simulate", "deepseek-r1-h20", "--goodput", "fast"])
    #expect(wrong.code == 2 && wrong.error.contains("sage: supernode simulate"), "\(wrong.error)")
  }

  @Test("examples are found by name from any folder, and listed in the help")
  func examples() throws {
    let scratch = try Scratch()
    let answer = try BuiltProgram.run(
      ["simulate", "llama-3.1-70b-hgx-h100", "--num-prompts", "5", "--quiet"], in: scratch.path)
    #expect(answer.code == 0 && answer.output.contains("5 of 5 served"), "\(answer.error)")
    #expect(try BuiltProgram.run(["supply", "revocation", "--why", "claims"], in: scratch.path).code == 0)
    #expect(try BuiltProgram.run(["simulate", "--help"]).output.contains("deepseek-r1-h20"))
  }

  @Test("init writes what simulate would take: the file gives the numbers of the flags, and is never overwritten")
  func initial() throws {
    let scratch = try Scratch()
    let flags = [
      "--model", "DeepSeek-R1", "--system", "HGX H200", "--engine", "sglang", "--request-rate", "3", "--num-prompts",
      "40", "--kv-cache-dtype", "fp8", "--tp", "8", "--goodput", "ttft:500",
    ]
    let written = try BuiltProgram.run(["init"] + flags + ["-o", "mine.yaml"], in: scratch.path)
    #expect(
      written.code == 0 && written.output == "" && written.error.contains("mine.yaml is written"), "\(written.error)")
    let text = try String(contentsOfFile: "\(scratch.path)/mine.yaml", encoding: .utf8)
    #expect(text.contains("\n# "))
    func numbers(_ arguments: [String]) throws -> [Node?] {
      let answer = try BuiltProgram.run(["simulate"] + arguments + ["--json", "-"], in: scratch.path)
      let result = try Node.parse(answer.output, file: "out")
      return ["requests", "timeToFirstToken", "endToEnd", "throughput", "goodput"].map { result[$0] }
    }
    #expect(try numbers(["mine.yaml"]) == numbers(flags))
    let again = try BuiltProgram.run(["init"] + flags + ["-o", "mine.yaml"], in: scratch.path)
    #expect(again.code == 1 && again.error.contains("is there already"))
    #expect(try String(contentsOfFile: "\(scratch.path)/mine.yaml", encoding: .utf8) == text)
    let shown = try BuiltProgram.run(["init", "deepseek-r1-h20", "-o", "-"], in: scratch.path)
    #expect(shown.code == 0 && shown.output.contains("model: DeepSeek-R1") && shown.error == "")
    #expect(try scratch.names() == ["mine.yaml"])
  }

  @Test("paths in a scenario count from its folder, and both places are told where nothing is")
  func paths() throws {
    let scratch = try Scratch()
    let config = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/models/Qwen3-8B/config.json"
    _ = try scratch.write(String(contentsOfFile: config, encoding: .utf8), to: "run/model/config.json")
    _ = try scratch.write("arrived_at,num_prefill_tokens,num_decode_tokens\n0,48,10\n1,20,8\n", to: "run/day.csv")
    func scenario(_ model: String, _ trace: String) -> String {
      "name: a\nmodel: \(model)\nsystem: HGX H100\nengine: vLLM\npools: [{ chips: 1 }]\nworkload: { trace: \(trace) }\n"
    }
    _ = try scratch.write(scenario("./model/config.json", "day.csv"), to: "run/a.yaml")
    let answer = try BuiltProgram.run(["simulate", "run/a.yaml", "--quiet"], in: scratch.path)
    #expect(answer.code == 0 && answer.output.contains("2 of 2 served"), "\(answer.error)")
    // What is not there is looked for in the working directory.
    _ = try scratch.write("arrived_at,num_prefill_tokens,num_decode_tokens\n0,48,10\n", to: "here.csv")
    _ = try scratch.write(scenario("model", "./here.csv"), to: "run/b.yaml")
    let other = try BuiltProgram.run(["simulate", "run/b.yaml", "--set", "model=Qwen3-8B"], in: scratch.path)
    #expect(other.code == 0 && other.output.contains("1 of 1 served"), "\(other.error)")
    _ = try scratch.write(scenario("Qwen3-8B", "./gone.csv"), to: "run/c.yaml")
    let gone = try BuiltProgram.run(["simulate", "run/c.yaml"], in: scratch.path)
    #expect(gone.code == 1 && gone.error.contains("in run nor in the working directory"), "\(gone.error)")
  }

  @Test("a base of supply counts from the scenario's folder, and a circle is seen through other spellings")
  func bases() throws {
    let scratch = try Scratch()
    _ = try scratch.write("name: one\nbase: ./two.yaml\n", to: "run/one.yaml")
    _ = try scratch.write("name: two\nbase: base\n", to: "run/two.yaml")
    let answer = try BuiltProgram.run(["supply", "run/one.yaml", "--why", "claims"], in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    _ = try scratch.write("name: two\nbase: ../run/./one.yaml\n", to: "run/two.yaml")
    let circle = try BuiltProgram.run(["supply", "run/one.yaml", "--why", "claims"], in: scratch.path)
    #expect(circle.code == 1 && circle.error.contains("circle"), "\(circle.error)")
  }

  @Test(
    "a pipe that closes early ends the program without a word and leaves nothing",
    arguments: [
      "simulate deepseek-r1-h20 --num-prompts 3000 --requests -", "simulate deepseek-r1-h20 --num-prompts 50 --json -",
      "supply --draws 4 --format csv", "supply --draws 4 --format json", "catalog show DeepSeek-R1",
      "schema scenario", "trace convert mooncake-conversation --to csv", "validate --kind network --format csv",
      "manual", "simulate --help",
    ])
  func pipes(_ command: String) throws {
    let scratch = try Scratch()
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    // What is read is one byte, so that what comes after it finds no reader, unless it fitted into the pipe.
    let line = "'\(BuiltProgram.path)' \(command) 2>error | head -c 1 >out; echo ${PIPESTATUS[0]} >code"
    shell.arguments = ["-c", line]
    shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
    try shell.run()
    shell.waitUntilExit()
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(scratch.path)/\(name)", encoding: .utf8)
    }
    let words = try text("error").split(separator: "\n").filter { !$0.contains("requests were written") }
    #expect(words.isEmpty, "\(words)")
    let code = try text("code")
    #expect(["0\n", "141\n"].contains(code), "\(code)")
    #expect(try scratch.names() == ["code", "error", "out"])
  }

  @Test(
    "at 80 columns no line is longer and no name is cut",
    arguments: [
      ("simulate deepseek-r1-h20 --num-prompts 200 --quiet", ["TTFT", "TPOT", "ITL", "E2E"]),
      ("supply --draws 16 --quiet", ["Domestic", "imports"]),
      ("validate --kind network", ["network"]), ("trace inspect azure-2023-code", ["prompt"]),
    ])
  func narrow(_ command: String, _ names: [String]) throws {
    let words = command.split(separator: " ").map(String.init)
    let answer = try BuiltProgram.run(words, environment: ["COLUMNS": "80"])
    #expect(answer.code == 0, "\(answer.error)")
    let long = answer.output.split(separator: "\n").filter { $0.count > 80 }
    #expect(long.isEmpty, "\(long.joined(separator: "\n"))")
    #expect(!answer.output.contains("…\u{20}") && !answer.output.contains("…\n"), "\(answer.output)")
    for name in names { #expect(answer.output.lowercased().contains(name.lowercased()), "\(name): \(answer.output)") }
  }

  @Test("the manual page has every verb and option, and completions are there for three shells")
  func manual() throws {
    let page = try BuiltProgram.run(["manual"])
    #expect(page.code == 0 && page.output.hasPrefix(".TH SUPERNODE 1"))
    for words in [".SH SIMULATE", ".SH INIT", ".SH CATALOG SHOW", "\\-\\-request\\-rate <", ".SH EXIT STATUS"] {
      #expect(page.output.contains(words), "\(words)")
    }
    #expect(!page.output.contains("idle\\-option"))
    for shell in ["bash", "zsh", "fish"] {
      let script = try BuiltProgram.run(["--generate-completion-script", shell])
      #expect(script.code == 0 && script.output.contains("request-rate"), "\(shell)")
    }
  }
}
