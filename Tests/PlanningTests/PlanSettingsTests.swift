import Costs
import Formats
import Hardware
import Serving
import Simulation
import Testing
import Units

@testable import Planning

/// What a plan chooses beside layouts: chunks, drafts, memory, groups of experts.
@Suite struct PlanSettingsTests {
  private static let catalog = Catalog()

  private static func planner(
    _ model: String, _ system: String, _ engine: String, chips: Int, prompt: Double = 1024, output: Double = 128,
    _ change: (inout PlanRequest) -> Void = { _ in }
  ) throws -> Planner {
    var request = PlanRequest(
      model: model, fleets: [.init(system: system, chips: chips)], formats: [.ofFiles],
      lengths: .init(prompt: prompt, output: output), objectives: .init())
    request.engines = [engine]
    change(&request)
    return try Planner(request, catalog: catalog, workers: 2)
  }

  @Test("every setting that is asked for is tried on every layout, each with each")
  func settings() throws {
    let planner = try Self.planner("GLM-4.7-Flash", "HGX H200", "vLLM", chips: 2) {
      $0.chunkTokens = [2048, 4096]
      $0.draftTokens = [0, 2]
      $0.acceptance = 0.7
      $0.memoryShares = [0.8, 0.9]
    }
    let search = try #require(planner.searches.first)
    for layout in search.space.instances(.colocated).layouts {
      #expect(Set(layout.map(\.settings)).count == 8)
      for model in layout {
        #expect(model.settings.chunkTokens.map { $0 == Int(model.promptBudget) } ?? true)
        #expect(model.model.drafting.tokens == model.settings.draftTokens)
        #expect(model.model.engine.execution?.memory.share.value == model.settings.memoryShare)
      }
    }
    #expect(search.space.instances(.prefill).layouts.allSatisfy { $0.allSatisfy { $0.settings.draftTokens == 0 } })
    #expect(search.space.instances(.decode).layouts.allSatisfy { $0.allSatisfy { $0.settings.chunkTokens == nil } })
  }

  @Test("drafts that are always accepted are taken, those that never are are not")
  func drafts() throws {
    func drafted(_ acceptance: Double) throws -> Int {
      let planner = try Self.planner("GLM-4.7-Flash", "HGX H200", "vLLM", chips: 2) {
        $0.draftTokens = nil
        $0.acceptance = acceptance
        $0.divisions = [.together]
        $0.objectives.timePerOutputToken = .milliseconds(10)
      }
      return try #require(planner.plan().best).candidate.draftTokens
    }
    #expect(try drafted(1) > 0)
    #expect(try drafted(0) == 0)
  }

  @Test("more memory never serves less")
  func memory() throws {
    func rate(_ share: Double) throws -> Double {
      let planner = try Self.planner("Llama-3.1-70B", "HGX H100", "vLLM", chips: 8) { $0.memoryShares = [share] }
      return planner.plan().best?.candidate.requestsPerSecond ?? 0
    }
    let rates = try [0.6, 0.75, 0.9].map(rate)
    #expect(rates[0] <= rates[1] && rates[1] <= rates[2] && rates[2] > 0)
  }

