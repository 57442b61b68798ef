import ArgumentParser
import Models
import Training
import Units

/// How a job is spread over chips; names as in Megatron.
struct TrainingPlanOptions: ParsableArguments {
  @Option(
    name: [.customLong("tensor-parallel-size"), .customLong("tp"), .customLong("tp", withSingleDash: true)],
    help: "Ranks that share heads and widths.")
  var tensor: Int?
  @Option(
    name: [.customLong("pipeline-parallel-size"), .customLong("pp"), .customLong("pp", withSingleDash: true)],
    help: "Stages of layers.")
  var pipeline: Int?
  @Option(name: [.customLong("virtual-stages"), .customLong("vpp")], help: "Stages that each pipeline rank holds.")
  var virtual: Int?
  @Option(
    name: [.customLong("context-parallel-size"), .customLong("cp"), .customLong("cp", withSingleDash: true)],
    help: "Ranks that share the tokens of a sequence.")
  var context: Int?
  @Option(
    name: [.customLong("expert-parallel-size"), .customLong("ep"), .customLong("ep", withSingleDash: true)],
    help: "Groups among which experts are divided.")
  var expert: Int?
  @Option(name: [.customLong("expert-tensor-parallel-size"), .customLong("etp")], help: "Ranks that share an expert.")
  var expertTensor: Int?
  @Option(
    help: """
      What data ranks divide: 0 nothing, 1 the optimizer's state (the default), 2 and gradients, 3 and weights (FSDP).
      """)
  var zero: Int?
  @Option(help: "Replicas of a sharded state (HSDP).") var replicas = 1
  @Option(
    help: """
      gPipe, oneForwardOneBackward, interleaved, zeroBubbleH1, zeroBubbleH2, zeroBubbleV, dualPipe, dualPipeV; 1F1B, \
      or interleaved with virtual stages, where absent.
      """)
  var schedule: PipelineSchedule.Kind?

  /// What a search is told, where it was given.
  func pins() throws -> TrainingSpace.Pins {
    try check()
    guard replicas == 1, schedule == nil else {
      throw ValidationError(
        "\(replicas == 1 ? "--schedule" : "--replicas"): --plan does not search about it; leave it out, or leave "
          + "--plan out")
    }
    var pins = TrainingSpace.Pins()
    (pins.tensor, pins.pipeline, pins.virtual, pins.context) = (tensor, pipeline, virtual, context)
    (pins.expert, pins.expertTensor) = (expert, expertTensor)
    pins.sharding = zero.map { TrainingPlan.Sharding.allCases[$0] }
    return pins
  }

  private func check() throws {
    for (name, value) in [
      ("-tp", tensor), ("-pp", pipeline), ("--virtual-stages", virtual), ("-cp", context), ("-ep", expert),
      ("--expert-tensor-parallel-size", expertTensor), ("--replicas", replicas),
    ] {
      if let value, !(1...1_000_000).contains(value) {
        throw ValidationError("\(name) \(value): give 1 or more, at most 1000000")
      }
    }
    if let zero, !(0...3).contains(zero) { throw ValidationError("--zero \(zero): give 0, 1, 2 or 3") }
  }

  func plan(ranks: Int, microbatch: Int) throws -> TrainingPlan {
    try check()
    let (tensor, pipeline, context) = (tensor ?? 1, pipeline ?? 1, context ?? 1)
    if let schedule, pipeline == 1 {
      throw Problem("--schedule", "\(schedule.rawValue) needs a pipeline", wayOut: "add -pp, or leave it out")
    }
    // At most 10^18.
    let group = tensor * pipeline * context
    guard ranks % group == 0 else {
      throw Problem(
        "plan", "TP \(tensor) × PP \(pipeline) × CP \(context) = \(group) does not divide \(ranks) ranks",
        wayOut: "use \(max(1, ranks / group) * group) ranks, or other sizes")
    }
    return TrainingPlan(
      tensor: tensor, context: context, pipeline: pipeline, virtual: virtual ?? 1, data: ranks / group,
      expert: expert ?? 1, expertTensor: expertTensor ?? 1, schedule: schedule,
      sharding: TrainingPlan.Sharding.allCases[zero ?? 1], replicas: replicas, microbatch: microbatch)
  }
}

