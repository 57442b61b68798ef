import Costs
import Reports
import Serving
import Simulation
import Units

/// A run as Chrome's trace events, which ui.perfetto.dev and chrome://tracing draw: steps of every instance, requests
/// with their phases, transfers of keys and values, and counters.
///
/// Steps and counters are given on as they happen; requests are kept until `finish`, which gives them lanes in which
/// they do not overlap. Times are whole nanoseconds since the first arrival, so that what nests in the run nests here.
public final class PerfettoTrace {
  /// From the first arrival on.
  public let window: Range<Seconds>
  /// Requests that are drawn at most: those that arrive first in the window.
  public let mostRequests: Int
  private let deployment: Deployment
  private let sink: (String) throws -> Void
  private var failure: (any Error)?
  private var origin: Instant?
  private var isFirst = true
  private var requests: [Life] = []
  private var bounds: [BoundKey: Bound] = [:]
  private var counters = CounterValues()
  private(set) var steps = 0
  /// Steps that are drawn at most.
  private static let mostSteps = 200_000

  struct Life {
    var record: RequestRecord
    var prefilled: Instant
  }

  /// Steps so alike that one bound is said of all.
  private struct BoundKey: Hashable {
    var pool, decoding, context, prompts, tokens: Int
  }

  private struct CounterValues {
    var waiting: [Int] = []
    var decoding = -1
    var memory = -1
    var prefixes = -1
    var power = -1
  }

  /// - Parameter sink: takes the file's text piece by piece.
  public init(
    _ deployment: Deployment, window: Range<Seconds>, mostRequests: Int, sink: @escaping (String) throws -> Void
  ) {
    self.deployment = deployment
    self.window = window
    self.mostRequests = mostRequests
    self.sink = sink
    write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")
    header()
  }

  /// The observers that the run is to have.
  public func observe(_ observers: inout ServingObservers) {
    observers.steps = { [self] in add($0) }
    observers.departures = { [self] in add($0, prefilled: $1) }
    observers.levels = { [self] in add($0) }
  }

  /// The rest of the file, with the command that made it and what was left out.
  public func finish(commandLine: String) throws {
    let lanes = RequestLanes(requests.sorted { $0.record.number < $1.record.number }.prefix(mostRequests), self)
    for event in lanes.events { self.event(event) }
    let left = max(0, requests.count - mostRequests)
    write(
      "\n],\"otherData\":{\"command\":\(Self.quoted(commandLine)),\"window\":\"\(Text.round(window.lowerBound.value))s-"
    )
    write(
      "\(Text.round(window.upperBound.value))s\",\"requests\":\"\(requests.count - left) drawn, \(left) left out\",")
    write("\"steps\":\"\(min(steps, Self.mostSteps)) drawn, \(max(0, steps - Self.mostSteps)) left out\"}}\n")
    if let failure { throw failure }
  }
}

extension PerfettoTrace {
  // MARK: What is told while the run goes on

  /// Nanoseconds since the first arrival, rounded.
  func nanoseconds(_ instant: Instant) -> Int64 {
    (instant.picoseconds - (origin?.picoseconds ?? 0) + 500) / 1000
  }

  private func isInside(_ instant: Instant) -> Bool {
    let seconds = Double(nanoseconds(instant)) * 1e-9
    return seconds >= window.lowerBound.value && seconds < window.upperBound.value
  }

