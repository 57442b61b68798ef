import Costs
import Formats
import Hardware
import Serving
import Testing
import Units

/// What a scenario's pools become.
@Suite struct PoolTests {
  private static let catalog: Catalog = {
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
  }()

  private func deployed(
    _ pools: String, engine: String = "vLLM", model: String = "Llama-3.1-70B", system: String = "HGX H100",
    more: String = "precision: { weights: fp8 }"
  ) throws -> Deployment {
    let text = """
      name: pools
      model: \(model)
      system: \(system)
      engine: \(engine)
      objectives: {}
      workload: { requestRate: 1, prompts: 10, inputTokens: 200, outputTokens: 50 }
      \(pools)
      \(more)
      """
    return try Deployment(Node.parse(text, file: "pools.yaml").decode(Scenario.self), catalog: Self.catalog)
  }

  private func fault(
    _ pools: String, engine: String = "vLLM", model: String = "Llama-3.1-70B", more: String = ""
  ) -> String {
    do {
      _ = try deployed(pools, engine: engine, model: model, more: "precision: { weights: fp8 }\n\(more)")
      return "no fault"
    } catch { return "\(error)" }
  }

  @Test("parallel sizes and chips give each other; what is left out is filled up")
  func plans() throws {
    func plan(_ pool: String, model: String = "Llama-3.1-70B", engine: String = "vLLM") throws -> [Int] {
      let deployment = try deployed("pools: [{ \(pool) }]", engine: engine, model: model, more: "")
      let plan = deployment.pools[0].model.plan
      return [plan.tensor, plan.data, plan.pipeline, plan.expert, deployment.pools[0].chips]
    }
    #expect(try plan("chips: 8") == [8, 1, 1, 1, 8])
    #expect(try plan("tensorParallel: 4") == [4, 1, 1, 1, 4])
    // Two groups of a dense model are two instances.
    #expect(try plan("chips: 8, tensorParallel: 4") == [4, 1, 1, 1, 4])
    #expect(try plan("chips: 8, tensorParallel: 4, pipelineParallel: 2") == [4, 1, 2, 1, 8])
    #expect(try plan("chips: 16, dataParallel: 16", model: "DeepSeek-R1", engine: "SGLang") == [1, 16, 1, 1, 16])
    #expect(
      try plan("chips: 16, dataParallel: 16, expertParallel: 16", model: "DeepSeek-R1", engine: "SGLang")
        == [1, 16, 1, 16, 16])
  }

  @Test("groups of a dense model are instances of their own, which wait for nobody; those of a mixture step together")
  func replicas() throws {
    let ranks = try deployed("pools: [{ dataParallel: 4, tensorParallel: 2, scheduling: { maxRequests: 8 } }]")
    let copies = try deployed("pools: [{ instances: 4, tensorParallel: 2, scheduling: { maxRequests: 8 } }]")
    #expect(ranks.pools[0].instances == 4 && ranks.pools[0].chips == 2 && ranks.chipsInUse == 8)
    let outcomes = try [ranks, copies].map { try serve($0.makeSource(), under: $0.configuration).statistics }
    #expect(outcomes[0].endToEnd.mean == outcomes[1].endToEnd.mean && outcomes[0].completed == 10)
    let sglang = try deployed("pools: [{ chips: 8, tensorParallel: 4 }]", engine: "SGLang")
    #expect(sglang.pools[0].instances == 1 && sglang.pools[0].ranks == 2)
    let mixture = try deployed(
      "pools: [{ chips: 8, dataParallel: 8 }]", engine: "SGLang", model: "DeepSeek-R1", system: "HGX H200", more: "")
    #expect(mixture.pools[0].instances == 1 && mixture.pools[0].ranks == 8)
    // Two dies in a package: half of one is no instance.
    let halves = try deployed(
      "pools: [{ chips: 2, tensorParallel: 1 }]", engine: "vLLM-Ascend", model: "Llama-3.1-8B",
      system: "Atlas 800 A3", more: "")
    #expect(halves.pools[0].instances == 1 && halves.pools[0].ranks == 4)
  }

  @Test("limits are the engine's on its chip, by the sources of its file, and what the scenario sets goes first")
  func limits() throws {
    let plain = try deployed("pools: [{ chips: 8 }]").configuration.engines[0]
    // vLLM from 70 GiB on: max_num_seqs 1,024, max_num_batched_tokens 8,192, async_scheduling.
    #expect(plain.limits == EngineLimits(maxRequests: 1024, maxBatchedTokens: 8192, lag: 1))
    #expect(plain.memory.blockTokens == 16 && !plain.memory.reservesOutput)
    let old = try deployed("pools: [{ chips: 8 }]", engine: "vLLM 0.8").configuration.engines[0]
    #expect(old.limits == EngineLimits(maxRequests: 1024, maxBatchedTokens: 8192, lag: 0))
    let set = try deployed(
      """
      pools:
        - { chips: 8, scheduling: { maxRequests: 64, maxBatchedTokens: 512, blockTokens: 32, asynchronous: false } }
      """
    ).configuration.engines[0]
    #expect(set.limits == EngineLimits(maxRequests: 64, maxBatchedTokens: 512) && set.memory.blockTokens == 32)
    // SGLang divides max_running_requests by its ranks.
    let ranks = try deployed(
      "pools: [{ chips: 8, dataParallel: 8 }]", engine: "SGLang", model: "DeepSeek-R1", system: "HGX H200", more: ""
    ).configuration.engines[0]
    #expect(ranks.limits.maxRequests == 2048 / 8 && ranks.ranks == 8 && ranks.limits.hasSurplusStep)
    let tensorRT = try deployed("pools: [{ chips: 8 }]", engine: "TensorRT-LLM").configuration.engines[0]
    #expect(tensorRT.memory.reservesOutput && tensorRT.memory.blockTokens == 32)
    let mindIE = try deployed(
      "pools: [{ chips: 8 }]", engine: "MindIE", model: "Qwen3-32B", system: "Atlas 800 A2",
      more: "precision: { weights: bf16 }"
    ).configuration.engines[0]
    #expect(mindIE.limits == EngineLimits(maxRequests: 200, maxBatchedTokens: 40_960), "the positions of the model")
    let half = try deployed("pools: [{ chips: 8, memoryShare: 0.5 }]").configuration.engines[0]
    #expect(half.memory.blocks < plain.memory.blocks * 6 / 10)
  }

  @Test("a pipeline has a batch in each stage: prompts go faster by its stages, a lone request does not")
  func pipeline() throws {
    func pool(_ sizes: String) throws -> Deployment { try deployed("pools: [{ \(sizes) }]") }
    let (one, two) = (try pool("tensorParallel: 4"), try pool("tensorParallel: 4, pipelineParallel: 2"))
    let (first, second) = (one.configuration.engines[0], two.configuration.engines[0])
    #expect(first.ranks == 1 && second.ranks == 2 && second.chipsPerInstance == 8)
    // Of each of the two batches: half of the requests, half of the memory of twice the dies.
    #expect(second.limits.maxRequests == first.limits.maxRequests / 2)
    #expect(Double(second.memory.blocks) > 0.9 * Double(first.memory.blocks))
    func seconds(_ deployment: Deployment, requests: Int) throws -> (whole: Double, first: Double) {
      let source = ListSource(
        requests: (0..<requests).map { _ in ListSource.Request(arrival: 0, prompt: 4000, output: 1) })
      let outcome = try serve(source, under: deployment.configuration)
      return (outcome.duration.value, outcome.statistics.timeToFirstToken.summary().mean.value)
    }
    let many = try (seconds(one, requests: 64).whole, seconds(two, requests: 64).whole)
    #expect(many.0 / many.1 > 1.7 && many.0 / many.1 < 2.1)
    let lone = try (seconds(one, requests: 1).first, seconds(two, requests: 1).first)
    #expect(abs(lone.0 / lone.1 - 1) < 0.1)
  }

  @Test("prefill and decode apart: vLLM's decode side makes the first token, SGLang's sends it on receipt")
  func apart() throws {
    let pools = "pools: [{ role: decode, chips: 4 }, { role: prefill, chips: 4 }]"
    for (engine, rule) in [("vLLM", Engine.FirstToken.decode), ("SGLang", .received)] {
      let deployment = try deployed(pools, engine: engine)
      #expect(deployment.pools.map(\.name) == ["prefill", "decode"])
      let configuration = deployment.configuration
      #expect(configuration.engines.map(\.role) == [.prefill, .decode])
      #expect(configuration.engines[1].firstToken == rule)
      // 80 layers x 8 heads x 128 x 2 values of 2 bytes.
      #expect(configuration.transfer.bytesPerToken == 327_680)
      let outcome = try serve(deployment.makeSource(), under: configuration)
      #expect(outcome.statistics.completed == 10 && outcome.statistics.transfers == 10)
      let report = try deployment.simulate(observing: ServingObservers()) { _ in
        ServingReport.Run(
          version: "", seed: 1, inputHash: "", wallSeconds: 1, requestsPerWallSecond: 1, peakMemoryBytes: 1)
      }
      let phases = report.phases
      let parts = [phases.prefillQueue, phases.prefill, phases.decodeQueue, phases.transfer, phases.decode]
      #expect(parts.allSatisfy { $0 >= .zero })
      #expect(abs(parts.reduce(.zero, +) / report.endToEnd.mean - 1) < 1e-6)
    }
    // prefill: and decode: say the same.
    let old = try deployed(
      """
      prefill: { instances: 1, chips: 4, maxBatchedTokensPerChip: 2048 }
      decode: { instances: 1, chips: 4, maxRequestsPerChip: 16 }
      """)
    #expect(old.configuration.engines.map(\.limits.maxBatchedTokens) == [8192, 8192])
    #expect(old.configuration.engines[1].limits.maxRequests == 64)
  }

  @Test("pools on two systems: each has its chips, limits, power and price; keys and values cross the slower network")
  func twoSystems() throws {
    func pools(_ other: String) -> String {
      "pools: [{ role: prefill, chips: 4 }, { role: decode, chips: 4\(other) }]"
    }
    let (one, two) = (try deployed(pools("")), try deployed(pools(", system: HGX H20")))
    #expect(two.pools.map(\.model.chip.name) == ["NVIDIA H100", "NVIDIA H20"])
    #expect(two.systems.map(\.machine.system.name) == ["HGX H100", "HGX H20"] && two.systems.map(\.chips) == [4, 4])
    // On one board over NVLink; between two over the adapter of a chip, 50 GB/s at most.
    let (near, far) = (one.configuration.transfer, two.configuration.transfer)
    #expect(far.egressPerToken > near.egressPerToken)
    let link = 327_680 / (4 * 50e9)
    #expect(far.egressPerToken.seconds.value >= link && far.ingressPerToken.seconds.value >= link)
    #expect(far.bytesPerToken == near.bytesPerToken)
    let texts = try two.inputTexts()
    #expect(texts.count == (try one.inputTexts()).count + 2)
    let report = try two.simulate(observing: ServingObservers()) { _ in
      ServingReport.Run(
        version: "", seed: 1, inputHash: "", wallSeconds: 1, requestsPerWallSecond: 1, peakMemoryBytes: 1)
    }
    #expect(report.validity.grade != .validated)
    #expect(report.cost.assumptions.count { $0.contains("written off") } == 2)
    #expect(
      fault("pools: [{ role: prefill, chips: 4 }, { role: decode, chips: 4, system: HGX X }]").contains("pools[1]"))
    // The scenario's own system by its name is no second one, and keeps its bin.
    let same = try deployed(
      pools(", system: Atlas 800 A2"), engine: "vLLM-Ascend", system: "Atlas 800 A2",
      more: "precision: { weights: int8 }\nbin: 313 TFLOPS")
    #expect(same.systems.count == 1 && Set(same.pools.map(\.model.chip.peak.bf16.value)).count == 1)
    let engine = fault(pools(", system: HGX H20"), engine: "CloudMatrix-Infer", model: "DeepSeek-R1")
    #expect(engine.contains("pools[1].system: CloudMatrix-Infer moves keys and values inside one system"))
  }

  @Test("engines that keep prefill and decode apart take the same from pools as from prefill and decode")
  func phases() throws {
    let model = "DeepSeek-R1"
    func run(_ pools: String) throws -> ServingOutcome {
      let deployment = try deployed(
        pools, engine: "CloudMatrix-Infer", model: model, system: "CloudMatrix 384",
        more: "precision: { weights: int8 }")
      return try serve(deployment.makeSource(), under: deployment.configuration)
    }
    let old = try run(
      """
      prefill: { instances: 1, chips: 16, maxBatchedTokensPerChip: 16384 }
      decode: { instances: 1, chips: 160, maxRequestsPerChip: 96 }
      """)
    let new = try run(
      """
      pools:
        - { role: prefill, chips: 16, scheduling: { maxBatchedTokens: 262144 } }
        - { role: decode, chips: 160, scheduling: { maxRequests: 48 } }
      """)
    #expect(old.statistics.completed == 10)
    #expect(old.statistics.endToEnd.summary() == new.statistics.endToEnd.summary())
  }

  @Test("a deployment without names for its formats has those of the model's files")
  func formats() throws {
    let deepSeek = try deployed(
      "pools: [{ chips: 8 }]", engine: "SGLang", model: "DeepSeek-R1", system: "HGX H200", more: "")
    #expect(deepSeek.precision.weights == .fp8Block && deepSeek.precision.experts == .fp8Block)
    #expect(deepSeek.precision.keyValue == .bf16)
    let llama = try deployed("pools: [{ chips: 8 }]", more: "")
    #expect(llama.precision == Precision(weights: .bf16, projection: .bf16, head: .bf16))
  }

  @Test("what cannot be is told with its field and a way out")
  func faults() {
    #expect(fault("").contains("pools: is missing"))
    #expect(fault("pools: []").contains("the list is empty"))
    #expect(fault("pools: [{}]").contains("pools[0].chips"))
    #expect(fault("pools: [{ chips: 8, tensorParallel: 3 }]").contains("pools[0].chips: 8 dies of 8 chips, and"))
    #expect(fault("pools: [{ chips: 8, expertParallel: 8 }]").contains("the model has no experts"))
    #expect(fault("pools: [{ role: prefill, chips: 8 }]").contains("there is no pool with the role decode"))
    #expect(fault("pools: [{ chips: 8, scheduling: { maxRequests: 0 } }]").contains("pools[0].scheduling.maxRequests"))
    #expect(fault("pools: [{ chips: 8, scheduling: { mixed: true } }]").contains("vLLM has no such setting"))
    #expect(fault("pools: [{ chips: 8, redundantExperts: 3 }]").contains("copies have no place"))
    for acceptance in ["[]", "[0.9, 0.5, 0.3]"] {
      let drafts = "speculation: { draftTokens: 2, acceptance: \(acceptance), method: ngram }"
      #expect(fault("pools: [{ chips: 8 }]", more: drafts).contains("speculation.acceptance"))
    }
    #expect(fault("pools: [{ chips: 8, memoryShare: 2 }]").contains("pools[0].memoryShare"))
    #expect(fault("pools: [{ chips: 8, engine: none }]").contains("pools[0].engine"))
    #expect(fault("pools: [{ chips: 1 }]").contains("does not fit"))
    #expect(fault("pools: [{ chips: 8 }]", engine: "CloudMatrix-Infer").contains("one pool of each role"))
    #expect(
      fault("prefill: { instances: 1, chips: 4, maxBatchedTokensPerChip: 2048 }").contains("decode: is missing"))
    #expect(
      fault("pools: [{ chips: 8 }]", more: "cache: { plane: UB }").contains("keeps prefixes in its own memory"))
  }
}

