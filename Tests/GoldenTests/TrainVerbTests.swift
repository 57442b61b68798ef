import Formats
import Foundation
import Testing

/// The verb for training, as users run it.
@Suite struct TrainVerbTests {
  private static let llama = [
    "train", "--model", "Llama-3.1-70B", "--system", "HGX H100", "--chips", "64", "--global-batch-size", "128", "-tp",
    "4", "-pp", "4", "--virtual-stages", "5", "--seq-length", "8192", "--recompute", "full",
  ]

  @Test("an answer says first how it was compared, then the step, memory and the run")
  func answer() throws {
    let scratch = try Scratch()
    let answer = try BuiltProgram.run(
      Self.llama + [
        "--tokens", "10B", "--draws", "50", "--json", "out.json", "--report", "out.html", "--perfetto",
        "out.trace",
      ],
      in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    let words = answer.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("Compared: 194 published rows of this chip and kind of model"))
    #expect(words.contains("pipeline bubble") && words.contains("interruptions by cause"))
    let result = try Node.read(path: "\(scratch.path)/out.json")
    let time = try #require(result["step.time"]?.text.flatMap(Double.init))
    let tokens = try #require(result["step.tokensPerSecond"]?.text.flatMap(Double.init))
    #expect(abs(time * tokens / (128 * 8192) - 1) < 1e-9)
    #expect(result["wholeRun.days.p50"] != nil && result["run.version"] != nil && result["run.inputHash"] != nil)
    let trace = try Node.read(path: "\(scratch.path)/out.trace")
    #expect((trace.field("traceEvents")?.elements.count ?? 0) > 100)
    let page = try String(contentsOfFile: "\(scratch.path)/out.html", encoding: .utf8)
    #expect(page.contains("Memory") && page.contains("</html>"))
  }

  @Test("the same question has the same bytes")
  func determinism() throws {
    let arguments = Self.llama + ["--tokens", "10B", "--draws", "50", "--format", "json"]
    let first = try BuiltProgram.run(arguments)
    let second = try BuiltProgram.run(arguments)
    #expect(first.code == 0 && first.output == second.output)
  }

  @Test("a chip without published rows says that its constants are priors")
  func priors() throws {
    let answer = try BuiltProgram.run([
      "train", "--model", "Qwen3-32B", "--system", "Atlas 800 A3", "--chips", "8", "--global-batch-size", "8", "-tp",
      "8", "--recompute", "full",
    ])
    let words = (answer.output + answer.error).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      words.contains("No published training of dense models on Ascend 910C was compared: its constants are priors"))
  }

  /// The command, the exit code, and what the answer has in it.
  static let faults: [(String, Int32, String)] = [
    (
      "train --model Llama-3.1-8B --system HGX-H100 --chips 8 -tp 3", 1,
      "TP 3 × PP 1 × CP 1 = 3 does not divide 8 ranks"
    ),
    (
      "train --model Llama-3.1-8B --system HGX-H100 --chips 48 -tp 48 --global-batch-size 48", 1,
      "48 does not divide 32 attention heads; use 32"
    ),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --global-batch-size 9", 1, "are not a multiple of DP 8"),
    ("train --model Llama-3.1-70B --system HGX-H100 --chips 8 --global-batch-size 8", 1, "is short of"),
    ("train --model Nothing --system HGX-H100 --chips 8", 1, "there is no model 'Nothing'"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --tokens many", 1, "is not a number of tokens"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --precision fp3", 2, "use bf16, fp8, mxfp8 or nvfp4"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 0", 2, "give 1 or more"),
    ("train --model Llama-3.1-8B --system HGX-H100 --system HGX-A100 --chips 8", 2, "give one, or --plan"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --optimise energy", 2, "add --plan"),
    ("train --model Llama-3.1-405B --system HGX-H100 --chips 8 --plan", 1, "the nearest, "),
    ("calibrate --kind training --every 3", 2, "goes with --write"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --zero 4", 2, "give 0, 1, 2 or 3"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --recompute some", 2, "use none, full, selective"),
  ]

  @Test("what cannot be is refused with what could be", arguments: faults)
  func refused(_ command: String, _ code: Int32, _ words: String) throws {
    let answer = try BuiltProgram.run(command.split(separator: " ").map(String.init))
    let error = answer.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(answer.code == code && error.contains(words), "\(answer.code) \(answer.error)")
  }

  @Test("the search answers with a plan that fits")
  func search() throws {
    let answer = try BuiltProgram.run([
      "train", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "16", "--global-batch-size", "32",
      "--seq-length", "4096", "--plan",
    ])
    #expect(answer.code == 0 && answer.error.contains(" plans in ") && answer.output.contains("fits in memory"))
  }

  @Test("the search compares systems by chip-hours, and tells the same on standard output each time")
  func searchOfSystems() throws {
    let arguments = [
      "train", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--system", "HGX A100", "--chips", "16",
      "--global-batch-size", "32", "--plan", "--optimise", "chip-hours", "--json", "-",
    ]
    let first = try BuiltProgram.run(arguments), second = try BuiltProgram.run(arguments)
    #expect(first.code == 0 && first.output == second.output)
    #expect(first.output.contains(#""goal": "chip-hours""#))
    #expect(first.error.contains("cannot be") && first.error.contains("for their memory; nearest "))
  }

  @Test("published rows of training are validated by kind, and a user's own apart")
  func validation() throws {
    let answer = try BuiltProgram.run(["validate", "--kind", "training", "--every", "150"])
    #expect(answer.code == 0 && answer.output.contains("Supernode against published training jobs"), "\(answer.error)")
  }
}
