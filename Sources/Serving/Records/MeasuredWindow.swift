import Simulation
import Units
import Workloads

extension ServingConfiguration {
  /// Which requests count in latencies and rates: all but the first few, of those that arrive in a stretch of time.
  public struct Window: Sendable, Hashable {
    /// From the first arrival on.
    public var warmUp: Span
    public var warmUpRequests: Int
    /// From the first arrival on; nil to the end.
    public var until: Span?

    public init(warmUp: Span = .zero, warmUpRequests: Int = 0, until: Span? = nil) {
      self.warmUp = warmUp
      self.warmUpRequests = warmUpRequests
      self.until = until
    }

    /// Nil where all requests count.
    init?(_ wanted: WorkloadSpecification.StatisticsWindow?) {
      guard let wanted else { return nil }
      self.init(
        warmUp: Span(wanted.warmUp ?? .zero), warmUpRequests: wanted.warmUpRequests ?? 0,
        until: wanted.until.map(Span.init))
    }
  }
}

/// What happened in the stretch of time that counts.
public struct MeasuredWindow: Sendable {
  let from: Int64
  let until: Int64
  let warmUpRequests: Int
  /// Requests that arrived in it, and how many of those were completed.
  public internal(set) var offered = 0
  public internal(set) var completed = 0
  /// Requests that were completed in it, whenever they arrived, and their tokens.
  var departures = 0
  var promptTokens = 0
  var outputTokens = 0
  /// Arrival of the first request that counts.
  private var first: Int64?

  init(_ window: ServingConfiguration.Window, start: Instant) {
    func later(_ span: Span) -> Int64 {
      let (sum, overflow) = start.picoseconds.addingReportingOverflow(span.picoseconds)
      return overflow ? .max : sum
    }
    from = later(window.warmUp)
    until = window.until.map(later) ?? .max
    warmUpRequests = window.warmUpRequests
  }

  func contains(request number: Int, at arrival: Int64) -> Bool {
    number >= warmUpRequests && arrival >= from && arrival < until
  }

  /// Whether the time that counts has begun and not ended.
  func isOpen(at now: Int64) -> Bool { first.map { now >= $0 && now < until } ?? false }

  mutating func arrive(_ number: Int, at now: Int64) {
    guard contains(request: number, at: now) else { return }
    offered += 1
    first = first ?? now
  }

  mutating func depart(promptTokens prompt: Int, outputTokens output: Int, at now: Int64) {
    guard isOpen(at: now) else { return }
    departures += 1
    promptTokens += prompt
    outputTokens += output
  }

  /// From the first arrival that counts to the end, or to the last departure if that is earlier.
  func duration(last: Instant) -> Seconds {
    guard let first else { return .zero }
    return Span(picoseconds: max(0, min(until, last.picoseconds) - first)).seconds
  }

  /// Since the first arrival of all.
  func bounds(start: Instant, last: Instant) -> (from: Seconds, until: Seconds) {
    let begin = Span(picoseconds: (first ?? from) - start.picoseconds).seconds
    return (begin, begin + duration(last: last))
  }
}

extension ServingStatistics {
  /// Whether a request counts in latencies and objectives.
  func counts(_ state: RequestState) -> Bool {
    window.map { $0.contains(request: state.number, at: state.arrival) } ?? true
  }

  /// A request arrives as the `number`-th, now.
  mutating func arrive(_ number: Int, at now: Int64) { window?.arrive(number, at: now) }

  /// Requests that count, and completed ones among them.
  public var offeredInWindow: Int { window?.offered ?? offered }
  public var completedInWindow: Int { window?.completed ?? completed }

  /// Gaps between tokens sent at `now`.
  @inline(__always) mutating func recordGap(_ gap: Span, times: Int = 1, at now: Int64) {
    if let window, !window.isOpen(at: now) { return }
    interTokenLatency.record(gap, times: times)
  }

  /// Gaps of a run that began at `now`.
  @inline(__always)
  mutating func recordGaps(first: Int64, increment: Int64, steps: Int, times: Int, at now: Int64) {
    if let window, !window.isOpen(at: now) { return }
    interTokenLatency.recordRun(first: first, increment: increment, steps: steps, times: times)
  }
}
