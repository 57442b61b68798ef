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
  /// Of the whole run; only a step is answered where nil.
  public var tokens: Double?
  public var failures: FailureModel
  public var checkpointInterval: Seconds?
  public var pricePerChipHour: Dollars?
  public var draws = 1000

  public init(
    job: TrainingJob, system name: String, tokens: Double? = nil, checkpointInterval: Seconds? = nil,
    pricePerChipHour: Dollars? = nil, failures stops: String = "large runs", draws: Int = 1000,
    in catalog: Catalog
  ) throws {
    self.job = job
    system = try placed("system") { try catalog.system(name) }
    systemName = system.name
    chip = try catalog.chip(system.chip)
    platform = try catalog.trainingPlatform(of: chip.name)
    failures = try placed("failures") { try catalog.failureModel(stops) }
    compared =
      try catalog.resourcePath("catalog/published/training-compared.yaml")
      .map { try Node.read(path: $0).decode(TrainingCompared.self) } ?? TrainingCompared(groups: [])
    self.tokens = tokens
    self.checkpointInterval = checkpointInterval
    self.pricePerChipHour = pricePerChipHour
    self.draws = draws
    let ranks = job.plan.ranks
    let most = system.chips.value * chip.dies.value
    guard ranks <= most || system.scales == true else {
      throw Problem(
        "chips", "\(ranks) ranks are more than the \(most) of \(system.name)",
        wayOut: "use a smaller plan, or a system that scales")
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
    let run = tokens.map { total in
      TrainingRun(
        step: step.time, tokensPerStep: job.tokensPerStep, tokens: total, chips: chips,
        checkpointPerChip: checkpointBytes / Double(chips), failures: failures, interval: checkpointInterval
      ).simulate(draws: draws, seed: seed)
    }
    let hours = run.map { $0.days.p50 * 24 * Double(chips) }
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
      failures: failures.name, unknown: failures.unknown ?? [],
      power: power, energy: run.map { power * Seconds($0.days.p50 * 86_400) }, chipHours: hours,
      cost: hours.flatMap { count in pricePerChipHour.map { $0 * count } },
      validity: compared.validity(of: job, chip: chip.name, chips: chips, platform: platform.name))
  }

  /// Weights in 16 bits, master and moments: 14 bytes a parameter with FP32 moments.
  private var checkpointBytes: Bytes {
    let count = ParameterCount(job.architecture)
    let each = 2 + job.recipe.state.master + job.recipe.state.moments
    return Bytes(Double(count.main.total + count.multiTokenPrediction.total) * each)
  }
}
