import Costs
import Hardware
import Serving
import Units

/// In whose words the start of a plan is written.
public enum LaunchFormat: String, Sendable, CaseIterable {
  case vllm, sglang, trtllm, kubernetes
  /// A scenario for `supernode simulate`.
  case scenario

  /// The engine whose words these are; nil where the plan's own engine is written.
  var family: LaunchEngine? {
    switch self {
    case .vllm: .vLLM
    case .sglang: .sgLang
    case .trtllm: .tensorRT
    default: nil
    }
  }
}

/// Engines whose command lines are known.
enum LaunchEngine: String {
  case vLLM = "vLLM", sgLang = "SGLang", tensorRT = "TensorRT-LLM"

  init?(_ engine: String) {
    let name = engine.lowercased()
    if name.contains("vllm") {
      self = .vLLM
    } else if name.contains("sglang") {
      self = .sgLang
    } else if name.contains("tensorrt") {
      self = .tensorRT
    } else {
      return nil
    }
  }
}

extension Planner {
  /// Commands or a manifest that start a plan, with remarks on what they cannot say.
  public func launch(_ plan: PlanAnswer.Plan, as format: LaunchFormat, seed: UInt64 = 1) throws -> String {
    let candidate = plan.candidate
    let rate = plan.simulated?.requestRate ?? candidate.requestsPerSecond
    if format == .scenario { return scenarioText(candidate, rate: rate, seed: seed) }
    guard let engine = LaunchEngine(candidate.engine) else {
      throw Problem(
        "--emit", "\(candidate.engine) has no public command line",
        wayOut: "use --emit scenario, or another engine with --engine")
    }
    if let asked = format.family, asked != engine {
      throw Problem(
        "--emit", "the best plan is \(candidate.engine)'s, not \(asked.rawValue)'s",
        wayOut: "give --engine \(asked.rawValue), or --emit of that engine")
    }
    if engine == .tensorRT, candidate.pools.count > 1 {
      throw Problem(
        "--emit", "what TensorRT-LLM's pools apart need (roles, transfer of keys and values) is not written yet",
        wayOut: "use --emit scenario, --division together, or another engine")
    }
    switch format {
    case .kubernetes: return kubernetes(candidate, engine)
    default: return commands(candidate, engine)
    }
  }

  // MARK: commands