  private func add(_ level: LevelRecord) {
    if origin == nil { origin = level.instant }
    guard isInside(level.instant) else { return }
    let time = nanoseconds(level.instant)
    if counters.waiting != [level.waitingForPrefill, level.waitingForDecode] {
      counters.waiting = [level.waitingForPrefill, level.waitingForDecode]
      let values = [("prefill", level.waitingForPrefill), ("decode", level.waitingForDecode)]
      counter("requests waiting", time, values)
    }
    if counters.decoding != level.decoding {
      counters.decoding = level.decoding
      counter("requests in decode", time, [("requests", level.decoding)])
    }
    // To a thousandth of what fits, so that a block does not make an event.
    let memory = deployment.configuration.decodingBlocks, prefixes = deployment.configuration.prefixBlocks
    let filled = memory > 0 ? level.heldBlocks * 1000 / memory : 0
    if counters.memory != filled {
      counters.memory = filled
      counter("key-value memory", time, [("percent", filled)], scale: 0.1)
    }
    let kept = prefixes > 0 ? level.prefixBlocks * 1000 / prefixes : 0
    if prefixes > 0, counters.prefixes != kept {
      counters.prefixes = kept
      counter("prefix cache", time, [("percent", kept)], scale: 0.1)
    }
    let power = Int((level.power.value / 100).rounded())
    if counters.power != power {
      counters.power = power
      counter("power", time, [("kW", power)], scale: 0.1)
    }
  }

  private func add(_ record: RequestRecord, prefilled: Instant) {
    if origin == nil { origin = record.arrival }
    let begin = Double(nanoseconds(record.arrival)) * 1e-9, end = Double(nanoseconds(record.finished)) * 1e-9
    if begin < window.upperBound.value, end >= window.lowerBound.value {
      requests.append(Life(record: record, prefilled: prefilled))
    }
  }

  private func add(_ run: StepRecord) {
    if origin == nil { origin = run.start }
    guard Double(nanoseconds(run.start)) * 1e-9 < window.upperBound.value,
      isInside(run.instant(run.count - 1)) || isInside(run.start)
    else { return }
    let bound = bound(of: run).rawValue
    for index in 0..<run.count where isInside(run.instant(index)) {
      steps += 1
      if steps > Self.mostSteps { continue }
      event(event(of: run, step: index, bound: bound))
    }
  }

  private func event(of run: StepRecord, step index: Int, bound: String) -> Event {
    let (from, to) = (nanoseconds(run.instant(index)), nanoseconds(run.instant(index + 1)))
    let name = run.prompts == 0 ? "decode" : run.decoding == 0 ? "prefill" : "mixed"
    var values: [(String, String)] = []
    if run.decoding > 0 {
      let tokens = deployment.pool(of: run).model.tokensPerStep * Double(run.decoding)
      values += [
        ("batch", "\(run.decoding)"), ("decode tokens", Text.significant(tokens, digits: 4).filter { $0 != "," }),
      ]
      values.append(("context tokens", "\(run.contextTokens)"))
    }
    if run.prompts > 0 {
      values += [("prompts", "\(run.prompts)"), ("prompt tokens", "\(run.promptTokens)")]
      values.append(("tokens before them", "\(run.earlierTokens)"))
    }
    values.append(("bound", Self.quoted(bound)))
    return Event(
      name: name, process: Self.firstPool + run.pool, thread: run.instance + 1, time: from, duration: to - from,
      values: values)
  }

  private func bound(of run: StepRecord) -> Bound {
    let key = BoundKey(
      pool: run.pool, decoding: run.decoding, context: run.contextTokens >> 14, prompts: run.prompts,
      tokens: run.promptTokens >> 8)
    if let known = bounds[key] { return known }
    // Of the middle of what is alike, so that it does not matter which step comes first.
    var middle = run
    middle.contextTokens = run.decoding > 0 ? max(run.decoding, key.context << 14 + 1 << 13) : 0
    if run.prompts > 0 {
      middle.promptTokens = key.tokens << 8 + 1 << 7
      middle.earlierTokens = 0
      let each = middle.promptTokens / run.prompts
      middle.attentionPairs = run.prompts * each * (each + 1) / 2
    }
    let found = deployment.bound(of: middle)
    bounds[key] = found
    return found
  }
}

extension PerfettoTrace {
  // MARK: Processes

