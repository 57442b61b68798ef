import Simulation
import Units
import Workloads

/// How many instances of each pool take requests while traffic changes, and how long they take to come and go.
///
/// An instance that is wanted starts, and takes requests when its start-up is over; one that is wanted no longer takes
/// no more, serves what it has, and is then off. Ignored: what starting costs in energy beyond an idle instance's.
public struct Autoscaler: Sendable, Hashable, Codable {
  public var rule: Rule
  /// From the decision to the first request.
  public var startUp: Seconds
  /// Between two looks at the pools.
  public var interval: Seconds
  /// Instances go only where none more were wanted for so long.
  public var hold: Seconds

  public enum Rule: Sendable, Hashable, Codable {
    /// Of each pool, instances by hour, known in advance: they start before their hour begins.
    case hourly([[Int]])
    /// Requests in flight over those of full instances stay at this share.
    case utilisation(Double)
    /// More where fewer than this share of the last requests kept their objectives, fewer where one less would do.
    case objectives(Double)
  }

  /// - Parameters:
  ///   - interval: 15 seconds is the usual period of Kubernetes' horizontal autoscaler.
  ///   - hold: 5 minutes is its usual window before it scales down.
  public init(_ rule: Rule, startUp: Seconds, interval: Seconds = Seconds(15), hold: Seconds = Seconds(300)) {
    self.rule = rule
    self.startUp = startUp
    self.interval = interval
    self.hold = hold
  }
}

/// A run whose instances came and went.
public struct ScaledOutcome: Sendable {
  public var outcome: ServingOutcome
  /// Of each pool, how long its instances were on, start-ups and idle times included, together.
  public var instanceTime: [Seconds]
  /// Of each pool, on at once at most.
  public var mostInstances: [Int]
  /// Instances that were started after the first moment.
  public var starts: Int
  /// Offered requests that kept every objective, as a share.
  public var share: Double {
    Double(outcome.statistics.metAll) / Double(max(1, outcome.statistics.offered))
  }
}

/// Serves the requests of a source with engines whose instances come and go.
///
/// - Parameters:
///   - configuration: engines alone, with as many instances of each pool as there may be.
///   - first: of each pool, instances that are on as the first request comes.
///   - full: of each pool, requests in flight of an instance that is planned to be full.
public func serve(
  _ source: any RequestSource, under configuration: ServingConfiguration, scaling scaler: Autoscaler, first: [Int],
  full: [Double]
) throws -> ScaledOutcome {
  precondition(!configuration.engines.isEmpty && first.count == configuration.engines.count)
  var arrivals = ArrivalStream(source)
  try arrivals.refill()
  var system = ServingSystem(configuration)
  var scaling = ScalingState(scaler, configuration, first: first, full: full)
  scaling.begin(&system)
  while arrivals.nextInstant != .never {
    let next = min(arrivals.nextInstant, Instant(picoseconds: scaling.nextLook))
    system.advance(to: max(system.clock, next), lookAhead: .unbounded)
    try system.checkHorizon()
    if system.now >= scaling.nextLook { scaling.look(&system) }
    while arrivals.nextInstant <= system.clock {
      system.arrive(arrivals.position, of: arrivals.batch)
      if try arrivals.advance() { try system.report() }
    }
  }
  try system.finish()
  return scaling.outcome(of: system)
}

/// Instances as they are on, start and go.
private struct ScalingState {
  enum Phase: Equatable { case off, starting(Int64), open, draining }

  let scaler: Autoscaler
  /// Instances of each pool, by their place among all.
  let pools: [Range<Int>]
  let first: [Int]
  let full: [Double]
  var phases: [Phase]
  /// When each was switched on.
  var since: [Int64]
  var time: [Int64]
  var most: [Int]
  var starts = 0
  var nextLook: Int64
  /// What was wanted at the last looks, by pool.
  var wanted: [[(at: Int64, count: Int)]]
  var completed = 0
  var kept = 0

  init(_ scaler: Autoscaler, _ configuration: ServingConfiguration, first: [Int], full: [Double]) {
    self.scaler = scaler
    self.first = first
    self.full = full
    var start = 0
    pools = configuration.engines.map { pool in
      defer { start += pool.instances }
      return start..<(start + pool.instances)
    }
    phases = [Phase](repeating: .off, count: start)
    since = [Int64](repeating: 0, count: start)
    time = [Int64](repeating: 0, count: pools.count)
    most = [Int](repeating: 0, count: pools.count)
    wanted = [[(at: Int64, count: Int)]](repeating: [], count: pools.count)
    nextLook = Span(scaler.interval).picoseconds
  }

  mutating func begin(_ system: inout ServingSystem) {
    for (pool, range) in pools.enumerated() {
      for (place, index) in range.enumerated() {
        let isOn = place < first[pool]
        phases[index] = isOn ? .open : .off
        system.setOpen(index, isOn)
        system.setPowered(index, isOn)
      }
      most[pool] = min(range.count, first[pool])
    }
  }

