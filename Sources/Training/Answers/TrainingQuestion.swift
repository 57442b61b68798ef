import Costs
import Formats
import Hardware
import Models
import Simulation
import Units

/// A job on a machine, and how long a run it is part of: what `train` is asked.
public struct TrainingQuestion: Sendable {
  public var job: TrainingJob
  public var systemName: String
  public var system: System
  public var chip: Chip
  public var platform: TrainingPlatform
  public var compared: TrainingCompared
  /// Of the whole run; only a step is answered without tokens.
  public var wishes: TrainingWishes
  public var failures: FailureModel
  public var maturity: Maturity?

  public init(job: TrainingJob, system name: String, wishes: TrainingWishes = .init(), in catalog: Catalog) throws {
    self.job = job
    self.wishes = wishes
    system = try placed("system") { try catalog.system(name) }
    systemName = system.name
    chip = try catalog.chip(system.chip)
    try job.recipe.products.check(on: chip)
    platform = try catalog.trainingPlatform(of: chip.name)
    failures = try placed("failures") { try catalog.failureModel(wishes.failures) }
    maturity =
      switch wishes.maturity {
      case .ofMaker: try catalog.maturity(ofVendor: chip.vendor)
      case .settled: nil
      case .named(let profile): try placed("maturity") { try catalog.maturity(profile) }
      }
    compared =
      try catalog.resourcePath("catalog/published/training-compared.yaml")
      .map { try Node.read(path: $0).decode(TrainingCompared.self) } ?? TrainingCompared(groups: [])
    guard chips <= system.chips.value || system.scales == true else {
      throw Problem(
        "chips", "\(chips) are more than the \(system.chips.value) of \(system.name)",
        wayOut: "give at most that, or a system of boards, which scales")
    }
    let nodes = (chips + system.chipsPerNode.value - 1) / system.chipsPerNode.value
    if let spare = wishes.spareNodes, spare > nodes {
      throw Problem(
        "--spare-nodes", "\(spare) are more than the nodes that train, \(nodes)",
        wayOut: "give at most \(nodes)")
    }
    if let tokens = wishes.tokens, tokens < job.tokensPerStep {
      throw Problem(
        "tokens", "\(Int(tokens)) are fewer than the \(Int(job.tokensPerStep)) of one step",
        wayOut: "give more, or a smaller batch")
    }
  }

  public var chips: Int { (job.plan.ranks + chip.dies.value - 1) / chip.dies.value }

  /// One step, with its pipeline.
  public func step() throws -> TrainingStep {
    try TrainingEstimator(job, on: system, chip: chip, platform: platform).estimate()
  }

  public func answer(_ step: TrainingStep, seed: Seed) -> TrainingReport {
    let perChip = Double(chip.dies.value)
    let power = PowerModel(system, chip: chip).watts(
      chips: chips, computeUtilisation: step.hardwareUtilisation, memoryUtilisation: step.kernelShare)
    let validity = compared.validity(of: job, chip: chip.name, chips: chips, platform: platform.name)
    let spread = validity.spread(uncompared: failures.uncomparedStep.value)
    let run = wishes.tokens.map { wholeRun(step, tokens: $0, spread).simulate(draws: wishes.draws, seed: seed) }
    let finished = run.flatMap { $0.finishes > 0 ? $0 : nil }
    let hours = finished.map { $0.days.p50 * 24 * Double(chips + $0.spareNodes * system.chipsPerNode.value) }
    return TrainingReport(
      model: job.architecture.name, system: systemName, chip: chip.name, chips: chips, plan: job.plan,
      planWords: job.plan.words, precision: job.recipe.products, sequenceLength: job.sequenceLength,
      globalBatch: job.globalBatch,
      step: .init(
        time: step.time, parts: step.parts, microbatches: job.microbatches, bubble: step.pipeline?.bubble ?? 0,
        tokensPerSecond: step.tokensPerSecond, tokensPerSecondAndChip: step.tokensPerSecondAndRank * perChip,
        flopsPerToken: step.flopsPerToken, modelUtilisation: step.modelUtilisation),
      memory: step.memory,
      changesThatFit: step.memory.fits
        ? [] : job.changesThatFit(in: step.memory.capacity, platform: platform), wholeRun: run,
      finish: finished.flatMap { run in wishes.start.map { TrainingFinish(run, start: $0, by: wishes.by) } },
      maturity: maturity?.name, stepSpread: spread, failures: failures.name,
      unknown: (failures.unknown ?? []) + (maturity?.unknown ?? []),
      power: power, energy: finished.map { power * Seconds($0.days.p50 * 86_400) }, chipHours: hours,
      cost: hours.flatMap { count in wishes.pricePerChipHour.map { $0 * count } },
      validity: validity)
  }

  private func wholeRun(_ step: TrainingStep, tokens: Double, _ spread: Double) -> TrainingRun {
    TrainingRun(
      step: step.time, tokensPerStep: job.tokensPerStep, tokens: tokens, chips: chips,
      chipsPerNode: system.chipsPerNode.value, checkpointPerChip: checkpointBytes / Double(chips), failures: failures,
      maturity: maturity, stackAge: wishes.stackAge, spareNodes: wishes.spareNodes, stepSpread: spread,
      interval: wishes.checkpointInterval)
  }

  /// Weights in 16 bits, master and moments: 14 bytes a parameter with FP32 moments.
  private var checkpointBytes: Bytes {
    let count = ParameterCount(job.architecture)
    let each = 2 + job.recipe.state.master + job.recipe.state.moments
    return Bytes(Double(count.main.total + count.multiTokenPrediction.total) * each)
  }
}
