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
    #expect(words.contains("Compared: 192 published rows of this chip and kind of model"))
    #expect(words.contains("pipeline bubble") && words.contains("interruptions by cause"))
    let result = try Node.read(path: "\(scratch.path)/out.json")
    let time = try #require(result["step.time"]?.text.flatMap(Double.init))
    let tokens = try #require(result["step.tokensPerSecond"]?.text.flatMap(Double.init))
    #expect(abs(time * tokens / (128 * 8192) - 1) < 1e-9)
    #expect(result["wholeRun.days.p50"] != nil && result["run.version"] != nil && result["run.inputHash"] != nil)
    let trace = try Node.read(path: "\(scratch.path)/out.trace")
    let events = trace.field("traceEvents")?.elements ?? []
    #expect(events.count > 100)
    // The parts of the step stand one after the other and add up to it, whole nanoseconds each.
    let parts = events.filter { $0.field("cat")?.text == "part" }
    let sum = parts.compactMap { $0.field("dur")?.text.flatMap(Double.init) }.reduce(0, +)
    #expect(abs(sum / 1e6 - time) < 1e-6)
    let page = try String(contentsOfFile: "\(scratch.path)/out.html", encoding: .utf8)
    for words in [
      "Memory by pipeline rank", "A step over time", "How often to write a checkpoint", "When it is done",
      "Where the days of a mean run go", "</html>",
    ] {
      #expect(page.contains(words), "\(words)")
    }
  }

  @Test("a step without a pipeline has a timeline of its parts")
  func timeline() throws {
    let scratch = try Scratch()
    let answer = try BuiltProgram.run(
      ["train", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "8", "--perfetto", "out.trace"],
      in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    let trace = try Node.read(path: "\(scratch.path)/out.trace")
    #expect(trace.field("traceEvents")?.elements.contains { $0.field("name")?.text == "optimizer" } == true)
  }

  private func words(_ arguments: [String]) throws -> String {
    let answer = try BuiltProgram.run(arguments)
    #expect(answer.code == 0, "\(answer.error)")
    return answer.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static let ascend = [
    "train", "--model", "DeepSeek-V3", "--system", "Atlas 800 A3", "--chips", "2048", "-tp", "2", "-pp", "16", "-ep",
    "32", "--recompute", "full", "--global-batch-size", "15360", "--tokens", "14.8T", "--draws", "100",
  ]

  @Test("a day by which to be done has a probability, on the page and in the JSON")
  func byDate() throws {
    let dates = ["--start", "2026-01-01", "--by", "2026-06-30"]
    #expect(try words(Self.ascend + dates).contains("by the end of 2026-06-30 with"))
    let answer = try BuiltProgram.run(Self.ascend + dates + ["--format", "json"])
    let result = try Node.parse(answer.output, file: "result")
    let chance = try #require(result["finish.probability"]?.text.flatMap(Double.init))
    #expect(chance > 0 && chance < 1 && result["finish.p50"]?.text?.hasPrefix("2026-") == true)
    let later = try BuiltProgram.run(Self.ascend + ["--start", "2026-01-01", "--by", "2027-06-30", "--format", "json"])
    let grown = try Node.parse(later.output, file: "result")["finish.probability"]?.text.flatMap(Double.init)
    #expect(try #require(grown) > chance)
  }

  @Test("a young platform's weight in the days is said, and a settled one has none")
  func maturity() throws {
    #expect(try words(Self.ascend).contains("come from the youth of its platform (profile 'Ascend'"))
    let settled = try words(Self.ascend + ["--maturity", "settled"])
    #expect(!settled.contains("youth"))
    let old = try words(Self.ascend + ["--stack-months", "60"])
    #expect(old.contains(", 0 come from the youth"))
  }

  @Test("the fleet of a month has room for a run, or has not")
  func fleet() throws {
    let text = try words(Self.ascend + ["--fleet", "base", "--month", "2026-06"])
    #expect(text.contains("Ascend 910C were sold in the supply scenario") && text.contains("of this run with 100%"))
    let early = try words(Self.ascend + ["--fleet", "base", "--month", "2024-01"])
    #expect(early.contains("less than it needs"))
    let answer = try BuiltProgram.run(Self.ascend + ["--fleet", "base", "--month", "2026-06", "--format", "json"])
    let result = try Node.parse(answer.output, file: "result")
    #expect(result["fleet.chips.p50"]?.text.flatMap(Double.init).map { $0 > 1e5 } == true)
  }

  @Test("a plan that was found is told whole, so that it can be asked again")
  func foundPlan() throws {
    let job = ["--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "16", "--global-batch-size", "32"]
    let found = try BuiltProgram.run(["train"] + job + ["--plan", "-tp", "2", "--recompute", "full", "--zero", "1"])
    let words = found.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains(", ZeRO-1, recompute full.") && words.contains("Found among "))
    let large = try BuiltProgram.run([
      "train", "--model", "Llama-3.1-405B", "--system", "HGX H100", "--chips", "16", "-tp", "8",
    ])
    #expect(large.code == 1 && large.output.contains("out of memory · cannot run"))
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
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --precision nvfp4", 1, "products in nvfp4; use bf16, fp8"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --precision mxfp8", 1, "products in mxfp8; use bf16, fp8"),
    ("train --model Llama-3.1-8B --system HGX-A100 --chips 8 --precision fp8", 1, "products in fp8; use bf16"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 -tp 3 --plan", 1, "no plan has these sizes"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --plan --schedule gPipe", 2, "does not search about it"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --plan --recompute mlp", 2, "none, full and selective"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --tokens 1T --spare-nodes 9", 1, "give at most 8"),
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
    ("train --model Llama-3.1-8B", 2, "--system, --chips: missing"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --by 2026-04-01", 2, "say with --start when it begins"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --start 2026-02-30", 2, "is no day of the calendar"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --start 2026-02-01", 2, "a run needs its tokens"),
    (
      "train --model Llama-3.1-8B --system HGX-H100 --chips 8 --tokens 1T --start 2026-02-01 --by 2026-01-01", 2,
      "is before --start"
    ),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --spare-nodes -1", 2, "give 0 or more"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --maturity old", 1, "there is no maturity 'old'"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --fleet base", 2, "belong together"),
    (
      "train --model Llama-3.1-8B --system HGX-B200 --chips 8 --zero 3 --recompute full --fleet base --month 2026-06",
      1, "the supply world has no NVIDIA B200"
    ),
    (
      "train --model Llama-3.1-8B --system HGX-H20 --chips 8 --zero 3 --recompute full --fleet base --month 2056-06", 1,
      "is not in the run of"
    ),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --replicas 3 --zero 3", 1, "use 2"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --virtual-stages 2", 1, "need a pipeline"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --offload-layers 99", 1, "give 32 or fewer"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 8 --schedule dualPipe", 1, "needs a pipeline; add -pp"),
    ("validate --kind training --format csv", 2, "has no table of training"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --lora-rank 0", 2, "give 1 or more"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --plan -tp 0", 2, "-tp 0: give 1 or more"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --lora-rank 1000000", 2, "at most 4096"),
    (
      "train --model Llama-3.1-8B --system HGX-H100 --chips 64 --json one.x --report ./one.x", 2,
      "two results would be written to it"
    ),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --tokens 1", 1, "are fewer than the 2097152 of one step"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --tokens 1e30", 1, "is not a number of tokens"),
    ("train --model Llama-3.1-8B --system HGX-H100 --chips 64 --seq-length 0", 2, "give 1 or more"),
    ("train --model DeepSeek-V3 --system CloudMatrix-384 --chips 768 --global-batch-size 1536", 1, "give at most that"),
    ("train llama-3.1-70b-hgx-h100", 1, "there is no such file or example"),
    ("train Examples/llama-3.1-70b-hgx-h100.yaml", 1, "has no fleets"),
    ("train Examples/train-here-serve-there.yaml --chips 8", 2, "the file's fleets have their own"),
  ]

  @Test("what cannot be is refused with what could be", arguments: faults)
  func refused(_ command: String, _ code: Int32, _ words: String) throws {
    let answer = try BuiltProgram.run(command.split(separator: " ").map(String.init))
    let error = answer.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(answer.code == code && error.contains(words), "\(answer.code) \(answer.error)")
  }

  @Test("a fault in a file of fleets says in which fleet, and in which flags")
  func fleetFaults() throws {
    let scratch = try Scratch()
    let head = "title: t\ntrain: --model Llama-3.1-8B --system 'HGX H100'\nserve: --model Llama-3.1-8B\nfleets:\n"
    let cases = [
      ("{name: one, train: --chips 7 -tp 2, serve: --system 'HGX H100'}", "one: train: plan: TP 2"),
      ("{name: one, train: --chips 8 --nothing, serve: --system 'HGX H100'}", "one: train: Unknown option"),
      ("{name: one, train: --chips 8, serve: --system 'HGX H1000'}", "one: serve"),
      ("{name: one, train: --chips 8}", "serve"),
    ]
    for (fleet, fault) in cases {
      _ = try scratch.write(head + "- " + fleet + "\n", to: "fleets.yaml")
      let answer = try BuiltProgram.run(["train", "fleets.yaml"], in: scratch.path)
      #expect(answer.code == 1 && answer.error.contains(fault), "\(answer.error)")
    }
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
