import Formats
import Hardware
import Models
import Testing
import Training
import Units

/// Operations, traffic, checkpoints: examples 9 to 14, and what must hold of any step.
struct WorkTests {
  private func close(_ value: Double, _ expected: Double, within share: Double = 0.005) -> Bool {
    MemoryTests.close(value, expected, within: share)
  }

  @Test("example 9: 405B on TP 8 and CP 2 sends 470 MB a layer forward")
  func tensorTraffic() throws {
    let model = try Architecture(named: "Llama-3.1-405B", in: Catalog())
    let plan = TrainingPlan(tensor: 8, context: 2, pipeline: 2, data: 1)
    let job = try TrainingJob(model, sequenceLength: 8192, globalBatch: 4, plan: plan, recipe: .init())
    // 4 · 7/8 · 2 s b h / c = 4 · 7/8 · 134 MB.
    #expect(close(TrainingTraffic(job).tensorForwardPerLayer.value, 470e6))
    #expect(close(TrainingTraffic(job).tensorForwardPerLayer.value / 450e9 * 1e3, 1.04))
  }

  @Test("example 10: 70B under FSDP on 64 sends 417 GB a micro-batch and rank")
  func shardedTraffic() throws {
    let model = try Architecture(named: "Llama-3.1-70B", in: Catalog())
    let plan = TrainingPlan(data: 64, sharding: .parameters)
    let job = try TrainingJob(model, sequenceLength: 8192, globalBatch: 64, plan: plan, recipe: .init())
    #expect(close(TrainingTraffic(job).shardedPerMicrobatch.value, 417e9))
    #expect(close(TrainingTraffic(job).shardedPerMicrobatch.value / 50e9, 8.3, within: 0.01))
  }

  @Test("example 11: DeepSeek-V3 sends 117 MB in FP8 to four nodes, and 235 MB back in BF16")
  func expertTraffic() throws {
    let model = try Architecture(named: "DeepSeek-V3", in: Catalog())
    let plan = TrainingPlan(data: 64, expert: 64)
    let job = try TrainingJob(model, sequenceLength: 4096, globalBatch: 64, plan: plan, recipe: .init())
    #expect(close(TrainingTraffic(job).dispatch(places: 4, bytesPerValue: 1).value, 117e6))
    #expect(close(TrainingTraffic(job).dispatch(places: 4, bytesPerValue: 2).value, 235e6))
  }

  @Test("example 12: Llama 3 8B at 8K is 51.5 GFLOP a token with causal attention, 57.9 with all of it")
  func llamaFLOPs() throws {
    let job = try TrainingExamples.llama8BJob(TrainingPlan(data: 8), batch: 8)
    #expect(close(ModelFLOPs(job).perToken(.causal).value, 51.5e9, within: 0.001))
    #expect(close(ModelFLOPs(job).perToken(.full).value, 57.9e9, within: 0.001))
  }

  @Test("example 13: 175B of SC21's form is 96 B s L h² (1 + s/6h + V/16Lh) with recompute, 72 … V/12Lh without")
  func sc21FLOPs() throws {
    let job = try TrainingExamples.gpt175B(sequenceParallel: false, recompute: .full)
    let h = 12_288.0, layers = 96.0, s = 2048.0, v = 51_200.0
    let again = 96 * layers * h * h * (1 + s / (6 * h) + v / (16 * layers * h))
    let once = 72 * layers * h * h * (1 + s / (6 * h) + v / (12 * layers * h))
    var convention = ModelFLOPs.Convention.full
    #expect(close(ModelFLOPs(job).perToken(convention).value, once, within: 1e-12))
    convention.recompute = .blocks
    #expect(close(ModelFLOPs(job).perToken(convention).value, again, within: 1e-12))
  }

  @Test("example 14: writes of 30 s and stops each 3.09 h want a checkpoint each 817 s (Young), 797 s (Daly)")
  func cadence() {
    let write = Seconds(30), between = Seconds.hours(3.09)
    let young = CheckpointCadence.young(write: write, between: between)
    #expect(close(young.value, 817, within: 0.001))
    #expect(close(CheckpointCadence.daly(write: write, between: between).value, 797, within: 0.001))
    let lost = CheckpointCadence.lostShare(interval: young, write: write, restart: .zero, between: between)
    #expect(close(lost, 0.073, within: 0.01))
    // In the limit of short writes both agree, and no other interval loses less.
    let short = Seconds(0.01)
    let ratio =
      CheckpointCadence.daly(write: short, between: between) / CheckpointCadence.young(write: short, between: between)
    #expect(close(ratio, 1, within: 0.001))
    for factor in [0.5, 0.9, 1.1, 2] {
      #expect(
        CheckpointCadence.lostShare(interval: young * factor, write: write, restart: .zero, between: between) > lost)
    }
  }

  @Test("a checkpoint where stops come faster than writes is as rare as the stops")
  func hopeless() {
    #expect(CheckpointCadence.daly(write: .seconds(100), between: .seconds(40)) == .seconds(40))
  }
}
