import Simulation
import Testing
import Units

@testable import Workloads

@Suite struct InputsTests {
  private static let lines = """
    {
      "data": [
        {"session_id": "a", "payloads": [
          {"messages": [{"role": "user", "content": "0123456789ab"}], "model": "m", "max_tokens": 30},
          {"messages": [{"role": "user", "content": "0123456789ab"},
            {"role": "assistant", "content": [{"type": "text", "text": "0123456789abcdef"}]}],
            "max_completion_tokens": 9}
        ]},
        {"payloads": [{"prompt": "01234567", "max_tokens": 4}], "session_id": "b"}
      ]
    }
    """

  private func read(_ text: String) throws -> RequestBatch {
    let file = try TemporaryFile(text, name: "inputs.json")
    var reading = TraceReading()
    reading.needsClock = false
    reading.bytesPerToken = 4
    var source = try TraceSource(path: file.path, reading)
    #expect(source.reading?.format == .inputs)
    var batch = RequestBatch()
    #expect(try source.read(into: &batch))
    return batch
  }

  @Test("AIPerf's inputs are sessions of payloads, each with all words before it; on one line as well")
  func inputs() throws {
    for text in [Self.lines, String(Self.lines.filter { !$0.isNewline })] {
      let batch = try read(text)
      // 12 bytes; 12 and 16; 8; four to a token.
      #expect(batch.promptTokens == [3, 7, 2] && batch.outputTokens == [30, 9, 4])
      #expect(batch.sessions[0] == batch.sessions[1] && batch.sessions[2] != batch.sessions[0])
      #expect(batch.delays == [-1, 0, -1])
    }
  }

  @Test("what is missing or cut is told; a payload without an answer's length is left out and counted")
  func faults() throws {
    let cut = try #require(throws: Problem.self) { try read(String(Self.lines.prefix(200))) }
    #expect(cut.fault.contains("ends in the middle") || cut.fault.contains("not valid JSON"))
    let file = try TemporaryFile(Self.lines, name: "inputs.json")
    var reading = TraceReading()
    reading.bytesPerToken = 4
    let times = try #require(throws: Problem.self) {
      var source = try TraceSource(path: file.path, reading)
      var batch = RequestBatch()
      _ = try source.read(into: &batch)
    }
    #expect(times.wayOut.contains("request rate"))
    let open = Self.lines.split(separator: "\n").map {
      $0.hasSuffix("\"max_tokens\": 30},") ? "          {\"prompt\": \"a\"}," : String($0)
    }
    #expect(try read(open.joined(separator: "\n")).promptTokens == [7, 2])
  }
}
