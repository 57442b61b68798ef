import Costs
import Hardware
import Serving
import Units

extension Planner {
  // MARK: manifests

  func kubernetes(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> String {
    let files = engine == .tensorRT ? optionFiles(candidate) : []
    return candidate.pools.map { pool in
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
    }.joined(separator: "\n---\n") + "\n"
      + (remarks(candidate, engine) + files).map { "# \($0)" }.joined(separator: "\n") + "\n"
  }

  /// A graph of workers for Dynamo's operator (`nvidia.com/v1alpha1`): its front end, and a service for each pool.
  func dynamo(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> String {
    var lines = [
      "apiVersion: nvidia.com/v1alpha1", "kind: DynamoGraphDeployment",
      "metadata: { name: \(engine.rawValue.lowercased())-plan }", "spec:", "  services:", "    Frontend:",
      "      componentType: frontend", "      replicas: 1",
      "      extraPodSpec: { mainContainer: { image: \"\(engine.runtime)\" } }",
    ]
    for pool in candidate.pools {
      let hosts = (pool.chips + host(pool) - 1) / max(1, host(pool))
      let name = pool.role == .colocated ? "Worker" : pool.role == .prefill ? "PrefillWorker" : "DecodeWorker"
      lines += ["    \(name):", "      componentType: worker"]
      if pool.role != .colocated { lines.append("      subComponentType: \(pool.role.rawValue)") }
      lines += ["      replicas: \(pool.instances)"]
      if hosts > 1 { lines.append("      multinode: { nodeCount: \(hosts) }") }
      lines += [
        "      resources: { limits: { gpu: \"\(min(pool.chips, host(pool)))\" } }", "      extraPodSpec:",
        "        mainContainer:", "          image: \"\(engine.runtime)\"", "          command: [\"python3\"]",
        "          args:",
      ]
      lines += dynamoWords(pool, candidate, engine).map { "            - \(quotedWord($0))" }
    }
    let files = engine == .tensorRT ? optionFiles(candidate) : []
    let release = "the images' release is left out: put one in place of RELEASE"
    let notes = [release] + remarks(candidate, engine, isRouted: true) + files
    return (lines + notes.map { "# \($0)" }).joined(separator: "\n") + "\n"
  }

  /// The engine's own words behind the worker's module.
  private func dynamoWords(
    _ pool: PlanCandidate.Pool, _ candidate: PlanCandidate, _ engine: LaunchEngine
  ) -> [String] {
    // Without the program and the model, and without the transfer, which the worker sets itself.
    let own = command(pool, candidate, engine).dropFirst(engine == .sgLang ? 2 : 1)
      .filter { !$0.hasPrefix("--kv-transfer-config") && !$0.hasPrefix("--disaggregation-mode") }
    let (module, model, role): (String, String, [String])
    switch engine {
    case .vLLM:
      (module, model) = ("dynamo.vllm", "--model")
      role = pool.role == .prefill ? ["--is-prefill-worker"] : []
    case .sgLang:
      (module, model) = ("dynamo.sglang", "--model-path")
      role = pool.role == .colocated ? [] : ["--disaggregation-mode", pool.role.rawValue]
    case .tensorRT:
      (module, model) = ("dynamo.trtllm", "--model-path")
      role = pool.role == .colocated ? [] : ["--disaggregation-mode", pool.role.rawValue]
    }
    let words = own.flatMap { $0.split(separator: " ").map(String.init) }
    return ["-m", module, model, request.givenModel ?? request.model] + role + words.map(dynamoFlag(engine))
  }

  /// Dynamo's worker of TensorRT-LLM has names of its own.
  private func dynamoFlag(_ engine: LaunchEngine) -> (String) -> String {
    let names = [
      "--tp_size": "--tensor-parallel-size", "--pp_size": "--pipeline-parallel-size",
      "--ep_size": "--expert-parallel-size", "--max_batch_size": "--max-batch-size",
      "--max_num_tokens": "--max-num-tokens", "--extra_llm_api_options": "--extra-engine-args",
      "--kv_cache_free_gpu_memory_fraction": "--free-gpu-memory-fraction",
    ]
    return { engine == .tensorRT ? names[$0] ?? $0 : $0 }
  }

  /// A word in double quotes of YAML; single quotes of the shell are gone.
  private func quotedWord(_ word: String) -> String {
    var plain = word
    if plain.hasPrefix("'"), plain.hasSuffix("'"), plain.count > 1 { plain = String(plain.dropFirst().dropLast()) }
    return "\"\(plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  // MARK: files of TensorRT-LLM

  /// What `trtllm-serve` takes from a file alone.
  func options(_ pool: PlanCandidate.Pool, _ candidate: PlanCandidate) -> [String] {
    var lines: [String] = []
    if pool.plan.data > 1 { lines.append("enable_attention_dp: true") }
    if hasNarrowCache(candidate) { lines.append("kv_cache_config: { dtype: fp8 }") }
    lines += drafts(pool).map { "speculative_config: { decoding_type: MTP, num_nextn_predict_layers: \($0) }" }
    if pool.role != .colocated { lines.append("cache_transceiver_config: { backend: DEFAULT }") }
    // A server of prompts alone has nothing to overlap.
    if pool.role == .prefill { lines.append("disable_overlap_scheduler: true") }
    return lines
  }

  func optionFile(_ pool: PlanCandidate.Pool) -> String { "\(pool.role.rawValue).yaml" }

  /// The files, as comments.
  func optionFiles(_ candidate: PlanCandidate) -> [String] {
    candidate.pools.flatMap { pool -> [String] in
      let lines = options(pool, candidate)
      guard !lines.isEmpty else { return [] }
      return ["# \(optionFile(pool)) has:"] + lines.map { "#   \($0)" }
    }
  }

  /// The server before pools apart, and the file that names theirs.
  func disaggregated(_ candidate: PlanCandidate) -> [String] {
    let parts = candidate.pools.map { pool in
      let name = pool.role == .prefill ? "context_servers" : "generation_servers"
      return "#   \(name): { num_instances: \(pool.instances), urls: [ \"HOST:PORT\" of each ] }"
    }
    return ["# pools.yaml has:", "#   hostname: localhost", "#   port: 8000"] + parts
      + ["trtllm-serve disaggregated -c pools.yaml"]
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

  /// Dynamo's own, without a release.
  var runtime: String {
    switch self {
    case .vLLM: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:RELEASE"
    case .sgLang: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:RELEASE"
    case .tensorRT: "nvcr.io/nvidia/ai-dynamo/tensorrtllm-runtime:RELEASE"
    }
  }
}
