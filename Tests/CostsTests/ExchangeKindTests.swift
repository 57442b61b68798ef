import Costs
import Formats
import Hardware
import Models
import Testing
import Units

@Suite struct ExchangeKindTests {
  private func model(_ plan: ParallelPlan) throws -> StepModel {
    try StepModel(
      architecture: deepSeek, machine: Machine(system: "HGX H200", engine: "SGLang", in: catalog), plan: plan,
      precision: Precision(weights: .fp8Block))
  }

  @Test("without attention data parallel dies sum their experts, with it tokens are gathered and sums scattered")
  func kinds() throws {
    let shared = try model(ParallelPlan(tensor: 8))
    let split = try model(ParallelPlan(data: 8, expert: 8))
    let one = shared.estimate(StepWork(decode: .init(requests: 64, context: [64 * 2000])))
    let other = split.estimate(StepWork(decode: .init(requests: 8, context: [8 * 2000])))
    #expect(one.operators.contains { $0.name == "all-reduce" })
    #expect(!one.operators.contains { $0.name == "gather tokens" })
    #expect(other.operators.contains { $0.name == "gather tokens" })
    #expect(!other.operators.contains { $0.name == "all-reduce" })
    // The same 64 tokens meet as many experts: each die reads an eighth of the bytes either way, but for activations.
    func bytes(_ step: StepEstimate) -> Double {
      step.operators.filter { $0.kind == .expertFeedForward }.reduce(0) { $0 + $1.bytes.value }
    }
    #expect(abs(bytes(one) / bytes(other) - 1) < 0.05)
    // Latents are whole on every tensor-parallel die: eight times the cache reads of data parallel ranks.
    func cache(_ step: StepEstimate) -> Double {
      step.operators.first { $0.name == "latent attention" }?.bytes.value ?? 0
    }
    #expect(abs(cache(one) / cache(other) - 8) < 0.01)
  }

  @Test("a rank with few tokens beside busy ones still computes experts for all of them")
  func uneven() throws {
    let split = try model(ParallelPlan(data: 8, expert: 8))
    let decode = StepWork.Decode(requests: 8, context: [8 * 2000])
    let level = split.seconds(StepWork(decode: decode))
    #expect(split.seconds(StepWork(decode: decode, instanceTokens: 64)) == level)
    #expect(split.seconds(StepWork(decode: decode, instanceTokens: 4096)) > level)
    #expect(split.seconds(StepWork(decode: decode, instanceTokens: 8)) < level)
  }

  @Test("DeepSeek in FP8 fits on eight H200 and not on eight H100, by 671 GB of weights")
  func memory() throws {
    let plan = try model(ParallelPlan(tensor: 8)).memoryPlan(requestsPerRank: 64, tokensPerRank: 8192)
    #expect(plan.shortfall == nil)
    let weights = plan.items.filter { ["experts", "attention weights", "dense weights"].contains($0.name) }
    #expect(abs(weights.reduce(0) { $0 + $1.size.value } / 84e9 - 1) < 0.03)
    #expect(plan.bytesPerToken.value == 61 * 576 * 2)
    let other = try StepModel(
      architecture: deepSeek, machine: Machine(system: "HGX H100", engine: "SGLang", in: catalog),
      plan: ParallelPlan(tensor: 8), precision: Precision(weights: .fp8Block))
    #expect(other.memoryPlan(requestsPerRank: 64, tokensPerRank: 8192).shortfall != nil)
  }
}
