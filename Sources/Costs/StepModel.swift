import Hardware
import Models
import Units

/// How long a step takes on one instance; made once, asked many times.
///
///     let model = try StepModel(
///       architecture: llama, system: board, chip: h100, engine: vLLM, plan: plan, precision: Precision(weights: .fp8))
///     model.seconds(StepWork(decode: .init(requests: 32, context: [32 * 4096])))
///
/// Prompts, chunks, decoding requests and mixtures of them are the same function. Ignored: how a rank's waiting varies
/// over time, and congestion between instances.
public struct StepModel: Sendable {
  public let architecture: Architecture
  public let system: System
  public let engine: Engine
  public let plan: EnginePlan
  public let precision: Precision
  public let chip: Chip
  let fabric: Fabric
  let lowering: Lowering
  let roofline: RooflineTimes
  let times: any OperationTimes
  /// nil lets the engine choose per batch and context.
  var microbatching: Bool? { plan.microbatching }

  public init(
    architecture: Architecture, system: System, chip: Chip, engine: Engine, plan: EnginePlan, precision: Precision,
    cachePlane: String? = nil, failures: [Fabric.Failure] = []
  ) throws {
    guard system.chip == chip.name else {
      throw Problem("system.chip", "\(system.name) is built of \(system.chip), not of \(chip.name)")
    }
    self.architecture = architecture
    self.system = system
    self.chip = chip
    self.engine = engine
    self.plan = plan
    self.precision = precision
    fabric = try Fabric(system, chip: chip, failures: failures)
    lowering = Lowering(
      architecture: architecture, engine: engine, plan: plan, precision: precision,
      cachePlane: try cachePlane.map { try system.requiredPlane($0) })
    roofline = try RooflineTimes(chip: chip, engine: engine, fabric: fabric, exchanges: lowering.exchangesOfOneToken)
    times = roofline
  }

  /// Groups of dies with their own requests; one pooled set in sequence-parallel prefill.
  public var ranks: Int {
    plan.phase == .prefill && engine.prefill.attention == .sequenceTensorSequence ? 1 : plan.dataParallel
  }

  public var tokensPerStep: Double { plan.tokensPerStep }

  var hidden: Int { architecture.hiddenSize }

  /// Imbalance of experts: falls with the root of the experts on a rank, as independent loads average out.
  var skew: Double {
    if let skew = plan.expertSkew { return skew }
    guard plan.expertParallel > 1 else { return 1 }
    return 1 + (engine.constants.expertSkew.value - 1) / Double(max(1, plan.expertsPerRank)).squareRoot()
  }
}
