import Simulation
import Units

/// What many draws of a run say. Quantiles of times are over the draws that finish.
public struct TrainingRunReport: Codable, Hashable, Sendable {
  public var days: Quantiles
  /// Share of all draws that are done after so many days, in steps of 5%.
  public var done: [Done]
  /// Share of the draws that finish; the others are given up, or stop faster than they get on.
  public var finishes: Double
  /// Of these, given up as runs on a young platform are.
  public var givenUp: Double
  /// Time on training that is kept, at whatever pace, over all time.
  public var effectiveShare: Quantiles
  /// Stops that were not planned: failures, silent errors, divergences.
  public var interruptions: Quantiles
  /// Maintenance and removal of slow nodes.
  public var plannedStops: Quantiles
  /// Mean time between stops, in hours.
  public var timeBetweenStops: Quantiles
  public var causes: [Cause]
  /// Where the mean run's days go; they add up to `meanDays`.
  public var parts: [Part]
  public var meanDays: Double
  /// Of the mean run, what a settled platform would not have taken: slower steps, more and longer stops.
  public var maturityDays: Double
  public var interval: Seconds
  public var checkpointWrite: Seconds
  /// Effective time by interval between checkpoints, to first order, at the middle fleet's rate.
  public var cadences: [Cadence]
  public var spareNodes: Int
  public var nodes: Int
  public var productiveDays: Double
  public var draws: Int
  /// Days of each draw that finishes, sorted; not in files.
  var sortedDays: [Double] = []

  enum CodingKeys: String, CodingKey {
    case days, done, finishes, givenUp, effectiveShare, interruptions, plannedStops, timeBetweenStops, causes, parts
    case meanDays, maturityDays, interval, checkpointWrite, cadences, spareNodes, nodes, productiveDays, draws
  }

  /// Stops by a component.
  public struct Cause: Codable, Hashable, Sendable {
    public var name: String
    public var p10: Double
    public var p50: Double
    public var p90: Double
    /// Mean over the draws of what these stops take of a run, in hours.
    public var hours: Double
  }

  public struct Part: Codable, Hashable, Sendable {
    public var name: String
    /// Of a mean run.
    public var days: Double
  }

  public struct Done: Codable, Hashable, Sendable {
    /// From the first step on.
    public var days: Double
    /// Of all draws, those that are done by then.
    public var share: Double
  }

  public struct Cadence: Codable, Hashable, Sendable {
    public var interval: Seconds
    /// Of all time, that of training that is kept.
    public var effectiveShare: Double
  }

  public struct Quantiles: Codable, Hashable, Sendable {
    /// At most so much in 10% of the draws that finish.
    public var p10: Double
    /// The median of the draws that finish.
    public var p50: Double
    /// At most so much in 90% of the draws that finish.
    public var p90: Double

    init(_ values: [Double]) { self.init(sorted: values.sorted()) }

    init(sorted: [Double]) {
      func at(_ share: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let position = share * Double(sorted.count - 1)
        let low = Int(position)
        guard low + 1 < sorted.count else { return last }
        return sorted[low] + (position - Double(low)) * (sorted[low + 1] - sorted[low])
      }
      (p10, p50, p90) = (at(0.1), at(0.5), at(0.9))
    }
  }
}

extension TrainingRunReport {
  init(_ run: TrainingRun, _ outcomes: [RunDraw.Outcome]) {
    let finished = outcomes.filter { $0.time != nil }
    let times = finished.map { $0.time ?? 0 }
    let count = Double(max(1, outcomes.count)), kept = Double(max(1, finished.count))
    func quantiles(_ value: (RunDraw.Outcome) -> Double) -> Quantiles { Quantiles(finished.map(value)) }
    func mean(_ value: (RunDraw.Outcome) -> Double) -> Double { finished.reduce(0) { $0 + value($1) } / kept }
    func stops(_ outcome: RunDraw.Outcome) -> Double { Double(outcome.stops.reduce(0, +)) }
    sortedDays = times.map { $0 / 86_400 }.sorted()
    days = Quantiles(sorted: sortedDays)
    finishes = Double(finished.count) / count
    done = Self.done(sortedDays, draws: outcomes.count)
    givenUp = Double(outcomes.count { $0.isGivenUp }) / count
    let training: [RunDraw.Part] = [.work, .slowPlatform, .stragglers]
    effectiveShare = quantiles { outcome in
      training.reduce(0) { $0 + outcome.parts[$1.rawValue] } / (outcome.time ?? 1)
    }
    interruptions = quantiles(stops)
    plannedStops = quantiles { Double($0.planned) }
    timeBetweenStops = quantiles { ($0.time ?? 0) / max(1, stops($0)) / 3600 }
    let names = run.failures.causes.map(\.name) + ["silent error", "divergence"]
    causes = names.indices.map { index in
      let counts = quantiles { Double($0.stops[index]) }
      return Cause(
        name: names[index], p10: counts.p10, p50: counts.p50, p90: counts.p90,
        hours: mean { $0.stopped[index] } / 3600)
    }
    parts = RunDraw.Part.allCases.map { part in
      Part(name: part.words, days: mean { $0.parts[part.rawValue] } / 86_400)
    }
    meanDays = mean { $0.time ?? 0 } / 86_400
    maturityDays = mean { $0.maturity } / 86_400
    interval = run.cadence
    checkpointWrite = run.checkpointWrite
    cadences = run.cadences
    spareNodes = run.spares
    nodes = run.nodes
    productiveDays = run.productive.value / 86_400
    draws = outcomes.count
  }

  /// The days of every twentieth of the draws that finish.
  private static func done(_ days: [Double], draws: Int) -> [Done] {
    guard !days.isEmpty else { return [] }
    return (0...20).map { step in
      let index = step * (days.count - 1) / 20
      return Done(days: days[index], share: Double(index + 1) / Double(max(1, draws)))
    }
  }

  /// Share of all draws, those that never finish included, that are done within so many days.
  public func probability(within days: Double) -> Double {
    let inTime = sortedDays.count { $0 <= days }
    return Double(inTime) / Double(max(1, draws))
  }
}

extension TrainingRun {
  /// From a sixteenth to sixteen times the cadence.
  fileprivate var cadences: [TrainingRunReport.Cadence] {
    let restart = Seconds(failures.detection.mean + failures.restart.mean)
    return stride(from: -4.0, through: 4, by: 0.5).map { power in
      let interval = Seconds(cadence.value * exponential(power * logarithm(2)))
      let lost = CheckpointCadence.lostShare(
        interval: interval, write: checkpointWrite, restart: restart, between: timeBetweenStops)
      return TrainingRunReport.Cadence(interval: interval, effectiveShare: max(0, 1 - lost))
    }
  }
}

extension RunDraw.Part {
  var words: String {
    switch self {
    case .work: "training at full pace"
    case .slowPlatform: "slower steps of a young platform"
    case .stragglers: "slow nodes"
    case .checkpoints: "checkpoints"
    case .lostWork: "work since the last checkpoint"
    case .detection: "detection"
    case .restart: "restart"
    case .waitingForNodes: "waiting for a node"
    case .maintenance: "maintenance"
    case .rollbacks: "silent errors and divergences"
    }
  }
}
