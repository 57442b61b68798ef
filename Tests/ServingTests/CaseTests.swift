import Costs
import Formats
import FoundationEssentials
import Serving
import Testing
import Units

/// Small questions of users that once had no answer or a wrong one.
@Suite struct CaseTests {
  @Test("Mixtral 8x7B fits on two 80 GB cards, four experts of 8 a layer on each, in FP8 and in BF16")
  func mixtral() throws {
    for (weights, bytes) in [("fp8", 1.0), ("bf16", 2)] {
      let deployment = try deployed(
        """
        model: Mixtral-8x7B
        system: HGX H100
        engine: DeepEP two-batch
        precision: { weights: \(weights) }
        prefill: { instances: 1, chips: 2, tensorParallel: 2, maxBatchedTokensPerChip: 2048 }
        decode: { instances: 1, chips: 2, tensorParallel: 2, maxRequestsPerChip: 16 }
        workload: { requestRate: 2, prompts: 50, inputTokens: 1000, outputTokens: 200 }
        """)
      let experts = try #require(deployment.decodePool.memory.items.first { $0.name == "experts" }).size
      // Half of 32 layers x 8 experts x 3 x 4,096 x 14,336, and the routers in 16 bits.
      #expect(abs(experts.value - (22.5e9 * bytes)) < 0.1e9)
      let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
      #expect(outcome.statistics.timeToFirstToken.count == 50)
    }
  }

  @Test(
    "DeepSeek-R1 on one board of eight H200 with SGLang: within 15% of the times per output token measured",
    // SemiAnalysisAI/InferenceX #870: SGLang 0.5.7, FP8, tensor-parallel 8, 0.8 to 1 of 1,024 tokens; milliseconds.
    arguments: [(8, 12.8, 331.0), (16, 17.2, 356), (32, 25.6, 427), (64, 34.6, 423)])
  func oneBoard(_ inFlight: Int, _ each: Double, _ first: Double) throws {
    let lengths = "{ mean: 922, coefficientOfVariation: 0.07, minimum: 819, maximum: 1024 }"
    let deployment = try deployed(
      """
      model: DeepSeek-R1
      system: HGX H200
      engine: SGLang
      pools: [{ chips: 8, tensorParallel: 8 }]
      workload:
        { maxConcurrency: \(inFlight), prompts: \(10 * inFlight), inputTokens: \(lengths), outputTokens: \(lengths) }
      """)
    #expect(deployment.chipsInUse == 8)
    let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
    let statistics = outcome.statistics
    let ours = statistics.timePerOutputToken.summary().mean.value * 1000
    #expect(abs(ours / each - 1) < 0.15, "\(ours) ms against \(each)")
    let wait = statistics.timeToFirstToken.summary().mean.value * 1000
    #expect(wait > first / 2 && wait < first * 1.1, "\(wait) ms against \(first)")
  }

  @Test("a token of Qwen2.5-7B's context takes 57,344 bytes in BF16; 60 GB of a card hold 343 requests of 3,072")
  func bytesOfToken() throws {
    let config = """
      { "architectures": ["Qwen2ForCausalLM"], "hidden_act": "silu", "hidden_size": 3584, "intermediate_size": 18944,
        "max_position_embeddings": 32768, "max_window_layers": 28, "model_type": "qwen2", "num_attention_heads": 28,
        "num_hidden_layers": 28, "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
        "sliding_window": 131072, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "use_sliding_window": false,
        "vocab_size": 152064 }
      """
    let folder = FileManager.default.temporaryDirectory.path + "/supernode-case-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(config.utf8).write(to: URL(filePath: "\(folder)/config.json"))
    let deployment = try deployed(
      """
      model: \(folder)/config.json
      system: HGX H100
      engine: vLLM
      pools: [{ chips: 1 }]
      workload: { requestRate: 2, prompts: 50, inputTokens: 2048, outputTokens: 1024 }
      """)
    let pool = deployment.decodePool
    #expect(pool.model.keyValueBytesPerToken == Bytes(57_344))
    // 0.9 of 85.5 GB less 15.2 GB of weights and the engine's own.
    let tokens = pool.memory.keyValueTokensPerRank
    #expect(tokens > 950_000 && tokens < 1_100_000, "\(tokens)")
    #expect(pool.memory.requests(of: 3072) == tokens / 3072)
  }

