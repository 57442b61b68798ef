import Formats
import Models
import Testing
import Training
import Units

/// Examples 1 to 5 of the rules of training memory, each computable by hand.
struct MemoryTests {
  static func close(_ value: Double, _ expected: Double, within share: Double = 0.001) -> Bool {
    abs(value - expected) <= share * abs(expected)
  }

  static func platform() throws -> TrainingPlatform { try Catalog().trainingPlatform(of: "NVIDIA A100") }

  @Test("example 1: a middle stage of 175B on TP 8 and PP 8 has 18 bytes × 2.718 G parameters, 45.56 GiB")
  func stateOfGPT() throws {
    let job = try TrainingExamples.gpt175B(sequenceParallel: true, recompute: .full)
    let memory = TrainingMemory(of: job, capacity: .gibibytes(80), platform: try Self.platform())
    // 12 h² L / (t p) = 12 · 12,288² · 96 / 64 = 2.718 G.
    let parameters: Double = 12 * 12_288 * 12_288 * 96 / 64
    #expect(Self.close(memory.stages[3].state.value, 18 * parameters))
    #expect(Self.close(memory.stages[3].state.value / 1_073_741_824, 45.56))
    // The embedding comes on top on the first stage: 51,200 · 12,288 / 8 · 18 bytes.
    let table = memory.stages[0].state - memory.stages[3].state
    let expected: Double = 51_200 * 12_288 / 8 * 18
    #expect(Self.close(table.value, expected))
  }

  @Test("example 2: Llama 3 8B under FSDP over 8 has 16 bytes a parameter, 16.1 GB a rank")
  func stateOfLlama() throws {
    let job = try TrainingExamples.llama8BJob(TrainingPlan(data: 8, sharding: .parameters), batch: 8)
    let memory = TrainingMemory(of: job, capacity: .gibibytes(80), platform: try Self.platform())
    #expect(Self.close(memory.stages[0].state.value, 8.03e9 * 16 / 8))
  }

  @Test("example 3: a layer of 175B keeps 578.8, 358.6, 107.0 and 50.3 MB")
  func activationsOfGPT() throws {
    func megabytes(_ sequenceParallel: Bool, _ recompute: Recompute) throws -> Double {
      let job = try TrainingExamples.gpt175B(sequenceParallel: sequenceParallel, recompute: recompute)
      return ActivationMemory(job: job).bytes(of: job.architecture.layers[0]) / 1e6
    }
    #expect(Self.close(try megabytes(false, .none), 578.8))
    #expect(Self.close(try megabytes(true, .none), 358.6))
    #expect(Self.close(try megabytes(true, .selective([.coreAttention])), 107.0))
    #expect(Self.close(try megabytes(false, .full), 50.3))
  }

  @Test("example 3: interleaved, the first stage holds 96 × (1 + 7/24) layers' activations, 66.84 GiB")
  func activationsInFlight() throws {
    let job = try TrainingExamples.gpt175B(sequenceParallel: false, recompute: .none)
    let memory = TrainingMemory(of: job, capacity: .gibibytes(80), platform: try Self.platform())
    #expect(Self.close(memory.stages[0].activations.value / 1_073_741_824, 66.844))
    let selective = try TrainingExamples.gpt175B(sequenceParallel: true, recompute: .selective([.coreAttention]))
    let layer = ActivationMemory(job: selective).bytes(of: selective.architecture.layers[0])
    let held = layer * 96 * (1 + 7.0 / 24)
    #expect(Self.close(held / 1_073_741_824, 12.352))
  }

  @Test("example 4: Llama 3 8B keeps 139,392 bytes a token and layer, 8,192 where all is computed again")
  func activationsOfLlama() throws {
    let plain = try TrainingExamples.llama8BJob(TrainingPlan(data: 8), batch: 8)
    let layer = plain.architecture.layers[0]
    #expect(ActivationMemory(job: plain).bytes(of: layer) == 8192 * 139_392)
    let full = try TrainingExamples.llama8BJob(TrainingPlan(data: 8), batch: 8, recipe: .init(recompute: .full))
    #expect(ActivationMemory(job: full).bytes(of: layer) == 8192 * 8192)
    // 32 layers: 36.5 GB.
    let whole: Double = 32 * 8192 * 139_392
    #expect(Self.close(whole / 1e9, 36.5, within: 0.002))
  }

  @Test("with FP8 products their inputs are kept in 8 bits: 120,960 bytes a token and layer, 92,288 with FP8 gates too")
  func activationsIn8Bits() throws {
    func bytes(_ recipe: TrainingRecipe) throws -> Double {
      let job = try TrainingExamples.llama8BJob(TrainingPlan(data: 8), batch: 8, recipe: recipe)
      return ActivationMemory(job: job).bytes(of: job.architecture.layers[0]) / 8192
    }
    // Norms 2 (2 + 1) h, queries, keys, values and output 2 · 10,240 and 4 a, the output's copy 4,096, MLP 5 f.
    let plain: Double = 6 * 4096 + 2 * 10_240 + 4 * 32 + 4096 + 5 * 14_336
    #expect(try bytes(.init(products: .fp8Current)) == plain && plain == 120_960)
    #expect(try bytes(.init(products: .fp8Current, keepsGatesIn8Bits: true)) == plain - 2 * 14_336)
    #expect(try bytes(.init(products: .fp8Current, keepsInputsIn16Bits: true)) == 139_392)
    // NVFP4's inputs take half a byte.
    #expect(try bytes(.init(products: .nvfp4)) < plain)
  }

  @Test("example 5: logits of 8,192 tokens and 128,256 rows are 2.10 GB in BF16 and 4.20 GB in FP32")
  func logits() throws {
    let job = try TrainingExamples.llama8BJob(TrainingPlan(data: 8), batch: 8)
    // Megatron keeps both; the head's input and norm take 4 bytes of 4,096 a token more.
    let kept = ActivationMemory(job: job).head - 4 * 8192 * 4096
    #expect(Self.close(kept, 2.10e9 + 4.20e9, within: 0.003))
  }

  @Test("more sharding never needs more state, and more recompute never keeps more activations")
  func monotone() throws {
    let platform = try Self.platform()
    var last = Double.infinity
    for sharding in TrainingPlan.Sharding.allCases {
      let state = OptimizerState(weights: 4, gradients: 4, master: 0, moments: 8)
      let job = try TrainingExamples.llama8BJob(
        TrainingPlan(data: 16, sharding: sharding), batch: 16, recipe: .init(state: state))
      let held = TrainingMemory(of: job, capacity: .gibibytes(80), platform: platform).stages[0].state.value
      #expect(held < last)
      last = held
    }
    let recomputes: [Recompute] = [
      .none, .selective([.layerNorm]), .selective([.layerNorm, .denseFeedForward]), .full,
    ]
    let kept = try recomputes.map { recompute in
      let job = try TrainingExamples.llama8BJob(
        TrainingPlan(data: 8), batch: 8, recipe: .init(recompute: recompute))
      return ActivationMemory(job: job).bytes(of: job.architecture.layers[0])
    }
    #expect(kept == kept.sorted(by: >) && Set(kept).count == kept.count)
  }
}
