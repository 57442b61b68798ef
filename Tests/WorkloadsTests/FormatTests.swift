import Formats
import Foundation
import Simulation
import Testing
import Units

@testable import Workloads

/// Lines as the sources publish them, made up.
private enum Sample {
  static let burst = """
    Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
    35,s1,4.5,GPT-4,1166,481,1647,Conversation log
    46,,,ChatGPT,1068,492,1560,API log
    50.5,s1,2,GPT-4,1700,10,1710,Conversation log
    """
  static let bailian = """
    {"chat_id": 7, "parent_chat_id": -1, "timestamp": 61.114, "input_length": 40, "output_length": 5, "type": "text", \
    "turn": 1, "hash_ids": [1, 2, 3]}
    {"chat_id": 9, "parent_chat_id": 7, "timestamp": 61.5, "input_length": 50, "output_length": 6, "type": "text", \
    "turn": 2, "hash_ids": [1, 2, 4, 5]}
    {"chat_id": 11, "parent_chat_id": 9, "timestamp": 62, "input_length": 16, "output_length": 6, "type": "file", \
    "turn": 3, "hash_ids": [1]}
    """
  static let splitwise = """
    request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size
    0,2,0,0.0,1,374,44
    1,2,0,4.314579,1,396,109
    """
  static let multimodal = """
    TIMESTAMP,NumImages,ContextTokens,GeneratedTokens
    2024-10-15 00:00:00.100000+00:00,1,4117,5
    2024-10-15 00:00:00.200000+00:00,0,120,7
    """
  static let aiperf = """
    {"metadata": {"session_num": 1, "x_correlation_id": "u", "request_start_ns": 1759813207632900363, \
    "benchmark_phase": "profiling"}, "metrics": {"input_sequence_length": {"value": 550, "unit": "tokens"}, \
    "inter_chunk_latency": {"value": [4.8, 5.3], "unit": "ms"}, \
    "output_sequence_length": {"value": 9, "unit": "tokens"}}, "error": null}
    {"metadata": {"session_num": 0, "request_start_ns": 1759813207532900363}, \
    "metrics": {"input_sequence_length": {"value": 70, "unit": "tokens"}, \
    "output_sequence_length": {"value": 3, "unit": "tokens"}}, "error": null}
    """
  static let vllm = """
    {"date": "x", "input_lens": [5, 6, 7], "output_lens": [2, 3, 4], "ttfts": [0.1], "itls": [[0.1], []], \
    "start_times": [101.5, 101.25, 102.0], "errors": ["", "", ""]}
    """
}

private func source(_ text: String, _ reading: TraceReading = TraceReading(), name: String = "t.txt") throws
  -> (source: TraceSource, file: TemporaryFile)
{
  let file = try TemporaryFile(text, name: name)
  return (try TraceSource(path: file.path, reading), file)
}

private func lengths(_ list: [Request]) -> [[Int64]] { list.map { [$0.arrival, Int64($0.prompt), Int64($0.output)] } }

@Suite struct FormatTests {
  @Test(
    "each source's lines are told by their first lines, with clock and lengths",
    arguments: [
      (Sample.burst, TraceFormat.burstgpt, ClockUnit.seconds, [[0, 1166, 481], [11, 1068, 492], [15.5, 1700, 10]]),
      (Sample.bailian, .bailian, .seconds, [[0, 40, 5], [0.386, 50, 6], [0.886, 16, 6]]),
      (Sample.splitwise, .splitwise, .seconds, [[0, 374, 44], [4.314579, 396, 109]]),
      (Sample.multimodal, .azure, .date, [[0, 4117, 5], [0.1, 120, 7]]),
      (Sample.aiperf, .aiperf, .nanoseconds, [[0, 70, 3], [0.1, 550, 9]]),
      (Sample.vllm, .vllm, .seconds, [[0, 6, 3], [0.25, 5, 2], [0.75, 7, 4]]),
      (
        "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,4808,10\n5e-05,3,8\n", .vidur, .seconds,
        [[0, 4808, 10], [0.00005, 3, 8]]
      ),
      (
        "arrival_ms;in_tokens;prompt_tokens;output_tokens\n1.5;9;3;4\n3;9;\"5\";6.0\n", .csv, .milliseconds,
        [[0, 3, 4], [0.0015, 5, 6]]
      ),
      (
        "ts,prompt_len,output_len\n1700000000000,3,4\n1700000001000,5,6\n", .csv, .milliseconds,
        [[0, 3, 4], [1, 5, 6]]
      ),
      (
        "time\tisl\tosl\n2024-01-01T00:00:00\t3\t4\n2024-01-01T00:00:01Z\t5\t6\n", .csv, .date,
        [[0, 3, 4], [1, 5, 6]]
      ),
    ])
  func recognised(text: String, format: TraceFormat, clock: ClockUnit, expected: [[Double]]) throws {
    let (source, file) = try source(text)
    #expect(source.reading?.format == format && source.reading?.clock == clock)
    let rounded = expected.map { [Int64(($0[0] * 1e12).rounded()), Int64($0[1]), Int64($0[2])] }
    #expect(try lengths(requests(of: source)) == rounded)
    withExtendedLifetime(file) {}
  }

