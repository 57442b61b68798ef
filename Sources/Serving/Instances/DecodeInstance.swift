import Simulation

/// One decode instance: ranks that step together, each step as long as that of the slowest rank.
struct DecodeInstance: Sendable {
  /// Ranks as they stand at the start of the step under way, or at the end of the last one.
  struct Rank: Sendable {
    /// Picoseconds of a step now.
    var duration: Int64
    /// Picoseconds by which each step is longer than the one before.
    var increment: Int64 = 0
    /// Context in quanta, and its growth with each step.
    var context: Int64 = 0
    var growth: Int64 = 0
    /// First quantum beyond the line on which the duration lies.
    var lineEnd: Int64 = .max
  }

  private(set) var durations: DecodeDurations
  let quantaPerStep: Int64
  var ranks: [Rank]
  /// Requests in each rank's steps.
  var active: [Int32]
  /// Prompts, in quanta, of those reserved for a rank that do not step yet.
  var pendingQuanta: [Int64]
  /// Requests and blocks reserved.
  var load: RankTree
  /// When each chip's link in is free.
  var ingressFree: [Int64]
  var queue = RequestQueue()
  /// Those whose keys and values have come, until the next step begins.
  var ready: [Int32] = []
  var calendar = DepartureCalendar()
  /// Steps completed.
  var steps = 0
  /// Requests in the steps under way.
  var batch = 0
  /// The batch as the timeline has it.
  var shownBatch = 0
  /// Requests routed here and not ended.
  var outstanding = 0
  var isStepping = false
  /// Whether the head of the queue was refused for its effect on the step, which changes as contexts grow.
  var isHeldByObjective = false
  var milliwatts: Int64 = 0

  init(_ configuration: ServingConfiguration.Decode) {
    durations = configuration.durations
    quantaPerStep = configuration.speculation.quantaPerStep
    let count = configuration.ranksPerInstance
    let idle = durations.line(requests: 0, quanta: 0).duration
    ranks = [Rank](repeating: Rank(duration: idle), count: count)
    active = [Int32](repeating: 0, count: count)
    pendingQuanta = [Int64](repeating: 0, count: count)
    load = RankTree(ranks: count)
    ingressFree = [Int64](repeating: 0, count: min(count, configuration.chipsPerInstance))
  }

  @inline(__always)
  mutating func changeRank(_ rank: Int, requests: Int32, quanta: Int64) {
    active[rank] += requests
    batch += Int(requests)
    let context = ranks[rank].context + quanta
    let count = Int(active[rank])
    let line = durations.line(requests: count, quanta: context)
    let growth = Int64(count) * quantaPerStep
    ranks[rank] = Rank(
      duration: line.duration, increment: line.slope * growth, context: context, growth: growth, lineEnd: line.end)
  }

  /// Other durations for the steps that begin from now on; a step under way ends when it was to end.
  mutating func replace(_ durations: DecodeDurations) {
    self.durations = durations
    for rank in ranks.indices { changeRank(rank, requests: 0, quanta: 0) }
  }

  /// Moves all ranks on by `count` steps on which each stays on its line, but for the last, which may leave it.
  mutating func advance(by count: Int) {
    steps += count
    let times = Int64(count)
    let durations = durations
    let active = active
    ranks.withUnsafeMutableBufferPointer { ranks in
      for index in ranks.indices {
        ranks[index].context += times * ranks[index].growth
        ranks[index].duration += times * ranks[index].increment
        if ranks[index].context >= ranks[index].lineEnd {
          let line = durations.line(requests: Int(active[index]), quanta: ranks[index].context)
          ranks[index].duration = line.duration
          ranks[index].increment = line.slope * ranks[index].growth
          ranks[index].lineEnd = line.end
        }
      }
    }
  }

  /// The slowest rank's duration and how it grows; of equally slow ranks, the fastest growing.
  func slowest() -> (duration: Int64, increment: Int64) {
    ranks.withUnsafeBufferPointer { ranks in
      var duration = ranks[0].duration
      var increment = ranks[0].increment
      for rank in ranks where rank.duration >= duration {
        increment = rank.duration > duration ? rank.increment : max(increment, rank.increment)
        duration = rank.duration
      }
      return (duration, increment)
    }
  }

  /// How many steps may run as one from `now`, the last of them under way: until someone leaves, a rank leaves its
  /// line, another rank becomes the slowest, or a step ends at or after `horizon`.
  func runLength(from now: Int64, until horizon: Int64, first: Int64, increment: Int64) -> Int {
    guard horizon - now > 2 * first else { return 1 }
    var most = min(calendar.distance(from: steps), 1 + Int((horizon - now) / max(1, first)))
    for rank in ranks where rank.growth > 0 && rank.lineEnd != .max {
      most = min(most, 1 + Int((rank.lineEnd - 1 - rank.context) / rank.growth))
    }
    // Durations are lines in the number of the step; one that is greatest at both ends is so throughout.
    while most > 1 {
      let last = Int64(most - 1)
      let end = first + last * increment
      if ranks.allSatisfy({ $0.duration + last * $0.increment <= end }) { break }
      most /= 2
    }
    func total(_ count: Int) -> Int64 { Int64(count) * first + increment * (Int64(count) * Int64(count - 1) / 2) }
    var low = 1
    var high = max(1, most)
    while low < high {
      let middle = (low + high) / 2
      if now + total(middle) >= horizon { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
