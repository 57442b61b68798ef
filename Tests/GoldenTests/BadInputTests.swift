import Foundation
import Testing

@Suite struct BadInputTests {
  let program: Program
  init() throws { program = try Program() }

  @Test(
    "what cannot be is refused with place, fault and way out, and exit code 1",
    arguments: [
      ("decode.instnaces=2", "--set: decode.instnaces: there is no such field; did you mean 'instances'?"),
      ("decode.chips=many", "--set: decode.chips: there is 'many' where a whole number was expected"),
      ("objectives.timePerOutputToken=50", "--set: objectives.timePerOutputToken: '50' has no unit"),
      ("routing=leastLoadde", "did you mean 'leastLoaded'?"),
      ("model=DeepSeek-R9", "there is no model 'DeepSeek-R9'; did you mean 'DeepSeek-R1'?"),
      ("system=CloudMatrix 385", "there is no system 'CloudMatrix 385'; did you mean 'CloudMatrix 384'?"),
      ("decode.tensorParallel=48", "decode.tensorParallel: 48 does not divide 128 attention heads; use 32 or 64"),
      ("decode.chips=7", "DeepSeek-R1 does not fit on 7 × Ascend 910C"),
      ("workload.trace=nowhere.jsonl", "nowhere.jsonl"),
    ])
  func refused(assignment: String, expected: String) throws {
    let outcome = try program.run(["simulate", Program.example, "--set", assignment, "--json", "out.json"])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    #expect(outcome.output == "")
    #expect(try program.names() == [])
  }

  @Test("a missing field is named with the line of its mapping")
  func missing() throws {
    let text = try String(contentsOfFile: Program.example, encoding: .utf8)
    let without = text.split(separator: "\n").filter { !$0.hasPrefix("model:") }.joined(separator: "\n")
    try program.write(without, to: "s.yaml")
    let outcome = try program.run(["simulate", "s.yaml"])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("the field 'model' is missing; give it text"), "\(outcome.errors)")
    #expect(outcome.errors.contains("s.yaml:"))
  }

  private static let line = #"{"timestamp": 1000, "input_length": 100, "output_length": 10, "hash_ids": [1]}"#

  @Test(
    "a damaged line stops the run and is named",
    arguments: [
      (#"{"timestamp": 2000, "input_length": -1, "output_length": 10, "hash_ids": [1]}"#, "t.jsonl:2: "),
      (#"{"timestamp": 500, "input_length": 100, "output_length": 10, "hash_ids": [1]}"#, "t.jsonl:2: "),
      (#"{"timestamp": 2000, "input_length": 100, "outp"#, "t.jsonl:2: "),
    ])
  func damaged(second: String, expected: String) throws {
    try program.write("\(Self.line)\n\(second)\n\(Self.line)\n", to: "t.jsonl")
    let outcome = try program.run(["simulate", Program.example, "--trace", "t.jsonl", "--json", "out.json"])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    #expect(try program.names() == ["t.jsonl"])
  }

  @Test("a gzip file that is cut short is refused, and nothing looks complete")
  func truncated() throws {
    let trace = Program.root.appending(
      path: "Sources/Formats/Resources/catalog/traces/mooncake-conversation.jsonl.gz")
    let whole = try Data(contentsOf: trace)
    try whole.prefix(whole.count / 2).write(to: program.folder.appending(path: "t.jsonl.gz"))
    let outcome = try program.run([
      "simulate", Program.example, "--trace", "t.jsonl.gz", "--json", "out.json", "--requests", "out.csv",
      "--report", "out.html",
    ])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("is cut short: its compressed data has no end"), "\(outcome.errors)")
    #expect(try program.names() == ["t.jsonl.gz"])
  }

  @Test("a folder that cannot be written is refused before the simulation")
  func unwritable() throws {
    let outcome = try program.run(["simulate", Program.example, "--report", "/proc/none/report.html"])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("/proc/none/report.html: cannot be written"), "\(outcome.errors)")
  }

  @Test("an unknown flag is a matter of usage: exit code 2")
  func usage() throws {
    #expect(try program.run(["simulate", Program.example, "--nonsense"]).code == 2)
    #expect(try program.run(["nonsense"]).code == 2)
    #expect(try program.run(["--version"]).code == 0)
  }

  @Test("an interrupt ends with 130 and leaves no file")
  func interrupt() throws {
    let arguments = [
      "simulate", Program.example, "--request-rate", "100", "--num-prompts", "5000000", "--random-input-len", "1000",
      "--random-output-len", "100", "--requests", "out.csv", "--json", "out.json",
    ]
    let outcome = try program.run(arguments) { process in
      // Not before it has opened its files.
      for _ in 0..<600 where process.isRunning {
        if try program.names().contains(where: { $0.hasSuffix(".partial") }) { break }
        Thread.sleep(forTimeInterval: 0.05)
      }
      Thread.sleep(forTimeInterval: 0.2)
      process.interrupt()
      for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    #expect(outcome.code == 130)
    #expect(outcome.errors.contains("interrupted"))
    #expect(try program.names() == [])
  }
}
