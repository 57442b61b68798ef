import Formats
import Units

/// What the first lines of a trace say of all: its format, what its clock counts, and its block's size.
struct TraceHead {
  enum Kind {
    case json(JSONDialect)
    case columns(ColumnLine)
    case aiperf(needsOutputs: Bool)
    /// One JSON value over all lines.
    case document
  }

  let format: TraceFormat
  let kind: Kind
  let description: TraceDescription
  /// Whether the first line names columns.
  var hasHeader: Bool { if case .columns = kind { true } else { false } }

  init(_ sample: [[UInt8]], name: String, _ reading: TraceReading) throws {
    guard let first = sample.first(where: { line in line.contains { $0 > 32 } }) else {
      throw Problem(name, "the trace is empty", wayOut: "name a trace with requests")
    }
    let begin = first.first { $0 > 32 }
    if begin == UInt8(ascii: "[") || first.filter({ $0 > 32 }) == [UInt8(ascii: "{")] {
      let format: TraceFormat =
        begin == UInt8(ascii: "[") ? .sharegpt : Self.names(sample, "\"data\"") ? .inputs : .vllm
      self.init(format, .document, clock: format == .vllm ? .seconds : nil, "as \(format.title) has it", 0, "")
    } else if begin == UInt8(ascii: "{") {
      try self.init(json: sample, name: name, reading)
    } else {
      try self.init(columns: sample, name: name, reading)
    }
    guard let wanted = reading.format, wanted != format, !isNear(wanted) else { return }
    throw Problem(name, "is no \(wanted.title) but \(format.title)", wayOut: "leave the format out")
  }

  private init(
    _ format: TraceFormat, _ kind: Kind, clock: ClockUnit?, _ clockBasis: String, _ block: Int, _ blockBasis: String
  ) {
    self.format = format
    self.kind = kind
    description = TraceDescription(
      format: format, clock: clock, clockBasis: clockBasis, tokensPerBlock: block, blockBasis: blockBasis)
  }

  /// Whether the second line that says something begins with a word.
  private static func names(_ sample: [[UInt8]], _ word: String) -> Bool {
    let lines = sample.filter { line in line.contains { $0 > 32 } }
    return lines.count > 1 && lines[1].drop { $0 <= 32 }.starts(with: word.utf8)
  }

  /// Formats with the same lines, of which any may be asked for.
  private func isNear(_ wanted: TraceFormat) -> Bool {
    let json: Set<TraceFormat> = [.mooncake, .bailian, .text]
    let columns: Set<TraceFormat> = [.azure, .burstgpt, .vidur, .splitwise, .supernode, .csv]
    return json.contains(wanted) && json.contains(format) || columns.contains(wanted) && columns.contains(format)
  }

  // MARK: JSON lines

  private init(json sample: [[UInt8]], name: String, _ given: TraceReading) throws {
    let named = JSONSurvey(sample, given).naming(given)
    let reading = named ?? given
    let survey = JSONSurvey(sample, reading)
    let format = try survey.format(name, reading)
    switch format {
    case .inputs: self.init(.inputs, .document, clock: nil, "as AIPerf has it", 0, "")
    case .vllm: self.init(.vllm, .document, clock: .seconds, "as vLLM's results have it", 0, "")
    case .aiperf:
      let kind = Kind.aiperf(needsOutputs: reading.needsOutputs)
      self.init(.aiperf, kind, clock: .nanoseconds, "as AIPerf's records have it", 0, "")
    default:
      let block = try survey.block(format, name, reading)
      var clock = try survey.clock(format, block: block.tokens, name, reading)
      if clock.unit != nil, given.clock == nil, named?.clock != nil { clock.basis = "as the key's name says" }
      var dialect = JSONDialect(clock: clock.unit, tokensPerBlock: block.tokens)
      dialect.needsOutputs = reading.needsOutputs
      dialect.bytesPerToken = format == .text ? reading.bytesPerToken : nil
      dialect.names = JSONDialect.Names(reading.columns)
      if format == .text, reading.bytesPerToken == nil {
        throw Problem(
          name, "prompts are given as words, and no tokenizer is here",
          wayOut: "give bytesPerToken (--bytes-per-token), about 4 for English")
      }
      self.init(format, .json(dialect), clock: clock.unit, clock.basis, block.tokens, block.basis)
    }
  }

  // MARK: Columns

  private init(columns sample: [[UInt8]], name: String, _ reading: TraceReading) throws {
    let lines = sample.enumerated().filter { line in line.element.contains { $0 > 32 } }
    let place = "\(name):\((lines.first?.offset ?? 0) + 1)"
    let first = lines.first.flatMap { String(validating: $0.element, as: UTF8.self) }
    guard let first, !first.utf8.contains(0), let header = ColumnHeader(first, reading.columns) else {
      throw Problem(
        place, "this is neither a JSON line nor a header of columns that are known",
        wayOut: "name them with --columns arrival=…,prompt=…,output=…, or see Documentation/Guides/Workloads.md")
    }
    let list = header.names.map { $0.isEmpty ? "''" : $0 }.prefix(20).joined(separator: ", ")
    func missing(_ what: String, _ key: String, _ other: String = "") -> Problem {
      Problem(
        place, "no column is known to have \(what) (there are \(list))",
        wayOut: "name it with --columns \(key)=NAME\(other)")
    }
    for column in reading.columns.all where !header.names.contains(column) {
      throw Problem(place, "there is no column '\(column)'", wayOut: "there are \(list)")
    }
    if header.name(of: .prompt) == nil { throw missing("the prompt's tokens", "prompt") }
    if header.name(of: .output) == nil, reading.needsOutputs { throw missing("the answer's tokens", "output") }
    var clock: ClockUnit?
    var basis = "not read: a request rate sets the arrivals"
    if reading.needsClock {
      guard let column = header.name(of: .arrival) else {
        throw missing("arrival times", "arrival", ", or give a request rate")
      }
      (clock, basis) = try Self.clock(header, column, lines.dropFirst().map(\.element), place, reading)
    }
    let line = ColumnLine(header: header, clock: clock, needsOutputs: reading.needsOutputs)
    self.init(header.format, .columns(line), clock: clock, basis, 0, "")
  }

  private static func clock(
    _ header: ColumnHeader, _ column: String, _ rows: [[UInt8]], _ place: String, _ reading: TraceReading
  ) throws -> (ClockUnit, String) {
    if let asked = reading.clock { return (asked, "as asked for") }
    if let clock = header.clock { return (clock, header.clockBasis) }
    let index = header.roles.firstIndex(of: .arrival) ?? 0
    for row in rows.prefix(8) {
      let cells = row.split(separator: header.separator, omittingEmptySubsequences: false)
      guard cells.indices.contains(index) else { continue }
      let cell = cells[index].filter { $0 != UInt8(ascii: "\"") }
      let found = cell.withUnsafeBytes { bytes -> ClockUnit? in
        var scanner = ByteScanner(bytes)
        if scanner.date() != nil { return .date }
        scanner.position = 0
        return scanner.double().flatMap(ClockUnit.sinceEpoch)
      }
      if let found { return (found, found == .date ? "as it is written" : "as its numbers count from 1970") }
    }
    throw Problem(
      place, "what '\(column)' counts is not said", wayOut: "say it with --clock s, ms, us or ns (clock: in a workload)"
    )
  }
}
