import Formats
import Simulation
import Testing

@testable import Workloads

@Suite struct PriorityTests {
  private func priorities(_ lines: [String]) throws -> [Int32] {
    let file = try TemporaryFile(lines.joined(separator: "\n"))
    var source = try TraceSource(path: file.path)
    var batch = RequestBatch()
    _ = try source.read(into: &batch)
    return batch.priorities
  }

  private func line(_ rest: String) -> String { "{\"timestamp\": 0, \"input_length\": 4, \"output_length\": 5\(rest)}" }

  @Test("priorities of a trace are kept; those of lines without one are 0; a trace without any has none")
  func read() throws {
    #expect(try priorities([line(""), line(", \"priority\": -2"), line("")]) == [0, -2, 0])
    #expect(try priorities([line(""), line("")]) == [])
  }

  @Test("a priority that is no whole number is a fault")
  func fault() {
    #expect(throws: (any Error).self) { try priorities([line(", \"priority\": \"high\"")]) }
    #expect(throws: (any Error).self) { try priorities([line(", \"priority\": 3000000000")]) }
  }

  @Test("batches that are joined and cut keep each request's priority")
  func editing() {
    func batch(_ values: [Int32]) -> RequestBatch {
      var batch = RequestBatch()
      for value in values { batch.append(arrival: .zero, promptTokens: 1, outputTokens: 1, priority: value) }
      return batch
    }
    var joined = batch([0, 0])
    joined.append(batch([1, 2, 3]), 1..<3)
    joined.append(batch([0]), 0..<1)
    #expect(joined.priorities == [0, 0, 2, 3, 0])
    joined.keepFirst(3)
    #expect(joined.priorities == [0, 0, 2])
    var plain = batch([0])
    plain.append(batch([0, 0]), 0..<2)
    #expect(plain.priorities.isEmpty)
  }
}
