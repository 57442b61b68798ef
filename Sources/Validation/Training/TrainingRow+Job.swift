import Formats
import Models
import Training
import Units

extension TrainingRow {
  /// The job behind a row; throws what is not published or does not fit.
  func job(_ catalog: Catalog, _ facts: TrainingFacts) throws -> TrainingJob {
    let architecture = try architecture(catalog, facts)
    let plan = try plan(architecture)
    guard let length = cells.count("sequence_length"), let batch = cells.count("global_batch"), length > 0, batch > 0
    else { throw Problem(place, "no sequence length or batch is published", wayOut: "give both") }
    return try TrainingJob(
      architecture, sequenceLength: length, globalBatch: batch, plan: plan, recipe: recipe(architecture, facts))
  }

  /// A size of the plan: what the submitted configuration says, else the column.
  private func size(_ column: String) -> Int? {
    cells.field("plan_found", column).flatMap { Int($0) } ?? cells.count(column)
  }

  private func plan(_ architecture: Architecture) throws -> TrainingPlan {
    let tensor = size("tp") ?? 1, pipeline = size("pp") ?? 1, context = size("cp") ?? 1
    let virtual = max(1, size("virtual_stages") ?? 1)
    let data = size("dp") ?? max(1, chips / (tensor * pipeline * context))
    guard tensor * pipeline * context * data == chips else {
      throw Problem(place, "the plan does not multiply to \(chips) chips", wayOut: "correct it")
    }
    var microbatch = size("micro_batch") ?? 0
    // torchtitan divides the local batch by eight.
    if cells.field("plan_found", "micro_batch") == "local batch/8", let batch = cells.count("global_batch") {
      microbatch = max(1, batch / data / 8)
    }
    guard microbatch > 0 else { throw Problem(place, "no micro-batch is published", wayOut: "give one") }
    var plan = TrainingPlan(
      tensor: tensor, sequenceParallel: tensor > 1 && cells["sequence_parallel"] != "no", context: context,
      pipeline: pipeline, virtual: virtual, data: data, expert: size("ep") ?? 1, schedule: schedule(virtual),
      sharding: sharding, microbatch: microbatch)
    plan.keepsGathered = cells.has("plan_found", "reshard_after_forward=no") || optimizer.contains("not resharded")
    plan.replicas = optimizer.contains("4 replicas") ? 4 : 1
    plan.layersByChunk = layers(architecture.layerCount, chunks: plan.stages)
    return plan
  }

  private var optimizer: String { cells["optimizer_state"] }

  private var sharding: TrainingPlan.Sharding {
    if optimizer.contains("FSDP") || optimizer.contains("ZeRO-3") { return .parameters }
    if optimizer.contains("ZeRO-2") { return .gradients }
    return optimizer.contains("ZeRO-1") || optimizer.contains("sharded over DP") && !optimizer.contains("not sharded")
      ? .optimizer : .none
  }

  private func schedule(_ virtual: Int) -> PipelineSchedule.Kind {
    switch cells["schedule"] {
    case "ZB-2p", "ZB-H2": .zeroBubbleH2
    case "ZB-1p", "ZB-H1": .zeroBubbleH1
    case "ZB-V": .zeroBubbleV
    case "DualPipe": .dualPipe
    case "GPipe": .gPipe
    default: virtual > 1 ? .interleaved : .oneForwardOneBackward
    }
  }

  /// Layers by chunk as the row words them; nil where they are even.
  private func layers(_ count: Int, chunks: Int) -> [Int]? {
    let text = cells["first_last_stage_layers"]
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    var list: [Int] = []
    if text.contains("chunks: first"), numbers.count >= 4, numbers[0] >= 2 {
      list = [numbers[1]] + [Int](repeating: numbers[2], count: numbers[0] - 2) + [numbers[3]]
    } else if text.contains("chunks of"), numbers.count == 2 {
      list = [Int](repeating: numbers[1], count: numbers[0])
    } else if text.contains("last stage takes what is left") {
      let each = (count + chunks - 1) / chunks
      list = [Int](repeating: each, count: chunks - 1) + [count - each * (chunks - 1)]
    } else if ["k*p - 2", "count as a layer each", "70 blocks and 2"].contains(where: text.contains) {
      list = [Int](repeating: (count + 2) / chunks, count: chunks)
      list[0] -= 1
      list[chunks - 1] -= 1
    }
    return list.count == chunks && list.allSatisfy { $0 >= 0 } && list.reduce(0, +) == count ? list : nil
  }

  // MARK: recipe

