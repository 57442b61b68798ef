import Models
import Units

/// Goes through one space, keeping the best.
struct TrainingSpaceSearch {
  let planner: TrainingPlanner
  let space: TrainingSpace
  let machine: TrainingMachine
  let chips: Int
  private(set) var found: TrainingSearch
  private let fabric: TrainingFabric
  private let orders: PipelineOrders
  private var layouts: [[Int]: StageLayout] = [:]
  private var costs: Shared?
  private let flopsPerToken: Double

  /// What plans that divide a layer alike share.
  private struct Shared {
    var shape: TrainingSpace.Shape
    var bytes: LayerBytes
    var seconds: LayerSeconds
  }

  init(_ planner: TrainingPlanner, _ space: TrainingSpace, _ orders: PipelineOrders) {
    self.orders = orders
    self.planner = planner
    self.space = space
    machine = planner.machines[space.machine]
    chips = space.ranks / machine.chip.dies.value
    found = TrainingSearch(goal: planner.goal)
    fabric = machine.fabric(ranks: space.ranks)
    let any = space.shapes.first.map { planner.job($0) }
    flopsPerToken = any.map { ModelFLOPs($0).perToken(.causal).value } ?? 0
  }

  mutating func run() {
    for shape in space.shapes { look(at: shape) }
  }

  private mutating func look(at shape: TrainingSpace.Shape) {
    found.tried += 1
    if let (reason, distance) = misfit(shape) {
      found.reject(reason, shape, distance: distance)
      return
    }
    let job = planner.job(shape)
    let costs = costs(of: job, shape)
    let memory = MemoryCounter(
      job, lost: machine.lost, bytes: costs.bytes, layout: layout(of: job, shape))
    let peak = memory.peak
    guard peak <= machine.capacity else {
      found.reject(.memory, shape, distance: (peak - machine.capacity).value)
      return
    }
    let sum = StepSum(job, on: machine, fabric: fabric, seconds: costs.seconds, memory)
    if planner.usesBounds, found.best.count == planner.keeping, let worst = found.best.last,
      value(sum, pipeline: sum.pipelineBound).value > worst.value
    {
      found.bounded += 1
      return
    }
    // Its steps can wait for each other in no schedule of the space.
    guard let pipeline = try? sum.pipeline(orders) else { return }
    found.estimated += 1
    let (value, energy) = value(sum, pipeline: pipeline)
    if found.best.count == planner.keeping, let worst = found.best.last, value >= worst.value { return }
    let time = sum.time(pipeline: pipeline)
    found.keep(
      .init(
        system: machine.system.name, chips: chips, plan: job.plan, planWords: job.plan.words,
        recompute: job.recipe.recompute, time: Seconds(time), memory: peak,
        energy: Joules(energy ?? self.energy(sum, pipeline: pipeline)), value: value, machine: space.machine),
      keeping: planner.keeping)
  }

  // MARK: costs

  private mutating func costs(of job: TrainingJob, _ shape: TrainingSpace.Shape) -> Shared {
    if let costs, costs.shape.hasLayers(of: shape) { return costs }
    let new = Shared(
      shape: shape, bytes: LayerBytes(job), seconds: LayerSeconds(job, on: machine, fabric: fabric))
    costs = new
    return new
  }

  private mutating func layout(of job: TrainingJob, _ shape: TrainingSpace.Shape) -> StageLayout {
    let key = [shape.pipeline, shape.virtual]
    if let known = layouts[key] { return known }
    let layout = StageLayout(of: job)
    layouts[key] = layout
    return layout
  }

  // MARK: goals

  /// In the goal's unit; joules of the step where they were counted.
  private func value(_ sum: StepSum, pipeline: Double) -> (value: Double, energy: Double?) {
    switch planner.goal {
    case .time: return (sum.time(pipeline: pipeline), nil)
    case .chipHours: return (sum.time(pipeline: pipeline) * Double(chips), nil)
    case .energy:
      let energy = energy(sum, pipeline: pipeline)
      return (energy, energy)
    }
  }

  /// Joules of a step: idle power grows with its time, and the work's share does not fall with it.
  private func energy(_ sum: StepSum, pipeline: Double) -> Double {
    let time = sum.time(pipeline: pipeline)
    let parts = sum.parts(pipeline: pipeline)
    let useful = flopsPerToken * sum.job.tokensPerStep / Double(space.ranks) / machine.kernels.peak(.bf16) / time
    return machine.watts.watts(
      chips: chips, computeUtilisation: parts.hardwareUtilisation(useful: useful),
      memoryUtilisation: parts.kernelShare(of: Seconds(time))
    ).value * time
  }

  // MARK: what cannot be

  /// Why the parts of a plan do not fit each other, and by how much they miss; nil where they do.
  private func misfit(_ shape: TrainingSpace.Shape) -> (TrainingSearch.Reason, Double)? {
    if let most = machine.mostRanks, space.ranks > most { return (.system, Double(space.ranks - most)) }
    for group in planner.architecture.layers where group.attention.heads % shape.tensor != 0 {
      return (.heads, Double(shape.tensor))
    }
    if shape.expert * shape.expertTensor > 1 {
      let hosts = shape.data * shape.context * shape.tensor
      let group = shape.expert * shape.expertTensor
      if hosts % group != 0 { return (.experts, Double(group - hosts)) }
    }
    let each = shape.data * shape.microbatch
    let batch = planner.globalBatch
    if batch % each != 0 { return (.batch, Double(min(batch % each, each - batch % each))) }
    let count = batch / each
    if shape.virtual > 1, count % shape.pipeline != 0 {
      let left = count % shape.pipeline
      return (.schedule, Double(min(left, shape.pipeline - left) * each))
    }
    return nil
  }
}

extension TrainingSearch.Rejection {
  /// The nearest plan in words, by what it misses, and what would do.
  mutating func explain(_ planner: TrainingPlanner) {
    let job = planner.job(shape)
    let machine = planner.machines[shape.machine]
    nearest =
      "\(job.plan.words) on \(machine.system.name), micro-batch \(shape.microbatch), recompute "
      + job.recipe.recompute.words
    switch reason {
    case .memory:
      let memory = TrainingMemory(of: job, capacity: machine.capacity, platform: machine.platform)
      fault = "a rank is short of \(Self.gigabytes(memory.short))"
      wayOut =
        job.changesThatFit(in: machine.capacity, platform: machine.platform).first ?? "more chips"
    case .system:
      let most = machine.mostRanks ?? 0
      fault = "\(job.plan.ranks) ranks are more than the \(most) of \(machine.system.name)"
      wayOut = "\(most / machine.chip.dies.value) chips"
    case .batch:
      let each = job.plan.data * job.plan.microbatch
      let left = job.globalBatch % each
      fault =
        "\(job.globalBatch) sequences are not a multiple of DP \(job.plan.data) × micro-batch \(job.plan.microbatch)"
      let isLess = left <= each - left && job.globalBatch > left
      wayOut = "a batch of \(isLess ? job.globalBatch - left : job.globalBatch + each - left)"
    case .heads, .experts, .schedule:
      let problem = job.faults.first
      fault = problem?.fault ?? ""
      wayOut = problem?.wayOut ?? ""
    }
  }

  private static func gigabytes(_ bytes: Bytes) -> String {
    let tenths = Int((bytes.value / 1e8).rounded(.up))
    return "\(tenths / 10).\(tenths % 10) GB"
  }
}
