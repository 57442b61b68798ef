/// The order in which every rank of a pipeline works through its micro-batches, as data.
///
///     let schedule = try PipelineSchedule(.oneForwardOneBackward, ranks: 4, microbatches: 8)
///     schedule.drawn(rank: 3)    // "F0 G0 F1 G1 …"
///
/// A rank runs its steps in the order of its list and waits for the inputs of each. Stages are numbered along the
/// model: `ranks · virtual` of them; where two directions run at once (DualPipe) each rank holds two.
/// Ignored: what a step costs, which `simulate` is given.
public struct PipelineSchedule: Hashable, Sendable {
  public var kind: Kind
  public var ranks: Int
  public var microbatches: Int
  /// Stages of the model that a rank holds, copies for the other direction among them.
  public var chunksPerRank: Int
  /// Stages that one micro-batch passes.
  public var stages: Int
  /// By rank, in order.
  public var steps: [[Step]]

  /// The published schedules.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case gPipe, oneForwardOneBackward, interleaved, zeroBubbleH1, zeroBubbleH2, zeroBubbleV, dualPipe, dualPipeV
  }

  /// F, B (gradient of the input), W (gradient of the weights) or G (both) of one micro-batch on one stage.
  public struct Task: Hashable, Sendable {
    public enum Work: UInt8, Sendable, CaseIterable { case forward, inputGradient, weightGradient, backward }
    public var work: Work
    public var stage: Int
    public var microbatch: Int

    public init(work: Work, stage: Int, microbatch: Int) {
      self.work = work
      self.stage = stage
      self.microbatch = microbatch
    }
  }

  /// A task, and one that runs together with it (a forward under a backward).
  public struct Step: Hashable, Sendable {
    public var task: Task
    public var together: Task?
    public init(_ task: Task, together: Task? = nil) {
      self.task = task
      self.together = together
    }
    var tasks: [Task] { together.map { [task, $0] } ?? [task] }
  }
}

extension PipelineSchedule.Task {
  public var drawn: String {
    let letter =
      switch work {
      case .forward: "F"
      case .inputGradient: "B"
      case .weightGradient: "W"
      case .backward: "G"
      }
    return "\(letter)\(microbatch)"
  }
}

extension PipelineSchedule {
  /// `F0 F1 G0 …`, steps that run together joined by `&`.
  public func drawn(rank: Int) -> String {
    steps[rank].map { step in step.tasks.map(\.drawn).joined(separator: "&") }.joined(separator: " ")
  }

  /// The same as `peakInFlight` without a list: what the papers give, on each rank.
  public static func inFlight(
    _ kind: Kind, rank: Int, ranks: Int, microbatches: Int, virtual: Int = 1
  ) -> Int {
    switch kind {
    case .gPipe: return microbatches
    case .oneForwardOneBackward: return min(microbatches, ranks - rank)
    case .interleaved:
      let all = microbatches * virtual
      return microbatches == ranks ? all : min(all, 2 * (ranks - 1 - rank) + (virtual - 1) * ranks + 1)
    case .zeroBubbleH1: return min(microbatches, ranks)
    case .zeroBubbleH2: return min(microbatches, 2 * ranks - 1)
    case .zeroBubbleV: return 2 * ranks
    case .dualPipe: return ranks + 1
    case .dualPipeV: return 2 * ranks + 1
    }
  }

  /// Micro-batches' stages whose activations a rank holds at most: from the forward to the end of the last gradient.
  public func peakInFlight(rank: Int) -> Int {
    var held = 0, peak = 0
    for step in steps[rank] {
      for task in step.tasks where task.work == .forward { held += 1 }
      peak = max(peak, held)
      for task in step.tasks where task.work == .weightGradient || task.work == .backward { held -= 1 }
    }
    return peak
  }
}
