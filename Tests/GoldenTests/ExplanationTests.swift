import Formats
import Foundation
import Testing

@Suite struct ExplanationTests {
  private func explain(_ example: String, _ flags: [String]) throws -> BuiltProgram.Answer {
    try BuiltProgram.run(["simulate", "Examples/\(example).yaml", "--explain"] + flags)
  }

  private func number(_ node: Node, _ path: String) throws -> Double {
    try #require(node[path]?.text.flatMap(Double.init), "\(path)")
  }

  @Test("each pool shows its operators, what they rest on and its memory", arguments: ExampleTests.examples)
  func pools(_ example: String) throws {
    let answer = try explain(example, ["--format", "json"])
    #expect(answer.code == 0 && answer.error == "", "\(answer.error)")
    let whole = try Node.parse(answer.output, file: example)
    #expect(try number(whole, "activeParameters") <= number(whole, "parameters"))
    let pools = whole.field("pools")?.elements ?? []
    #expect(!pools.isEmpty)
    for pool in pools {
      for step in pool.field("steps")?.elements ?? [] {
        let operators = step.field("operators")?.elements ?? []
        #expect(operators.count > 5)
        let shares = try operators.map { try number($0, "share") }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
        #expect(shares == shares.sorted(by: >))
        // The shares by basis are those of the operators.
        for share in step.field("shares")?.elements ?? [] {
          let basis = share["basis"]?.text
          let sum = try operators.filter { $0["basis"]?.text == basis }.reduce(0) { try $0 + number($1, "share") }
          #expect(abs(try number(share, "share") - sum) < 1e-9)
        }
      }
      let memory = try #require(pool.field("memory"))
      let items = try (memory.field("items")?.elements ?? []).reduce(0) { try $0 + number($1, "size") }
      let parts = try items + number(memory, "keysAndValues") + number(memory, "kept")
      #expect(abs(try parts / number(memory, "capacity") - 1) < 1e-9)
      #expect(try number(memory, "requests") > 0)
    }
  }

  @Test("a step's kind follows from the pool's role") func roles() throws {
    let apart = try Node.parse(explain(ExampleTests.examples[0], ["--json", "-"]).output, file: "apart")
    let kinds = apart.field("pools")?.elements.map { pool in
      [pool["name"]?.text ?? ""] + (pool.field("steps")?.elements.compactMap { $0["kind"]?.text } ?? [])
    }
    #expect(kinds == [["prefill", "prompts"], ["decode", "decode"]])
    let together = try Node.parse(explain("llama-3.1-70b-hgx-h100", ["--json", "-"]).output, file: "together")
    let steps = together.field("pools")?.elements.first?.field("steps")?.elements.compactMap { $0["kind"]?.text }
    #expect(steps == ["decode", "prompts"])
  }

  @Test("the table has the pools' names, a basis and a bound for each operator; JSON is the same on either way out")
  func ways() throws {
    let example = ExampleTests.examples[0]
    let table = try explain(example, []).output
    for word in ["prefill: ", "decode: ", "basis", "bound by", "calibrated", "wait", "of mean length", "active"] {
      #expect(table.contains(word), "\(word)")
    }
    #expect(try explain(example, ["--json", "-"]).output == explain(example, ["--format", "json"]).output)
  }
}