/// Precision, recompute and overlap.
struct TrainingRecipeOptions: ParsableArguments {
  @Option(help: "What products are computed in: bf16, fp8, mxfp8, nvfp4.") var precision = "bf16"
  @Option(
    help: """
      What the backward computes again: none (the default), full, selective (attention and norms), or modules: \
      core_attn, layernorm, mla_up_proj, mlp, moe_act, moe, shared_experts (divided by commas).
      """)
  var recompute: String?
  @Option(help: "Layers whose activations wait in host memory.") var offloadLayers = 0
  @Option(help: "Bytes of a parameter's gradient: 2 or 4.") var gradientBytes = 2
  @Option(help: "Bytes of a parameter's two moments: 8 (FP32) or 4 (BF16).") var momentBytes = 8
  @Option(help: "How much replays captured graphs: none, layers, step.") var cudaGraph = TrainingRecipe.Capture.none
  @Flag(inversion: .prefixedNo, help: "Tensor traffic under split products.") var tpOverlap = true
  @Flag(inversion: .prefixedNo, help: "Exchanges of experts under another micro-batch.") var epOverlap = false
  @Option(help: "Busiest rank's load of experts over the mean.") var expertImbalance = 1.0
  @Flag(
    name: [.customLong("moe-pad-expert-input-to-capacity"), .customLong("fixed-capacity")],
    help: "Experts take a fixed number of tokens each, padded; tokens beyond are dropped.")
  var fixedCapacity = false
  @Flag(
    name: [.customLong("activation-func-fp8-input-store"), .customLong("fp8-gates")],
    help: "What goes into the activation of an MLP is kept in 8 bits.")
  var gatesIn8Bits = false
  @Option(help: "Rank of adapters (LoRA); all weights are trained where absent.") var loraRank: Int?

  /// - Parameter model: whose layers may have learned positions and dropout, as GPT's do.
  func recipe(_ model: Architecture) throws -> TrainingRecipe {
    let products: [String: TrainingRecipe.Products] = [
      "bf16": .bf16, "fp8": .fp8Current, "mxfp8": .mxfp8, "nvfp4": .nvfp4,
    ]
    guard let format = products[precision.lowercased()] else {
      throw ValidationError("--precision \(precision): use bf16, fp8, mxfp8 or nvfp4")
    }
    guard [2, 4].contains(gradientBytes), [4, 8].contains(momentBytes) else {
      throw ValidationError("--gradient-bytes is 2 or 4, --moment-bytes 4 or 8")
    }
    if let loraRank, !(1...4096).contains(loraRank) {
      throw ValidationError("--lora-rank \(loraRank): give 1 or more, at most 4096, such as 16")
    }
    guard offloadLayers >= 0 else { throw ValidationError("--offload-layers \(offloadLayers): give 0 or more") }
    guard expertImbalance >= 1 else { throw ValidationError("--expert-imbalance \(expertImbalance): give 1 or more") }
    return TrainingRecipe(
      products: format, gathersIn8Bits: format.format.bits == 8, recompute: try recomputed(),
      state: OptimizerState(gradients: Double(gradientBytes), moments: Double(momentBytes)),
      overlap: .init(tensor: tpOverlap, expert: epOverlap), capture: cudaGraph, dispatcher: .deduplicating,
      offloadedLayers: offloadLayers, adapterRank: loraRank, expertImbalance: expertImbalance,
      hasFixedCapacity: fixedCapacity, keepsGatesIn8Bits: gatesIn8Bits, hasDropout: model.hasLearnedPositions,
      hasLearnedPositions: model.hasLearnedPositions)
  }

  /// What a search is told of recompute; nil where it is to look for itself.
  func again() throws -> TrainingSpace.Shape.Again? {
    let words: [String: TrainingSpace.Shape.Again] = ["none": .none, "full": .full, "selective": .selective]
    guard let recompute else { return nil }
    guard let again = words[recompute] else {
      throw ValidationError("--recompute \(recompute): --plan searches about none, full and selective")
    }
    return again
  }

  private func recomputed() throws -> Recompute {
    let recompute = recompute ?? "none"
    switch recompute {
    case "none": return .none
    case "full": return .full
    case "selective": return .selective([.coreAttention, .layerNorm])
    default:
      let names: [String: Recompute.Module] = [
        "core_attn": .coreAttention, "layernorm": .layerNorm, "mla_up_proj": .latentUpProjection,
        "mlp": .denseFeedForward, "moe_act": .expertActivation, "moe": .experts, "shared_experts": .sharedExperts,
      ]
      let modules = try recompute.split(separator: ",").map { word -> Recompute.Module in
        guard let module = names[String(word)] else {
          throw ValidationError(
            "--recompute \(word): use none, full, selective or \(names.keys.sorted().joined(separator: ", "))")
        }
        return module
      }
      return .selective(Set(modules))
    }
  }
}

extension PipelineSchedule.Kind: ExpressibleByArgument {}
extension TrainingRecipe.Capture: ExpressibleByArgument {}
extension TrainingPlanner.Goal: ExpressibleByArgument {}
