import Formats
import Simulation
import Units

/// The requests of a trace file, plain or gzip, or of standard input (`-`), read as a stream.
///
/// Arrivals count from the first request. A damaged line stops the reading with its place, or with `skipBad` is counted
/// and passed over: no JSON or CSV of the format, a key missing, a length that is not positive or above 2³¹−1, an
/// arrival before that of the line above. A truncated gzip always stops it. Results of benchmarks, which are in the
/// order in which requests ended, and traces that are to be sorted are read whole.
public struct TraceSource: RequestSource {
  public let reading: TraceDescription?
  public var tokensPerBlock: Int { reading?.tokensPerBlock ?? 0 }
  public private(set) var skipped = SkippedLines()

  private var lines: TraceLines
  private let parser: TraceParser
  private var clock: TraceClock
  private let head: TraceHead
  private let wanted: TraceReading
  private var hasRequests = false
  private var hasBegun = false
  /// All requests, where they are sorted or come in one document.
  private var loaded: LoadedTrace?

  /// Opens the file and tells its format by the first lines.
  public init(path: String, _ reading: TraceReading = TraceReading()) throws {
    lines = try TraceLines(path: path)
    head = try TraceHead(lines.peek(256), name: lines.name, reading)
    wanted = reading
    self.reading = head.description
    parser = TraceParser(kind: head.kind)
    clock = TraceClock()
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    if !hasBegun { try begin() }
    if loaded != nil {
      while let (fault, request) = loaded?.read(into: &batch, &clock) {
        try pass(over: fault, at: "\(lines.name): request \(request) by time")
      }
    } else {
      var lines = self.lines
      defer { self.lines = lines }
      while !batch.isFull {
        guard let outcome = try lines.next({ parser.accept($0, &clock, into: &batch) }) else { break }
        if let fault = outcome { try pass(over: fault, at: lines.place) }
      }
    }
    hasRequests = hasRequests || batch.count > 0
    if !hasRequests {
      throw Problem(lines.name, "the trace has no requests", wayOut: "name a trace with requests")
    }
    return batch.count > 0
  }

  private mutating func begin() throws {
    hasBegun = true
    if head.hasHeader {
      while try lines.next({ line in line.contains { $0 > 32 } }) == false {}
    }
    if case .document = head.kind {
      guard let bytes = try lines.rest(DocumentTrace.mostBytes) else {
        throw Problem(lines.name, "is one JSON value of more than 1 GiB", wayOut: "split it, or write JSON lines")
      }
      let document = try bytes.withUnsafeBytes {
        try DocumentTrace($0, format: head.format, name: lines.name, reading: wanted)
      }
      skipped = document.skipped
      loaded = LoadedTrace(lines: document.lines)
      loaded?.sort()
    } else if wanted.sorts || head.format == .aiperf {
      try load()
    }
  }

  private mutating func load() throws {
    var trace = LoadedTrace(lines: [])
    while true {
      guard let outcome = try lines.next({ parser.load($0, &clock, into: &trace) }) else { break }
      if let fault = outcome { try pass(over: fault, at: lines.place) }
    }
    trace.sort()
    loaded = trace
  }

  private mutating func pass(over fault: LineFault, at place: String) throws {
    let wayOut =
      switch fault.text {
      case TraceClock.isEarlier: "fix the line or run with --sort or --skip-bad"
      case TraceClock.isLate: "take a part with duration, say the clock's unit, or run with --skip-bad"
      default: fault.wayOut ?? "fix the line or run with --skip-bad"
      }
    let problem = Problem(place, fault.text, wayOut: wayOut)
    guard wanted.skipBad else { throw problem }
    skipped.add(problem)
  }
}

/// Lines into requests.
private struct TraceParser {
  let kind: TraceHead.Kind

  @inline(__always)
  private func parse(
    _ bytes: UnsafeRawBufferPointer, _ clock: inout TraceClock, _ hashes: inout [UInt64]
  ) throws(LineFault) -> TraceLine {
    switch kind {
    case .json(let dialect):
      let parsed = try JSONLine.read(bytes, dialect, hashes: &hashes)
      return parsed.chat == nil ? parsed.line : clock.linked(parsed)
    case .columns(let row): return try row.read(bytes)
    case .aiperf(let needsOutputs): return try AIPerfLine.read(bytes, needsOutputs: needsOutputs)
    case .document: throw LineFault("is not read line by line")
    }
  }

  /// Appends the request of a line, or says what is wrong with it; a blank line is neither.
  @inline(__always)
  func accept(
    _ bytes: UnsafeRawBufferPointer, _ clock: inout TraceClock, into batch: inout RequestBatch
  ) -> LineFault? {
    let hashesBefore = batch.blockHashes.count
    do throws(LineFault) {
      let line = try parse(bytes, &clock, &batch.blockHashes)
      try clock.append(line, to: &batch)
      return nil
    } catch {
      batch.blockHashes.removeLast(batch.blockHashes.count - hashesBefore)
      return isBlank(bytes) ? nil : error
    }
  }

  /// The same, into a trace that is sorted later.
  func load(
    _ bytes: UnsafeRawBufferPointer, _ clock: inout TraceClock, into trace: inout LoadedTrace
  ) -> LineFault? {
    let hashesBefore = trace.hashes.count
    do throws(LineFault) {
      let line = try parse(bytes, &clock, &trace.hashes)
      trace.append(line, hashesFrom: hashesBefore)
      return nil
    } catch {
      trace.hashes.removeLast(trace.hashes.count - hashesBefore)
      return isBlank(bytes) ? nil : error
    }
  }

  private func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var scanner = ByteScanner(bytes)
    return scanner.isAtEnd()
  }
}
