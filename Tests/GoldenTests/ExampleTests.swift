import Formats
import Foundation
import Testing

/// SUPERNODE_UPDATE_GOLDEN=1 writes the files anew; the difference is then read and committed with its reason.
@Suite struct ExampleTests {
  static let golden = "\(BuiltProgram.root)/Tests/GoldenTests/Golden"
  static let isUpdating = ProcessInfo.processInfo.environment["SUPERNODE_UPDATE_GOLDEN"] == "1"
  static let examples = [
    "cloudmatrix384-deepseek-r1", "cloudmatrix384-as-published", "cloudmatrix384-no-cache", "cloudmatrix384-azure-conv",
    "llama-3.1-70b-hgx-h100",
    "deepseek-r1-hgx-h200", "deepseek-r1-h20", "qwen3-32b-atlas-800-a2", "deepseek-r1-deepseek-h800",
    "deepseek-r1-xdeepserve", "llama-3.1-70b-conversations",
  ]

  /// Runs that differ from one example by flags, each with the hash of its requests as CSV.
  static let variations: [(name: String, arguments: [String])] = [
    ("seed 1", ["cloudmatrix384-as-published", "--num-prompts", "3000"]),
    ("seed 2", ["cloudmatrix384-as-published", "--num-prompts", "3000", "--seed", "2"]),
    ("no speculation", ["cloudmatrix384-as-published", "--num-prompts", "3000", "--set", "speculation=null"]),
    ("no cache", ["cloudmatrix384-as-published", "--num-prompts", "3000", "--set", "cache=null"]),
    ("VPC plane", ["cloudmatrix384-as-published", "--num-prompts", "3000", "--set", "cache.plane=VPC"]),
    ("generated", ["cloudmatrix384-no-cache", "--num-prompts", "3000"]),
    ("bursty", ["cloudmatrix384-no-cache", "--num-prompts", "3000", "--burstiness", "0.5"]),
    ("closed loop", ["cloudmatrix384-no-cache", "--num-prompts", "2000", "--max-concurrency", "200"]),
    ("Azure trace", ["cloudmatrix384-azure-conv", "--num-prompts", "3000"]),
  ]

  @Test("an example prints what it printed before", arguments: examples) func table(_ name: String) throws {
    let answer = try BuiltProgram.run(["simulate", "Examples/\(name).yaml"])
    #expect(answer.code == 0 && answer.error == "")
    // The last lines tell wall time and memory.
    let kept = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains("wall") && !$0.contains("peak memory") && !$0.contains("simulated requests") }
    try compare(kept.joined(separator: "\n"), with: "\(name).txt")
  }

  @Test("a scenario of supply prints what it printed before", arguments: ["base", "no-h20-ban", "imports-stop"])
  func supply(_ name: String) throws {
    let answer = try BuiltProgram.run(["supply", "Examples/supply/\(name).yaml", "--draws", "256"])
    #expect(answer.code == 0 && answer.error == "")
    // The last line has the hash of all that went in, texts of sources too.
    let kept = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("supernode ") }
    try compare(kept.joined(separator: "\n"), with: "supply-\(name).txt")
  }

  @Test("fleets that train and serve print what they printed before", arguments: ["train-here-serve-there"])
  func fleets(_ name: String) throws {
    let answer = try BuiltProgram.run(["train", "Examples/\(name).yaml"])
    #expect(answer.code == 0 && answer.error == "")
    try compare(answer.output, with: "\(name).txt")
  }

  @Test("each variation of a run gives the requests that it gave before, byte for byte") func fingerprints() throws {
    var lines = ["variation,requests,fingerprint"]
    for (name, arguments) in Self.variations {
      var arguments = arguments
      arguments[0] = "Examples/\(arguments[0]).yaml"
      let answer = try BuiltProgram.run(["simulate"] + arguments + ["--requests", "-"])
      #expect(answer.code == 0 && answer.error == "", "\(name): \(answer.error)")
      let requests = answer.output.utf8.count { $0 == UInt8(ascii: "\n") } - 1
      lines.append("\(name),\(requests),\(contentHash(Array(answer.output.utf8)))")
    }
    try compare(lines.joined(separator: "\n") + "\n", with: "fingerprints.csv")
  }

  @Test("the JSON result has its keys on either way out, and is JSON") func json() throws {
    let arguments = ["simulate", "Examples/cloudmatrix384-no-cache.yaml", "--num-prompts", "500"]
    for flags in [["--json", "-"], ["--format", "json"]] {
      let answer = try BuiltProgram.run(arguments + flags)
      let result = try Node.parse(answer.output, file: "result")
      let keys = ["requests", "timeToFirstToken", "throughput", "goodput", "energy", "cost", "run", "inputs"]
      #expect(keys.filter { result.field($0) == nil } == [])
      #expect(result["requests.completed"]?.text == "500")
    }
  }

  @Test("help and the catalog work from any folder") func anywhere() throws {
    let scratch = try Scratch()
    for arguments in [["--help"], ["catalog", "list"], ["schema"], ["simulate", "--help"], ["--version"]] {
      let answer = try BuiltProgram.run(arguments, in: scratch.path)
      #expect(answer.code == 0 && !answer.output.isEmpty && answer.error == "", "\(arguments): \(answer.error)")
    }
    #expect(try scratch.names() == [])
  }

  private func compare(_ text: String, with name: String) throws {
    let path = "\(Self.golden)/\(name)"
    if Self.isUpdating { return try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    let expected = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    let new = text.split(separator: "\n"), old = expected.split(separator: "\n")
    let different = zip(new, old).filter { $0 != $1 }.prefix(5).map { "now  \($0)\nwas  \($1)" }
    #expect(text == expected, "\(name): \n\(different.joined(separator: "\n"))\nSUPERNODE_UPDATE_GOLDEN=1 accepts it")
  }
}
