import Foundation
import Testing
import Training
import Units

/// The simulator against a plain one that walks through time, event by event.
struct PlainSimulatorTests {
  /// SplitMix64: small numbers from a seed.
  struct Draw {
    var state: UInt64
    mutating func next(_ limit: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Int((z ^ (z >> 31)) % UInt64(limit))
    }
  }

  private static func cost(_ task: PipelineSchedule.Task, _ times: PipelineTimes) -> Double {
    let input = times.inputGradient[task.stage].value, weight = times.weightGradient[task.stage].value
    switch task.work {
    case .forward: return times.forward[task.stage].value
    case .inputGradient: return input
    case .weightGradient: return weight
    case .backward: return input + weight
    }
  }

  /// At each moment starts every step that can start, then goes to the next moment at which one ends or arrives.
  static func plainEnds(_ schedule: PipelineSchedule, _ times: PipelineTimes) -> [[Double]]? {
    var done: [PipelineSchedule.Task: (end: Double, rank: Int)] = [:]
    var ends = [[Double]](repeating: [], count: schedule.ranks)
    var now = 0.0
    func gradient(_ stage: Int, _ microbatch: Int) -> (end: Double, rank: Int)? {
      done[.init(work: .inputGradient, stage: stage, microbatch: microbatch)]
        ?? done[.init(work: .backward, stage: stage, microbatch: microbatch)]
    }
    func ready(_ task: PipelineSchedule.Task, _ rank: Int) -> Double? {
      var needs: [(end: Double, rank: Int)?] = []
      if task.work == .forward, task.stage > 0 {
        needs.append(done[.init(work: .forward, stage: task.stage - 1, microbatch: task.microbatch)])
      }
      if task.work == .inputGradient || task.work == .backward {
        needs.append(done[.init(work: .forward, stage: task.stage, microbatch: task.microbatch)])
        if task.stage + 1 < schedule.stages { needs.append(gradient(task.stage + 1, task.microbatch)) }
      }
      if task.work == .weightGradient { needs.append(gradient(task.stage, task.microbatch)) }
      var latest = 0.0
      for need in needs {
        guard let need else { return nil }
        latest = max(latest, need.end + (need.rank == rank ? 0 : times.transfer.value))
      }
      return latest
    }
    let total = schedule.steps.reduce(0) { $0 + $1.count }
    var started = 0
    while started < total {
      var moments: [Double] = []
      for rank in 0..<schedule.ranks where ends[rank].count < schedule.steps[rank].count {
        let step = schedule.steps[rank][ends[rank].count]
        let free = ends[rank].last ?? 0
        let tasks = [step.task] + (step.together.map { [$0] } ?? [])
        var begin = free
        var isKnown = true
        for task in tasks {
          guard let time = ready(task, rank) else { isKnown = false; break }
          begin = max(begin, time)
        }
        guard isKnown else { continue }
        if begin > now {
          moments.append(begin)
          continue
        }
        let length = tasks.reduce(0) { $0 + cost($1, times) } * (step.together == nil ? 1 : times.togetherShare)
        for task in tasks { done[task] = (begin + length, rank) }
        ends[rank].append(begin + length)
        started += 1
        moments.append(now)
      }
      guard let next = moments.min() else { return nil }
      now = next
    }
    return ends
  }

  /// One random schedule with random costs of every stage.
  static func check(seed: Int) throws {
    var draw = Draw(state: UInt64(seed))
    let kind = PipelineSchedule.Kind.allCases[draw.next(PipelineSchedule.Kind.allCases.count)]
    let ranks = [2, 4, 6, 8][draw.next(4)]
    let count = ranks * (2 + draw.next(3))
    let schedule = try PipelineSchedule(
      kind, ranks: ranks, microbatches: count, virtual: kind == .interleaved ? 1 + draw.next(3) : 1)
    func costs() -> [Seconds] { (0..<schedule.stages).map { _ in Seconds(Double(1 + draw.next(50)) / 8) } }
    let times = PipelineTimes(
      forward: costs(), inputGradient: costs(), weightGradient: costs(), togetherShare: [1, 0.875, 0.75][draw.next(3)],
      transfer: Seconds(Double(draw.next(16)) / 8))
    let plain = try #require(plainEnds(schedule, times), "seed \(seed)")
    let fast = try #require(schedule.simulate(times), "seed \(seed)")
    #expect(fast.spans.map { $0.map(\.end.value) } == plain, "seed \(seed): \(kind)")
  }

  @Test("the simulated pipeline equals a plain event-by-event one on random schedules")
  func randomSchedules() throws {
    let count = Int(ProcessInfo.processInfo.environment["SUPERNODE_SCHEDULES"] ?? "") ?? 100
    for seed in 1...count { try Self.check(seed: seed) }
  }
}
