import Costs
import Formats
import Serving
import Testing
import Units

@testable import Planning

/// A beginning that all prompts share.
@Suite struct PlanPrefixTests {
  private func planner(prompt: Double, shared: Double?, engine: String = "vLLM") throws -> Planner {
    var request = PlanRequest(
      model: "Llama-3.1-8B", fleets: [.init(system: "HGX H100", chips: 1)], formats: [.ofFiles],
      lengths: .init(prompt: prompt, output: 128, sharedPrefix: shared),
      objectives: .init(timePerOutputToken: .milliseconds(30)))
    request.engines = [engine]
    request.divisions = [.together]
    request.chunkTokens = []
    return try Planner(request, catalog: Catalog(), workers: 1)
  }

  private func instance(_ planner: Planner) throws -> InstanceModel {
    try planner.searches[0].space.instance(ParallelPlan(tensor: 1), .colocated, PlanSettings())
  }

  @Test("whole blocks of it are found; what is new takes longer than alone, and less than the whole prompt")
  func step() throws {
    let with = try instance(planner(prompt: 2000, shared: 1003))
    // Blocks of 16 tokens: 62 of them.
    #expect(with.pool.settings?.blockTokens == 16 && with.found == 992 && with.new == 1008)
    func time(_ model: InstanceModel) -> Seconds { model.prompts(1).step }
    #expect(try time(with) > time(instance(planner(prompt: 1008, shared: nil))))
    #expect(try time(with) < time(instance(planner(prompt: 2000, shared: nil))))
    // Kept once: each request takes 1,136 tokens of its own, all together 992.
    let tokens = Double(with.pool.memory.keyValueTokensPerRank)
    #expect(abs(Double(with.mostInMemory) - (tokens - 992) / 1136) <= 2)
    // Nothing is shared: as if it were not asked for.
    let none = try instance(planner(prompt: 2000, shared: 0))
    #expect(try none.found == 0 && none.prompts(1) == instance(planner(prompt: 2000, shared: nil)).prompts(1))
  }

  @Test("the simulation finds what estimates take as found, and serves near what they promise")
  func simulated() throws {
    let planner = try planner(prompt: 2000, shared: 1024)
    let plan = try #require(try planner.simulated(planner.plan(), best: 1).plans.first)
    let run = try #require(plan.simulated)
    #expect(run.meets)
    #expect(abs(run.report.cache.hitRate - 0.512) < 0.01)
    #expect(abs(run.servedRate / plan.candidate.requestsPerSecond - 1) < 0.2)
    let without = try self.planner(prompt: 2000, shared: nil).plan().plans[0].candidate
    #expect(plan.candidate.requestsPerSecond > without.requestsPerSecond * 1.2)
  }

  @Test("more than the prompt cannot be shared")
  func fault() {
    #expect(throws: (any Error).self) { try planner(prompt: 1000, shared: 1000) }
  }
}
