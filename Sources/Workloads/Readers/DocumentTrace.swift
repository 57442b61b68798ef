import Formats
import Units

/// A trace that is one JSON document: read whole, at most 1 GiB.
struct DocumentTrace {
  private(set) var lines: [TraceLine] = []
  private(set) var skipped = SkippedLines()
  private let name: String
  private let skipBad: Bool

  static let mostBytes = 1 << 30

  /// - Parameter bytes: the document, its line ends as blanks.
  init(_ bytes: UnsafeRawBufferPointer, format: TraceFormat, name: String, reading: TraceReading) throws {
    self.name = name
    skipBad = reading.skipBad
    do throws(LineFault) {
      if format == .vllm {
        try readResult(bytes, reading)
      } else if format == .inputs {
        try readInputs(bytes, reading)
      } else {
        try readConversations(bytes, reading)
      }
    } catch {
      throw Problem(name, error.text, wayOut: error.wayOut ?? "check the file")
    }
    guard let first = skipped.examples.first, !skipBad, format == .vllm else { return }
    throw first
  }

  mutating func append(_ line: TraceLine) { lines.append(line) }

  mutating func pass(_ place: String, _ fault: String, _ wayOut: String = "run with --skip-bad") {
    skipped.add(Problem("\(name): \(place)", fault, wayOut: wayOut))
  }

  // MARK: vLLM's results

  private mutating func readResult(_ bytes: UnsafeRawBufferPointer, _ reading: TraceReading) throws(LineFault) {
    var scanner = ByteScanner(bytes)
    var prompts: [Int] = []
    var outputs: [Int] = []
    var starts: [(seconds: Int64, picoseconds: Int64)] = []
    guard scanner.take(UInt8(ascii: "{")) else { throw LineFault("is not a JSON object") }
    repeat {
      guard let key = scanner.key() else { throw LineFault("is not valid JSON at byte \(scanner.position + 1)") }
      let isRead: Bool
      if key.isEqual(to: "input_lens") {
        isRead = scanner.integers(into: &prompts)
      } else if key.isEqual(to: "output_lens") {
        isRead = scanner.integers(into: &outputs)
      } else if key.isEqual(to: "start_times") {
        isRead = scanner.times(into: &starts)
      } else {
        isRead = scanner.skipValue()
      }
      guard isRead else { throw LineFault("\(String(decoding: key, as: UTF8.self)) is not the list that it should be") }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")), scanner.isAtEnd() else { throw LineFault("ends in the middle") }
    guard !prompts.isEmpty, !outputs.isEmpty || !reading.needsOutputs else {
      throw LineFault("has no input_lens and output_lens", wayOut: "run the benchmark with --save-detailed")
    }
    guard !reading.needsClock || starts.count == prompts.count else {
      throw LineFault(
        "has \(starts.count) start_times for \(prompts.count) requests",
        wayOut: "give a request rate, or inf, in place of its times")
    }
    guard outputs.count == prompts.count || !reading.needsOutputs else {
      throw LineFault("has \(outputs.count) output_lens for \(prompts.count) requests")
    }
    for index in prompts.indices {
      var line = TraceLine()
      let output = reading.needsOutputs ? outputs[index] : 1
      guard let prompt = Int32(exactly: prompts[index]), let answer = Int32(exactly: output), prompt > 0, answer > 0
      else {
        pass("request \(index + 1)", "has \(prompts[index]) tokens and \(output) of an answer: it failed")
        continue
      }
      line.promptTokens = prompt
      line.outputTokens = answer
      line.hasNoClock = !reading.needsClock
      if reading.needsClock { (line.seconds, line.picoseconds) = starts[index] }
      lines.append(line)
    }
  }

  // MARK: Conversations in words

  /// The first question and answer of each conversation, those left out that vLLM's benchmark leaves out: fewer than 4
  /// tokens, prompts of more than 1,024, both together of more than 2,048.
  private mutating func readConversations(_ bytes: UnsafeRawBufferPointer, _ reading: TraceReading) throws(LineFault) {
    var scanner = ByteScanner(bytes)
    guard let bytesPerToken = reading.bytesPerToken else {
      throw LineFault(
        "has words, and no tokenizer is here", wayOut: "give bytesPerToken (--bytes-per-token), about 4 for English")
    }
    guard !reading.needsClock else {
      throw LineFault("has conversations without times", wayOut: "give a request rate, or inf")
    }
    guard scanner.take(UInt8(ascii: "[")) else { throw LineFault("is not a JSON list") }
    if scanner.take(UInt8(ascii: "]")) { return }
    var number = 0
    repeat {
      number += 1
      let turns = try firstTurns(&scanner, bytesPerToken)
      guard turns.count == 2 else {
        pass("conversation \(number)", "has fewer than two turns", "it is left out")
        continue
      }
      var line = TraceLine()
      line.promptTokens = turns[0]
      line.outputTokens = reading.needsOutputs ? turns[1] : 1
      line.hasNoClock = true
      let isShort = line.promptTokens < 4 || reading.needsOutputs && line.outputTokens < 4
      if isShort || line.promptTokens > 1024 || Int(turns[0]) + Int(line.outputTokens) > 2048 {
        pass("conversation \(number)", "has lengths that vLLM's benchmark leaves out", "it is left out")
      } else {
        lines.append(line)
      }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "]")) else { throw LineFault("ends in the middle") }
  }

