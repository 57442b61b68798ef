import Costs
import Formats
import Hardware
import Serving
import Testing
import Units

@testable import Planning

@Suite struct PlannerTests {
  private func request(
    _ model: String, _ fleets: [PlanRequest.Fleet], prompt: Double = 1024, output: Double = 128, first: Double? = nil,
    each: Double? = nil
  ) -> PlanRequest {
    PlanRequest(
      model: model, fleets: fleets, formats: [.ofFiles], lengths: .init(prompt: prompt, output: output),
      objectives: .init(
        timeToFirstToken: first.map { .milliseconds($0) }, timePerOutputToken: each.map { .milliseconds($0) }))
  }

  @Test("engines of a chip: ports in place of what they are ports of, no older releases")
  func offered() throws {
    let catalog = Catalog()
    func names(_ system: String) throws -> Set<String> {
      let request = request("Qwen3-32B", [.init(system: system, chips: 8)])
      return Set(try Planner(request, catalog: catalog, workers: 1).searches.map(\.space.machine.engine.name))
    }
    #expect(try names("HGX H200") == ["vLLM", "SGLang", "TensorRT-LLM"])
    let ascend = try names("Atlas 800 A2")
    #expect(ascend.isSuperset(of: ["vLLM-Ascend", "SGLang Ascend", "CloudMatrix-Infer"]))
    #expect(ascend.isDisjoint(with: ["vLLM", "SGLang", "TensorRT-LLM", "vLLM-Ascend 0.11"]))
  }

  @Test("a rate is served by the fewest chips, and one spare instance is one more")
  func rate() throws {
    var request = request("Llama-3.1-8B", [.init(system: "HGX H100", chips: 64)], each: 30)
    request.goal = .chips
    request.requestRate = 20
    request.engines = ["vLLM"]
    request.divisions = [.together]
    let few = try #require(try Planner(request, catalog: Catalog(), workers: 2).plan().best).candidate
    #expect(few.requestsPerSecond == 20)
    // One instance less would be loaded above what is planned for.
    let pool = few.pools[0]
    #expect(pool.estimate.requestsPerSecond * Double(pool.instances) * 0.9 >= 20)
    #expect(pool.estimate.requestsPerSecond * Double(pool.instances - 1) * 0.9 < 20)
    request.spares = 1
    let safe = try #require(try Planner(request, catalog: Catalog(), workers: 2).plan().best).candidate
    #expect(safe.chips > few.chips)
  }