  @Test("drafts by a head, by a smaller model and by lookup make a dense model's tokens come faster")
  func drafts() throws {
    func each(_ speculation: String) throws -> Double {
      let deployment = try deployed(
        """
        model: Llama-3.1-70B
        system: HGX H100
        engine: SGLang
        precision: { weights: bf16 }
        speculation: \(speculation)
        pools: [{ chips: 8, tensorParallel: 8 }]
        workload: { maxConcurrency: 1, prompts: 20, inputTokens: 200, outputTokens: 500 }
        """)
      let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
      return outcome.statistics.timePerOutputToken.summary().mean.value
    }
    let plain = try each("null")
    // Measured without drafts: 88.6 tokens/s of one request (sgl-project/sglang #4716).
    #expect(abs(plain * 88.6 - 1) < 0.2, "\(1 / plain) tokens/s")
    let lookup = try each("{ draftTokens: 3, acceptance: 0.5, method: ngram }")
    let head = try each("{ draftTokens: 3, acceptance: 0.5, method: eagle }")
    let small = try each("{ draftTokens: 3, acceptance: 0.5, method: draftModel, model: Llama-3.1-8B }")
    // 1 + 0.5 + 0.25 + 0.125 tokens a step, of which lookup costs nothing beside their verification.
    #expect(lookup < head && head < small && plain / lookup < 1.875)
    #expect(head < plain)
    let falling = try each("{ draftTokens: 3, acceptance: [0.5, 0.25, 0], method: eagle }")
    // 1 + 0.5 + 0.125 tokens a step.
    #expect(abs(falling / head - 1.875 / 1.625) < 0.01)
  }

  @Test("a model without prediction layers says how else tokens can be drafted")
  func noPredictionLayer() {
    let scenario = """
      model: Llama-3.1-70B
      system: HGX H100
      engine: vLLM
      speculation: { draftTokens: 3, acceptance: 0.5 }
      pools: [{ chips: 8 }]
      workload: { requestRate: 1, prompts: 1, inputTokens: 200, outputTokens: 500 }
      """
    let fault = #expect(throws: Problems.self) { try deployed(scenario) }
    #expect(fault?.list.first?.wayOut.contains("method: eagle, draftModel or ngram") == true)
  }

  @Test("prompts larger than memory are refused with what they need and what there is, and nothing else is told")
  func tooLarge() throws {
    // 65.5 GB of weights; a token takes 2 x 64 layers x 8 heads x 128 x 2 B.
    for pools in [
      "prefill: { instances: 1, chips: 1, maxBatchedTokensPerChip: 2048 }\n"
        + "decode: { instances: 1, chips: 1, maxRequestsPerChip: 128 }\nengine: DeepEP two-batch",
      "pools: [{ chips: 1 }]\nengine: vLLM",
    ] {
      let deployment = try deployed(
        """
        model: Qwen3-32B
        system: HGX H100
        precision: { weights: bf16 }
        \(pools)
        workload: { requestRate: 0.1, prompts: 20, inputTokens: 60000, outputTokens: 256 }
        """)
      let report = try deployment.simulate(observing: ServingObservers()) { _ in
        ServingReport.Run(
          version: "", seed: 1, inputHash: "", wallSeconds: 1, requestsPerWallSecond: 1, peakMemoryBytes: 1)
      }
      let refusal = try #require(report.refusals.first)
      #expect(report.requests.completed == 0 && refusal.requests == 20 && refusal.lack == .memory)
      let needed = try #require(refusal.needed).value
      #expect(abs(needed - 60_000 * 262_144) < 262_144)
      #expect(try #require(refusal.available).value < needed)
    }
  }
}

/// A scenario's deployment; `text` lacks its name, objectives and seed.
private func deployed(_ text: String) throws -> Deployment {
  let whole = "name: a case\nobjectives: {}\nseed: 1\n\(text)\n"
  let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return try Deployment(
    Node.parse(whole, file: "case.yaml").decode(Scenario.self),
    catalog: Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog"))
}
