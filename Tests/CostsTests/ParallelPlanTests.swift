import Costs
import Formats
import Hardware
import Models
import Testing
import Units

@Suite struct ParallelPlanTests {
  private static let mixtral = Architecture(
    name: "Mixtral-8x7B", architectureClass: "MixtralForCausalLM", hiddenSize: 4096, vocabularySize: 32_000,
    tiedEmbeddings: false, maximumPositions: 32_768,
    layers: [
      LayerGroup(
        count: 32,
        attention: .grouped(
          GroupedQueryAttention(heads: 32, keyValueHeads: 8, headDimension: 128, hasInputBias: false)),
        feedForward: .mixture(
          MixtureOfExperts(
            experts: 8, expertsPerToken: 2, intermediateSize: 14_336, sharedExperts: 0, sharedIntermediateSize: 0)))
    ], multiTokenPredictionLayers: 0)

  private func model(
    _ plan: ParallelPlan, _ architecture: Architecture = mixtral, engine: String = "vLLM", drafting: Drafting = .none,
    weights: NumberFormat = .fp8
  ) throws -> StepModel {
    try StepModel(
      architecture: architecture, machine: Machine(system: "HGX H100", engine: engine, in: catalog), plan: plan,
      precision: Precision(weights: weights), drafting: drafting)
  }

  private func fault(_ plan: ParallelPlan, _ architecture: Architecture = mixtral) -> String {
    do { _ = try model(plan, architecture) } catch { return "\(error)" }
    return ""
  }

