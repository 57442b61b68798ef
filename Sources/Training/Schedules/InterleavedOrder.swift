/// The steps of an interleaved schedule, each after all that it waits for: built once, timed for many stages' times.
///
/// After the warm-up a rank repeats the same steps for each round of as many micro-batches as there are ranks. Where
/// two rounds end the same time after each other on every rank, all later ones do (times are sums and greatest values),
/// so that further rounds add that much each: exact, however many there are.
final class InterleavedOrder: Sendable {
  let ranks: Int
  let stages: Int
  private let steps: [Step]
  /// Places of the steps of the last repeating round, and of the round before.
  private let late: [Int32]
  private let early: [Int32]

  private struct Step: Sendable {
    var rank: Int32
    /// Of its time: a stage's forward, or stages + that of its backward.
    var kind: Int32
    /// Place of the step it waits for, beside its rank's last; -1 for none.
    var input: Int32
    var isSent: Bool
  }

  /// - Parameter rounds: of `ranks` micro-batches; the repeating part is looked at from 4 on.
  init(ranks: Int, virtual: Int, rounds: Int) throws {
    let schedule = try PipelineSchedule(
      .interleaved, ranks: ranks, microbatches: ranks * rounds, virtual: virtual)
    self.ranks = ranks
    stages = ranks * virtual
    var walk = Walk(schedule)
    walk.finish()
    steps = walk.steps
    guard rounds >= 4 else {
      late = []
      early = []
      return
    }
    // Pairs of a forward and a backward that all ranks have, one more for each rank, wait for no others.
    let all = ranks * rounds * virtual, period = ranks * virtual
    let least = all - (2 * (ranks - 1) + (virtual - 1) * ranks)
    var late: [Int32] = [], early: [Int32] = []
    for rank in 0..<ranks {
      let warm = 2 * (ranks - 1 - rank) + (virtual - 1) * ranks
      for pair in (least + rank - period)..<(least + rank) {
        for part in 0...1 {
          late.append(walk.places[rank][warm + 2 * pair + part])
          early.append(walk.places[rank][warm + 2 * (pair - period) + part])
        }
      }
    }
    self.late = late
    self.early = early
  }

  /// Seconds of the rounds, and of each further one; nil where the last two rounds differ.
  func time(_ forward: [Double], _ backward: [Double], transfer: Double) -> (whole: Double, further: Double?) {
    let times = forward + backward
    var free = [Double](repeating: 0, count: ranks)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: steps.count) { ends in
      free.withUnsafeMutableBufferPointer { free in
        times.withUnsafeBufferPointer { times in
          steps.withUnsafeBufferPointer { steps in
            for place in 0..<steps.count {
              let step = steps[place]
              var start = free[Int(step.rank)]
              if step.input >= 0 { start = max(start, ends[Int(step.input)] + (step.isSent ? transfer : 0)) }
              let end = start + times[Int(step.kind)]
              free[Int(step.rank)] = end
              ends[place] = end
            }
          }
        }
      }
      let whole = free.max() ?? 0
      guard let first = late.first, let before = early.first else { return (whole, nil) }
      let further = ends[Int(first)] - ends[Int(before)]
      let noise = whole * 1e-12
      for (place, last) in zip(late, early) where abs(ends[Int(place)] - ends[Int(last)] - further) > noise {
        return (whole, nil)
      }
      return (whole, further)
    }
  }

  /// Goes through the ranks' lists as far as inputs are there.
  private struct Walk {
    let schedule: PipelineSchedule
    var steps: [Step] = []
    /// By rank, along its list.
    var places: [[Int32]]
    private var forwards: [Int32]
    private var backwards: [Int32]

    init(_ schedule: PipelineSchedule) {
      self.schedule = schedule
      places = [[Int32]](repeating: [], count: schedule.ranks)
      forwards = [Int32](repeating: -1, count: schedule.stages * schedule.microbatches)
      backwards = forwards
      steps.reserveCapacity(2 * forwards.count)
    }

    private func slot(_ stage: Int, _ microbatch: Int) -> Int { stage * schedule.microbatches + microbatch }

    /// Whether the next step of a rank could be placed.
    private mutating func place(on rank: Int) -> Bool {
      guard places[rank].count < schedule.steps[rank].count else { return false }
      let task = schedule.steps[rank][places[rank].count].task
      let isForward = task.work == .forward
      let isFirst = isForward && task.stage == 0
      var input: Int32 = -1
      var home = rank
      if !isFirst {
        let turns = !isForward && task.stage + 1 == schedule.stages
        let other = turns ? task.stage : task.stage + (isForward ? -1 : 1)
        input = isForward || turns ? forwards[slot(other, task.microbatch)] : backwards[slot(other, task.microbatch)]
        guard input >= 0 else { return false }
        home = other % schedule.ranks
      }
      let own = Int32(steps.count)
      steps.append(
        Step(
          rank: Int32(rank), kind: Int32(isForward ? task.stage : schedule.stages + task.stage), input: input,
          isSent: home != rank))
      places[rank].append(own)
      if isForward {
        forwards[slot(task.stage, task.microbatch)] = own
      } else {
        backwards[slot(task.stage, task.microbatch)] = own
      }
      return true
    }

    mutating func finish() {
      var moves = true
      while moves {
        moves = false
        for rank in 0..<schedule.ranks {
          while place(on: rank) { moves = true }
        }
      }
    }
  }
}
