import Costs
import Hardware
import Serving
import Units

/// In whose words the start of a plan is written.
public enum LaunchFormat: String, Sendable, CaseIterable {
  case vllm, sglang, trtllm, kubernetes
  /// A `DynamoGraphDeployment` for the operator of NVIDIA Dynamo.
  case dynamo
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

  /// The one whose scheduler it has: a port, or a correction of it in a file, is started by the same words.
  init?(_ engine: Engine?) {
    switch engine?.scheduling?.scheduler {
    case .vLLM, .ascend: self = .vLLM
    case .sgLang: self = .sgLang
    case .tensorRT: self = .tensorRT
    case .mindIE, nil: return nil
    }
  }
}

extension Planner {
  /// Commands or a manifest that start a plan, with remarks on what they cannot say.
  public func launch(_ plan: PlanAnswer.Plan, as format: LaunchFormat, seed: UInt64 = 1) throws -> String {
    let candidate = plan.candidate
    let rate = plan.simulated?.requestRate ?? candidate.requestsPerSecond
    if format == .scenario { return scenarioText(candidate, rate: rate, seed: seed) }
    guard let engine = LaunchEngine(machine(of: candidate)?.engine) else {
      throw Problem(
        "--emit", "\(candidate.engine) has no public command line",
        wayOut: "use --emit scenario, or another engine with --engine")
    }
    if let asked = format.family, asked != engine {
      throw Problem(
        "--emit", "the best plan is \(candidate.engine)'s, not \(asked.rawValue)'s",
        wayOut: "give --engine \(asked.rawValue), or --emit of that engine")
    }
    switch format {
    case .kubernetes: return kubernetes(candidate, engine)
    case .dynamo: return dynamo(candidate, engine)
    default: return commands(candidate, engine)
    }
  }

  private func machine(of candidate: PlanCandidate) -> Machine? {
    searches.first { $0.space.machine.engine.name == candidate.engine }?.space.machine
  }

  // MARK: commands

  private func commands(_ candidate: PlanCandidate, _ engine: LaunchEngine) -> String {
    var lines = engine == .tensorRT ? optionFiles(candidate) : []
    for pool in candidate.pools {
      let place = candidate.division == .mixed ? " on \(pool.system)" : ""
      lines.append(
        "# \(pool.instances) of these\(pool.role == .colocated ? "" : ", for \(pool.role.rawValue)")\(place)")
      lines.append(command(pool, candidate, engine).joined(separator: " \\\n  "))
    }
    let isApart = engine == .tensorRT && candidate.pools.count > 1
    if isApart { lines += disaggregated(candidate) }
    return (lines + remarks(candidate, engine, isRouted: isApart).map { "# \($0)" }).joined(separator: "\n") + "\n"
  }

  /// Words of one command; the first two are the program and the model.
  func command(_ pool: PlanCandidate.Pool, _ candidate: PlanCandidate, _ engine: LaunchEngine) -> [String] {
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
      words += pool.settings.memoryShare.map { ["--gpu-memory-utilization \($0)"] } ?? []
      if hasNarrowCache(candidate) { words.append("--kv-cache-dtype fp8") }
      if candidate.formats == "fp8" { words.append("--quantization fp8") }
      words += drafts(pool).map { "--speculative-config '{\"method\":\"mtp\",\"num_speculative_tokens\":\($0)}'" }
    case .sgLang:
      // Its data parallel groups of attention are made of the tensor parallel dies.
      words = ["python -m sglang.launch_server", "--model-path \(modelWord)", "--tp-size \(plan.tensor * plan.data)"]
      if plan.pipeline > 1 { words.append("--pp-size \(plan.pipeline)") }
      if plan.data > 1 { words += ["--dp-size \(plan.data)", "--enable-dp-attention"] }
      if plan.expert > 1 { words.append("--ep-size \(plan.expert)") }
      if pool.role != .prefill { words.append("--max-running-requests \(pool.estimate.requestsPerRank * plan.data)") }
      if pool.role != .decode { words.append("--chunked-prefill-size \(pool.promptTokensPerStep * plan.data)") }
      if pool.role != .colocated { words.append("--disaggregation-mode \(pool.role.rawValue)") }
      words += pool.settings.memoryShare.map { ["--mem-fraction-static \($0)"] } ?? []
      if hasNarrowCache(candidate) { words.append("--kv-cache-dtype fp8_e4m3") }
      if candidate.formats == "fp8" { words.append("--quantization fp8") }
      words += drafts(pool).map { count in
        "--speculative-algorithm EAGLE --speculative-num-steps \(count) --speculative-eagle-topk 1 "
          + "--speculative-num-draft-tokens \(count + 1)"
      }
    case .tensorRT:
      words = ["trtllm-serve \(modelWord)", "--tp_size \(plan.tensor * plan.data)"]
      if plan.pipeline > 1 { words.append("--pp_size \(plan.pipeline)") }
      if plan.expert > 1 { words.append("--ep_size \(plan.expert)") }
      if pool.role != .prefill { words.append("--max_batch_size \(pool.estimate.requestsPerRank)") }
      if pool.role != .decode { words.append("--max_num_tokens \(pool.promptTokensPerStep)") }
      words += pool.settings.memoryShare.map { ["--kv_cache_free_gpu_memory_fraction \($0)"] } ?? []
      if !options(pool, candidate).isEmpty { words.append("--extra_llm_api_options \(optionFile(pool))") }
    }
    return words
  }

  func hasNarrowCache(_ candidate: PlanCandidate) -> Bool {
    request.formats.first { $0.name == candidate.formats }?.precision?.keyValue == .fp8
  }

  /// None or one number.
  func drafts(_ pool: PlanCandidate.Pool) -> [Int] { pool.settings.draftTokens > 0 ? [pool.settings.draftTokens] : [] }

  /// The name at Hugging Face where one was given.
  var modelWord: String {
    let name = request.givenModel ?? request.model
    return name.contains(" ") ? "'\(name)'" : name
  }

  /// What no option says.
  ///
  /// - Parameter isRouted: whether the start brings what spreads requests over the instances.
  func remarks(_ candidate: PlanCandidate, _ engine: LaunchEngine, isRouted: Bool = false) -> [String] {
    var lines: [String] = []
    if request.givenModel == nil {
      lines.append("\(request.model) is the catalog's name or your path: put the name at Hugging Face in its place")
    }
    if request.spares > 0 {
      lines.append("\(request.spares) of each kind are spare: nothing tells the engine, the router spreads over all")
    }
    if candidate.pools.count > 1 {
      lines.append("the link by which keys and values travel between the pools is the engine's default")
    }
    if !isRouted, candidate.pools.contains(where: { $0.instances > 1 }) || candidate.pools.count > 1 {
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
}
