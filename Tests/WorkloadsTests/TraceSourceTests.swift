import Formats
import Foundation
import Simulation
import Testing
import Units

@testable import Workloads

/// A file that goes away with its owner.
final class TemporaryFile {
  let path: String
  init(_ data: Data, name: String = "trace.jsonl") throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appendingPathComponent(name).path
    try data.write(to: URL(fileURLWithPath: path))
  }
  convenience init(_ text: String, name: String = "trace.jsonl") throws { try self.init(Data(text.utf8), name: name) }
  deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
}

struct Request: Hashable {
  var arrival: Int64
  var prompt, output: Int32
  var hashes: [UInt64]
}

func requests(of source: any RequestSource) throws -> [Request] {
  var source = source
  var batch = RequestBatch()
  var list: [Request] = []
  while try source.read(into: &batch) {
    #expect(batch.count > 0)
    list += (0..<batch.count).map { index in
      Request(
        arrival: batch.arrivals[index].picoseconds, prompt: batch.promptTokens[index],
        output: batch.outputTokens[index], hashes: Array(batch.blockHashes[batch.blocks(of: index)]))
    }
  }
  return list
}

func requests(of text: String, skipBad: Bool = false, clock: ClockUnit? = nil) throws -> [Request] {
  let file = try TemporaryFile(text)
  return try requests(of: TraceSource(path: file.path, TraceReading(skipBad: skipBad, clock: clock)))
}

private let good = #"{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0, 18446744073709551615]}"#

