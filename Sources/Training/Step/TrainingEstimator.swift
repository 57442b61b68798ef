import Costs
import Hardware
import Models
import Units

/// Estimates a step of a job on one machine.
///
///     let step = try TrainingEstimator(job, on: system, chip: chip, platform: platform).estimate()
///
/// A step is the pipeline of its micro-batches, then what of the gradients' and weights' traffic nothing hides, the
/// optimizer, and the wait for the slowest rank. Equations: Documentation/Models/Training.md.
public struct TrainingEstimator: Sendable {
  let job: TrainingJob
  let chip: Chip
  let platform: TrainingPlatform
  let fabric: TrainingFabric
  let model: LayerModel
  /// Of layers that stay in 16 bits.
  let wide: LayerModel?

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

  public init(
    _ job: TrainingJob, on system: System, chip: Chip, platform: TrainingPlatform, facts: Facts = Facts()
  ) throws {
    self.job = job
    self.chip = chip
    self.platform = platform
    fabric = TrainingFabric(
      try Fabric(system, chip: chip), ranks: job.plan.ranks, network: platform.network, scaleOut: facts.scaleOut)
    model = LayerModel(
      job, chip: chip, platform: platform, format: job.recipe.format, powerLimit: facts.powerLimit)
    wide =
      job.recipe.layersIn16Bits > 0
      ? LayerModel(job, chip: chip, platform: platform, format: .bf16, powerLimit: facts.powerLimit) : nil
  }

  var isSharded: Bool { job.plan.sharding == .parameters }

  /// - Parameter simulates: whether the pipeline is simulated, or taken by its formula: m micro-batches on the slowest
  ///   rank and the other ranks' chunks once.
  public func estimate(simulates: Bool = true) throws -> TrainingStep {
    let chunks = chunkTimes()
    let send = sendTime
    let pipeline = try pipelined(chunks, send: send, simulates: simulates)
    let traffic = dataTraffic(chunks)
    let update = model.vector(updatedParameters * platform.elementwise.optimizer.value)
    let around = platform.host.step.value.value
    let sum = pipeline.time + traffic + update + around
    let time = sum * platform.host.slowest.value
    let slowest = pipeline.slowest
    let count = Double(job.microbatches)
    func seconds(_ value: Double) -> Seconds { Seconds(max(0, value)) }
    let layers = slowest.layers * count
    let ends = slowest.ends * count
    let waits = (slowest.waits + slowest.layers.waitForward + slowest.layers.waitBackward) * count
    let parts = TrainingStep.Parts(
      forward: seconds(layers.forward), backward: seconds(layers.inputGradient + layers.weightGradient),
      recompute: seconds(layers.recompute), tensorTraffic: seconds(layers.tensorForward + layers.tensorBackward),
      contextTraffic: seconds(layers.contextForward + layers.contextBackward),
      expertTraffic: seconds(layers.expertForward + layers.expertBackward), ends: seconds(ends),
      waits: seconds(waits), bubble: seconds(pipeline.time - slowest.whole * count), dataTraffic: seconds(traffic),
      optimizer: seconds(update), other: seconds(time - sum + around))
    return TrainingStep(
      job: job, time: Seconds(time), parts: parts, pipeline: pipeline.summary,
      memory: TrainingMemory(of: job, chip: chip, platform: platform),
      flopsPerToken: ModelFLOPs(job).perToken(.causal), peak: FLOPsPerSecond(model.kernels.peak(.bf16)))
  }

  // MARK: pipeline

  private struct Pipelined {
    var time: Double
    var slowest: ChunkTimes
    var summary: TrainingStep.PipelineSummary?
  }

  /// Hidden values between two stages; 0 without a pipeline.
  private var sendTime: Double {
    guard job.plan.pipeline > 1 else { return 0 }
    let stride = job.plan.tensor * job.plan.context * job.plan.data
    return fabric.send(2 * job.localTokens * job.hidden, stride: stride)
  }

