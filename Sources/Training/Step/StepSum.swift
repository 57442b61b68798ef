import Costs
import Units

/// A step of a job as a sum: all but its pipeline is known without looking at the order of steps.
struct StepSum {
  let job: TrainingJob
  let machine: TrainingMachine
  let layout: StageLayout
  /// By kind of chunk.
  let kinds: [ChunkTimes]
  /// Of the rank with most to do.
  let slowest: ChunkTimes
  /// Work of all ranks on one micro-batch.
  let busy: Double
  /// Hidden values between two stages, and whether they travel under other steps.
  let send: Double
  let isSendHidden: Bool
  /// Seconds of traffic that nothing hides, the optimizer, and what is around a step.
  let traffic: Double
  let update: Double
  let around: Double

  init(
    _ job: TrainingJob, on machine: TrainingMachine, fabric: TrainingFabric, seconds: LayerSeconds,
    _ memory: MemoryCounter
  ) {
    self.job = job
    self.machine = machine
    layout = memory.layout
    let plan = job.plan
    let stages = StageTimes(
      job: job, machine: machine, fabric: fabric, seconds: seconds, bytes: memory.bytes)
    kinds = stages.times(layout.kinds)
    var most = -1.0, slowest = 0, busy = 0.0
    for rank in layout.chunksOfRank.indices {
      var whole = 0.0
      for chunk in layout.chunksOfRank[rank] { whole += kinds[layout.kindOf[chunk]].whole * layout.share }
      busy += whole
      if whole > most { (most, slowest) = (whole, rank) }
    }
    self.busy = busy
    self.slowest = layout.chunksOfRank[slowest].reduce(into: ChunkTimes()) { [kinds, layout] sum, chunk in
      sum.add(kinds[layout.kindOf[chunk]], share: layout.share)
    }
    send =
      plan.pipeline > 1
      ? fabric.send(2 * job.localTokens * job.hidden, stride: plan.tensor * plan.context * plan.data) : 0
    // A plain 1F1B sends between its steps; other schedules send under them where the recipe says so.
    isSendHidden =
      job.recipe.overlap.pipeline && plan.schedule != .oneForwardOneBackward && plan.schedule != .gPipe
    let first = layout.chunksOfRank[0].map { [kinds, layout] in kinds[layout.kindOf[$0]] }
    let data = DataTraffic(job: job, machine: machine, fabric: fabric, held: memory.largestParameters)
    traffic = data.seen(
      under: first.reduce(0) { $0 + $1.forward },
      first.reduce(0) { $0 + $1.inputGradient + $1.weightGradient }, firstLayer: memory.bytes.parameters.first)
    update = data.updatedParameters * machine.platform.elementwise.optimizer.value * seconds.perByte
    around = machine.platform.host.step.value.value
  }

  /// Times of the stages along the model, sends among them where nothing hides them.
  var pipelineTimes: PipelineTimes {
    let blocking = isSendHidden ? 0 : send
    return PipelineTimes(
      forward: layout.along(kinds.map { $0.forward + blocking }).map { Seconds($0) },
      inputGradient: layout.along(kinds.map { $0.inputGradient + blocking }).map { Seconds($0) },
      weightGradient: layout.along(kinds.map(\.weightGradient)).map { Seconds($0) },
      transfer: Seconds(isSendHidden ? send : 0))
  }

  /// Forward and whole backward of each stage.
  private var passes: (forward: [Double], backward: [Double]) {
    let blocking = isSendHidden ? 0 : send
    return (
      layout.along(kinds.map { $0.forward + blocking }),
      layout.along(kinds.map { $0.inputGradient + $0.weightGradient + blocking })
    )
  }

  /// Seconds that no order of the pipeline's steps is shorter than.
  var pipelineBound: Double {
    let count = job.microbatches
    guard job.plan.pipeline > 1 else { return Double(count) * slowest.whole }
    switch job.plan.schedule {
    case .gPipe, .oneForwardOneBackward, .interleaved:
      let (forward, backward) = passes
      let bound = PipelineDuration.bound(forward, backward, ranks: job.plan.pipeline, microbatches: count)
      return bound * (1 - 1e-12)
    default: return Double(count) * slowest.whole * (1 - 1e-12)
    }
  }

  /// Seconds of the pipeline; exact for GPipe, 1F1B and interleaved, the others at the pace of a long batch's end.
  func pipeline(_ orders: PipelineOrders) throws -> Double {
    let plan = job.plan
    let count = job.microbatches
    guard plan.pipeline > 1 else { return Double(count) * slowest.whole }
    switch plan.schedule {
    case .oneForwardOneBackward:
      let (forward, backward) = passes
      return PipelineDuration.oneForwardOneBackward(forward, backward, microbatches: count)
    case .gPipe:
      let (forward, backward) = passes
      return PipelineDuration.gPipe(forward, backward, microbatches: count)
    case .interleaved:
      let (forward, backward) = passes
      return try orders.interleaved(
        forward, backward, transfer: isSendHidden ? send : 0, ranks: plan.pipeline, virtual: plan.virtual,
        microbatches: count)
    default:
      let least = plan.pipeline * 3
      guard count > least + plan.pipeline else { return PipelineOrders.span(try timeline(microbatches: count)) }
      let few = least + count % plan.pipeline
      let long = PipelineOrders.span(try timeline(microbatches: few + plan.pipeline))
      let pace = (long - PipelineOrders.span(try timeline(microbatches: few))) / Double(plan.pipeline)
      return long + pace * Double(count - few - plan.pipeline)
    }
  }

  /// Each step of the first so many micro-batches.
  func timeline(microbatches: Int) throws -> PipelineTimeline {
    let plan = job.plan
    let schedule = try PipelineSchedule(
      plan.schedule, ranks: plan.pipeline, microbatches: microbatches, virtual: plan.virtual)
    guard let timeline = schedule.simulate(pipelineTimes) else {
      throw Problem("schedule", "its steps wait for each other", wayOut: "use 1F1B")
    }
    return timeline
  }

  /// Seconds of the step with a pipeline of so many.
  func time(pipeline: Double) -> Double {
    (pipeline + traffic + update + around) * machine.platform.host.slowest.value
  }

  func parts(pipeline: Double) -> TrainingStep.Parts {
    let sum = pipeline + traffic + update + around
    let count = Double(job.microbatches)
    func seconds(_ value: Double) -> Seconds { Seconds(max(0, value)) }
    let layers = slowest.layers * count
    let waits = (slowest.waits + slowest.layers.waitForward + slowest.layers.waitBackward) * count
    return TrainingStep.Parts(
      forward: seconds(layers.forward), backward: seconds(layers.inputGradient + layers.weightGradient),
      recompute: seconds(layers.recompute), tensorTraffic: seconds(layers.tensorForward + layers.tensorBackward),
      contextTraffic: seconds(layers.contextForward + layers.contextBackward),
      expertTraffic: seconds(layers.expertForward + layers.expertBackward), ends: seconds(slowest.ends * count),
      waits: seconds(waits), bubble: seconds(pipeline - slowest.whole * count), dataTraffic: seconds(traffic),
      optimizer: seconds(update), other: seconds(time(pipeline: pipeline) - sum + around))
  }
}
