import Formats
import Foundation
import Testing

/// The verb that finds constants again, as users run it.
@Suite struct CalibrateVerbTests {
  private static let example = "\(BuiltProgram.root)/Examples/calibrate"
  private static let results = ["c1", "c16", "c64"].map { "\(example)/\($0).json" }

  @Test("the example of the guide: a file that a scenario names, whose answer says on what it was calibrated")
  func example() throws {
    let scratch = try Scratch()
    let scenario = "\(Self.example)/llama-3.1-8b.yaml"
    let answer = try BuiltProgram.run(
      ["calibrate", scenario, "--from"] + Self.results + ["--write", "mine.yaml", "--json", "out.json"],
      in: scratch.path)
    #expect(answer.code == 0 && answer.output.contains("What moved"), "\(answer.error)")
    #expect(answer.error.contains("engine: mine.yaml"))
    let result = try Node.read(path: "\(scratch.path)/out.json")
    let after = try #require(result["calibration.after.timePerOutputToken"]?.text.flatMap(Double.init))
    let before = try #require(result["calibration.before.timePerOutputToken"]?.text.flatMap(Double.init))
    // Two percent of noise were put on the results.
    #expect(after < 0.03 && before > after)
    let use = try BuiltProgram.run(
      ["simulate", scenario, "--engine", "mine.yaml", "--num-prompts", "50", "--quiet"], in: scratch.path)
    #expect(use.code == 0 && use.output.contains("calibrated on 3 results of your own"), "\(use.error)\(use.output)")
  }

  /// The command, the exit code, and what the answer has in it.
  static let faults: [(String, Int32, String)] = [
    ("calibrate --leave-out colour", 2, "chip, model, version, engine, each"),
    ("calibrate --leave-out chip=Foo", 1, "'Foo' is none that has scored runs; use one of"),
    ("calibrate --every 0", 2, "leave it out for all runs"),
    ("calibrate deepseek-r1-h20", 2, "give --from RESULT.json"),
    ("calibrate --write fitted.yaml", 2, "name a folder"),
    ("calibrate --leave-out chip --write fitted", 2, "not to be used"),
    ("calibrate --name mine", 2, "leave it out"),
    ("calibrate deepseek-r1-h20 --from nowhere.json", 1, "nowhere.json"),
    ("validate --fit-runs", 2, "use supernode calibrate"),
    ("calibrat", 2, "did you mean 'calibrate'?"),
  ]

  @Test("what cannot be calibrated is refused with what could be", arguments: faults)
  func refused(_ command: String, _ code: Int32, _ words: String) throws {
    let answer = try BuiltProgram.run(command.split(separator: " ").map(String.init))
    let error = answer.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(answer.code == code && answer.output == "" && error.contains(words), "\(answer.code) \(answer.error)")
  }

  @Test("nothing is written where a result cannot be used")
  func half() throws {
    let scratch = try Scratch()
    let answer = try BuiltProgram.run(
      [
        "calibrate", "--model", "Qwen3-32B", "--system", "HGX H100", "--from", Self.results[0], Self.results[1],
        "--write", "mine.yaml", "--json", "out.json",
      ], in: scratch.path)
    #expect(answer.code == 1 && answer.error.contains("the scenario serves 'Qwen3-32B'"), "\(answer.error)")
    #expect(try scratch.names().allSatisfy { $0 != "mine.yaml" && $0 != "out.json" })
  }

  @Test("the help and the manual have the verb, and its options by their names")
  func help() throws {
    let help = try BuiltProgram.run(["calibrate", "--help"]).output
    for option in ["--from", "--leave-out", "--write", "--every", "--report"] { #expect(help.contains(option)) }
    #expect(try BuiltProgram.run(["manual"]).output.contains(".SH CALIBRATE"))
  }
}
