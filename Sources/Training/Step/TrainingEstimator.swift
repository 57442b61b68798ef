import Hardware
import Units

/// Estimates a step of a job on one machine.
///
///     let step = try TrainingEstimator(job, on: system, chip: chip, platform: platform).estimate()
///
/// A step is the pipeline of its micro-batches, then what of the gradients' and weights' traffic nothing hides, the
/// optimizer, and the wait for the slowest rank. Equations: Documentation/Models/Training.md.
public struct TrainingEstimator: Sendable {
  let job: TrainingJob
  let machine: TrainingMachine

  /// Facts of a machine that differ from the catalog's.
  public struct Facts: Hashable, Sendable {
    /// One rank over the scale-out plane.
    public var scaleOut: BytesPerSecond?
    /// Of one chip.
    public var powerLimit: Watts?
    public init(scaleOut: BytesPerSecond? = nil, powerLimit: Watts? = nil) {
      self.scaleOut = scaleOut
      self.powerLimit = powerLimit
    }
  }

  public init(_ job: TrainingJob, on machine: TrainingMachine) {
    self.job = job
    self.machine = machine
  }

  public init(
    _ job: TrainingJob, on system: System, chip: Chip, platform: TrainingPlatform, facts: Facts = Facts()
  ) throws {
    self.init(job, on: try TrainingMachine(system, chip: chip, platform: platform, facts: facts))
  }

  private var memory: MemoryCounter {
    MemoryCounter(job, lost: machine.lost, bytes: LayerBytes(job), layout: StageLayout(of: job))
  }

  private func sum(_ memory: MemoryCounter) -> StepSum {
    let fabric = machine.fabric(ranks: job.plan.ranks)
    return StepSum(
      job, on: machine, fabric: fabric, seconds: LayerSeconds(job, on: machine, fabric: fabric), memory)
  }

  /// Of the step alone, without its timeline and memory.
  public func time() throws -> Seconds {
    let sum = sum(memory)
    return Seconds(sum.time(pipeline: try sum.pipeline(PipelineOrders())))
  }

  public func estimate() throws -> TrainingStep {
    let memory = memory
    let sum = sum(memory)
    let pipeline = try sum.pipeline(PipelineOrders())
    return TrainingStep(
      job: job, time: Seconds(sum.time(pipeline: pipeline)), parts: sum.parts(pipeline: pipeline),
      pipeline: try summary(sum, pipeline), memory: TrainingMemory(memory, capacity: machine.capacity),
      flopsPerToken: ModelFLOPs(job).perToken(.causal), peak: FLOPsPerSecond(machine.kernels.peak(.bf16)))
  }

  /// As many micro-batches as show the steady state, and the idle share of all.
  private func summary(_ sum: StepSum, _ pipeline: Double) throws -> TrainingStep.PipelineSummary? {
    let ranks = job.plan.pipeline
    guard ranks > 1 else { return nil }
    let all = job.microbatches
    let shown = all > 4 * ranks ? 3 * ranks + all % ranks + ranks : all
    let timeline = try sum.timeline(microbatches: shown)
    guard shown < all else { return .init(timeline: timeline, bubble: timeline.bubble) }
    let busy = sum.busy / Double(ranks) * Double(all)
    return .init(timeline: timeline, bubble: max(0, 1 - busy / pipeline))
  }
}
