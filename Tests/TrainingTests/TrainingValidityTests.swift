import Formats
import Models
import Testing
import Units

@testable import Training

/// Which parts of a job lie outside of what was compared.
struct TrainingValidityTests {
  private func job(_ plan: TrainingPlan, recipe: TrainingRecipe = TrainingRecipe(), sequence: Int = 8192) throws
    -> TrainingJob
  {
    try TrainingJob(
      Architecture(named: "Llama-3.1-8B", in: Catalog()), sequenceLength: sequence, globalBatch: 128, plan: plan,
      recipe: recipe)
  }

  /// One group of two jobs: 8 and 64 chips, TP up to 4, PP up to 2.
  private func compared() throws -> TrainingCompared {
    let jobs = [
      (job: try job(TrainingPlan(tensor: 4, pipeline: 2, data: 1)), chips: 8),
      (job: try job(TrainingPlan(data: 64)), chips: 64),
    ]
    return TrainingCompared(groups: [
      .init(chip: "a chip", mixture: false, median: 0.05, p90: 0.2, jobs: jobs)
    ])
  }

  @Test("a job within the rows has nothing outside, and one beyond them a sentence for each of its sizes")
  func axes() throws {
    let compared = try compared()
    func outside(_ job: TrainingJob, chips: Int) -> [String] {
      compared.validity(of: job, chip: "a chip", chips: chips, platform: "a platform").outside
    }
    #expect(try outside(job(TrainingPlan(tensor: 2, data: 16)), chips: 32) == [])
    #expect(
      try outside(job(TrainingPlan(tensor: 8, data: 8)), chips: 64)
        == ["Of tensor parallel 8, at most 4 were compared."])
    #expect(
      try outside(job(TrainingPlan(data: 128), sequence: 4096), chips: 128) == [
        "128 chips are more than the 64 compared.", "4096 tokens a sequence are fewer than the 8192 compared.",
      ])
    let recipe = TrainingRecipe(products: .nvfp4, recompute: .blocks(3))
    #expect(
      try outside(job(TrainingPlan(context: 2, data: 16, sharding: .parameters), recipe: recipe), chips: 32) == [
        "Of context parallel 2, none was compared.",
        "No dense models with nvfp4 products on a chip were compared.",
        "No dense models with parameters divided over data ranks (ZeRO-3, FSDP) on a chip were compared.",
        "No dense models with full recompute on a chip were compared.",
      ])
    let hybrid = try TrainingJob(
      Architecture(named: "Falcon-H1-34B", in: Catalog()), sequenceLength: 8192, globalBatch: 128,
      plan: TrainingPlan(data: 32), recipe: TrainingRecipe())
    #expect(
      outside(hybrid, chips: 32)
        .contains("No dense models with linear attention or state spaces on a chip were compared."))
    #expect(
      try outside(job(TrainingPlan(pipeline: 2, data: 8, schedule: .zeroBubbleH1)), chips: 16) == [
        "No dense models with a pipeline by zeroBubbleH1 on a chip were compared."
      ])
  }

  @Test("each thing outside widens the doubt by half, up to that of a step of which nothing was compared")
  func doubt() {
    // 0.2 / 1.645 is the wider.
    let own = 0.2 / 1.645
    for (count, wanted) in [(0, own), (1, 1.5 * own), (2, 2.25 * own), (9, 0.3)] {
      let validity = TrainingValidity(
        rows: 2, medianAbsoluteError: 0.05, p90AbsoluteError: 0.2,
        outside: [String](repeating: "something", count: count))
      #expect(abs(validity.spread(uncompared: 0.3) - wanted) < 1e-12)
    }
    #expect(TrainingValidity(rows: 0, outside: ["nothing"]).spread(uncompared: 0.3) == 0.3)
  }
}