  @Test("prompts on one system and answers on another: each pool keeps to its own chips, and the scenario serves")
  func mixed() throws {
    var request = request(
      "Llama-3.1-8B", [.init(system: "HGX H200", chips: 4), .init(system: "HGX H20", chips: 8)], prompt: 4000,
      output: 500, first: 1000, each: 20)
    request.engines = ["vLLM"]
    request.divisions = [.mixed]
    let planner = try Planner(request, catalog: Catalog(), workers: 2)
    let plans = planner.plan().plans.map(\.candidate)
    // Both ways round, nothing on one system alone.
    #expect(Set(plans.map { $0.pools.map(\.system) }) == [["HGX H200", "HGX H20"], ["HGX H20", "HGX H200"]])
    for candidate in plans {
      #expect(candidate.budget == 12 && candidate.division == .mixed)
      for pool in candidate.pools { #expect(pool.instances * pool.chips <= (pool.system == "HGX H200" ? 4 : 8)) }
    }
    let best = try #require(plans.first)
    let text = planner.scenarioText(best, rate: best.requestsPerSecond / 2, seed: 1)
    let deployment = try Deployment(Node.parse(text, file: "plan").decode(Scenario.self), catalog: Catalog())
    #expect(deployment.systems.map(\.machine.system.name) == best.systems)
    #expect(deployment.systems.map(\.chips) == best.pools.map { $0.instances * $0.chips })
  }

  @Test("two pools of chips of their own: no more of either than makes what both make together")
  func countsApart() {
    for (most, rate, others, other) in [(5, 1.0, 3, 2.0), (2, 1.5, 9, 0.4), (7, 0.3, 2, 5.0), (1, 1, 1, 1)] {
      let found = PlanSearch.counts(upTo: most, { Double($0) * rate }, upTo: others, other, spare: 0)
      let best = min(Double(most) * rate, Double(others) * other)
      let served = found.map { min(Double($0.first) * rate, Double($0.second) * other) }
      #expect(served.map { abs($0 - best) < 1e-9 } == true)
      // One less of either serves less.
      if let found {
        #expect(Double(found.first - 1) * rate < best && Double(found.second - 1) * other < best)
        #expect(found.first <= most && found.second <= others)
      }
    }
    #expect(PlanSearch.counts(upTo: 1, { Double($0) }, upTo: 4, 1, spare: 1) == nil)
  }

  @Test("a model that fits nowhere: memory is the reason, and the nearest miss has a way out")
  func noRoom() throws {
    let request = request("DeepSeek-V3", [.init(system: "HGX H100", chips: 4)])
    let answer = try Planner(request, catalog: Catalog(), workers: 2).plan()
    #expect(answer.best == nil)
    let memory = try #require(answer.refused.first { $0.reason == .memory })
    #expect(memory.count > 0)
    #expect(memory.example.problem.contains("missing per die"))
  }

  @Test("an objective that nothing keeps: the nearest is told with by how much")
  func tooFast() throws {
    let request = request("Llama-3.1-70B", [.init(system: "HGX H100", chips: 8)], each: 1)
    let answer = try Planner(request, catalog: Catalog(), workers: 2).plan()
    #expect(answer.best == nil)
    let nearest = try #require(answer.nearestMisses.first)
    #expect(nearest.reason == .objective)
    #expect(nearest.misses > 1)
  }

  @Test("what cannot be asked is refused with its field")
  func faults() throws {
    let catalog = Catalog()
    func fault(_ change: (inout PlanRequest) -> Void) -> String {
      var request = request("Llama-3.1-8B", [.init(system: "HGX H100", chips: 8)])
      change(&request)
      do {
        _ = try Planner(request, catalog: catalog, workers: 1)
        return ""
      } catch { return "\(error)" }
    }
    #expect(fault { $0.fleets[0].chips = 0 }.hasPrefix("chips: 0 is not between"))
    #expect(fault { $0.fleets = [] }.hasPrefix("system: is missing"))
    #expect(fault { $0.lengths.prompt = 0 }.hasPrefix("input-len: "))
    #expect(fault { $0.lengths.prompt = 1e6 }.contains("positions of Llama-3.1-8B"))
    #expect(fault { $0.goal = .chips }.hasPrefix("optimise: "))
    #expect(fault { $0.fleets[0] = .init(system: "CloudMatrix 384", chips: 385) }.hasPrefix("chips: 385 are more than"))
    #expect(fault { $0.requestRate = -1 }.hasPrefix("request-rate: "))
  }

  @Test("the scenario of a plan is one that simulate takes, and its run is what the plan says")
  func scenario() throws {
    let catalog = Catalog()
    var request = request("Qwen3-30B-A3B", [.init(system: "HGX H200", chips: 8)], each: 30)
    request.engines = ["SGLang"]
    let planner = try Planner(request, catalog: catalog, workers: 2)
    let answer = try planner.simulated(planner.plan(), best: 1)
    let run = try #require(answer.plans[0].simulated)
    let scenario = try Node.parse(run.scenario, file: "plan").decode(Scenario.self)
    let deployment = try Deployment(scenario, catalog: catalog)
    #expect(deployment.chipsInUse == answer.plans[0].candidate.chips)
    let report = try deployment.simulate(observing: ServingObservers()) { _ in
      .init(version: "", seed: 1, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
    }
    #expect(report.goodput.fraction == run.share)
    #expect(run.share >= 0.95)
  }

  /// A closed loop at the plan's batch: the estimate's mean time for each token, by arithmetic, within a fifth of the
  /// event by event one. SGLang computes prompts before answers: requests of one length that start at once run in
  /// step, and their steps never mix. Where they come by chance they do.
  @Test(
    "estimates stay near simulations",
    arguments: [
      ("Llama-3.1-70B", "HGX H100", "vLLM", false), ("Qwen3-30B-A3B", "HGX B200", "TensorRT-LLM", false),
      ("Llama-3.1-8B", "HGX H100", "SGLang", true),
    ])
  func near(_ model: String, _ system: String, _ engine: String, byChance: Bool) throws {
    let catalog = Catalog()
    var request = request(model, [.init(system: system, chips: byChance ? 1 : 8)], prompt: 1024, output: 256)
    request.engines = [engine]
    request.divisions = [.together]
    let planner = try Planner(request, catalog: catalog, workers: 2)
    for candidate in planner.plan().plans.map(\.candidate).prefix(1) {
      let text = planner.scenarioText(candidate, rate: 1, seed: 1)
      var scenario = try Node.parse(text, file: "plan").decode(Scenario.self)
      let flight =
        candidate.pools[0].estimate.requestsPerRank * candidate.pools[0].plan.data
        * candidate.pools[0].instances
      // A little more than it can take keeps it full.
      scenario.workload.requestRate = byChance ? candidate.requestsPerSecond * 1.1 : nil
      scenario.workload.maxConcurrency = flight
      scenario.workload.prompts = max(200, (byChance ? 12 : 6) * flight)
      scenario.workload.statistics = nil
      let report = try Deployment(scenario, catalog: catalog).simulate(observing: ServingObservers()) { _ in
        .init(version: "", seed: 1, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
      }
      let ratio = candidate.timePerOutputToken / report.timePerOutputToken.mean
      #expect(abs(ratio - 1) < 0.2, "\(candidate.engine) batch \(flight): \(ratio)")
    }
  }

  @Test("prompts that enter whole beside requests that decode leave them room in a step, or have no plan")
  func wholePrompts() throws {
    var request = request(
      "Llama-3.1-8B", [.init(system: "HGX H200", chips: 8)], prompt: 8192, output: 256, first: 20_000, each: 100)
    request.engines = ["TensorRT-LLM"]
    request.divisions = [.together]
    let planner = try Planner(request, catalog: Catalog(), workers: 2)
    for candidate in planner.plan().plans.map(\.candidate) {
      let pool = candidate.pools[0]
      let engine = try Catalog().engine("TensorRT-LLM")
      if engine.scheduling?.chunked?.value == true { continue }
      let step = pool.promptTokensPerStep
      #expect(pool.estimate.requestsPerRank + 8192 <= step, "\(candidate.engine) \(step)")
    }
  }

  /// Where the objective of first tokens decides: prompts wait at the instance that they were sent to.
  @Test("a tight objective of first tokens: what estimates promise is served within 15%")
  func tightFirstToken() throws {
    var request = request(
      "Qwen3-32B", [.init(system: "HGX H200", chips: 32)], prompt: 4000, output: 500, first: 300, each: 10)
    request.engines = ["TensorRT-LLM"]
    request.divisions = [.apart]
    let planner = try Planner(request, catalog: Catalog(), workers: 2)
    let plan = try #require(try planner.simulated(planner.plan(), best: 1).plans.first)
    let run = try #require(plan.simulated)
    #expect(run.meets)
    #expect(abs(run.servedRate / plan.candidate.requestsPerSecond - 1) < 0.15)
  }
}
