import Foundation
import Testing

/// The driver of Tools/Fuzzing, built beside the tests, for some seconds; `Tools/fuzz --hours 2` goes on for longer.
@Suite struct FuzzTests {
  private func fuzz(_ arguments: String...) throws -> BuiltProgram.Answer {
    let scratch = try Scratch()
    let isRun = arguments[0] == "run"
    return try BuiltProgram.run(
      arguments + (isRun ? ["--findings", scratch.path] : []), program: "fuzz")
  }

  @Test("inputs that once did harm are refused in a sentence or answered") func kept() throws {
    let answer = try fuzz("kept")
    #expect(answer.code == 0, "\(answer.output)\(answer.error)")
    #expect(answer.output.contains(" inputs, 0 findings") && !answer.output.hasPrefix("0 "))
  }

  /// What takes longest has fewer inputs.
  @Test(
    "damaged files of every kind are refused in sentences or answered, without a trap, a hang or a file left behind",
    arguments: [
      ("serving,config", 30), ("mooncake,bailian,azure,burstgpt,vidur,splitwise,csv", 15),
      ("aiperf,vllm,text,sharegpt,inputs,servegen,gzip", 15), ("budgets,traces,calibrations", 60),
      ("chips,systems,engines,measurements", 15), ("runs,commands", 4), ("supply,estimates,supplyFiles", 2),
    ])
  func damaged(kinds: String, count: Int) throws {
    let answer = try fuzz("run", "--kinds", kinds, "--count", "\(count)", "--limit", "120", "--seed", "7")
    #expect(answer.code == 0, "\(answer.output)\(answer.error)")
    #expect(answer.output.contains("all, 0 findings, seed 7"))
  }

  @Test(
    "the driver notices what it is there for, and goes on",
    arguments: [("trap", "60"), ("hang", "5"), ("memory", "60"), ("file", "60")])
  func planted(_ plant: String, limit: String) throws {
    let answer = try fuzz(
      "run", "--kinds", "budgets", "--count", "6", "--limit", limit, "--seed", "1", "--plant", plant)
    #expect(answer.code == 1 && answer.output.contains("\(plant) in budgets 1:3: "), "\(answer.output)")
    let line = answer.output.split(separator: "\n").last ?? ""
    #expect(line.split(separator: " ").first == "6" && !line.contains(" 0 findings"), "\(answer.output)")
  }

  @Test("an input is the same for the same seed and number") func repeats() throws {
    let first = try fuzz("show", "serving", "5", "17"), second = try fuzz("show", "serving", "5", "17")
    #expect(first.output == second.output && !first.output.isEmpty)
    #expect(try fuzz("show", "serving", "6", "17").output != first.output)
  }
}