  @Test("blocks are told by lengths and numbers of hashes; a trace of 16-token blocks needs no size said")
  func blocks() throws {
    let (bailian, first) = try source(Sample.bailian)
    #expect(bailian.tokensPerBlock == 16)
    #expect(try requests(of: bailian).map(\.hashes) == [[1, 2, 3], [1, 2, 4, 5], [1]])
    let odd = (1...9).map {
      "{\"timestamp\": \($0), \"input_length\": \(256 * $0), \"output_length\": 1, "
        + "\"hash_ids\": [\((0..<$0).map(String.init).joined(separator: ","))]}"
    }.joined(separator: "\n")
    let (other, second) = try source(odd, TraceReading(clock: .milliseconds))
    #expect(other.tokensPerBlock == 256)
    withExtendedLifetime((first, second)) {}
  }

  @Test(
    "what is not said is asked for in one sentence, with the flag that says it",
    arguments: [
      ("time,isl,osl\n1,3,4\n", "what 'time' counts is not said", "--clock s, ms, us or ns"),
      (#"{"timestamp": 0.5, "input_length": 6, "output_length": 1}"#, "'timestamp' has fractions", "--clock s or"),
      (
        #"{"timestamp": 5, "input_length": 64, "output_length": 1, "hash_ids": [1, 2, 3, 4]}"#,
        "blocks have 16 tokens", "--clock s or"
      ),
      (
        #"{"timestamp": 5, "input_length": 9999, "output_length": 1, "hash_ids": [1, 2, 3]}"# + "\n"
          + #"{"timestamp": 6, "input_length": 20000, "output_length": 1, "hash_ids": [1, 2, 3]}"#,
        "fit no one size of block", "--block-tokens"
      ),
      (#"{"prompt": "Why?", "output_tokens": 3}"#, "its requests have no arrival times", "request rate"),
      ("num_prefill_tokens,num_decode_tokens\n3,4\n", "no column is known to have arrival times", "arrival=NAME"),
      ("a,b,c\n1,2,3\n", "neither a JSON line nor a header", "--columns"),
      ("arrival_s,isl,words\n1,2,3\n", "the answer's tokens", "output=NAME"),
      (#"{"when": 3, "many": 4}"#, "no input_length (there are many, when)", "--columns"),
    ])
  func asked(text: String, fault: String, wayOut: String) throws {
    let problem = try #require(throws: Problem.self) { try source(text) }
    #expect(problem.fault.contains(fault) && problem.wayOut.contains(wayOut), "\(problem)")
  }

  @Test("columns and keys that a user names are read, and the clock that he says")
  func named() throws {
    var reading = TraceReading(clock: .microseconds)
    reading.columns.arrival = "t"
    reading.columns.prompt = "in"
    reading.columns.output = "out"
    let (rows, first) = try source("x,out,in,t\n0,4,3,1000000\n0,6,5,2500000\n", reading)
    #expect(try lengths(requests(of: rows)) == [[0, 3, 4], [1_500_000_000_000, 5, 6]])
    let (lines, second) = try source("{\"t\": 10, \"in\": 3, \"out\": 4, \"input_length\": 99}\n", reading)
    #expect(try lengths(requests(of: lines)) == [[0, 3, 4]])
    reading.columns.prompt = "inn"
    let problem = try #require(throws: Problem.self) { try source("x,out,in,t\n0,4,3,1\n", reading) }
    #expect(problem.fault == "there is no column 'inn'")
    withExtendedLifetime((first, second)) {}
  }

  @Test(
    "an arrival whose name has its unit needs no other word, in columns and in keys",
    arguments: [
      ("arrival_s", 2_500_000_000_000), ("arrivalMs", 2_500_000_000), ("arrival_time_s", 2_500_000_000_000),
      ("timestamp_ms", 2_500_000_000), ("start_time_us", 2_500_000), ("arrival (secs)", 2_500_000_000_000),
      ("t_millis", 2_500_000_000),
    ])
  func unitInName(name: String, second: Int64) throws {
    let (rows, first) = try source("\(name),prompt,output\n0,3,4\n2.5,5,6\n")
    #expect(try lengths(requests(of: rows)) == [[0, 3, 4], [second, 5, 6]])
    // A column of words does not take the place of the one with numbers.
    let (words, other) = try source("prompt,\(name),prompt_tokens,output\nWhy?,0,3,4\n")
    #expect(try lengths(requests(of: words)) == [[0, 3, 4]])
    guard name != "t_millis" else { return withExtendedLifetime((first, other)) {} }
    let keys = #"{"\#(name)": 0, "isl": 3, "osl": 4}"# + "\n" + #"{"\#(name)": 2.5, "isl": 5, "osl": 6}"#
    let (lines, third) = try source(keys)
    #expect(try lengths(requests(of: lines)) == [[0, 3, 4], [second, 5, 6]])
    #expect(lines.reading?.clockBasis == "as the key's name says")
    withExtendedLifetime((first, other, third)) {}
  }

  @Test("conversations of BurstGPT have the think time of its log, those of Bailian the chat that they began with")
  func conversations() throws {
    var (burst, first) = try source(Sample.burst)
    var batch = RequestBatch()
    #expect(try burst.read(into: &batch))
    #expect(batch.sessions[0] == batch.sessions[2] && batch.sessions[1] == 0)
    // 50.5 s less 35 s less the 4.5 s that the answer took.
    #expect(batch.delays[2] == 11_000_000_000_000)
    var (bailian, second) = try source(Sample.bailian)
    #expect(try bailian.read(into: &batch))
    #expect(Set(batch.sessions).count == 1 && batch.sessions[0] != 0)
    withExtendedLifetime((first, second)) {}
  }

  @Test("AIPerf's later turns come with the line above, after their delay")
  func delays() throws {
    let text = """
      {"timestamp": 7, "input_length": 10, "output_length": 1, "session_id": "a"}
      {"session_id": "a", "delay": 1500, "input_length": 20, "output_length": 2}
      {"timestamp": 9, "input_length": 30, "output_length": 3, "session_id": 5, "delay": null}
      """
    var (source, file) = try source(text)
    var batch = RequestBatch()
    #expect(try source.read(into: &batch))
    #expect(batch.arrivals.map(\.picoseconds) == [0, 0, 2_000_000_000])
    #expect(batch.delays == [-1, 1_500_000_000_000, -1])
    #expect(batch.sessions[0] == batch.sessions[1] && batch.sessions[2] != batch.sessions[0])
    withExtendedLifetime(file) {}
  }

  @Test("prompts in words are counted by bytes, and vLLM's conversations are chosen as it chooses them")
  func words() throws {
    var reading = TraceReading()
    reading.needsClock = false
    reading.bytesPerToken = 4
    let (lines, first) = try source(#"{"prompt": "Twelve\nbytes", "output_tokens": 3}"# + "\n", reading)
    #expect(try lengths(requests(of: lines)) == [[0, 3, 3]])
    let long = String(repeating: "x", count: 5000)
    let list = """
      [
        {"id": 1, "conversations": [{"from": "human", "value": "0123456789abcdef"}, {"value": "0123456789abcdefgh"}]},
        {"conversations": [{"value": "too"}, {"value": "short"}]},
        {"conversations": [{"value": "\(long)"}, {"value": "0123456789abcdefgh"}]},
        {"conversations": []}
      ]
      """
    var (talks, second) = try source(list, reading, name: "sharegpt.json")
    var batch = RequestBatch()
    #expect(try talks.read(into: &batch))
    #expect(batch.promptTokens == [4] && batch.outputTokens == [5] && talks.skipped.count == 3)
    withExtendedLifetime((first, second)) {}
  }

  @Test("a trace longer than the clock is read up to its duration")
  func long() throws {
    let file = try TemporaryFile("arrival_s,prompt_tokens,output_tokens\n0,1,1\n60,2,2\n9999999,3,3\n", name: "t.csv")
    let problem = try #require(throws: Problem.self) { try requests(of: TraceSource(path: file.path)) }
    #expect(problem.description.contains(":4: arrives more than 106 days after") && problem.wayOut.contains("duration"))
    let late = try TemporaryFile(
      "arrival_s,prompt_tokens,output_tokens\n0,1,1\n"
        + (0..<3000).map { "\(3000 * $0 + 60),2,2\n" }.joined() + "9999999,3,3\n", name: "t.csv")
    let part = LimitedSource(try TraceSource(path: late.path), end: Instant(picoseconds: 100_000_000_000_000))
    #expect(try requests(of: part).map(\.prompt) == [1, 2])
  }

  @Test("a trace that is out of order is sorted where that is asked for")
  func sorted() throws {
    let text = "arrival_s,prompt_tokens,output_tokens\n5,1,1\n3,2,2\n4,3,3\n"
    let (unsorted, first) = try source(text)
    let problem = try #require(throws: Problem.self) { try requests(of: unsorted) }
    #expect(problem.fault == "arrives before the request above it" && problem.wayOut.contains("--sort"))
    var reading = TraceReading()
    reading.sorts = true
    let (sorted, second) = try source(text, reading)
    #expect(try lengths(requests(of: sorted)) == [[0, 2, 2], [1_000_000_000_000, 3, 3], [2_000_000_000_000, 1, 1]])
    withExtendedLifetime((first, second)) {}
  }

  @Test(
    "damaged rows of CSV are one sentence with place and fault, and counted with skipBad",
    arguments: [
      ("NaN,3,4", "arrival_s 'NaN' is not a number of seconds from zero on"),
      ("-1,3,4", "arrival_s '-1' is not a number of seconds from zero on"),
      ("99999999999999999999999,3,4", "arrival_s '99999999999999999999999' is not a number of seconds from zero on"),
      ("1e300,3,4", "arrival_s '1e300' is not a number of seconds from zero on"),
      ("5", "ends before prompt_tokens"), ("5,,4", "prompt_tokens is empty"),
      ("5,-3,4", "prompt_tokens -3 is not positive"), ("5,3,0", "output_tokens 0 is not positive"),
      ("5,3.5,4", "prompt_tokens '3.5' is not a whole number"),
      ("5,inf,4", "prompt_tokens 'inf' is not a whole number"),
      ("5,3,4,5", "has more than the 3 fields of the first line"), ("5,\"3,4", "has a quote that is not closed"),
      ("5,9999999999,4", "prompt_tokens 9999999999 is more than 2147483647"),
    ])
  func damaged(row: String, fault: String) throws {
    let text = "arrival_s,prompt_tokens,output_tokens\n1,3,4\n\(row)\n6,3,4\n"
    let file = try TemporaryFile(text, name: "t.csv")
    let problem = try #require(throws: Problem.self) { try requests(of: TraceSource(path: file.path)) }
    #expect(problem.description == "\(file.path):3: \(fault); fix the line or run with --skip-bad")
    let summary = try TraceSummary(of: TraceSource(path: file.path, TraceReading(skipBad: true)))
    #expect(summary.requests == 2 && summary.skipped == 1)
  }

  @Test("any bytes are requests or one problem, in every format", arguments: 0..<8)
  func noise(seed: Int) throws {
    let samples = [
      Sample.burst, Sample.bailian, Sample.splitwise, Sample.multimodal, Sample.aiperf, Sample.vllm,
      "arrival_s,prompt_tokens,output_tokens\n1,3,4\n", #"[{"conversations": [{"value": "0123456789abcdef"}]}]"#,
    ]
    var stream = Seed(UInt64(seed)).stream("noise")
    let rounds = ProcessInfo.processInfo.environment["SUPERNODE_LONG"] == nil ? 150 : 20_000
    for _ in 0..<rounds {
      var bytes = Array(samples[seed].utf8)
      for _ in 0...(stream.next() % 6) {
        let place = Int(stream.next() % UInt64(bytes.count))
        switch stream.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
        case 1: bytes.insert(contentsOf: bytes[..<place].suffix(9), at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int(stream.next() % 40)))
        default: bytes.insert(contentsOf: Array("9223372036854775807".utf8), at: place)
        }
        if bytes.isEmpty { bytes = [10] }
      }
      let file = try TemporaryFile(Data(bytes), name: "t")
      for skipBad in [false, true] {
        var reading = TraceReading(skipBad: skipBad)
        reading.bytesPerToken = 4
        do {
          for request in try requests(of: TraceSource(path: file.path, reading)) {
            #expect(request.prompt > 0 && request.output > 0 && request.arrival >= 0)
          }
        } catch let problem as Problem {
          #expect(!problem.fault.isEmpty && !problem.wayOut.isEmpty)
        }
      }
    }
  }
}