@Suite struct TraceSourceTests {
  @Test("Mooncake lines: keys in any order, others passed over, blanks, fractions of a millisecond")
  func mooncake() throws {
    let text = """
      {"timestamp": 1000, "input_length": 600, "output_length": 5, "hash_ids": [0, 18446744073709551615]}
      {"hash_ids":[],"output_length":1,"input_length":2,"timestamp":1000.0000005,"session_id":"a\\"}","x":{"y":[1,{}]}}

      { "timestamp" : 4000 , "input_length" : 3 , "output_length" : 4 }
      """
    #expect(
      try requests(of: text, clock: .milliseconds) == [
        Request(arrival: 0, prompt: 600, output: 5, hashes: [0, .max]),
        Request(arrival: 500, prompt: 2, output: 1, hashes: []),
        Request(arrival: 3_000_000_000_000, prompt: 3, output: 4, hashes: []),
      ])
  }

  @Test("Azure lines: seven digits of a second, carriage returns, offsets, midnight")
  func azure() throws {
    let text =
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-12-31 23:59:59.9999999,374,44\r\n"
      + "2024-01-01 00:00:00,396,109\r\n2024-01-01T01:00:01.5+01:00,1,1\r\n2024-01-01 00:00:02Z,7,8"
    #expect(
      try requests(of: text).map { [$0.arrival, Int64($0.prompt), Int64($0.output)] } == [
        [0, 374, 44], [100_000, 396, 109], [1_500_000_100_000, 1, 1], [2_000_000_100_000, 7, 8],
      ])
  }

  @Test(
    "a damaged line stops the reading with its place, fault and way out",
    arguments: [
      (#"{"timestamp": 0, "input_length": 600, "output_"#, "ends in the middle"),
      (#"{"timestamp": 0, "input_length": 600, "output_length": 5}}"#, "goes on after the end of its JSON object"),
      (#"{"timestamp": 0 "input_length": 600}"#, "is not valid JSON at column 17"),
      (#"{"timestamp": 0, "input_length": 600}"#, "has no output_length"),
      (#"{"timestamp": 0, "output_length": 600}"#, "has no input_length"),
      (#"{"input_length": 600, "output_length": 1}"#, "has no timestamp"),
      (#"{"timestamp": 0, "input_length": -600, "output_length": 5}"#, "input_length -600 is not positive"),
      (#"{"timestamp": 0, "input_length": 600, "output_length": 0}"#, "output_length 0 is not positive"),
      (#"{"timestamp": 0, "input_length": 2.5, "output_length": 1}"#, "input_length is not a whole number"),
      (
        #"{"timestamp": 0, "input_length": 2147483648, "output_length": 1}"#,
        "input_length 2147483648 is more than 2147483647"
      ),
      (
        #"{"timestamp": -1, "input_length": 6, "output_length": 1}"#,
        "timestamp is not a number of milliseconds from zero on"
      ),
      (
        #"{"timestamp": 99e99, "input_length": 6, "output_length": 1}"#,
        "timestamp is not a number of milliseconds from zero on"
      ),
      (
        #"{"timestamp": 0, "input_length": 6, "output_length": 1, "hash_ids": [1, 2]}"#,
        "2 hash_ids are more than the 1 blocks of 512 tokens it has"
      ),
      (
        #"{"timestamp": 0, "input_length": 6, "output_length": 1, "hash_ids": ["a"]}"#,
        "hash_ids has what is no whole number of 64 bits"
      ),
      (#"{"timestamp": 0, "input_length": 6, "output_length": 1, "hash_ids": 3}"#, "hash_ids is not a list"),
      ("garbage", "is not a JSON object"),
    ])
  func damaged(line: String, fault: String) throws {
    let text = good + "\n" + line + "\n" + good + "\n"
    let file = try TemporaryFile(text)
    let problem = try #require(throws: Problem.self) { try requests(of: TraceSource(path: file.path)) }
    #expect(problem.description == "\(file.path):2: \(fault); fix the line or run with --skip-bad")
    var source = try TraceSource(path: file.path, TraceReading(skipBad: true))
    var batch = RequestBatch()
    #expect(try source.read(into: &batch))
    #expect(batch.count == 2)
    #expect(batch.blockHashes == [0, .max, 0, .max])
    #expect(source.skipped.count == 1)
    #expect(source.skipped.examples.map(\.fault) == [fault])
  }

  @Test("an arrival before the line above is damage, in both formats")
  func order() throws {
    let mooncake = good.replacing("\"timestamp\": 0", with: "\"timestamp\": 7") + "\n" + good
    #expect(throws: Problem.self) { try requests(of: mooncake) }
    #expect(try requests(of: mooncake, skipBad: true).count == 1)
    let azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:47.1,3,4\n2023-11-16 18:15:47.0,3,4\n"
    #expect(throws: Problem.self) { try requests(of: azure) }
    #expect(try requests(of: azure, skipBad: true).count == 1)
  }

  @Test(
    "damaged Azure lines",
    arguments: [
      "2023-11-16 18:15:47.1,3", "2023-11-16 18:15:47.1,3,", "2023-11-16 18:15:47.1,0,4", "2023-11-16 18:15:47.1,3,4,5",
      "2023-11-16 18:15,3,4", "2023-13-16 18:15:47,3,4", "16/11/2023 18:15:47,3,4", "2023-11-16 18:15:47.,3,4",
      "2023-11-16 18:15:47.1,3,99999999999",
    ])
  func damagedAzure(line: String) throws {
    let text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.1,3,4\n" + line + "\n"
    #expect(throws: Problem.self) { try requests(of: text) }
    #expect(try requests(of: text, skipBad: true).count == 1)
  }

  @Test("a file that is neither format, empty, or without requests is refused")
  func refused() throws {
    #expect(throws: Problem.self) { try requests(of: "arrived_at,num_prefill_tokens\n1,2\n", skipBad: true) }
    #expect(throws: Problem.self) { try requests(of: "\u{1}\u{0}PNG,\n1,2\n", skipBad: true) }
    #expect(throws: Problem.self) { try requests(of: "", skipBad: true) }
    #expect(throws: Problem.self) { try requests(of: "TIMESTAMP,ContextTokens,GeneratedTokens\n", skipBad: true) }
    #expect(throws: Problem.self) { try TraceSource(path: "/nowhere/trace.jsonl") }
  }

  @Test("gzip is read as plain text is; a truncated one is an error even with skipBad")
  func gzip() throws {
    let base64 =
      "H4sIAAAAAAACA6tWKsnMTS0uScwtULJSMNBRUMrMKygtic9JzUsvyQAKmQOF8ktLUMRMa7mqUfQZGxhg0WqJRathLRcAmTUYCXMAAAA="
    let data = try #require(Data(base64Encoded: base64))
    let whole = try TemporaryFile(data, name: "t.gz")
    let expected = [
      Request(arrival: 0, prompt: 7, output: 5, hashes: []),
      Request(arrival: 3_000_000_000_000, prompt: 9, output: 1, hashes: []),
    ]
    #expect(try requests(of: TraceSource(path: whole.path)) == expected)
    let cut = try TemporaryFile(data.dropLast(12), name: "t.gz")
    #expect(throws: Problem.self) { try requests(of: TraceSource(path: cut.path, TraceReading(skipBad: true))) }
  }

  @Test("batches of a thousand hold the same requests as one list")
  func batches() throws {
    let lines = (0..<5000).map {
      #"{"timestamp": \#($0), "input_length": 600, "output_length": 1, "hash_ids": [\#($0), 7]}"#
    }
    let list = try requests(of: lines.joined(separator: "\n"))
    #expect(list.count == 5000)
    for (index, request) in list.enumerated() {
      #expect(request.arrival == Int64(index) * 1_000_000_000 && request.hashes == [UInt64(index), 7])
    }
  }
}