  /// Every product of powers of two of tensor, data and expert sizes on up to eight dies of one board.
  @Test(
    "groups of experts: all that the engine can be told and the model divides into",
    arguments: [("SGLang", true), ("TensorRT-LLM", true), ("vLLM", false)])
  func experts(_ engine: String, _ mayMix: Bool) throws {
    let search = try #require(
      try Self.planner("Qwen3-30B-A3B", "HGX H200", engine, chips: 8) { $0.chunkTokens = [] }.searches.first)
    let rule = try #require(search.space.machine.engine.execution?.exchange)
    let found = Set(search.space.instances(.colocated).layouts.compactMap { $0.first?.model.plan })
    for tensor in [1, 2, 4, 8] {
      for data in [1, 2, 4, 8] where tensor * data <= 8 {
        let kinds = data == 1 ? [rule.shared] : [rule.split, rule.prompts ?? rule.split]
        let isSent = kinds.contains(.lowLatency) || kinds.contains(.bulk)
        for expert in [1, 2, 4, 8] where tensor * data % expert == 0 {
          let plan = ParallelPlan(tensor: tensor, data: data, expert: expert)
          let isWhole = expert == 1 || expert == tensor * data
          let space = search.space
          let serves = (try? space.instance(plan, .colocated, PlanSettings())) != nil
          #expect(found.contains(plan) == (serves && (isWhole || (mayMix && !isSent))), "\(plan)")
        }
      }
    }
  }

  @Test("an answer of one token comes out of the prompt: no pool decodes")
  func oneToken() throws {
    let planner = try Self.planner("Llama-3.1-8B", "HGX H100", "vLLM", chips: 8, prompt: 2000, output: 1)
    let answer = planner.plan()
    #expect(!answer.plans.isEmpty)
    for plan in answer.plans { #expect(plan.candidate.pools.map(\.role) == [.colocated]) }
    // As fast as prompts are computed: 2,000 tokens on a rank at its best step.
    let best = try #require(answer.best).candidate
    let model = try #require(
      try? planner.searches[0].space.instance(best.pools[0].plan, .colocated, best.pools[0].settings))
    let rates = PlanSearch.powers(upTo: model.mostPrompts).map { model.prompts($0).requestsPerSecond }
    let most = try #require(rates.max())
    #expect(best.requestsPerSecond >= most * Double(best.pools[0].instances) * 0.98)
  }

  @Test("a trace whose prompts are longer than a step takes is refused by engines that cut none")
  func longPrompts() throws {
    func reasons(_ engine: String, _ system: String, _ longest: Int) throws -> Set<PlanRefusal.Reason> {
      let planner = try Self.planner("Qwen3-32B", system, engine, chips: 8) {
        $0.chunkTokens = []
        $0.divisions = [.together]
        $0.trace = .init(name: "t", requests: 10, meanRate: 1, longestPrompt: longest, longestAnswer: 10)
      }
      return Set(planner.plan().refused.map(\.reason))
    }
    let search = try #require(
      try Self.planner("Qwen3-32B", "Atlas 800 A2", "vLLM-Ascend", chips: 8).searches.first)
    let model = try #require(search.space.instances(.colocated).layouts.first?.first)
    if let most = model.pool.longestPrompt(answering: 10) {
      #expect(try !reasons("vLLM-Ascend", "Atlas 800 A2", most).contains(.engine))
      #expect(try reasons("vLLM-Ascend", "Atlas 800 A2", most + 1).contains(.engine))
    } else {
      #expect(try !reasons("vLLM-Ascend", "Atlas 800 A2", 30_000).contains(.engine))
    }
    #expect(try !reasons("SGLang", "HGX H200", 30_000).contains(.engine))
  }

  @Test("the scenario of a plan has its settings, and its instance the same limits")
  func scenario() throws {
    for engine in ["vLLM", "SGLang"] {
      let planner = try Self.planner("GLM-4.7-Flash", "HGX H200", engine, chips: 2) {
        $0.chunkTokens = [2048]
        $0.draftTokens = [1]
        $0.acceptance = 0.8
        $0.memoryShares = [0.85]
        $0.divisions = [.together]
      }
      let best = try #require(planner.plan().best).candidate
      let text = planner.scenarioText(best, rate: 1, seed: 1)
      let deployment = try Deployment(Node.parse(text, file: "plan").decode(Scenario.self), catalog: Self.catalog)
      let pool = deployment.pools[0]
      #expect(pool.promptTokensPerStep == 2048 && pool.model.drafting.tokens == 1)
      #expect(pool.model.engine.execution?.memory.share.value == 0.85)
      #expect(pool.maxRequestsPerRank == best.pools[0].estimate.requestsPerRank)
    }
  }

  @Test("the best of each system stays among the plans, and among those that are simulated")
  func systems() throws {
    var request = PlanRequest(
      model: "Llama-3.1-8B", fleets: [.init(system: "HGX B200", chips: 8), .init(system: "HGX H20", chips: 8)],
      formats: [.ofFiles], lengths: .init(prompt: 1024, output: 128), objectives: .init())
    request.divisions = [.together]
    var answer = try Planner(request, catalog: Self.catalog, workers: 2).plan()
    #expect(Set(answer.plans.map(\.candidate.system)) == ["HGX B200", "HGX H20"])
    answer.bringForward(3)
    #expect(Set(answer.plans.prefix(3).map(\.candidate.system)) == ["HGX B200", "HGX H20"])
  }

  @Test("a budget of money buys whole boards")
  func boards() throws {
    let system = try Self.catalog.system("HGX H100")
    let price = try #require(system.price?.value)
    func chips(_ dollars: Double) throws -> Int? {
      try Self.planner("Llama-3.1-8B", "HGX H100", "vLLM", chips: 64) { $0.budget = Dollars(dollars) }
        .searches.first?.fleet.chips
    }
    #expect(try chips(price.value * 1.9) == 8)
    #expect(try chips(price.value * 2.1) == 16)
    #expect(throws: Problem.self) { try chips(price.value * 0.9) }
  }

  @Test("manifests of Dynamo and the files of TensorRT-LLM's pools apart name both pools")
  func launch() throws {
    for engine in ["vLLM", "SGLang", "TensorRT-LLM"] {
      let planner = try Self.planner("Llama-3.1-70B", "HGX H100", engine, chips: 16, prompt: 4000, output: 500) {
        $0.divisions = [.apart]
        $0.givenModel = "meta-llama/Llama-3.1-70B-Instruct"
      }
      let best = try #require(planner.plan().best)
      let manifest = try planner.launch(best, as: .dynamo)
      let node = try Node.parse(manifest, file: "dynamo")
      #expect(node["kind"]?.text == "DynamoGraphDeployment" && !manifest.contains("a router goes"))
      for (service, pool) in zip(["PrefillWorker", "DecodeWorker"], best.candidate.pools) {
        #expect(node["spec.services.\(service).replicas"]?.text == "\(pool.instances)")
        #expect(node["spec.services.\(service).subComponentType"]?.text == pool.role.rawValue)
        let words = node["spec.services.\(service).extraPodSpec.mainContainer.args"]?.elements.compactMap(\.text) ?? []
        #expect(words.contains("meta-llama/Llama-3.1-70B-Instruct"))
      }
      let format: LaunchFormat = engine == "vLLM" ? .vllm : engine == "SGLang" ? .sglang : .trtllm
      let commands = try planner.launch(best, as: format)
      #expect(commands.contains("meta-llama/Llama-3.1-70B-Instruct") && !commands.contains("catalog's name"))
      if engine == "TensorRT-LLM" {
        for words in [
          "context_servers", "generation_servers", "cache_transceiver_config", "trtllm-serve disaggregated",
        ] {
          #expect(commands.contains(words))
        }
      }
    }
  }
}
