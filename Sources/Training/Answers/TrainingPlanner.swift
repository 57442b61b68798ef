import Costs
import Formats
import Hardware
import Models
import Units

/// Finds the plan of the shortest step on a number of chips: every plan of a space, less those that provably cannot
/// win.
///
/// A plan is passed over without an estimate where memory is short, and where the bubble of its schedule and its
/// layers' products at the chip's peak alone take longer than the best found: both are lower bounds.
public struct TrainingPlanner: Sendable {
  public var architecture: Architecture
  public var sequenceLength: Int
  public var globalBatch: Int
  public var ranks: Int
  public var recipe: TrainingRecipe
  public var system: System
  public var chip: Chip
  public var platform: TrainingPlatform
  /// Sequences of a micro-batch that are tried.
  public var microbatches = [1, 2, 4, 8]

  public init(
    _ architecture: Architecture, sequenceLength: Int, globalBatch: Int, ranks: Int, recipe: TrainingRecipe,
    system: System, chip: Chip, platform: TrainingPlatform
  ) {
    self.architecture = architecture
    self.sequenceLength = sequenceLength
    self.globalBatch = globalBatch
    self.ranks = ranks
    self.recipe = recipe
    self.system = system
    self.chip = chip
    self.platform = platform
  }

  public struct Answer: Sendable {
    /// The best, fastest first.
    public var best: [Candidate]
    public var tried: Int
    public var invalid: Int
    public var withoutMemory: Int
    public var bounded: Int
    public var estimated: Int
  }

  public struct Candidate: Sendable {
    public var plan: TrainingPlan
    public var recompute: Recompute
    public var time: Seconds
    public var memory: Bytes
  }

  /// - Parameter keeping: how many of the best are kept.
  public func plan(keeping: Int = 5) throws -> Answer {
    var answer = Answer(best: [], tried: 0, invalid: 0, withoutMemory: 0, bounded: 0, estimated: 0)
    for plan in plans {
      for recompute in recomputes {
        answer.tried += 1
        var own = recipe
        own.recompute = recompute
        guard
          let job = try? TrainingJob(
            architecture, sequenceLength: sequenceLength, globalBatch: globalBatch, plan: plan, recipe: own)
        else {
          answer.invalid += 1
          continue
        }
        let memory = TrainingMemory(of: job, chip: chip, platform: platform)
        guard memory.fits else {
          answer.withoutMemory += 1
          continue
        }
        let worst = answer.best.count == keeping ? answer.best[keeping - 1].time.value : .infinity
        guard leastTime(job) < worst else {
          answer.bounded += 1
          continue
        }
        let step = try TrainingEstimator(job, on: system, chip: chip, platform: platform).estimate(
          simulates: false)
        answer.estimated += 1
        answer.best.append(Candidate(plan: plan, recompute: recompute, time: step.time, memory: memory.peak))
        answer.best.sort { ($0.time, $0.plan.words) < ($1.time, $1.plan.words) }
        answer.best = Array(answer.best.prefix(keeping))
      }
    }
    return answer
  }

  /// Useful and repeated products at the peak, with the bubble of the schedule: no estimate is shorter.
  private func leastTime(_ job: TrainingJob) -> Double {
    let peak = KernelTimes(chip).peak(recipe.format)
    let flops = ModelFLOPs(job).perToken(.causal).value * job.tokensPerStep
    let again = job.recipe.recompute == .full ? 4.0 / 3 : 1
    let stages = Double(job.plan.pipeline), virtual = Double(job.plan.virtual)
    // The head is on one stage and attention may be narrow: products of the layers alone, without either.
    let layers = 6 * layerParameters * job.tokensPerStep
    let work = min(flops, layers) * again / peak / Double(ranks)
    return work * (1 + (stages - 1) / virtual / Double(job.microbatches))
  }

  private var layerParameters: Double {
    architecture.layers.reduce(0) { sum, group in
      let active = group.activeParameters(hiddenSize: architecture.hiddenSize)
      return sum + Double(group.count) * Double(active.total - active[.norms] - active[.router])
    }
  }

  private var recomputes: [Recompute] { [.none, .selective([.coreAttention, .layerNorm]), .full] }

  /// Every division of the ranks: tensor groups within a domain, stages of whole layers, data for the rest.
  private var plans: [TrainingPlan] {
    let domain = (system.scaleUp?.domain?.value ?? system.chips.value) * chip.dies.value
    let layers = architecture.layerCount
    var list: [TrainingPlan] = []
    for tensor in Self.powers(atMost: min(domain, ranks, 64)) {
      for pipeline in Self.divisors(of: ranks / tensor) where ranks % tensor == 0 && pipeline <= layers {
        let data = ranks / tensor / pipeline
        for expert in experts(data * tensor) {
          for microbatch in microbatches where globalBatch % (data * microbatch) == 0 {
            for virtual in virtuals(pipeline, layers) {
              list.append(
                TrainingPlan(
                  tensor: tensor, pipeline: pipeline, virtual: virtual, data: data, expert: expert,
                  sharding: .optimizer, microbatch: microbatch))
            }
            if pipeline == 1 {
              list.append(
                TrainingPlan(
                  tensor: tensor, data: data, expert: expert, sharding: .parameters, microbatch: microbatch))
            }
          }
        }
      }
    }
    return list
  }

  private func virtuals(_ pipeline: Int, _ layers: Int) -> [Int] {
    guard pipeline > 1 else { return [1] }
    return [1, 2, 3, 4, 6, 8].filter { pipeline * $0 <= layers }
  }

  private func experts(_ hosts: Int) -> [Int] {
    guard let mixture = architecture.mixture else { return [1] }
    return Self.powers(atMost: min(hosts, mixture.experts)).filter { mixture.experts % $0 == 0 && hosts % $0 == 0 }
  }

  static func powers(atMost limit: Int) -> [Int] {
    var list = [1]
    while let last = list.last, last * 2 <= limit { list.append(last * 2) }
    return list
  }

  static func divisors(of number: Int) -> [Int] { (1...max(1, number)).filter { number % $0 == 0 } }
}
