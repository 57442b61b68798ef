/// Lists of a rank that holds two stages, built up front to back.
private struct TwoStageList {
  /// Stages of phase 0 and of phase 1, and the first micro-batch of each.
  let stages: [Int]
  let first: [Int]
  var steps: [PipelineSchedule.Step] = []
  private var forwards = [0, 0], gradients = [0, 0]
  /// Input gradients whose weights' gradients are still to come, in order.
  private var pending: [PipelineSchedule.Task] = []

  init(stages: [Int], first: [Int]) {
    self.stages = stages
    self.first = first
  }

  func forwardsDone(_ phase: Int) -> Int { forwards[phase] }

  private mutating func forward(of phase: Int) -> PipelineSchedule.Task {
    forwards[phase] += 1
    return .init(work: .forward, stage: stages[phase], microbatch: first[phase] + forwards[phase] - 1)
  }

  private mutating func gradient(of phase: Int, _ work: PipelineSchedule.Task.Work) -> PipelineSchedule.Task {
    gradients[phase] += 1
    return .init(work: work, stage: stages[phase], microbatch: first[phase] + gradients[phase] - 1)
  }

  mutating func forward(_ phase: Int) { steps.append(.init(forward(of: phase))) }
  mutating func backward(_ phase: Int) { steps.append(.init(gradient(of: phase, .backward))) }

  mutating func inputs(_ phase: Int) {
    let task = gradient(of: phase, .inputGradient)
    pending.append(task)
    steps.append(.init(task))
  }

  /// A forward of one phase under the whole backward of another.
  mutating func both(_ phase: Int, _ other: Int) {
    let task = forward(of: phase)
    steps.append(.init(task, together: gradient(of: other, .backward)))
  }

  /// The oldest weights' gradient that is due, of one phase where it is given.
  mutating func weights(_ phase: Int? = nil) {
    guard let index = pending.firstIndex(where: { phase == nil || $0.stage == stages[phase ?? 0] }) else { return }
    var task = pending.remove(at: index)
    task.work = .weightGradient
    steps.append(.init(task))
  }

  mutating func allWeights(_ phase: Int) {
    while pending.contains(where: { $0.stage == stages[phase] }) { weights(phase) }
  }
}

extension PipelineSchedule {
  /// Rank r holds stages r and 2p − 1 − r.
  static func zeroBubbleV(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    var list = TwoStageList(stages: [rank, 2 * ranks - 1 - rank], first: [0, 0])
    for _ in 0..<(2 * (ranks - rank) - 1) { list.forward(0) }
    for _ in 0..<rank {
      list.forward(1)
      list.forward(0)
    }
    for _ in 0..<(ranks - rank) {
      list.forward(1)
      list.inputs(1)
      list.weights(1)
    }
    while list.forwardsDone(1) < count {
      if list.forwardsDone(0) < count { list.forward(0) }
      list.inputs(0)
      list.weights(0)
      list.forward(1)
      list.inputs(1)
      list.weights(1)
    }
    for _ in 0..<rank {
      list.inputs(0)
      list.inputs(1)
    }
    for _ in 0..<(ranks - rank) {
      list.inputs(0)
      list.weights(0)
    }
    list.allWeights(1)
    list.allWeights(0)
    return list.steps
  }

  /// Half of the micro-batches enter at each end; rank r holds stage r of one direction and p − 1 − r of the other.
  static func dualPipe(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    let half = ranks / 2
    let isSecond = rank >= half
    let own = isSecond ? ranks - 1 - rank : rank
    let first = isSecond ? [count / 2, 0] : [0, count / 2]
    let list = TwoStageList(stages: [own, ranks - 1 - own], first: first)
    return twoWays(list, half: half, place: own, together: count / 2 - ranks + own + 1)
  }

  /// One direction folded in two: rank r holds stages r and 2p − 1 − r.
  static func dualPipeV(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    let list = TwoStageList(stages: [rank, 2 * ranks - 1 - rank], first: [0, 0])
    return twoWays(list, half: ranks, place: rank, together: count - 2 * ranks + rank + 1)
  }

  /// The eight parts of `DualPipe.step`.
  private static func twoWays(_ empty: TwoStageList, half: Int, place: Int, together: Int) -> [Step] {
    var list = empty
    let outer = half - place - 1
    for _ in 0..<(2 * outer) { list.forward(0) }
    for _ in 0...place {
      list.forward(0)
      list.forward(1)
    }
    for _ in 0..<outer {
      list.inputs(1)
      list.weights()
      list.forward(1)
    }
    for index in 0..<together {
      if index == 0, outer == 0 {
        list.forward(0)
        list.backward(1)
      } else {
        list.both(0, 1)
      }
      list.both(1, 0)
    }
    for _ in 0..<outer {
      list.backward(1)
      list.both(1, 0)
    }
    var isSplit = false
    for index in 0...place {
      if index == (place + 1) / 2, place % 2 == 1 { isSplit = true }
      if isSplit { list.inputs(1) } else { list.backward(1) }
      if index == (place + 1) / 2, place % 2 == 0 { isSplit = true }
      if isSplit { list.inputs(0) } else { list.backward(0) }
    }
    for _ in 0..<outer {
      list.weights()
      list.inputs(0)
    }
    for _ in 0...place { list.weights() }
    return list.steps
  }
}
