import Simulation
import Units

/// What happened in equal intervals of the run: at most `limit` of them, and beyond that twice as long.
struct TimelineRecorder: Sendable {
  struct Interval: Sendable {
    var arrivals = 0
    var completions = 0
    /// Levels times picoseconds.
    var prefillQueue = 0.0
    var decodeQueue = 0.0
    var decodeBatch = 0.0
    var busyPrefills = 0.0
    /// Milliwatts times picoseconds.
    var energy = 0.0
    /// Expected tokens a step times requests, and first tokens.
    var outputTokens = 0.0
    var inputTokens = 0
    var cachedTokens = 0
    var stepTime = 0.0
    var steps = 0
    /// Blocks times picoseconds.
    var heldBlocks = 0.0
    /// The greatest levels that held for any time.
    var most = Levels()

    mutating func add(_ other: Interval) {
      arrivals += other.arrivals
      completions += other.completions
      prefillQueue += other.prefillQueue
      decodeQueue += other.decodeQueue
      decodeBatch += other.decodeBatch
      busyPrefills += other.busyPrefills
      energy += other.energy
      outputTokens += other.outputTokens
      inputTokens += other.inputTokens
      cachedTokens += other.cachedTokens
      stepTime += other.stepTime
      steps += other.steps
      heldBlocks += other.heldBlocks
      most.raise(to: other.most)
    }
  }

  /// What holds from one instant to the next.
  struct Levels: Sendable, Equatable {
    var prefillQueue = 0
    var decodeQueue = 0
    var decodeBatch = 0
    var busyPrefills = 0
    var milliwatts: Int64 = 0
    /// Of the pools that decode, by requests.
    var heldBlocks = 0
    /// Of prefixes, in caches of their own.
    var prefixBlocks = 0

    @inline(__always) mutating func raise(to other: Levels) {
      prefillQueue = max(prefillQueue, other.prefillQueue)
      decodeQueue = max(decodeQueue, other.decodeQueue)
      decodeBatch = max(decodeBatch, other.decodeBatch)
      heldBlocks = max(heldBlocks, other.heldBlocks)
      prefixBlocks = max(prefixBlocks, other.prefixBlocks)
    }
  }

  private(set) var closed: [Interval] = []
  var current = Interval()
  var levels = Levels()
  private(set) var width: Int64 = 100_000_000_000
  private(set) var intervalEnd: Int64
  private var start: Int64
  private var now: Int64
  private(set) var energy = 0.0
  private(set) var peakMilliwatts: Int64 = 0
  private let limit: Int

  init(start: Instant, limit: Int = 600) {
    self.start = start.picoseconds
    self.limit = limit
    now = self.start
    intervalEnd = self.start + width
  }

  /// Carries the levels on to `instant`.
  @inline(__always)
  mutating func advance(to instant: Int64) {
    while instant >= intervalEnd { closeInterval() }
    pass(to: instant)
  }

  @inline(__always)
  private mutating func pass(to instant: Int64) {
    let length = Double(instant - now)
    now = instant
    current.prefillQueue += Double(levels.prefillQueue) * length
    current.decodeQueue += Double(levels.decodeQueue) * length
    current.decodeBatch += Double(levels.decodeBatch) * length
    current.busyPrefills += Double(levels.busyPrefills) * length
    current.energy += Double(levels.milliwatts) * length
    current.heldBlocks += Double(levels.heldBlocks) * length
    current.most.raise(to: levels)
    peakMilliwatts = max(peakMilliwatts, levels.milliwatts)
  }

  private mutating func closeInterval() {
    pass(to: intervalEnd)
    closed.append(current)
    current = Interval()
    if closed.count == limit {
      for index in 0..<limit / 2 {
        closed[index] = closed[2 * index]
        closed[index].add(closed[2 * index + 1])
      }
      closed.removeLast(limit - limit / 2)
      width *= 2
    }
    intervalEnd += width
  }

  /// All intervals, the last one cut off where the run ended: of no length where something happened just then.
  var intervals: [Interval] { hasCurrent ? closed + [current] : closed }
  private var lastStart: Int64 { intervalEnd - width }
  private var hasCurrent: Bool { now > lastStart || current.arrivals + current.completions > 0 }

  var totalEnergy: Joules { Joules(intervals.reduce(0) { $0 + $1.energy } * 1e-15) }

  /// - Parameters:
  ///   - blocks: of keys and values in the pools that decode.
  ///   - prefixBlocks: of caches of prefixes; 0 where there are none.
  func timeline(prefillInstances: Int, blocks: Int, prefixBlocks: Int) -> ServingReport.Timeline {
    var whole = self
    // What holds at the end stands for an interval of no length.
    if hasCurrent, now == lastStart { whole.pass(to: now + 1) }
    let intervals = whole.intervals
    let last = whole.hasCurrent ? whole.now - lastStart : width
    let lengths = intervals.indices.map { $0 == intervals.count - 1 ? Double(last) : Double(width) }
    func level(_ value: (Interval) -> Double) -> [Double] { zip(intervals, lengths).map { value($0) / $1 } }
    // Of whole intervals, so that a rate times the interval is what happened in it.
    func rate(_ value: (Interval) -> Double) -> [Double] { intervals.map { value($0) / (Double(width) * 1e-12) } }
    func most(_ value: (Levels) -> Int, of whole: Int = 1) -> [Double] {
      intervals.map { Double(value($0.most)) / Double(max(1, whole)) }
    }
    func ratio(_ over: (Interval) -> Double, _ under: (Interval) -> Double) -> [Double] {
      intervals.map { under($0) > 0 ? over($0) / under($0) : 0 }
    }
    return ServingReport.Timeline(
      interval: Span(picoseconds: width).seconds,
      arrivals: rate { Double($0.arrivals) },
      completions: rate { Double($0.completions) },
      prefillQueue: level(\.prefillQueue),
      decodeQueue: level(\.decodeQueue),
      decodeBatch: level(\.decodeBatch),
      outputTokensPerSecond: rate(\.outputTokens),
      inputTokensPerSecond: rate { Double($0.inputTokens) },
      cacheHitRate: ratio({ Double($0.cachedTokens) }, { Double($0.inputTokens) }),
      prefillUtilisation: level { $0.busyPrefills / Double(prefillInstances) },
      decodeStep: ratio({ $0.stepTime * 1e-12 }, { Double($0.steps) }),
      power: level { $0.energy * 1e-3 },
      prefillQueueMost: most(\.prefillQueue), decodeQueueMost: most(\.decodeQueue),
      decodeBatchMost: most(\.decodeBatch),
      memoryFilled: level { $0.heldBlocks / Double(max(1, blocks)) },
      memoryFilledMost: most(\.heldBlocks, of: blocks),
      prefixCacheFilled: prefixBlocks > 0 ? most(\.prefixBlocks, of: prefixBlocks) : nil)
  }
}
