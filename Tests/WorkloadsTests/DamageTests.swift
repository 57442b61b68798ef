import Foundation
import Simulation
import Testing
import Units

@testable import Workloads

private let mooncake =
  #"{"timestamp": 3000.5, "input_length": 1200, "output_length": 52, "hash_ids": [46, 47, 2353], "x": {"a": [1, "b"]}}"#
private let azure = "2023-11-16 18:15:46.6805900+00:00,374,44"

private func read(_ bytes: [UInt8], _ format: TraceFormat) -> TraceLine? {
  bytes.withUnsafeBytes { line in
    var hashes: [UInt64] = []
    guard format == .azure else {
      let dialect = JSONDialect(clock: .milliseconds, tokensPerBlock: 512)
      return try? JSONLine.read(line, dialect, hashes: &hashes).line
    }
    guard let header = ColumnHeader("TIMESTAMP,ContextTokens,GeneratedTokens", TraceColumns()) else { return nil }
    return try? ColumnLine(header: header, clock: .date, needsOutputs: true).read(line)
  }
}

@Suite struct DamageTests {
  @Test("a JSON line cut anywhere is damage")
  func cuts() {
    let bytes = Array(mooncake.utf8)
    #expect(read(bytes, .mooncake) != nil)
    for length in 0..<bytes.count { #expect(read(Array(bytes[..<length]), .mooncake) == nil) }
  }

  @Test("a CSV line cut before its last field is damage")
  func azureCuts() {
    let bytes = Array(azure.utf8)
    #expect(read(bytes, .azure) != nil)
    for length in 0..<(bytes.count - 2) { #expect(read(Array(bytes[..<length]), .azure) == nil) }
  }

  @Test("20,000 lines with random bytes changed are damage or give lengths in range", arguments: [mooncake, azure])
  func mutations(line: String) {
    var stream = Seed(11).stream("damage")
    let format: TraceFormat = line == azure ? .azure : .mooncake
    for _ in 0..<20_000 {
      var bytes = Array(line.utf8)
      for _ in 0...(stream.next() % 3) {
        let place = Int(stream.next() % UInt64(bytes.count))
        switch stream.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
        case 1: bytes.insert(bytes[Int(stream.next() % UInt64(bytes.count))], at: place)
        default: bytes.remove(at: place)
        }
      }
      guard let request = read(bytes, format) else { continue }
      #expect(request.promptTokens > 0 && request.outputTokens > 0)
      #expect(0..<1_000_000_000_000 ~= request.picoseconds)
    }
  }

  @Test("with skipBad every line is a request or counted as skipped, wherever the damage is")
  func conservation() throws {
    var stream = Seed(12).stream("damage")
    var lines: [String] = []
    var damaged = 0
    for index in 0..<5000 {
      let isDamaged = index > 0 && stream.next() % 7 == 0
      damaged += isDamaged ? 1 : 0
      lines.append(
        isDamaged ? "{\"timestamp\": \(index)" : "{\"timestamp\": \(index), \"input_length\": 1, \"output_length\": 1}")
    }
    let file = try TemporaryFile(lines.joined(separator: "\n"))
    let summary = try TraceSummary(of: TraceSource(path: file.path, TraceReading(skipBad: true)))
    #expect(summary.skipped == damaged && summary.requests == 5000 - damaged)
    #expect(summary.skippedExamples.count == 3)
  }
}
