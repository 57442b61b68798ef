import Formats
import Simulation
import Units

/// The requests of a trace file, plain or gzip, or of standard input (`-`), read as a stream.
///
/// Arrivals count from the first request. A damaged line stops the reading with its place, or with `skipBad` is counted
/// and passed over: no JSON or CSV of the format, a key missing, a length that is not positive or above 2³¹−1, an
/// arrival before that of the line above. A truncated gzip always stops it.
public struct TraceSource: RequestSource {
  public let format: TraceFormat
  public let tokensPerBlock: Int
  public private(set) var skipped = SkippedLines()

  private var reader: LineReader
  private var parser: TraceParser
  private let skipBad: Bool
  private var hasRequests = false
  /// A first line that is no header waits here to be read again.
  private var firstLine: [UInt8]?

  /// Opens the file and tells its format by the first line; `tokensPerBlock` is that of Mooncake hashes.
  public init(path: String, skipBad: Bool = false, tokensPerBlock: Int = 512) throws {
    reader = try LineReader(path: path)
    self.skipBad = skipBad
    let first = try reader.next { line in (TraceFormat.detect(line), [UInt8](line)) }
    guard let (detected, bytes) = first else {
      throw Problem(reader.name, "the trace is empty", wayOut: "name a trace with requests")
    }
    guard let detected else {
      throw Problem(
        reader.place, "this is neither a Mooncake JSON line nor the Azure header \(AzureLine.header)",
        wayOut: "convert the trace to one of the two")
    }
    format = detected
    firstLine = detected.headerLines == 0 ? bytes : nil
    self.tokensPerBlock = detected == .mooncake ? tokensPerBlock : 0
    parser = TraceParser(format: detected, tokensPerBlock: self.tokensPerBlock)
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    var reader = self.reader
    defer { self.reader = reader }
    if let line = firstLine {
      firstLine = nil
      if let fault = line.withUnsafeBytes({ parser.accept($0, into: &batch) }) { try pass(over: fault, at: reader) }
    }
    while !batch.isFull {
      guard let outcome = try reader.next({ parser.accept($0, into: &batch) }) else { break }
      if let fault = outcome { try pass(over: fault, at: reader) }
    }
    hasRequests = hasRequests || batch.count > 0
    if !hasRequests {
      throw Problem(reader.name, "the trace has no requests", wayOut: "name a trace with requests")
    }
    return batch.count > 0
  }

  private mutating func pass(over fault: LineFault, at reader: LineReader) throws {
    let problem = Problem(reader.place, fault.text, wayOut: "fix the line or run with --skip-bad")
    guard skipBad else { throw problem }
    skipped.add(problem)
  }
}

/// Lines into requests, with the clock of the trace.
private struct TraceParser {
  let format: TraceFormat
  let tokensPerBlock: Int
  /// The first request's clock; nil before it.
  private var origin: TraceLine?
  private var last = Instant.zero

  init(format: TraceFormat, tokensPerBlock: Int) {
    self.format = format
    self.tokensPerBlock = tokensPerBlock
  }

  /// Appends the request of a line, or says what is wrong with it; a blank line is neither.
  @inline(__always)
  mutating func accept(_ bytes: UnsafeRawBufferPointer, into batch: inout RequestBatch) -> LineFault? {
    let hashesBefore = batch.blockHashes.count
    do throws(LineFault) {
      let line =
        switch format {
        case .mooncake:
          try MooncakeLine.read(bytes, tokensPerBlock: tokensPerBlock, hashes: &batch.blockHashes)
        case .azure: try AzureLine.read(bytes)
        }
      let arrival = try arrival(of: line)
      last = arrival
      batch.append(
        arrival: arrival, promptTokens: line.promptTokens, outputTokens: line.outputTokens, priority: line.priority)
      return nil
    } catch {
      batch.blockHashes.removeLast(batch.blockHashes.count - hashesBefore)
      var scanner = ByteScanner(bytes)
      return scanner.isAtEnd() ? nil : error
    }
  }

  @inline(__always) private mutating func arrival(of line: TraceLine) throws(LineFault) -> Instant {
    guard let origin else {
      origin = line
      return .zero
    }
    let seconds = line.seconds - origin.seconds
    guard seconds < 106 * 86_400 else { throw LineFault("arrives more than 106 days after the first request") }
    guard seconds >= 0 else { throw LineFault("arrives before the request above it") }
    let arrival = seconds * 1_000_000_000_000 + (line.picoseconds - origin.picoseconds)
    guard arrival >= last.picoseconds else { throw LineFault("arrives before the request above it") }
    return Instant(picoseconds: arrival)
  }
}
