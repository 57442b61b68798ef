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
    // The same 64 tokens meet as many experts: with slices of all of them each die reads an eighth of the bytes; with
    // whole ones the die whose experts were chosen most is waited for, 23.9 of its 32 for 20.6 in the mean.
    func bytes(_ step: StepEstimate) -> Double {
      step.operators.filter { $0.kind == .expertFeedForward }.reduce(0) { $0 + $1.bytes.value }
    }
    #expect((1.1...1.2).contains(bytes(other) / bytes(one)))
    // Latents are whole on every tensor-parallel die: eight times the cache reads of data parallel ranks.
    func cache(_ step: StepEstimate) -> Double {
      step.operators.first { $0.name == "latent attention" }?.bytes.value ?? 0
    }
    #expect(abs(cache(one) / cache(other) - 8) < 0.01)
  }

  @Test("ordering tokens by their experts costs half of its whole with 128 tokens, and nothing where none was measured")
  func ordering() throws {
    func seconds(_ system: String, requests: Double) throws -> Double {
      let model = try StepModel(
        architecture: deepSeek, machine: Machine(system: system, engine: "vLLM", in: catalog),
        plan: ParallelPlan(tensor: 8), precision: Precision(weights: .fp8Block))
      let step = model.estimate(StepWork(decode: .init(requests: requests, context: [requests * 1000])))
      return (step.operators.first { $0.name == "order tokens" }?.time.value ?? 0) / 58
    }
    // 23 us: fit of vLLM's kernels for FP8 with blocks on the H200.
    #expect(try abs(seconds("HGX H200", requests: 128) - 11.5e-6) < 0.1e-6)
    #expect(try abs(seconds("HGX H200", requests: 32) - 4.6e-6) < 0.1e-6)
    #expect(try seconds("HGX H800", requests: 128) == 0)
  }

  @Test("a collective of a running engine waits as long as its engine says, whatever it sends")
  func waiting() throws {
    func sums(wait: Seconds, requests: Double) throws -> Double {
      var machine = try Machine(system: "HGX H200", engine: "vLLM", in: catalog)
      machine.engine.execution?.collectives.wait.value = wait
      let model = try StepModel(
        architecture: deepSeek, machine: machine, plan: ParallelPlan(tensor: 8),
        precision: Precision(weights: .fp8Block))
      let step = model.estimate(StepWork(decode: .init(requests: requests, context: [requests * 1000])))
      return step.operators.filter { $0.kind == .collective }.reduce(0) { $0 + $1.time.value }
    }
    let waits = try [1.0, 64, 512].map { requests in
      try sums(wait: .microseconds(5), requests: requests) - sums(wait: .zero, requests: requests)
    }
    // Two sums of each of 61 layers, one of the embedding and one around the head at most.
    #expect(waits.allSatisfy { (122 * 5e-6 - 1e-9...124 * 5e-6 + 1e-9).contains($0) })
    #expect(Set(waits.map { ($0 * 1e9).rounded() }).count == 1)
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
