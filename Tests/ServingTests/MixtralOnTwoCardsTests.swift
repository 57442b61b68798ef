import Formats
import Serving
import Testing
import Units

@Suite struct MixtralOnTwoCardsTests {
  private static let text = """
    name: Mixtral on two cards
    model: Mixtral-8x7B
    system: HGX H100
    engine: DeepEP two-batch
    precision: { weights: fp8, attention: bf16, keyValue: bf16 }
    prefill: { instances: 1, chips: 2, tensorParallel: 2, maxBatchedTokensPerChip: 2048 }
    decode: { instances: 1, chips: 2, tensorParallel: 2, maxRequestsPerChip: 16 }
    objectives: { timeToFirstToken: 5 s, timePerOutputToken: 100 ms }
    workload: { requestRate: 2, prompts: 50, inputTokens: 1000, outputTokens: 200 }
    seed: 1
    """

  private static let catalog: Catalog = {
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
  }()

  @Test("Mixtral 8x7B fits on two 80 GB cards, four experts of 8 a layer on each, in FP8 and in BF16")
  func fits() throws {
    for (weights, bytes) in [("fp8", 1.0), ("bf16", 2)] {
      let text = Self.text.replacing("weights: fp8", with: "weights: \(weights)")
      let scenario = try Node.parse(text, file: "mixtral.yaml").decode(Scenario.self)
      let deployment = try Deployment(scenario, catalog: Self.catalog)
      let experts = try #require(deployment.decodePool.memory.items.first { $0.name == "experts" }).size
      // Half of 32 layers x 8 experts x 3 x 4,096 x 14,336, and the routers in 16 bits.
      #expect(abs(experts.value - (22.5e9 * bytes)) < 0.1e9)
      let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
      #expect(outcome.statistics.timeToFirstToken.count == 50)
    }
  }
}