  /// Simulates as many micro-batches as show the steady state, and adds the rest at its pace.
  private func pipelined(_ chunks: [ChunkTimes], send: Double, simulates: Bool) throws -> Pipelined {
    let plan = job.plan
    let byRank = (0..<plan.pipeline).map { rank -> ChunkTimes in
      // With two directions each chunk sees half of the micro-batches.
      let share = plan.schedule == .dualPipe ? 0.5 : 1
      return job.chunks(ofRank: rank).map { chunks[$0] }.reduce(ChunkTimes()) { Self.sum($0, $1, share) }
    }
    let slowest = byRank.max { $0.whole < $1.whole } ?? ChunkTimes()
    guard plan.pipeline > 1 else {
      return Pipelined(time: Double(job.microbatches) * slowest.whole, slowest: slowest)
    }
    // A plain 1F1B sends between its steps; other schedules send under them where the recipe says so.
    let isHidden = job.recipe.overlap.pipeline && plan.schedule != .oneForwardOneBackward && plan.schedule != .gPipe
    let blocking = isHidden ? 0 : send
    guard simulates else {
      let count = Double(job.microbatches)
      let others = byRank.reduce(0) { $0 + $1.whole } - slowest.whole
      let sends = 2 * send * (Double(plan.pipeline - 1) + (isHidden ? 0 : count * Double(plan.virtual)))
      return Pipelined(time: count * slowest.whole + others / Double(plan.virtual) + sends, slowest: slowest)
    }
    let times = PipelineTimes(
      forward: chunks.map { Seconds($0.forward + blocking) },
      inputGradient: chunks.map { Seconds($0.inputGradient + blocking) },
      weightGradient: chunks.map { Seconds($0.weightGradient) }, transfer: Seconds(isHidden ? send : 0))
    let all = job.microbatches
    let least = plan.pipeline * 3
    guard all > least + plan.pipeline else {
      let run = try run(times, microbatches: all)
      let summary = TrainingStep.PipelineSummary(timeline: run, bubble: run.bubble)
      return Pipelined(time: span(of: run), slowest: slowest, summary: summary)
    }
    let few = least + all % plan.pipeline
    let shown = try run(times, microbatches: few + plan.pipeline)
    let pace = (span(of: shown) - span(of: try run(times, microbatches: few))) / Double(plan.pipeline)
    let time = span(of: shown) + pace * Double(all - few - plan.pipeline)
    let busy = byRank.reduce(0) { $0 + $1.whole } / Double(plan.pipeline) * Double(all)
    return Pipelined(
      time: time, slowest: slowest, summary: .init(timeline: shown, bubble: max(0, 1 - busy / time)))
  }

  private func run(_ times: PipelineTimes, microbatches: Int) throws -> PipelineTimeline {
    let plan = job.plan
    let schedule = try PipelineSchedule(
      plan.schedule, ranks: plan.pipeline, microbatches: microbatches, virtual: plan.virtual)
    guard let timeline = schedule.simulate(times) else {
      throw Problem("schedule", "its steps wait for each other", wayOut: "use 1F1B")
    }
    return timeline
  }

  /// A schedule whose optimizer waits for no other rank counts from its own first step to its last.
  private func span(of timeline: PipelineTimeline) -> Double {
    switch job.plan.schedule {
    case .zeroBubbleH2, .zeroBubbleV:
      return timeline.spans.map { ($0.last?.end.value ?? 0) - ($0.first?.start.value ?? 0) }.max() ?? 0
    default: return timeline.duration.value
    }
  }

  private static func sum(_ left: ChunkTimes, _ right: ChunkTimes, _ share: Double) -> ChunkTimes {
    var sum = left
    sum.forward += right.forward * share
    sum.inputGradient += right.inputGradient * share
    sum.weightGradient += right.weightGradient * share
    sum.layers = sum.layers + right.layers * share
    sum.ends += right.ends * share
    sum.waits += right.waits * share
    return sum
  }
}
