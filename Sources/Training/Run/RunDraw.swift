import Simulation
import Units

/// One draw of a run, by events: between them time passes at one pace, with a checkpoint after each interval.
///
/// Times in seconds; work in seconds at full pace.
struct RunDraw {
  /// Where a run's time goes. Their sum is the whole.
  enum Part: Int, CaseIterable, Sendable {
    case work, slowPlatform, stragglers, checkpoints, lostWork, detection, restart, waitingForNodes, maintenance
    case rollbacks
  }

  struct Outcome {
    /// Until the last step; nil where it never comes.
    var time: Double?
    var isGivenUp: Bool
    var parts: [Double]
    /// By cause, then silent errors, then divergences.
    var stops: [Int]
    /// Time that each of these took.
    var stopped: [Double]
    var planned: Int
    /// Of the time, what a settled platform would not have taken.
    var maturity: Double
  }

  let run: TrainingRun
  var stream: RandomStream
  /// Constants of this draw.
  let interval: Double
  let write: Double
  let total: Double
  let stopRate: Double
  let silentRate: Double
  let divergenceRate: Double
  let stragglerRate: Double
  let maintenanceEvery: Double
  let platform: Maturity.Drawn
  let shares: Double

  /// State.
  var time = 0.0
  var saved = 0.0
  var unsaved = 0.0
  /// Place in the cycle of an interval and its checkpoint.
  var phase = 0.0
  var pool: Int
  /// When nodes in repair are back.
  var repairs: [Double] = []
  /// Slow nodes: by what factor, and when they are found.
  var slow: [(slowing: Double, found: Double)] = []
  var nextMaintenance: Double
  var parts = [Double](repeating: 0, count: Part.allCases.count)
  var stops: [Int]
  var stopped: [Double]
  var planned = 0
  var maturity = 0.0
  var events = 0

  init(_ run: TrainingRun, _ source: RandomStream) {
    var stream = source
    let failures = run.failures, chips = Double(run.chips)
    let perHour = 1 / 1e6 / 3600
    self.run = run
    interval = run.cadence.value
    write = run.checkpointWrite.value
    total = run.productive.value * exponential(run.stepSpread * standardNormalQuantile(stream.uniform()))
    stopRate = failures.sampleRate(&stream) * chips
    silentRate = failures.silentErrors.rate.sample(&stream) * perHour * chips
    let diverges = stream.uniform() < failures.divergence.runs.sample(&stream)
    let perDay = failures.divergence.perDay.sample(&stream)
    divergenceRate = diverges ? perDay / 86_400 : 0
    stragglerRate = failures.stragglers.rate.sample(&stream) * perHour * Double(run.nodes)
    maintenanceEvery = failures.maintenance.every.sample(&stream)
    platform = run.maturity?.draw(&stream) ?? .settled
    shares = failures.causes.reduce(0) { $0 + $1.share.value }
    nextMaintenance = maintenanceEvery
    pool = run.spares
    stops = [Int](repeating: 0, count: failures.causes.count + 2)
    stopped = [Double](repeating: 0, count: failures.causes.count + 2)
    self.stream = stream
  }

  var silentIndex: Int { run.failures.causes.count }
  var divergenceIndex: Int { run.failures.causes.count + 1 }
  var done: Double { saved + unsaved }
  /// What is left of a young platform's factors, as an exponent.
  var youth: Double { platform.left(after: run.stackAge.value + time) }

  mutating func outcome() -> Outcome {
    let mostEvents = 20_000
    // Factors of a young platform change within a stretch by little.
    let stretch = max(86_400, total / 1000)
    var isFinished = false
    while !isFinished, events < mostEvents, time < 100 * total {
      isFinished = passStretch(atMost: stretch)
    }
    if !isFinished { isFinished = continueAtPace() }
    return Outcome(
      time: isFinished && platform.givenUpAt == nil ? time : nil, isGivenUp: platform.givenUpAt != nil, parts: parts,
      stops: stops, stopped: stopped, planned: planned, maturity: maturity)
  }

  /// Until the next event or the end of the stretch; whether the run is done.
  private mutating func passStretch(atMost stretch: Double) -> Bool {
    let youth = youth
    let factors = (
      stops: raised(platform.stops, youth), silent: raised(platform.silentErrors, youth),
      divergence: raised(platform.divergence, youth), pace: raised(platform.pace, youth)
    )
    let rates = [
      stopRate * factors.stops, silentRate * factors.silent, divergenceRate * factors.divergence, stragglerRate,
    ]
    let whole = rates.reduce(0, +)
    let found = slow.map(\.found).min() ?? .infinity
    let until = min(stretch, max(0, min(nextMaintenance, found) - time))
    let wait = whole > 0 ? -logarithm(1 - stream.uniform()) / whole : .infinity
    let slowing = slow.reduce(1) { max($0, $1.slowing) }
    let span = min(wait, until)
    if let end = untilDone(pace: factors.pace / slowing), end <= span {
      advance(end, pace: factors.pace, slowing: slowing)
      return true
    }
    advance(span, pace: factors.pace, slowing: slowing)
    guard wait <= until else {
      if time >= found { removeStraggler() } else if time >= nextMaintenance { maintain() }
      return false
    }
    events += 1
    var place = stream.uniform() * whole
    let kind = rates.firstIndex { rate in
      place -= rate
      return place < 0
    }
    // The share of a higher rate's events that a settled platform would not have had.
    switch kind ?? 0 {
    case 1: silentError(isExtra: stream.uniform() < 1 - 1 / factors.silent)
    case 2: diverge(isExtra: stream.uniform() < 1 - 1 / factors.divergence)
    case 3: becomeSlow()
    default: stop(isExtra: stream.uniform() < 1 - 1 / factors.stops, restartFactor: raised(platform.restart, youth))
    }
    return false
  }

  private func raised(_ factor: Double, _ exponent: Double) -> Double {
    exponent == 0 || factor == 1 ? 1 : exponential(logarithm(factor) * exponent)
  }

  /// Time until all work is done, if nothing happens before.
  private func untilDone(pace: Double) -> Double? {
    guard pace > 0 else { return nil }
    let place = min(phase, interval) + max(0, total - done) / pace
    let cycles = (place / interval).rounded(.down)
    return max(0, cycles * (interval + write) + place - cycles * interval - phase)
  }

  /// Lets time pass without an event.
  private mutating func advance(_ span: Double, pace: Double, slowing: Double) {
    let place = phase + span
    let cycles = (place / (interval + write)).rounded(.down)
    let rest = place - cycles * (interval + write)
    let before = min(phase, interval), after = min(rest, interval)
    let working = cycles * interval + after - before
    let speed = pace / slowing
    time += span
    phase = rest
    if cycles > 0 {
      saved += unsaved + (working - after) * speed
      unsaved = after * speed
    } else {
      unsaved += working * speed
    }
    add(.work, working * speed)
    add(.slowPlatform, working * (1 - pace))
    maturity += working * (1 - pace)
    add(.stragglers, working * pace * (1 - 1 / slowing))
    add(.checkpoints, span - working)
  }

  mutating func add(_ part: Part, _ seconds: Double) { parts[part.rawValue] += seconds }

  /// Where events come faster than they can be drawn: on at the pace so far; whether there is one.
  private mutating func continueAtPace() -> Bool {
    guard done > total / 1000 else { return false }
    let factor = total / done
    time *= factor
    maturity *= factor
    parts = parts.map { $0 * factor }
    stops = stops.map { Int((Double($0) * factor).rounded()) }
    stopped = stopped.map { $0 * factor }
    planned = Int((Double(planned) * factor).rounded())
    return time < 100 * total
  }
}
