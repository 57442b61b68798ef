import Serving
import Simulation

/// Requests, and transfers, in as few lanes as keep those of one lane apart, in order of arrival.
struct RequestLanes {
  private(set) var events: [PerfettoTrace.Event] = []

  init(_ lives: some Sequence<PerfettoTrace.Life>, _ trace: PerfettoTrace) {
    var requests = Lanes(), transfers = Lanes()
    let lives = Array(lives)
    for life in lives {
      let begin = trace.nanoseconds(life.record.arrival), end = trace.nanoseconds(life.record.finished)
      let lane = requests.take(from: begin, to: max(end, begin + 1))
      if lane == requests.count { trace.thread(PerfettoTrace.requestsProcess, lane, "requests \(lane)") }
      events += Self.events(of: life, begin, end, lane: lane, trace)
    }
    let moved = lives.filter { $0.record.transferred != .never && $0.record.transferred > $0.record.assigned }
      .sorted { ($0.record.assigned, $0.record.number) < ($1.record.assigned, $1.record.number) }
    for life in moved {
      let begin = trace.nanoseconds(life.record.assigned), end = trace.nanoseconds(life.record.transferred)
      let lane = transfers.take(from: begin, to: max(end, begin + 1))
      if lane == transfers.count { trace.thread(PerfettoTrace.transfersProcess, lane, "transfers \(lane)") }
      events.append(
        PerfettoTrace.Event(
          name: "transfer", process: PerfettoTrace.transfersProcess, thread: lane, time: begin, duration: end - begin,
          values: [
            ("request", "\(life.record.number)"), ("tokens", "\(life.record.promptTokens)"),
            ("from", "\(life.record.prefillInstance)"), ("to", "\(life.record.decodeInstance)"),
          ]))
    }
  }

  /// The request, then its phases within it.
  private static func events(
    of life: PerfettoTrace.Life, _ begin: Int64, _ end: Int64, lane: Int, _ trace: PerfettoTrace
  ) -> [PerfettoTrace.Event] {
    let record = life.record
    func event(_ name: String, _ from: Int64, _ to: Int64, _ values: [(String, String)] = []) -> PerfettoTrace.Event {
      PerfettoTrace.Event(
        name: name, process: PerfettoTrace.requestsProcess, thread: lane, time: from, duration: to - from,
        values: values)
    }
    var values = [
      ("prompt tokens", "\(record.promptTokens)"), ("output tokens", "\(record.outputTokens)"),
      ("cached tokens", "\(record.cachedTokens)"),
    ]
    guard record.isCompleted else {
      values.append(("outcome", PerfettoTrace.quoted(record.outcome.label)))
      var refused = event("request \(record.number) not served", begin, end, values)
      if end == begin { (refused.kind, refused.duration) = ("i", nil) }
      return [refused]
    }
    let first = trace.nanoseconds(record.firstToken)
    values.append(("time to first token, us", PerfettoTrace.microseconds(first - begin)))
    values += [("prefill instance", "\(record.prefillInstance)")]
    if record.decodeInstance >= 0 { values.append(("decode instance", "\(record.decodeInstance)")) }
    values.append(("rank", "\(record.rank)"))
    let marks: [(name: String, end: Instant)] = [
      ("queued", record.scheduled), ("prefill", life.prefilled), ("waiting for decode", record.assigned),
      ("transfer", record.transferred), ("decode", record.finished),
    ]
    var events = [event("request \(record.number)", begin, end, values)]
    var from = begin
    for (name, instant) in marks where instant != .never {
      let to = min(max(trace.nanoseconds(instant), from), end)
      if to > from { events.append(event(name, from, to)) }
      from = to
    }
    return events
  }

  /// Numbered from 1; a lane is free again when what it held has ended.
  private struct Lanes {
    private var ends: [Int64] = []
    var count: Int { ends.count }

    mutating func take(from begin: Int64, to end: Int64) -> Int {
      let lane = ends.firstIndex { $0 <= begin } ?? ends.count
      if lane == ends.count { ends.append(end) } else { ends[lane] = end }
      return lane + 1
    }
  }
}
