import Costs
import Hardware
import Models
import Serving
import Units

extension RunPredictor {
  /// The step of one engine of a run, or of one worker of a phase.
  func stepModel(_ run: ServingRun, _ shape: EngineShape, _ flags: RunFlags.Phase) throws -> StepModel {
    let (system, chip) = try machine(of: run)
    let architecture = try architecture(of: run)
    var engine = try engine(of: run)
    if let share = flags.memoryShare { engine.execution?.memory.share.value = share }
    if let name = flags.expertBackend { engine.execution?.expertBackend = ExpertBackend(launchName: name) }
    if shape.attentionData > widestGather {
      engine.execution?.exchange.split = .lowLatency
      engine.execution?.exchange.prompts = .bulk
    }
    let data = shape.attentionData
    let dies = shape.tensor * data
    let expert = architecture.mixture == nil ? 1 : max(1, min(shape.expert, dies))
    let plan = ParallelPlan(
      tensor: shape.tensor, pipeline: shape.pipeline, data: data, expertTensor: max(1, dies / expert), expert: expert)
    let drafts = run.flags.draftTokens ?? 0
    let drafting =
      drafts > 0 ? Drafting(tokens: drafts, acceptance: [facts.acceptance.value]) : Drafting.none
    do {
      return try StepModel(
        architecture: architecture, machine: Machine(system: system, chip: chip, engine: engine), plan: plan,
        precision: precision(of: run, architecture, flags), drafting: drafting, place: "run")
    } catch let problem as Problem {
      throw Unsupported("\(problem)")
    } catch let problems as Problems {
      throw Unsupported("\(problems)")
    }
  }

  /// The checkpoint's formats where it is of floats and a row's columns name none narrower; else the columns', where a
  /// mixture in four bits keeps its attention in 16.
  ///
  /// Columns say `fp8` of files with one scale and of files with scales of blocks alike, and `nvfp4` of MXFP4.
  func precision(of run: ServingRun, _ architecture: Architecture, _ flags: RunFlags.Phase) throws -> Precision {
    let experts = try format(run.expertFormat ?? run.productFormat ?? run.precision)
    var products = try format(run.productFormat ?? run.precision)
    if products == .fp8, experts == .fp8Block || facts.scalesBlocks(run.model) { products = .fp8Block }
    var precision = Precision(weights: products)
    if architecture.mixture != nil {
      precision.experts = products == .fp8Block && experts == .fp8 ? .fp8Block : experts
      if experts == .nvfp4 {
        precision.weights = .bf16
        precision.experts = .nvfp4
      }
    }
    let files = try Precision(checkpoint: architecture, engine: engine(of: run))
    let own = files.experts ?? files.weights
    let floats: Set<NumberFormat> = [.fp8, .fp8Block, .mxfp4, .nvfp4]
    if floats.contains(own), own.bits <= min(products.bits, experts.bits) { precision = files }
    precision.keyValue = try cacheFormat(run, flags, products, experts)
    return precision
  }

  private func format(_ name: String) throws -> NumberFormat {
    switch name {
    case "", "bf16": return .bf16
    case "fp8": return .fp8
    case "fp8_block": return .fp8Block
    case "nvfp4", "fp4": return .nvfp4
    case "mxfp4": return .mxfp4
    case "int8": return .int8
    case "int4", "w4a16": return .int4Group
    default: throw Unsupported("the format '\(name)' is not modelled")
    }
  }

  /// As the launch says; where it says nothing, as the engine chooses for the checkpoint: TensorRT-LLM keeps FP8 beside
  /// weights of 8 bits or fewer, the others 16 bits.
  private func cacheFormat(
    _ run: ServingRun, _ flags: RunFlags.Phase, _ products: NumberFormat, _ experts: NumberFormat
  ) throws -> NumberFormat {
    switch flags.cacheFormat {
    case "fp8": return .fp8
    case "auto": return .bf16
    case nil:
      let small = min(products.bits, experts.bits) <= 8
      return small && run.engine == "trtllm" ? .fp8 : .bf16
    case .some(let name): throw Unsupported("keys and values in '\(name)' are not modelled")
    }
  }
}
