import Units

extension PipelineSchedule {
  /// Builds the lists of a schedule.
  ///
  /// - Parameters:
  ///   - virtual: stages a rank holds in an interleaved schedule; the others have their own number.
  /// - Throws: a `Problem` where the schedule has no such list.
  /// Sources: arXiv:2104.04473 (1F1B, interleaved), 2401.10241 (zero bubble), deepseek-ai/DualPipe.
  public init(_ kind: Kind, ranks: Int, microbatches: Int, virtual: Int = 1) throws {
    try Self.check(kind, ranks: ranks, microbatches: microbatches, virtual: virtual)
    self.kind = kind
    self.ranks = ranks
    self.microbatches = microbatches
    switch kind {
    case .interleaved:
      chunksPerRank = virtual
      stages = ranks * virtual
    case .zeroBubbleV, .dualPipeV:
      chunksPerRank = 2
      stages = 2 * ranks
    case .dualPipe:
      chunksPerRank = 2
      stages = ranks
    default:
      chunksPerRank = 1
      stages = ranks
    }
    steps = (0..<ranks).map { rank in
      switch kind {
      case .gPipe: Self.gPipe(rank, microbatches)
      case .oneForwardOneBackward: Self.oneForwardOneBackward(rank, ranks, microbatches)
      case .interleaved: Self.interleaved(rank, ranks, microbatches, virtual)
      case .zeroBubbleH1: Self.zeroBubbleH1(rank, ranks, microbatches)
      case .zeroBubbleH2: Self.zeroBubbleH2(rank, ranks, microbatches)
      case .zeroBubbleV: Self.zeroBubbleV(rank, ranks, microbatches)
      case .dualPipe: Self.dualPipe(rank, ranks, microbatches)
      case .dualPipeV: Self.dualPipeV(rank, ranks, microbatches)
      }
    }
  }

  /// What a schedule needs, a sentence where it is not so.
  static func check(_ kind: Kind, ranks: Int, microbatches: Int, virtual: Int) throws {
    func refuse(_ field: String, _ fault: String, _ wayOut: String) throws {
      throw Problem(field, fault, wayOut: wayOut)
    }
    guard ranks > 0, microbatches > 0, virtual > 0 else {
      return try refuse("schedule", "a pipeline has at least one stage and one micro-batch", "give 1 or more")
    }
    switch kind {
    case .gPipe, .oneForwardOneBackward, .zeroBubbleH1:
      break
    case .interleaved:
      if microbatches % ranks != 0 {
        try refuse(
          "schedule", "\(microbatches) micro-batches are not a multiple of \(ranks) stages, which interleaving needs",
          "use \(max(ranks, microbatches / ranks * ranks)) micro-batches, or no virtual stages")
      }
    case .zeroBubbleH2, .zeroBubbleV:
      if microbatches < 2 * ranks {
        try refuse(
          "schedule", "\(microbatches) micro-batches are fewer than twice the \(ranks) stages",
          "use \(2 * ranks) or more, or 1F1B")
      }
    case .dualPipe:
      if ranks % 2 != 0 || microbatches % 2 != 0 || microbatches < 2 * ranks {
        try refuse(
          "schedule", "DualPipe needs an even number of stages and of micro-batches, at least two for each stage",
          "use \(2 * ranks) micro-batches on an even number of stages, or 1F1B")
      }
    case .dualPipeV:
      if microbatches < 2 * ranks {
        try refuse(
          "schedule", "\(microbatches) micro-batches are fewer than twice the \(ranks) stages",
          "use \(2 * ranks) or more, or 1F1B")
      }
    }
  }

  private static func forward(_ stage: Int, _ microbatch: Int) -> Step {
    Step(Task(work: .forward, stage: stage, microbatch: microbatch))
  }
  private static func backward(_ stage: Int, _ microbatch: Int) -> Step {
    Step(Task(work: .backward, stage: stage, microbatch: microbatch))
  }
  private static func inputs(_ stage: Int, _ microbatch: Int) -> Step {
    Step(Task(work: .inputGradient, stage: stage, microbatch: microbatch))
  }
  private static func weights(_ stage: Int, _ microbatch: Int) -> Step {
    Step(Task(work: .weightGradient, stage: stage, microbatch: microbatch))
  }

  private static func gPipe(_ rank: Int, _ count: Int) -> [Step] {
    (0..<count).map { forward(rank, $0) } + (0..<count).map { backward(rank, $0) }
  }

  private static func oneForwardOneBackward(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    let warm = min(count, ranks - 1 - rank)
    var steps = (0..<warm).map { forward(rank, $0) }
    for index in 0..<(count - warm) { steps += [forward(rank, warm + index), backward(rank, index)] }
    return steps + ((count - warm)..<count).map { backward(rank, $0) }
  }

  private static func interleaved(_ rank: Int, _ ranks: Int, _ count: Int, _ virtual: Int) -> [Step] {
    let total = count * virtual
    let warm = count == ranks ? total : min(total, 2 * (ranks - 1 - rank) + (virtual - 1) * ranks)
    func place(_ index: Int, isForward: Bool) -> Step {
      let microbatch = index / (ranks * virtual) * ranks + index % ranks
      let chunk = index % (ranks * virtual) / ranks
      return isForward
        ? forward(chunk * ranks + rank, microbatch) : backward((virtual - 1 - chunk) * ranks + rank, microbatch)
    }
    var steps = (0..<warm).map { place($0, isForward: true) }
    for index in 0..<(total - warm) {
      steps += [place(warm + index, isForward: true), place(index, isForward: false)]
    }
    return steps + ((total - warm)..<total).map { place($0, isForward: false) }
  }

  private static func zeroBubbleH1(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    let warm = min(count, ranks - 1 - rank)
    var steps = (0..<warm).map { forward(rank, $0) }
    var done = 0, weighed = 0
    for index in 0..<(count - warm) {
      steps += [forward(rank, warm + index), inputs(rank, done)]
      done += 1
      if done - weighed > rank {
        steps.append(weights(rank, weighed))
        weighed += 1
      }
    }
    while done < count {
      steps += [inputs(rank, done), weights(rank, weighed)]
      done += 1
      weighed += 1
    }
    return steps + (weighed..<count).map { weights(rank, $0) }
  }

  private static func zeroBubbleH2(_ rank: Int, _ ranks: Int, _ count: Int) -> [Step] {
    var begun = min(count, 2 * (ranks - rank) - 1)
    var steps = (0..<begun).map { forward(rank, $0) }
    var weighed = 0
    for done in 0..<count {
      steps.append(inputs(rank, done))
      if done + 1 - weighed > 2 * rank {
        steps.append(weights(rank, weighed))
        weighed += 1
      }
      if begun < count {
        steps.append(forward(rank, begun))
        begun += 1
      }
    }
    return steps + (weighed..<count).map { weights(rank, $0) }
  }
}