  private func commands(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> String {
    var lines: [String] = []
    for pool in candidate.pools {
      let place = candidate.division == .mixed ? " on \(pool.system)" : ""
      lines.append(
        "# \(pool.instances) of these\(pool.role == .colocated ? "" : ", for \(pool.role.rawValue)")\(place)")
      lines.append(command(pool, candidate, engine).joined(separator: " \\\n  "))
    }
    return (lines + remarks(candidate, engine).map { "# \($0)" }).joined(separator: "\n") + "\n"
  }

  /// Words of one command; the first two are the program and the model.
  private func command(_ pool: PlanCandidate.Pool, _ candidate: PlanCandidate, _ engine: LaunchEngine) -> [String] {
    let plan = pool.plan
    var words: [String]
    switch engine {
    case .vLLM:
      words = ["vllm serve \(modelWord)", "--tensor-parallel-size \(plan.tensor)"]
      if plan.pipeline > 1 { words.append("--pipeline-parallel-size \(plan.pipeline)") }
      if plan.data > 1 { words.append("--data-parallel-size \(plan.data)") }
      if plan.expert > 1 { words.append("--enable-expert-parallel") }
      if pool.role != .prefill { words.append("--max-num-seqs \(pool.estimate.requestsPerRank)") }
      if pool.role != .decode { words.append("--max-num-batched-tokens \(pool.promptTokensPerStep)") }
      if pool.role != .colocated {
        // NIXL's connector has one role for both sides (docs.vllm.ai, NixlConnector usage guide).
        words.append("--kv-transfer-config '{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_both\"}'")
      }
      if hasNarrowCache(candidate) { words.append("--kv-cache-dtype fp8") }
      if candidate.formats == "fp8" { words.append("--quantization fp8") }
      words += drafts(candidate).map { "--speculative-config '{\"method\":\"mtp\",\"num_speculative_tokens\":\($0)}'" }
    case .sgLang:
      // Its data parallel groups of attention are made of the tensor parallel dies.
      words = ["python -m sglang.launch_server", "--model-path \(modelWord)", "--tp-size \(plan.tensor * plan.data)"]
      if plan.pipeline > 1 { words.append("--pp-size \(plan.pipeline)") }
      if plan.data > 1 { words += ["--dp-size \(plan.data)", "--enable-dp-attention"] }
      if plan.expert > 1 { words.append("--ep-size \(plan.expert)") }
      if pool.role != .prefill { words.append("--max-running-requests \(pool.estimate.requestsPerRank * plan.data)") }
      if pool.role != .decode { words.append("--chunked-prefill-size \(pool.promptTokensPerStep * plan.data)") }
      if pool.role != .colocated { words.append("--disaggregation-mode \(pool.role.rawValue)") }
      if hasNarrowCache(candidate) { words.append("--kv-cache-dtype fp8_e4m3") }
      if candidate.formats == "fp8" { words.append("--quantization fp8") }
      words += drafts(candidate).map { "--speculative-algorithm EAGLE --speculative-num-steps \($0)" }
    case .tensorRT:
      words = ["trtllm-serve \(modelWord)", "--tp_size \(plan.tensor * plan.data)"]
      if plan.pipeline > 1 { words.append("--pp_size \(plan.pipeline)") }
      if plan.expert > 1 { words.append("--ep_size \(plan.expert)") }
      if pool.role != .prefill { words.append("--max_batch_size \(pool.estimate.requestsPerRank)") }
      if pool.role != .decode { words.append("--max_num_tokens \(pool.promptTokensPerStep)") }
      if plan.data > 1 { words.append("--extra_llm_api_options options.yaml  # enable_attention_dp: true") }
    }
    return words
  }

  private func hasNarrowCache(_ candidate: PlanCandidate) -> Bool {
    request.formats.first { $0.name == candidate.formats }?.precision?.keyValue == .fp8
  }

  private func drafts(_ candidate: PlanCandidate) -> [Int] {
    request.draftTokens > 0 ? [request.draftTokens] : []
  }

  private var modelWord: String { request.model.contains(" ") ? "'\(request.model)'" : request.model }

  /// What no option says.
  private func remarks(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> [String] {
    var lines = ["\(request.model) is the catalog's name or your path: put the name at Hugging Face in its place"]
    if engine == .tensorRT, hasNarrowCache(candidate) {
      lines.append("keys and values in FP8: kv_cache_config: { dtype: fp8 } in --extra_llm_api_options")
    }
    if candidate.pools.contains(where: { $0.instances > 1 }) || candidate.pools.count > 1 {
      lines.append("a router goes before the instances; which one is not said here")
    }
    if candidate.formats != PlanRequest.FormatChoice.ofFiles.name {
      lines.append("weights in \(candidate.formats): take a checkpoint in that format, or the engine's own option")
    }
    if candidate.pools.contains(where: { $0.plan.dies > $0.chips * 8 || $0.chips > 8 }) {
      lines.append("an instance over several hosts needs the engine's multi-node start (ranks, addresses), not shown")
    }
    return lines
  }

  // MARK: manifests

  private func kubernetes(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> String {
    candidate.pools.map { pool in
      let name = "\(engine.rawValue.lowercased())-\(pool.role.rawValue)"
      let words = command(pool, candidate, engine).joined(separator: " ")
      return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: \(name) }
        spec:
          replicas: \(pool.instances)
          selector: { matchLabels: { app: \(name) } }
          template:
            metadata: { labels: { app: \(name) } }
            spec:
              containers:
                - name: server
                  image: \(engine.image)
                  command: ["/bin/sh", "-c"]
                  args:
                    - >-
                      \(words)
                  resources: { limits: { \(resource(pool)): \(min(pool.chips, host(pool))) } }
        """
    }.joined(separator: "\n---\n") + "\n" + remarks(candidate, engine).map { "# \($0)" }.joined(separator: "\n") + "\n"
  }

  /// Chips of a host of the system that a pool stands on.
  private func host(_ pool: PlanCandidate.Pool) -> Int { machine(of: pool)?.system.chipsPerNode.value ?? 8 }

  /// What Kubernetes calls the chip.
  private func resource(_ pool: PlanCandidate.Pool) -> String {
    ["NVIDIA": "nvidia.com/gpu", "AMD": "amd.com/gpu", "Huawei": "huawei.com/Ascend910"][
      machine(of: pool)?.chip.vendor ?? "NVIDIA"] ?? "nvidia.com/gpu"
  }

  private func machine(of pool: PlanCandidate.Pool) -> Machine? {
    searches.first { $0.fleet.system == pool.system }?.space.machine
  }
}

extension LaunchEngine {
  /// Images as their makers publish them.
  var image: String {
    switch self {
    case .vLLM: "vllm/vllm-openai:latest"
    case .sgLang: "lmsysorg/sglang:latest"
    case .tensorRT: "nvcr.io/nvidia/tensorrt-llm/release:latest"
    }
  }
}
