import Units

/// What the steps of a pipeline cost.
public struct PipelineTimes: Sendable {
  /// By stage along the model.
  public var forward: [Seconds]
  public var inputGradient: [Seconds]
  public var weightGradient: [Seconds]
  /// Of a forward and a whole backward that run together, as a share of their sum.
  public var togetherShare: Double
  /// Hidden values (or their gradients) from one stage's rank to the next's; a stage's own rank costs nothing.
  public var transfer: Seconds

  public init(
    forward: [Seconds], inputGradient: [Seconds], weightGradient: [Seconds], togetherShare: Double = 1,
    transfer: Seconds = .zero
  ) {
    self.forward = forward
    self.inputGradient = inputGradient
    self.weightGradient = weightGradient
    self.togetherShare = togetherShare
    self.transfer = transfer
  }

  func duration(_ task: PipelineSchedule.Task) -> Double {
    switch task.work {
    case .forward: forward[task.stage].value
    case .inputGradient: inputGradient[task.stage].value
    case .weightGradient: weightGradient[task.stage].value
    case .backward: inputGradient[task.stage].value + weightGradient[task.stage].value
    }
  }

  func duration(_ step: PipelineSchedule.Step) -> Double {
    guard let other = step.together else { return duration(step.task) }
    return (duration(step.task) + duration(other)) * togetherShare
  }
}

/// When each step of a pipeline runs.
public struct PipelineTimeline: Sendable {
  public var schedule: PipelineSchedule
  /// By rank and step: begin and end, in seconds from the start of the first.
  public var spans: [[Span]]

  public struct Span: Hashable, Sendable {
    public var start: Seconds
    public var end: Seconds
  }

  /// From the first start to the last end.
  public var duration: Seconds { Seconds(spans.compactMap { $0.last?.end.value }.max() ?? 0) }

  public func busy(rank: Int) -> Seconds { spans[rank].reduce(.zero) { $0 + $1.end - $1.start } }

  /// Between its first start and last end.
  public func idleWithin(rank: Int) -> Seconds {
    guard let first = spans[rank].first, let last = spans[rank].last else { return .zero }
    return last.end - first.start - busy(rank: rank)
  }

  /// Idle share of the ranks over the whole step.
  public var bubble: Double {
    let whole = duration.value * Double(schedule.ranks)
    guard whole > 0 else { return 0 }
    return 1 - spans.indices.reduce(0) { $0 + busy(rank: $1).value } / whole
  }
}

extension PipelineSchedule {
  /// Runs the lists: a step starts when its rank is free and its inputs are there.
  ///
  /// A forward needs that of the stage before, a gradient that of the stage after and its own forward, a weights'
  /// gradient its own input gradient. Cost grows with the number of steps. Nil where the lists wait for each other.
  public func simulate(_ times: PipelineTimes) -> PipelineTimeline? {
    var run = PipelineRun(self, times)
    return run.finish() ? PipelineTimeline(schedule: self, spans: run.spans) : nil
  }
}

private struct PipelineRun {
  let schedule: PipelineSchedule
  let times: PipelineTimes
  /// Rank that runs a stage for a micro-batch; both directions have their own.
  var home: [Int]
  var forwardEnd: [Double]
  var gradientEnd: [Double]
  var spans: [[PipelineTimeline.Span]]
  var next: [Int]
  var free: [Double]

  init(_ schedule: PipelineSchedule, _ times: PipelineTimes) {
    self.schedule = schedule
    self.times = times
    let slots = schedule.stages * schedule.microbatches
    home = [Int](repeating: 0, count: slots)
    forwardEnd = [Double](repeating: -1, count: slots)
    gradientEnd = forwardEnd
    spans = schedule.steps.map { list in
      var empty: [PipelineTimeline.Span] = []
      empty.reserveCapacity(list.count)
      return empty
    }
    next = [Int](repeating: 0, count: schedule.ranks)
    free = [Double](repeating: 0, count: schedule.ranks)
    for rank in schedule.steps.indices {
      for step in schedule.steps[rank] {
        home[slot(step.task)] = rank
        if let other = step.together { home[slot(other)] = rank }
      }
    }
  }

  private func slot(_ task: PipelineSchedule.Task) -> Int { slot(task.stage, task.microbatch) }
  private func slot(_ stage: Int, _ microbatch: Int) -> Int { stage * schedule.microbatches + microbatch }

  /// When the inputs of a task are on its rank; nil while they are not known.
  private func inputs(_ task: PipelineSchedule.Task, on rank: Int) -> Double? {
    func arrival(_ end: Double, from other: Int) -> Double? {
      guard end >= 0 else { return nil }
      return home[other] == rank ? end : end + times.transfer.value
    }
    let own = slot(task)
    switch task.work {
    case .forward:
      guard task.stage > 0 else { return 0 }
      let before = slot(task.stage - 1, task.microbatch)
      return arrival(forwardEnd[before], from: before)
    case .inputGradient, .backward:
      guard forwardEnd[own] >= 0 else { return nil }
      guard task.stage + 1 < schedule.stages else { return forwardEnd[own] }
      let after = slot(task.stage + 1, task.microbatch)
      return arrival(gradientEnd[after], from: after).map { max($0, forwardEnd[own]) }
    case .weightGradient: return gradientEnd[own] >= 0 ? gradientEnd[own] : nil
    }
  }

  /// Runs what can be run on a rank; whether anything could.
  private mutating func advance(_ rank: Int) -> Bool {
    let list = schedule.steps[rank]
    var hasMoved = false
    while next[rank] < list.count {
      let step = list[next[rank]]
      guard let ready = inputs(step.task, on: rank) else { break }
      var start = max(free[rank], ready)
      if let other = step.together {
        guard let also = inputs(other, on: rank) else { break }
        start = max(start, also)
      }
      let end = start + times.duration(step)
      record(step.task, end)
      if let other = step.together { record(other, end) }
      spans[rank].append(.init(start: Seconds(start), end: Seconds(end)))
      free[rank] = end
      next[rank] += 1
      hasMoved = true
    }
    return hasMoved
  }

  private mutating func record(_ task: PipelineSchedule.Task, _ end: Double) {
    switch task.work {
    case .forward: forwardEnd[slot(task)] = end
    case .inputGradient, .backward: gradientEnd[slot(task)] = end
    case .weightGradient: break
    }
  }

  mutating func finish() -> Bool {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      // There and back, so that both forwards and gradients go far in one pass.
      for rank in 0..<schedule.ranks where advance(rank) { hasMoved = true }
      for rank in stride(from: schedule.ranks - 2, through: 0, by: -1) where advance(rank) { hasMoved = true }
    }
    return next.indices.allSatisfy { next[$0] == schedule.steps[$0].count }
  }
}