  @Test("each axis of a plan is checked with a sentence that says what would do")
  func faults() {
    #expect(
      fault(ParallelPlan(tensor: 3)).contains("plan.tensorParallel: 3 does not divide 32 attention heads; use 2 or 4"))
    #expect(fault(ParallelPlan(tensor: 4, expertTensor: 2, expert: 4)).contains("is 8 dies, and a stage has 4"))
    #expect(fault(ParallelPlan(tensor: 2, pipeline: 64)).contains("64 stages are more than the 32 layers"))
    #expect(fault(ParallelPlan(tensor: 2, redundantExperts: 4)).contains("plan.redundantExperts"))
    #expect(fault(ParallelPlan(data: 2, expert: 2, headTensor: 4)).contains("plan.headTensorParallel"))
    #expect(fault(ParallelPlan(tensor: 0)).contains("0 is no number of dies"))
    #expect(fault(ParallelPlan(tensor: 2, expert: 2), DenseOnHopperTests.llama).contains("has no experts"))
    #expect(fault(ParallelPlan(tensor: 2, expert: 2)) == "")
  }

  @Test("Mixtral on two cards fits in FP8 and in BF16: four experts a layer on each, half of 45.1 GB")
  func mixtral() throws {
    for (weights, factor) in [(NumberFormat.fp8, 1.0), (.bf16, 2.0)] {
      let plan = ParallelPlan(tensor: 2, expert: 2)
      let memory = try model(plan, weights: weights).memoryPlan(requestsPerRank: 32)
      #expect(memory.shortfall == nil)
      // 32 layers x 4 experts x 3 x 4,096 x 14,336 at one or two bytes, and 65,536 bytes of router a layer.
      let experts = try #require(memory.items.first { $0.name == "experts" }).size.value
      #expect(abs(experts - 32 * (4 * 3 * 4096 * 14_336 * factor + 4096 * 8 * 2)) < 1)
    }
    // By width the same bytes lie on each card.
    let byWidth = try model(ParallelPlan(tensor: 2)).memoryPlan(requestsPerRank: 32)
    let byExpert = try model(ParallelPlan(tensor: 2, expert: 2)).memoryPlan(requestsPerRank: 32)
    #expect(byWidth.used == byExpert.used)
  }

  @Test("no plan reads more experts than there are, and copies are added only where they are asked for")
  func copies() throws {
    #expect(try model(ParallelPlan(tensor: 1)).expertsPerRank == 8)
    #expect(try model(ParallelPlan(data: 4, expert: 4)).expertsPerRank == 2)
    #expect(try model(ParallelPlan(data: 4, expert: 4, redundantExperts: 4)).expertsPerRank == 3)
    #expect(try model(ParallelPlan(data: 2, expert: 2, redundantExperts: 100)).expertsPerRank == 8)
    let one = try model(ParallelPlan()).estimate(StepWork(decode: .init(requests: 64, context: [64 * 1000])))
    let experts = one.operators.filter { $0.kind == .expertFeedForward }.reduce(0) { $0 + $1.bytes.value }
    // 45.1 GB of experts, and less than 3% of activations.
    #expect(experts > 45.0e9 && experts < 46.4e9)
  }

  @Test("experts whole or divided by width: the same bytes and FLOPs on each die where every expert has tokens")
  func expertAxes() throws {
    let work = StepWork(decode: .init(requests: 4096, context: [4096 * 100]))
    func sums(_ plan: ParallelPlan) throws -> (Double, Double) {
      let rows = try model(plan).estimate(work).operators.filter { $0.kind == .expertFeedForward }
      return (rows.reduce(0) { $0 + $1.flops.value }, rows.reduce(0) { $0 + $1.bytes.value })
    }
    let whole = try sums(ParallelPlan(tensor: 8, expert: 8))
    let divided = try sums(ParallelPlan(tensor: 8))
    let mixed = try sums(ParallelPlan(tensor: 8, expertTensor: 2, expert: 4))
    #expect(abs(whole.0 / divided.0 - 1) < 1e-9 && abs(mixed.0 / divided.0 - 1) < 1e-9)
    // Weights alike; inputs of the experts are read by each part of a divided one.
    #expect(whole.1 < mixed.1 && mixed.1 < divided.1)
  }

  @Test("tensor parallelism divides the weights that a die reads, and a pipeline its layers' memory")
  func tensor() throws {
    func projections(_ tensor: Int) throws -> Double {
      let step = try model(ParallelPlan(tensor: tensor), DenseOnHopperTests.llama)
        .estimate(StepWork(decode: .init(requests: 1, context: [1000])))
      return step.operators.filter { [.projection, .denseFeedForward].contains($0.kind) }
        .reduce(0) { $0 + $1.bytes.value }
    }
    let one = try projections(1)
    #expect(abs(one / 68.5e9 - 1) < 0.01)
    #expect(abs(try projections(4) * 4 / one - 1) < 0.01)
    let flat = try model(ParallelPlan(tensor: 2), DenseOnHopperTests.llama).memoryPlan(requestsPerRank: 8)
    let staged = try model(ParallelPlan(tensor: 2, pipeline: 2), DenseOnHopperTests.llama)
      .memoryPlan(requestsPerRank: 8)
    func dense(_ plan: MemoryPlan) -> Double { plan.items.first { $0.name == "dense weights" }?.size.value ?? 0 }
    #expect(dense(staged) * 2 == dense(flat))
    #expect(staged.keyValueTokensPerRank > 2 * flat.keyValueTokensPerRank)
  }

  @Test("a lone request takes the sum of a pipeline's stages; many requests take less than without one")
  func pipeline() throws {
    let flat = try model(ParallelPlan(tensor: 2), DenseOnHopperTests.llama)
    let staged = try model(ParallelPlan(tensor: 2, pipeline: 2), DenseOnHopperTests.llama)
    let lone = StepWork(decode: .init(requests: 1, context: [4000]))
    let added = staged.seconds(lone) - flat.seconds(lone)
    #expect(added > .zero && added < .microseconds(20))
    let many = StepWork(decode: .init(requests: 64, context: [64 * 4000]))
    #expect(staged.seconds(many) < flat.seconds(many))
    let half = StepWork(decode: .init(requests: 32, context: [32 * 4000]))
    #expect(abs((staged.seconds(many) - flat.seconds(half)).value) < 20e-6)
  }

  @Test("drafts: a look-up costs only verification, a head a layer and logits, a model its passes")
  func drafts() throws {
    let llama = DenseOnHopperTests.llama
    var small = llama
    small.layers[0].count = 8
    let work = StepWork(decode: .init(requests: 8, queries: 4, context: [8 * 2000]))
    func time(_ method: Drafting.Method) throws -> Seconds {
      try model(ParallelPlan(tensor: 8), llama, drafting: Drafting(tokens: 3, acceptance: [0.5], method: method))
        .seconds(work)
    }
    let plain = try model(ParallelPlan(tensor: 8), llama).seconds(
      StepWork(decode: .init(requests: 8, context: [16_000])))
    let lookup = try time(.lookup)
    let head = try time(.head)
    let other = try time(.model(small))
    #expect(plain < lookup && lookup < head && head < other)
    #expect(lookup < plain * 1.5)
    // 1 + 0.5 + 0.25 + 0.125.
    #expect(Drafting(tokens: 3, acceptance: [0.5], method: .lookup).tokensPerStep == 1.875)
    // 1 + 0.8 + 0.8 x 0.5 + 0.8 x 0.5 x 0.5.
    #expect(abs(Drafting(tokens: 3, acceptance: [0.8, 0.5], method: .head).tokensPerStep - 2.4) < 1e-12)
    #expect(throws: (any Error).self) { try model(ParallelPlan(tensor: 8), llama, drafting: Drafting(tokens: 1)) }
  }
}