@Suite struct ComparedRunsTests {
  private func validity(_ scenario: String) throws -> Validity {
    let text = """
      name: compared
      objectives: {}
      precision: { weights: bf16 }
      workload: { requestRate: 50, prompts: 20, inputTokens: 1024, outputTokens: 128 }
      pools: [{ chips: 8 }]
      \(scenario)
      """
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let deployment = try Deployment(
      Node.parse(text, file: "compared.yaml").decode(Scenario.self),
      catalog: Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog"))
    let report = try deployment.simulate(observing: ServingObservers()) { _ in
      ServingReport.Run(
        version: "", seed: 1, inputHash: "", wallSeconds: 1, requestsPerWallSecond: 1, peakMemoryBytes: 1)
    }
    return report.validity
  }

  @Test("an answer says first how far its engine was held against measurements on its chip, or that it never was")
  func said() throws {
    let held = try validity("model: Llama-3.1-70B\nsystem: HGX H100\nengine: vLLM")
    #expect(held.grade == .validated && held.outside.isEmpty)
    #expect(held.nearest?.runs == 75 && held.nearest?.model == "Llama-3.1-70B")
    #expect(held.group == ComparedRuns.Group(engine: "vLLM", chip: "NVIDIA H100", dense: true, apart: false))
    let never = try validity("model: Qwen3-32B\nsystem: Atlas 800 A2\nengine: vLLM-Ascend")
    #expect(never.grade == .neverCompared && never.nearest == nil)
  }
}

@Suite struct LongPromptTests {
  @Test(
    "engines serve prompts longer than their usual steps, or say that they cannot",
    arguments: ["vLLM", "vLLM 0.8", "SGLang", "TensorRT-LLM", "MindIE", "vLLM-Ascend", "vLLM-Ascend 0.11"])
  func long(_ engine: String) throws {
    let text = """
      name: long
      model: Llama-3.1-8B
      system: HGX H100
      engine: \(engine)
      precision: { weights: bf16 }
      objectives: {}
      workload: { requestRate: 2, prompts: 30, inputTokens: 30000, outputTokens: 50 }
      pools: [{ chips: 4, dataParallel: 2 }]
      """
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let deployment = try Deployment(
      Node.parse(text, file: "long.yaml").decode(Scenario.self),
      catalog: Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog"))
    let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
    // TensorRT-LLM neither cuts prompts by default nor lets max_num_tokens be exceeded.
    #expect(outcome.statistics.completed == (engine == "TensorRT-LLM" ? 0 : 30))
    #expect(outcome.statistics.offered == 30)
  }
}

@Suite struct PoolLoadTests {
  @Test(
    "overloaded, pools serve what the estimate says that they can, within a tenth",
    arguments: [
      "pools: [{ chips: 2 }]", "pools: [{ chips: 2, instances: 2 }]",
      "pools: [{ role: prefill, chips: 2 }, { role: decode, chips: 2 }]",
    ], ["vLLM", "SGLang", "TensorRT-LLM"])
  func capacity(_ pools: String, _ engine: String) throws {
    let text = """
      name: load
      model: Llama-3.1-8B
      system: HGX H100
      engine: \(engine)
      precision: { weights: bf16 }
      objectives: {}
      load: 1.5
      workload: { requestRate: 10, prompts: 12000, inputTokens: 1500, outputTokens: 200 }
      \(pools)
      """
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let deployment = try Deployment(
      Node.parse(text, file: "load.yaml").decode(Scenario.self),
      catalog: Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog"))
    guard case .loaded(let rate) = deployment.notes.first else {
      Issue.record("the rate was not scaled")
      return
    }
    let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
    let served = Double(outcome.statistics.completed) / outcome.duration.value
    let most = min(rate.prefillCapacity, rate.decodeCapacity)
    #expect(abs(served / most - 1) < 0.1, "\(served) requests/s served, \(most) estimated")
  }
}
