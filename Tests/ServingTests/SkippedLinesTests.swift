import Testing
import Units
import Workloads

@testable import Serving

/// A list of requests whose end is preceded by a damaged line.
private struct DamagedSource: RequestSource {
  var list: ListSource
  var skipped = SkippedLines()
  var tokensPerBlock: Int { list.tokensPerBlock }

  mutating func read(into batch: inout RequestBatch) -> Bool {
    if list.read(into: &batch) { return true }
    skipped.add(Problem("trace.jsonl:3", "is not a JSON object"))
    return false
  }
}

@Suite struct SkippedLinesTests {
  @Test("damaged lines that the trace passed over are in the outcome, those after the last request too")
  func counted() throws {
    let world = try SmallWorld(seed: 1)
    let list = ListSource(requests: [.init(arrival: 0, prompt: 1, output: 1)])
    let outcome = try serve(DamagedSource(list: list), under: world.configuration)
    #expect(outcome.skipped.count == 1)
    #expect(outcome.skipped.examples.map(\.place) == ["trace.jsonl:3"])
  }
}
