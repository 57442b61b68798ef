import Formats
import Foundation
import Testing

/// What the program says of input that it cannot take: exit code, one sentence a fault, and nothing left behind.
@Suite struct FaultTests {
  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    var arguments: [String]
    /// Words that the sentences must have.
    var words: [String]
    var testDescription: String { name }
    init(_ name: String, _ arguments: [String], _ words: String...) { self.init(name, arguments, words: words) }
    init(_ name: String, _ arguments: [String], words: [String]) {
      self.name = name
      self.arguments = arguments
      self.words = words
    }
  }

  static let generated = "Examples/cloudmatrix384-no-cache.yaml"
  static let traced = "Examples/cloudmatrix384-as-published.yaml"

  static func setting(_ assignment: String, _ name: String, _ words: String...) -> Fault {
    var fault = Fault(name, ["simulate", traced, "--set", assignment])
    fault.words = words
    return fault
  }

  static let faults: [Fault] = [
    setting("model=null", "a field without a value", "model", "has no value"),
    setting("decode.chps=3", "a misspelt field", "decode.chps", "did you mean 'chips'"),
    setting("colour=red", "a field of no path", "colour", "there is no such field"),
    setting("system=CloudMatrx 384", "an unknown system", "--set: system", "did you mean 'CloudMatrix 384'"),
    setting("model=DeepSeek-R2", "an unknown model", "--set: model", "did you mean"),
    setting("engine=none", "an unknown engine", "--set: engine", "CloudMatrix-Infer"),
    setting("decode.tensorParallel=48", "heads not divisible", "decode.tensorParallel", "48 does not divide 128"),
    setting("decode.instances=5", "more chips than there are", "decode", "384", "fewer"),
    setting("decode.chips=0", "no chips", "decode.chips", "from 1 on"),
    Fault(
      "a share of memory that is too small",
      ["simulate", "--model", "Qwen3-32B", "--system", "HGX H100", "-tp", "2", "--gpu-memory-utilization", "0.3"],
      "does not fit", "try a memoryShare (--gpu-memory-utilization) above 0.4"),
    setting("decode.chips=1", "a model that does not fit", "decode", "does not fit", "GB missing"),
    setting("objectives.timeToFirstToken=50 GB", "a size for a time", "objectives.timeToFirstToken", "GB"),
    setting(
      "objectives.timeToFirstToken=9.3e6 s", "an objective the clock cannot hold", "timeToFirstToken", "100 days"),
    setting("objectives.timePerOutputToken=-3 ms", "a negative objective", "timePerOutputToken", "positive time"),
    setting("objectives.endToEnd=1e-308 s", "an objective of no time", "endToEnd", "positive time"),
    setting("cache.memoryShare=1e308", "a share beyond all memory", "cache", "memoryShare", "at most 1"),
    setting("cache.memoryShare=-1", "a negative share", "cache", "memoryShare", "more than 0"),
    Fault("a catalog that is not there", ["simulate", generated, "--catalog", "nowhere"], "nowhere", "no such folder"),
    Fault(
      "a catalog without entries", ["catalog", "lint", "--catalog", "Sources/Units"], "Sources/Units", "no entries"),
    Fault("a catalog of no kind", ["catalog", "list", "--catalog", "Sources"], "none of its folders", "chips"),
    Fault(
      "a run beyond the clock",
      [
        "simulate", "Examples/llama-3.1-70b-hgx-h100.yaml", "--num-prompts", "600000", "--max-concurrency", "1",
        "--request-rate", "1", "--random-input-len", "100000", "--random-output-len", "26000",
      ], "100 days of simulated time", "fewer or shorter"),
    setting("objectives.timeToFirstToken=5", "a number for a time", "objectives.timeToFirstToken", "unit"),
    setting("speculation.acceptance=1.5", "a share above one", "speculation.acceptance", "1.5"),
    setting("load=-1", "a negative load", "load", "not a load"),
    setting("cache.plane=XX", "an unknown plane", "XX", "UB"),
    setting("workload.trace=nowhere", "an unknown trace", "nowhere", "mooncake-conversation"),
    setting("workload.trace=./nowhere.jsonl", "a missing trace", "nowhere.jsonl"),
    Fault("a missing scenario", ["simulate", "./nowhere.yaml"], "nowhere.yaml"),
    Fault("an output below a file", ["simulate", generated, "--json", "Package.swift/x.json"], "Package.swift/x.json"),
    Fault("an output that is a folder", ["simulate", generated, "--report", "Sources"], "is a folder"),
  ]

  static let supplyFaults: [Fault] = [
    Fault("an unknown number", ["--set", "chip.life_yeers=3"], "--set: chip.life_yeers", "did you mean"),
    Fault("a low above its high", ["--set", "chip.life_years=5 to 3"], "--set: chip.life_years", "above its high 3"),
    Fault("a number without a value", ["--set", "chip.life_years="], "--set: chip.life_years", "2 to 5"),
    Fault("an assignment without '='", ["--set", "chip.life_years"], "--set chip.life_years", "no '='"),
    Fault("an unknown event", ["--without", "h20-bann"], "--without", "did you mean 'h20-ban'?"),
    Fault("an unknown member", ["--school", "capacity=none"], "--school", "morgan-stanley"),
    Fault("a date before the run", ["--as-of", "2020-01"], "--as-of", "2023-01"),
    Fault("an unknown claim", ["--sensitivity", "triple"], "--sensitivity", "claim 'triple'"),
    Fault("a missing file of claims", ["--claim", "./nowhere.yaml"], "nowhere.yaml"),
    Fault("a missing scenario", ["./nowhere.yaml"], "nowhere.yaml"),
    Fault("an unknown scenario", ["bass"], "there is no supply 'bass'", "did you mean 'base'?"),
    Fault("an unknown thing to explain", ["--why", "h20-bann"], "--why", "did you mean 'h20-ban'?"),
    Fault("an output below a file", ["--report", "Package.swift/x.html"], "Package.swift/x.html"),
  ]

  @Test("a fault in what supply is asked is told as a sentence with its place and a way out", arguments: supplyFaults)
  func supplyFaulty(_ fault: Fault) throws {
    try faulty(Fault(fault.name, ["supply", "--draws", "5"] + fault.arguments, words: fault.words))
  }

  static let usage: [Fault] = [
    Fault("no draws", ["supply", "--draws", "0"], "--draws 0"),
    Fault("a date that is none", ["supply", "--as-of", "soon"], "--as-of soon"),
    Fault("a school without a member", ["supply", "--school", "capacity"], "--school"),
    Fault("two results of supply on one output", ["supply", "--json", "-", "--report", "-"], "--report"),
    Fault(
      "what the article would not heed", ["supply", "--article", "--without", "h20-ban", "--format", "csv"],
      "would not heed --without, --format csv", "--report FILE.html"),
    Fault("an article and an explanation", ["supply", "--article", "--why", "h20-ban"], "two answers"),
    Fault("an unknown verb", ["simulat"], "simulat"),
    Fault("no scenario", ["simulate"], "scenario"),
    Fault("nonsense objectives", ["simulate", traced, "--goodput", "fast"], "--goodput", "ttft:"),
    Fault("an assignment without '='", ["simulate", traced, "--set", "seed"], "--set"),
    Fault("two results on one output", ["simulate", traced, "--json", "-", "--requests", "-"], "--requests"),
  ]

  @Test("a fault in the input is told as a sentence with its place and a way out", arguments: faults)
  func faulty(_ fault: Fault) throws {
    let answer = try BuiltProgram.run(fault.arguments)
    #expect(answer.code == 1 && answer.output == "")
    let lines = answer.error.split(separator: "\n")
    #expect(!lines.isEmpty && lines.count <= 3 && lines.allSatisfy { $0.hasPrefix("supernode: ") }, "\(answer.error)")
    for word in fault.words { #expect(answer.error.contains(word), "no '\(word)' in: \(answer.error)") }
  }

  @Test("a fault in the command ends with code 2", arguments: usage) func misused(_ fault: Fault) throws {
    let answer = try BuiltProgram.run(fault.arguments)
    #expect(answer.code == 2 && answer.output == "", "\(answer.code): \(answer.error)")
    for word in fault.words { #expect(answer.error.contains(word), "no '\(word)' in: \(answer.error)") }
  }

  @Test("a fault in a file is told with its line") func lines() throws {
    let text = try String(contentsOfFile: "\(BuiltProgram.root)/\(Self.traced)", encoding: .utf8)
    let edits: [(String, String, String)] = [
      ("chips: 160", "chips: 5000", "decode"),
      ("  instances: 1\n", "  instances: 1\n  instances: 2\n", "'instances' is given twice"),
      ("system: CloudMatrix 384", "system: CloudMatrix 385", ":6: system: there is no system"),
      ("  chips: 160", "  chips: 160\n  tensorParallel: 48", ":21: decode.tensorParallel: 48"),
      ("draftTokens: 1", "draftTokens: -1", ":9: speculation.draftTokens"),
    ]
    for (old, new, words) in edits {
      let scratch = try Scratch()
      let file = try scratch.write(text.replacingOccurrences(of: old, with: new), to: "bad.yaml")
      let answer = try BuiltProgram.run(["simulate", file, "--json", "\(scratch.path)/out.json"])
      #expect(answer.code == 1 && answer.output == "" && answer.error.contains(words), "\(words): \(answer.error)")
      #expect(answer.error.contains("bad.yaml:"), "\(answer.error)")
      #expect(try scratch.names() == ["bad.yaml"])
    }
  }

  @Test("a damaged trace stops the run at its line and leaves no file, or is skipped and counted where asked")
  func damagedTraces() throws {
    let good = #"{"timestamp": 0, "input_length": 100, "output_length": 5, "hash_ids": [1]}"#
    let late = #"{"timestamp": 9000, "input_length": 100, "output_length": 5, "hash_ids": [1]}"#
    let bad: [(line: String, words: String)] = [
      ("{\"timestamp\": 3000, \"input", "trace.jsonl:3"),
      (good.replacingOccurrences(of: "100", with: "-100"), "trace.jsonl:3: input_length -100 is not positive"),
      (good, "trace.jsonl:3: arrives before the request above it"),
    ]
    for (line, words) in bad {
      let scratch = try Scratch()
      let trace = try scratch.write("\(good)\n\(late)\n\(line)\n\(late)\n", to: "trace.jsonl")
      let results = ["--requests", "\(scratch.path)/r.csv", "--json", "\(scratch.path)/r.json"]
      let run = ["simulate", Self.traced, "--set", "load=null", "--trace", trace] + results
      let answer = try BuiltProgram.run(run)
      #expect(answer.code == 1 && answer.output == "" && answer.error.contains(words), "\(words): \(answer.error)")
      #expect(answer.error.contains("--skip-bad"))
      #expect(try scratch.names() == ["trace.jsonl"])
      let skipping = try BuiltProgram.run(run + ["--skip-bad"])
      #expect(skipping.code == 0 && skipping.output.contains("3 of 3"), "\(skipping.error)\(skipping.output)")
      #expect(try scratch.names() == ["r.csv", "r.json", "trace.jsonl"])
    }
  }

  @Test("a gzip file that ends early stops the run") func truncated() throws {
    let scratch = try Scratch()
    let whole = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/traces/mooncake-conversation.jsonl.gz"
    let data = try Data(contentsOf: URL(fileURLWithPath: whole))
    let trace = try scratch.write(data.prefix(data.count / 2), to: "half.jsonl.gz")
    for flags in [[], ["--skip-bad"]] {
      let answer = try BuiltProgram.run(
        ["simulate", Self.traced, "--trace", trace, "--json", "\(scratch.path)/out.json"] + flags)
      #expect(answer.code == 1 && answer.output == "" && answer.error.contains("half.jsonl.gz"), "\(answer.error)")
      #expect(try scratch.names() == ["half.jsonl.gz"])
    }
  }

  @Test("an architecture that is not modelled is refused by name") func architecture() throws {
    let scratch = try Scratch()
    _ = try scratch.write(
      #"{"architectures": ["RwkvForCausalLM"], "hidden_size": 6144, "num_hidden_layers": 80}"#,
      to: "models/MiniMax-M1/config.json")
    let answer = try BuiltProgram.run(["simulate", Self.traced, "--catalog", scratch.path, "--set", "model=MiniMax-M1"])
    #expect(answer.code == 1 && answer.output == "" && answer.error.contains("RwkvForCausalLM"), "\(answer.error)")
  }

  @Test("a scenario of supply with several faults tells each with its line, and leaves no file")
  func supplyLines() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      "name: bad\nset:\n  fabs[0].capacity: -5\n  products[0].die: ascent\n  fabs[1].name: SMIC\n", to: "bad.yaml")
    let answer = try BuiltProgram.run(
      ["supply", file, "--json", "\(scratch.path)/out.json", "--report", "\(scratch.path)/out.html"])
    #expect(answer.code == 1 && answer.output == "")
    for words in ["bad.yaml:3", "-5 is negative", "bad.yaml:4", "did you mean 'ascend'?", "bad.yaml:5", "two plants"] {
      #expect(answer.error.contains(words), "no '\(words)' in: \(answer.error)")
    }
    #expect(answer.error.split(separator: "\n").count == 3)
    #expect(try scratch.names() == ["bad.yaml"])
  }

  @Test("an interrupt ends a long run of supply with code 130 and leaves no file") func supplyInterrupted() throws {
    let scratch = try Scratch()
    let files = ["--json", "\(scratch.path)/r.json", "--report", "\(scratch.path)/r.html"]
    let answer = try BuiltProgram.run(["supply", "--draws", "1000000"] + files, interruptAfter: 2)
    #expect(answer.code == 130 && answer.output == "" && answer.error.contains("interrupted"), "\(answer.error)")
    #expect(try scratch.names() == [])
  }

  @Test("an interrupt ends a long run with code 130 and leaves no file") func interrupted() throws {
    let scratch = try Scratch()
    let answer = try BuiltProgram.run(
      [
        "simulate", Self.generated, "--num-prompts", "100000000", "--requests", "\(scratch.path)/r.csv",
      ], interruptAfter: 2)
    #expect(answer.code == 130 && answer.output == "" && answer.error.contains("interrupted"), "\(answer.error)")
    #expect(try scratch.names() == [])
  }
}