  private func recipe(_ architecture: Architecture, _ facts: TrainingFacts) -> TrainingRecipe {
    let overlap = cells.fields("overlap")
    func isHidden(_ name: String) -> Bool { overlap.first { $0.name == name }?.value.hasPrefix("yes") ?? false }
    let fp8 = cells["fp8_recipe"]
    var recipe = TrainingRecipe(
      products: products, attentionIn8Bits: fp8.contains("FP8 attention"),
      gathersIn8Bits: fp8.contains("FP8 parameter gather") || fp8.contains("FP8 all-gather"),
      recompute: recompute, state: state,
      overlap: .init(
        gradients: isHidden("grad"), parameters: isHidden("param"),
        parametersWithStep: overlap.contains { $0.name == "param_with_step" && $0.value == "yes" },
        tensor: isHidden("tp"), pipeline: isHidden("p2p"), expert: isHidden("ep")),
      attention: facts.corrections.first { source.contains($0.words) }?.attention ?? attention, capture: capture,
      dispatcher: dispatcher)
    recipe.keepsInputsIn16Bits =
      facts.memory.first { source.contains($0.words) }?.keepsInputsIn16Bits ?? false
    recipe.hasFixedCapacity = cells.has("forced_balance", "padded")
    recipe.layersIn16Bits = layersIn16Bits(fp8)
    if let layers = cells["offload"].firstRange(of: "of "), cells.has("offload", "layers") {
      recipe.offloadedLayers = Int(cells["offload"][layers.upperBound...].prefix { $0.isNumber }) ?? 0
    }
    // Questions and answers of SQuAD have some 250 tokens.
    if cells.has("packing", "SQuAD") { recipe.documentTokens = 250 }
    if model.contains("LoRA") { recipe.adapterRank = 16 }
    recipe.paddedVocabulary = cells.count("vocabulary_padded")
    recipe.hasDropout = cells.has("architecture", "gelu")
    recipe.hasLearnedPositions =
      cells.field("architecture", "pos")?.contains("learned") ?? false || cells.has("architecture", "hybrid Mamba")
    return recipe
  }

  private var products: TrainingRecipe.Products {
    let fp8 = cells["fp8_recipe"]
    if fp8.hasPrefix("none") { return .bf16 }
    if fp8.contains("NVFP4") || precision.contains("NVFP4") { return .nvfp4 }
    if fp8.contains("MXFP8") || precision.contains("MXFP8") { return .mxfp8 }
    if fp8.contains("delayed") { return .fp8Delayed }
    return ["per-tensor", "per-row", "blockwise"].contains(where: fp8.contains) || precision.hasPrefix("FP8")
      ? .fp8Current : .bf16
  }

  private func layersIn16Bits(_ fp8: String) -> Int {
    if fp8.contains("first and last layers BF16") { return 2 }
    guard let last = fp8.firstRange(of: "last "), fp8.contains("layers BF16") else { return 0 }
    return Int(fp8[last.upperBound...].prefix { $0.isNumber }) ?? 0
  }

  private var recompute: Recompute {
    let text = cells["recompute_detail"].isEmpty ? cells["recompute"] : cells["recompute_detail"]
    if text.contains("block;"), let layers = text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) {
      return .blocks(layers)
    }
    if text.contains("full") { return .full }
    guard text.contains("selective"), !text.contains("granularity unset") else { return .none }
    var modules: Set<Recompute.Module> = []
    if text.contains("attention scores") || text.contains("core_attn") { modules.insert(.coreAttention) }
    if text.contains("matrix products") { modules.insert(.everySecondProduct) }
    if text.contains("layernorm") || text.contains("RMSNorm") { modules.insert(.layerNorm) }
    if text.contains("mla_up_proj") || text.contains("MLA up-projection") { modules.insert(.latentUpProjection) }
    if text.contains("moe_act") { modules.insert(.expertActivation) }
    if text.contains("shared_experts") { modules.insert(.sharedExperts) }
    let words = text.split { " :;()".contains($0) }
    if words.contains("mlp") { modules.insert(.denseFeedForward) }
    if words.contains("moe") { modules.insert(.experts) }
    return modules.isEmpty ? .none : .selective(modules)
  }

  private var dispatcher: TrainingRecipe.Dispatcher {
    if cells.has("moe_dispatcher", "flex") { return .waiting }
    return ["DeepEP", "HybridEP"].contains { cells.has("moe_dispatcher", $0) } ? .deduplicating : .collective
  }

  private var state: OptimizerState {
    var state = OptimizerState()
    state.moments = optimizer.contains("moments BF16") ? 4 : 8
    let halves = [
      "gradients BF16", "gradients reduced in BF16", "and reduced in BF16", "gradients FP16", "accumulated in FP16",
    ]
    state.gradients = halves.contains(where: optimizer.contains) ? 2 : 4
    // BLOOM's BF16 optimizer keeps gradients in 16 bits beside those that it gathers in FP32.
    if optimizer.contains("BF16 optimizer"), optimizer.contains("accumulated in FP32") { state.gradients = 6 }
    // Frozen weights lie in FP8.
    if model.contains("LoRA"), optimizer.contains("frozen in FP8") { state.weights = 1 }
    return state
  }

  private var attention: TrainingRecipe.AttentionKernel {
    let text = cells["attention_backend"]
    if text.contains("materialised") { return .materialised }
    if text.contains("Triton") { return .triton }
    return text.isEmpty || ["fused", "cuDNN", "composable"].contains(where: text.contains) ? .fused : .flash
  }

  private var capture: TrainingRecipe.Capture {
    if cells.has("cuda_graph", "full iteration") { return .step }
    return cells.has("cuda_graph", "per layer") ? .layers : .none
  }
}
