import Formats
import Hardware
import Models
import Testing
import Training
import Units

/// What must hold of any step.
struct StepTests {
  private func estimate(
    _ job: TrainingJob, system name: String = "HGX H100", facts: TrainingEstimator.Facts = .init()
  ) throws -> TrainingStep {
    let catalog = Catalog()
    let system = try catalog.system(name)
    let chip = try catalog.chip(system.chip)
    let platform = try catalog.trainingPlatform(of: chip.name)
    return try TrainingEstimator(job, on: system, chip: chip, platform: platform, facts: facts).estimate()
  }

  private func job(
    _ plan: TrainingPlan, batch: Int = 64, _ recipe: TrainingRecipe = .init(), length: Int = 8192
  ) throws -> TrainingJob {
    try TrainingExamples.llama8BJob(plan, batch: batch, recipe: recipe, length: length)
  }

  @Test("the parts of a step add up to its time, and none is negative")
  func partsAddUp() throws {
    let plans = [
      TrainingPlan(data: 8), TrainingPlan(tensor: 4, pipeline: 4, virtual: 2, data: 4),
      TrainingPlan(tensor: 2, context: 2, data: 16), TrainingPlan(data: 64, sharding: .parameters),
    ]
    for plan in plans {
      let step = try estimate(job(plan))
      let sum = step.parts.named.reduce(0) { $0 + $1.time.value }
      #expect(abs(sum - step.time.value) < 1e-9 * step.time.value, "\(plan.words)")
      #expect(step.parts.named.allSatisfy { $0.time.value >= 0 }, "\(plan.words)")
    }
  }

  @Test("no step is shorter than its useful work at the peak")
  func roofline() throws {
    for plan in [TrainingPlan(data: 8), TrainingPlan(tensor: 8, data: 8), TrainingPlan(pipeline: 4, data: 16)] {
      let step = try estimate(job(plan))
      let least = step.flopsPerToken.value * step.job.tokensPerStep / (step.peak.value * Double(plan.ranks))
      #expect(step.time.value > least && step.modelUtilisation < 1)
    }
  }

  @Test("a faster scale-out network is never slower, and a higher power limit neither")
  func monotone() throws {
    let plan = TrainingPlan(tensor: 4, pipeline: 2, data: 32)
    var last = Double.infinity
    for rate in [5.0, 10, 40, 100] {
      let time = try estimate(job(plan, batch: 128), facts: .init(scaleOut: .gigabytesPerSecond(rate))).time.value
      #expect(time <= last)
      last = time
    }
    let low = try estimate(job(plan, batch: 128), facts: .init(powerLimit: .watts(500)))
    let high = try estimate(job(plan, batch: 128), facts: .init(powerLimit: .watts(700)))
    #expect(low.time > high.time)
  }

  @Test("recompute costs a third of the layers' work and saves memory; overlap never costs time")
  func trades() throws {
    let plan = TrainingPlan(tensor: 4, data: 8)
    let plain = try estimate(job(plan)), full = try estimate(job(plan, .init(recompute: .full)))
    #expect(full.time > plain.time && full.memory.peak < plain.memory.peak)
    #expect(full.parts.recompute.value > 0.9 * plain.parts.forward.value)
    // What is recomputed keeps the cores busy and is no useful work.
    #expect(plain.hardwareUtilisation == plain.modelUtilisation)
    let useful = full.parts.forward + full.parts.backward
    let busy = full.modelUtilisation * ((useful + full.parts.recompute) / useful)
    #expect(full.hardwareUtilisation > 1.2 * full.modelUtilisation && abs(full.hardwareUtilisation - busy) < 1e-12)
    #expect(full.kernelShare > 0 && full.kernelShare <= 1)
    let bare = TrainingRecipe(overlap: .init(gradients: false, parameters: false, tensor: false))
    let covered = TrainingRecipe(overlap: .init(tensor: true))
    let fast = try estimate(job(plan, covered)), slow = try estimate(job(plan, bare))
    #expect(fast.time < slow.time)
  }

  @Test("more virtual stages have a smaller bubble, and zero-bubble schedules the smallest")
  func bubbles() throws {
    func bubble(_ virtual: Int, _ schedule: PipelineSchedule.Kind? = nil) throws -> Double {
      let plan = TrainingPlan(pipeline: 4, virtual: virtual, data: 1, schedule: schedule)
      return try #require(try estimate(job(plan, batch: 16, length: 2048)).pipeline).bubble
    }
    let plain = try bubble(1), two = try bubble(2), four = try bubble(4), zero = try bubble(1, .zeroBubbleH1)
    #expect(plain > two && two > four && plain > zero)
  }

  @Test("a long batch's pipeline, shortened and continued at its pace, equals the whole simulation")
  func pace() throws {
    // 24 micro-batches are simulated whole and in the shortened way: 3 p + p = 16 < 24.
    let stages = ScheduleTests.uniform(8, 3, 4, 2)
    var times = stages
    times.forward[3] = .seconds(5)
    func span(_ count: Int) throws -> Double {
      let schedule = try PipelineSchedule(.interleaved, ranks: 4, microbatches: count, virtual: 2)
      return try #require(schedule.simulate(times)).duration.value
    }
    let long = try span(16)
    let pace = (long - (try span(12))) / 4
    let whole = try span(24)
    #expect(whole == long + pace * 8)
  }

  @Test("a plan that cannot be is refused with a plan that can")
  func refusals() throws {
    func words(_ plan: TrainingPlan, batch: Int = 64) -> String {
      do {
        _ = try job(plan, batch: batch)
        return ""
      } catch { return "\(error)" }
    }
    #expect(words(TrainingPlan(tensor: 3, data: 8)).contains("3 does not divide 32 attention heads; use 2"))
    #expect(words(TrainingPlan(data: 48), batch: 64).contains("not a multiple of DP 48 × micro-batch 1; use 48"))
    #expect(words(TrainingPlan(pipeline: 64, data: 1)).contains("64 stages are more than 32 layers"))
    #expect(words(TrainingPlan(data: 8, expert: 4)).contains("has no experts; leave it out"))
    #expect(
      words(TrainingPlan(pipeline: 4, virtual: 2, data: 1), batch: 6)
        .contains("6 micro-batches are not a multiple of 4 stages"))
  }
}