  mutating func look(_ system: inout ServingSystem) {
    let now = system.now
    nextLook += Span(scaler.interval).picoseconds
    for index in phases.indices {
      switch phases[index] {
      case .starting(let ready) where ready <= now:
        phases[index] = .open
        system.setOpen(index, true)
      case .draining where system.isEmpty(index): switchOff(index, &system)
      default: break
      }
    }
    let share = shareSinceLast(system)
    for pool in pools.indices {
      let active = pools[pool].filter { isActive($0) }.count
      let count = steady(pool, desired(pool, active: active, share: share, system), at: now)
      scale(pool, from: active, to: max(1, min(pools[pool].count, count)), &system)
      most[pool] = max(most[pool], pools[pool].filter { phases[$0] != .off }.count)
    }
  }

  private func isActive(_ index: Int) -> Bool { phases[index] != .off && phases[index] != .draining }

  /// Of the requests that left since the last look, those that kept their objectives; nil of too few.
  private mutating func shareSinceLast(_ system: ServingSystem) -> Double? {
    let statistics = system.recorder.statistics
    let gone = statistics.outcomes.reduce(0, +) - completed
    guard gone >= 20 else { return nil }
    defer { (completed, kept) = (completed + gone, statistics.metAll) }
    return Double(statistics.metAll - kept) / Double(gone)
  }

  private func desired(_ pool: Int, active: Int, share: Double?, _ system: ServingSystem) -> Int {
    let inFlight = Double(pools[pool].reduce(0) { $0 + system.engines[$1].outstanding })
    switch scaler.rule {
    case .hourly(let counts):
      // What the time needs at which an instance that starts now is there.
      let ready = system.now + Span(scaler.startUp).picoseconds + Span(scaler.interval).picoseconds
      let hours = [system.now, ready].map { min(counts[pool].count - 1, Int($0 / Self.hour)) }
      return hours.map { counts[pool][$0] }.max() ?? active
    case .utilisation(let target): return Int((inFlight / (full[pool] * target)).rounded(.up))
    case .objectives(let least):
      if let share, share < least { return active + max(1, active / 10) }
      return inFlight <= Self.roomForLess * full[pool] * Double(active - 1) ? active - 1 : active
    }
  }

  /// Of full instances, how full the others may be when one goes.
  private static let roomForLess = 0.7
  private static let hour: Int64 = 3_600_000_000_000_000

  /// The most that was wanted within the window before which none goes.
  private mutating func steady(_ pool: Int, _ count: Int, at now: Int64) -> Int {
    if case .hourly = scaler.rule { return count }
    let oldest = now - Span(scaler.hold).picoseconds
    wanted[pool].removeAll { $0.at < oldest }
    wanted[pool].append((now, count))
    return wanted[pool].map(\.count).max() ?? count
  }

  private mutating func scale(_ pool: Int, from active: Int, to count: Int, _ system: inout ServingSystem) {
    var missing = count - active
    for index in pools[pool] where missing > 0 && phases[index] == .draining {
      phases[index] = .open
      system.setOpen(index, true)
      missing -= 1
    }
    for index in pools[pool] where missing > 0 && phases[index] == .off {
      phases[index] = .starting(system.now + Span(scaler.startUp).picoseconds)
      since[index] = system.now
      system.setPowered(index, true)
      starts += 1
      missing -= 1
    }
    // The last come go first; one that still starts serves nobody.
    for index in pools[pool].reversed() where missing < 0 {
      if case .starting = phases[index] {
        switchOff(index, &system)
        missing += 1
      }
    }
    for index in pools[pool].reversed() where missing < 0 && phases[index] == .open {
      phases[index] = .draining
      system.setOpen(index, false)
      missing += 1
    }
  }

  private mutating func switchOff(_ index: Int, _ system: inout ServingSystem) {
    phases[index] = .off
    system.setOpen(index, false)
    system.setPowered(index, false)
    guard let pool = pools.firstIndex(where: { $0.contains(index) }) else { return }
    time[pool] += system.now - since[index]
  }

  func outcome(of system: ServingSystem) -> ScaledOutcome {
    let times = pools.enumerated().map { pool, range in
      range.reduce(time[pool]) { $0 + (phases[$1] == .off ? 0 : system.now - since[$1]) }
    }
    return ScaledOutcome(
      outcome: system.outcome(), instanceTime: times.map { Span(picoseconds: $0).seconds }, mostInstances: most,
      starts: starts)
  }
}

extension ServingSystem {
  /// Whether an instance takes requests; what it has it serves.
  fileprivate mutating func setOpen(_ index: Int, _ isOpen: Bool) { engines[index].isOpen = isOpen }

  /// Whether an instance draws power while it has nothing to do.
  fileprivate mutating func setPowered(_ index: Int, _ isPowered: Bool) {
    engines[index].isPowered = isPowered
    if isEmpty(index), !engines[index].isStepping {
      setEnginePower(of: index, isPowered ? engines[index].idleMilliwatts : 0)
    }
  }

  fileprivate func isEmpty(_ index: Int) -> Bool { engines[index].outstanding == 0 }
}