  private func firstTurns(_ scanner: inout ByteScanner, _ bytesPerToken: Double) throws(LineFault) -> [Int32] {
    var turns: [Int32] = []
    guard scanner.take(UInt8(ascii: "{")) else { throw Self.broken(scanner) }
    if scanner.take(UInt8(ascii: "}")) { return [] }
    repeat {
      guard let key = scanner.key() else { throw Self.broken(scanner) }
      if key.isEqual(to: "conversations"), scanner.take(UInt8(ascii: "[")) {
        if scanner.take(UInt8(ascii: "]")) { continue }
        repeat {
          let words = try value(&scanner)
          if turns.count < 2, let words { turns.append(tokens(of: words, bytesPerToken)) }
        } while scanner.take(UInt8(ascii: ","))
        guard scanner.take(UInt8(ascii: "]")) else { throw Self.broken(scanner) }
      } else if !scanner.skipValue() {
        throw Self.broken(scanner)
      }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { throw Self.broken(scanner) }
    return turns
  }

  /// The `value` of one turn.
  private func value(_ scanner: inout ByteScanner) throws(LineFault) -> UnsafeRawBufferPointer? {
    var words: UnsafeRawBufferPointer?
    guard scanner.take(UInt8(ascii: "{")) else { throw Self.broken(scanner) }
    if scanner.take(UInt8(ascii: "}")) { return nil }
    repeat {
      guard let key = scanner.key() else { throw Self.broken(scanner) }
      if key.isEqual(to: "value"), let text = scanner.string() {
        words = text
      } else if !scanner.skipValue() {
        throw Self.broken(scanner)
      }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { throw Self.broken(scanner) }
    return words
  }

  static func broken(_ scanner: ByteScanner) -> LineFault {
    var scanner = scanner
    return LineFault(scanner.isAtEnd() ? "ends in the middle" : "is not valid JSON at byte \(scanner.position + 1)")
  }
}

extension ByteScanner {
  /// Appends the times of a JSON list, in seconds; false if it is not one.
  fileprivate mutating func times(into list: inout [(seconds: Int64, picoseconds: Int64)]) -> Bool {
    guard take(UInt8(ascii: "[")) else { return false }
    if take(UInt8(ascii: "]")) { return true }
    repeat {
      guard let value = time(.seconds) else { return false }
      list.append(value)
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]"))
  }
}
