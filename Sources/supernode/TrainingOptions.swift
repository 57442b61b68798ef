import ArgumentParser
import Models
import Training
import Units

/// How a job is spread over chips; names as in Megatron.
struct TrainingPlanOptions: ParsableArguments {
  @Option(
    name: [.customLong("tensor-parallel-size"), .customLong("tp"), .customLong("tp", withSingleDash: true)],
    help: "Ranks that share heads and widths.")
  var tensor = 1
  @Option(
    name: [.customLong("pipeline-parallel-size"), .customLong("pp"), .customLong("pp", withSingleDash: true)],
    help: "Stages of layers.")
  var pipeline = 1
  @Option(name: [.customLong("virtual-stages"), .customLong("vpp")], help: "Stages that each pipeline rank holds.")
  var virtual = 1
  @Option(
    name: [.customLong("context-parallel-size"), .customLong("cp"), .customLong("cp", withSingleDash: true)],
    help: "Ranks that share the tokens of a sequence.")
  var context = 1
  @Option(
    name: [.customLong("expert-parallel-size"), .customLong("ep"), .customLong("ep", withSingleDash: true)],
    help: "Groups among which experts are divided.")
  var expert = 1
  @Option(name: [.customLong("expert-tensor-parallel-size"), .customLong("etp")], help: "Ranks that share an expert.")
  var expertTensor = 1
  @Option(help: "What data ranks divide: 0 nothing, 1 the optimizer's state, 2 and gradients, 3 and weights (FSDP).")
  var zero = 1
  @Option(help: "Replicas of a sharded state (HSDP).") var replicas = 1
  @Option(
    help: """
      gPipe, oneForwardOneBackward, interleaved, zeroBubbleH1, zeroBubbleH2, zeroBubbleV, dualPipe, dualPipeV; 1F1B, \
      or interleaved with virtual stages, where absent.
      """)
  var schedule: PipelineSchedule.Kind?

  /// Flags of sizes that were given, for a search that finds them by itself.
  var given: [String] {
    let sizes = [
      ("-tp", tensor), ("-pp", pipeline), ("--virtual-stages", virtual), ("-cp", context), ("-ep", expert),
      ("--expert-tensor-parallel-size", expertTensor), ("--zero", zero), ("--replicas", replicas),
    ]
    return sizes.filter { $0.1 != 1 }.map(\.0) + (schedule == nil ? [] : ["--schedule"])
  }

  func plan(ranks: Int, microbatch: Int) throws -> TrainingPlan {
    for (name, value) in [
      ("-tp", tensor), ("-pp", pipeline), ("--virtual-stages", virtual), ("-cp", context), ("-ep", expert),
      ("--expert-tensor-parallel-size", expertTensor), ("--replicas", replicas),
    ] where value < 1 {
      throw ValidationError("\(name) \(value): give 1 or more")
    }
    guard (0...3).contains(zero) else { throw ValidationError("--zero \(zero): give 0, 1, 2 or 3") }
    let group = tensor * pipeline * context
    guard ranks % group == 0 else {
      throw Problem(
        "plan", "TP \(tensor) × PP \(pipeline) × CP \(context) = \(group) does not divide \(ranks) ranks",
        wayOut: "use \(max(1, ranks / group) * group) ranks, or other sizes")
    }
    return TrainingPlan(
      tensor: tensor, context: context, pipeline: pipeline, virtual: virtual, data: ranks / group, expert: expert,
      expertTensor: expertTensor, schedule: schedule, sharding: TrainingPlan.Sharding.allCases[zero],
      replicas: replicas, microbatch: microbatch)
  }
}

/// Precision, recompute and overlap.
struct TrainingRecipeOptions: ParsableArguments {
  @Option(help: "What products are computed in: bf16, fp8, mxfp8, nvfp4.") var precision = "bf16"
  @Option(
    help: """
      What the backward computes again: none, full, selective (attention and norms), or modules: core_attn, layernorm, \
      mla_up_proj, mlp, moe_act, moe, shared_experts (divided by commas).
      """)
  var recompute = "none"
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

  private func recomputed() throws -> Recompute {
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