  // Beyond the threads' numbers: Perfetto takes a thread of its process's number for the main one.
  static let countersProcess = 9001
  static let requestsProcess = 9002
  static let transfersProcess = 9003
  static let firstPool = 9010

  /// Pools and their instances by name, in the order in which a request passes them.
  private func header() {
    process(Self.countersProcess, "counters", order: 0)
    let configuration = deployment.configuration
    var pools = configuration.engines.map { ($0.name, $0.instances, $0.chipsPerInstance) }
    if pools.isEmpty {
      let (prefill, decode) = (configuration.prefill, configuration.decode)
      pools = [
        ("prefill", prefill.instances, prefill.chipsPerInstance), ("decode", decode.instances, decode.chipsPerInstance),
      ]
    }
    for (index, pool) in pools.enumerated() {
      let size = "\(Text.counted(pool.1, "instance")) of \(Text.counted(pool.2, "chip"))"
      process(Self.firstPool + index, "\(pool.0): \(size)", order: 1 + index)
      for instance in 0..<pool.1 { thread(Self.firstPool + index, instance + 1, "\(pool.0) \(instance)") }
    }
    process(Self.transfersProcess, "transfers of keys and values", order: 100)
    process(Self.requestsProcess, "requests", order: 101)
  }

  private func process(_ number: Int, _ name: String, order: Int) {
    write(meta("process_name", number, 0, "\"name\":\(Self.quoted(name))"))
    write(meta("process_sort_index", number, 0, "\"sort_index\":\(order)"))
  }

  func thread(_ process: Int, _ number: Int, _ name: String) {
    write(meta("thread_name", process, number, "\"name\":\(Self.quoted(name))"))
    write(meta("thread_sort_index", process, number, "\"sort_index\":\(number)"))
  }

  private func meta(_ name: String, _ process: Int, _ thread: Int, _ values: String) -> String {
    "\(separator())" + "{\"name\":\"\(name)\",\"ph\":\"M\",\"pid\":\(process),\"tid\":\(thread),\"args\":{\(values)}}"
  }

  private func counter(_ name: String, _ time: Int64, _ values: [(String, Int)], scale: Double = 1) {
    let texts = values.map { name, value in
      (name, scale == 1 ? "\(value)" : "\(value / 10).\(value % 10)")
    }
    event(
      Event(name: name, process: Self.countersProcess, thread: 0, time: time, duration: nil, kind: "C", values: texts))
  }
}

extension PerfettoTrace {
  // MARK: Text

  /// A slice of a track, or a value of a counter.
  struct Event {
    var name: String
    var process: Int
    var thread: Int
    /// Nanoseconds.
    var time: Int64
    var duration: Int64?
    var kind = "X"
    /// Values as JSON.
    var values: [(String, String)] = []
  }

  func event(_ event: Event) {
    var text = separator()
    text +=
      "{\"name\":\(Self.quoted(event.name)),\"ph\":\"\(event.kind)\",\"pid\":\(event.process),\"tid\":\(event.thread),"
    text += "\"ts\":\(Self.microseconds(event.time))"
    if let duration = event.duration { text += ",\"dur\":\(Self.microseconds(duration))" }
    if event.kind == "i" { text += ",\"s\":\"t\"" }
    if !event.values.isEmpty {
      text += ",\"args\":{" + event.values.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }
    write(text + "}")
  }

  private func separator() -> String {
    defer { isFirst = false }
    return isFirst ? "" : ",\n"
  }

  private func write(_ text: String) {
    guard failure == nil else { return }
    do { try sink(text) } catch { failure = error }
  }

  /// The unit of trace events, from whole nanoseconds.
  static func microseconds(_ nanoseconds: Int64) -> String {
    let rest = nanoseconds % 1000
    let digits = rest == 0 ? "" : rest < 10 ? ".00\(rest)" : rest < 100 ? ".0\(rest)" : ".\(rest)"
    return "\(nanoseconds / 1000)\(digits)"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
