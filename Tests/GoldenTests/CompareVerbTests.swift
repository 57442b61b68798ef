import Formats
import Testing

/// The verb compare where what it is given is unlike.
@Suite struct CompareVerbTests {
  private func train(_ chips: String, _ name: String, in folder: String) throws {
    let run = try BuiltProgram.run(
      [
        "train", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", chips, "--global-batch-size", "128",
        "--recompute", "full", "--json", name,
      ], in: folder)
    #expect(run.code == 0, "\(run.error)")
  }

  @Test("results of train stand side by side: steps, what differs in the inputs, which parts of the step moved")
  func training() throws {
    let scratch = try Scratch()
    try train("32", "one.json", in: scratch.path)
    try train("64", "two.json", in: scratch.path)
    let answer = try BuiltProgram.run(["compare", "one.json", "two.json", "--json", "-"], in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    let node = try Node.parse(answer.output, file: "compare")
    let rows = node.field("rows")?.elements ?? []
    func ratio(_ name: String) -> Double? {
      rows.first { $0.field("quantity")?.text == name }?.field("ratios")?.elements.last?.text.flatMap(Double.init)
    }
    #expect(ratio("chips") == 2)
    let (step, tokens) = (try #require(ratio("step")), try #require(ratio("tokens/s")))
    #expect(step < 1 && abs(step * tokens - 1) < 1e-9)
    let differing = node.field("differences")?.elements.compactMap { $0.field("field")?.text } ?? []
    #expect(differing == ["chips", "plan.data"])
    #expect(node.field("notes")?.elements.first?.text?.hasPrefix("A step of number 2 against the first: ") == true)
    let table = try BuiltProgram.run(["compare", "one.json", "two.json"], in: scratch.path)
    #expect(table.output.contains("two against one: "), "\(table.output)")
  }

  @Test("a training that does not fit in memory has no run to compare")
  func tooLarge() throws {
    let scratch = try Scratch()
    try train("32", "one.json", in: scratch.path)
    let large = try BuiltProgram.run(
      [
        "train", "--model", "Llama-3.1-405B", "--system", "HGX H100", "--chips", "64", "--global-batch-size", "128",
        "-tp", "8", "--json", "two.json",
      ], in: scratch.path)
    #expect(large.code == 1)
    let answer = try BuiltProgram.run(["compare", "one.json", "two.json"], in: scratch.path)
    #expect(answer.code == 1 && answer.error.contains("does not fit in memory"))
  }

  @Test("training and serving are refused together, and so is what is neither, each in one sentence")
  func mixture() throws {
    let scratch = try Scratch()
    try train("32", "one.json", in: scratch.path)
    let served = try BuiltProgram.run(
      [
        "simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--request-rate", "1", "--num-prompts", "20",
        "--json", "served.json", "--quiet",
      ], in: scratch.path)
    #expect(served.code == 0, "\(served.error)")
    for files in [["one.json", "served.json"], ["served.json", "one.json"]] {
      let answer = try BuiltProgram.run(["compare"] + files, in: scratch.path)
      #expect(answer.code == 1 && answer.error.contains("they have nothing in common"), "\(answer.error)")
      #expect(answer.error.split(separator: "\n").count == 1)
    }
    _ = try scratch.write(#"{ "run": { "version": "0.1.0" }, "units": 3 }"#, to: "other.json")
    let other = try BuiltProgram.run(["compare", "one.json", "other.json"], in: scratch.path)
    #expect(other.code == 1 && other.error.contains("no requests served and no training step"), "\(other.error)")
  }

  @Test("systems of unlike size are told so first, and compared by chip and megawatt")
  func unlike() throws {
    func compare(_ chips: [String]) throws -> BuiltProgram.Answer {
      try BuiltProgram.run(
        [
          "compare", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--system", "HGX H20", "--isl", "512", "--osl",
          "64", "--simulate", "0",
        ] + chips)
    }
    let words = "Of unlike size: HGX H100 has 2 chips, HGX H20 has 8 chips."
    func flat(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let answer = try compare(["--chips", "2", "--chips", "8"])
    #expect(answer.code == 0 && flat(answer.output).contains(words), "\(answer.output)")
    #expect(flat(answer.output).contains("× the output tokens/s a megawatt"))
    let alike = try compare(["--chips", "8"])
    #expect(!alike.output.contains("Of unlike size"))
  }

  @Test("folders that lead to a result are made, and told")
  func folders() throws {
    let scratch = try Scratch()
    let plan = [
      "plan", "--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "1", "--engine", "vLLM", "--simulate", "0",
      "--json", "new/deep/plan.json",
    ]
    let first = try BuiltProgram.run(plan, in: scratch.path)
    #expect(first.code == 0 && first.error.contains("there is no folder new/deep: it is made"), "\(first.error)")
    let second = try BuiltProgram.run(plan, in: scratch.path)
    #expect(second.code == 0 && !second.error.contains("no folder"), "\(second.error)")
  }
}
