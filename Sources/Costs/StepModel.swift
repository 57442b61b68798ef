import Hardware
import Models
import Units

/// How long a step takes on one instance; made once, asked many times.
///
///     let model = try StepModel(
///       architecture: llama, machine: board, plan: plan, precision: Precision(weights: .fp8))
///     model.seconds(StepWork(decode: .init(requests: 32, context: [32 * 4096])))
///
/// Prompts, chunks, decoding requests and mixtures of them are the same function. Ignored: how a rank's waiting varies
/// over time, and congestion between instances.
///
/// A reference: a model, a machine and their kernels are large, and all that ask for steps share them.
public final class StepModel: Sendable {
  public let architecture: Architecture
  public let machine: Machine
  public let plan: ParallelPlan
  public let precision: Precision
  let fabric: Fabric
  let lowering: Lowering
  let roofline: RooflineTimes
  let times: any OperationTimes
  public let drafting: Drafting
  /// nil lets the engine choose per batch and context.
  public let microbatching: Bool?
  /// Replaces the engine's `expertSkew`; 1 is perfect balance.
  public let expertSkew: Double?
  /// By how much ranks with their own requests wait for the longest attention, as a share.
  let straggle: Double
  /// Imbalance of experts: falls with the root of the experts on a rank, as independent loads average out.
  let skew: Double
  /// The field under which faults of the plan and its memory are told.
  let place: String
  /// What of the engine every step asks.
  let rules: StepRules

  /// - Parameters:
  ///   - place: the scenario's field that the plan stands under, for faults.
  ///   - cachePlane: the plane by which cached prefixes come out of a pool before a step of prompts.
  ///   - times: instead of the roofline, made from it: a table of measured kernels.
  public init(
    architecture: Architecture, machine: Machine, plan: ParallelPlan, precision: Precision,
    drafting: Drafting = .none, microbatching: Bool? = nil, expertSkew: Double? = nil, cachePlane: String? = nil,
    failures: [Fabric.Failure] = [], place: String = "plan",
    times: (RooflineTimes) -> any OperationTimes = { $0 }
  ) throws {
    if let expertSkew, !(expertSkew >= 1) {
      throw Problem("expertSkew", "\(expertSkew) is below perfect balance", wayOut: "use 1 or more")
    }
    let (system, chip, engine) = (machine.system, machine.chip, machine.engine)
    try drafting.check(architecture)
    try plan.check(architecture, on: system, chip: chip, at: place)
    guard system.chip == chip.name else {
      throw Problem("system.chip", "\(system.name) is built of \(system.chip), not of \(chip.name)")
    }
    self.architecture = architecture
    self.machine = machine
    self.plan = plan
    self.precision = precision
    self.drafting = drafting
    self.microbatching = microbatching
    self.expertSkew = expertSkew
    self.place = place
    fabric = try Fabric(system, chip: chip, failures: failures)
    rules = StepRules(engine, chip)
    lowering = Lowering(
      architecture: architecture,
      engine: engine.withoutHeldMixture(on: chip, precision).withPromptKeys(on: chip, precision), plan: plan,
      precision: precision, drafting: drafting,
      cachePlane: try cachePlane.flatMap { name in
        let plane = try system.requiredPlane(name)
        return system.planes.firstIndex { $0.name == plane.name }
      }, kinds: architecture.timedKinds)
    roofline = try RooflineTimes(chip: chip, engine: engine, fabric: fabric, exchanges: lowering.exchangesOfOneToken)
    self.times = times(roofline)
    straggle = engine.constants.attentionStraggle.value
    skew = expertSkew ?? Self.skew(of: engine, architecture, plan)
  }

  public var system: System { machine.system }
  public var chip: Chip { machine.chip }
  public var engine: Engine { machine.engine }

  /// Groups of dies with their own requests; 1 where one pooled set of dies shares all prompts.
  public var ranks: Int { plan.data }

  /// Packages in the instance.
  public var chips: Int { plan.chips(of: chip) }

  /// Expected tokens that a request gains in a decode step.
  public var tokensPerStep: Double { drafting.tokensPerStep }

  /// Routed experts, with copies, on each group of dies that holds whole ones; 0 for a dense model.
  public var expertsPerRank: Int { architecture.mixture.map { plan.slots($0, placement: engine.experts) } ?? 0 }

  var hidden: Int { architecture.hiddenSize }

  private static func skew(of engine: Engine, _ architecture: Architecture, _ plan: ParallelPlan) -> Double {
    guard plan.expert > 1 else { return 1 }
    // With the shared ones that a rank keeps beside its routed experts.
    let own = engine.experts.sharedPlacedAsRouted ? 0 : architecture.mixture?.sharedExperts ?? 0
    let placed = own + (architecture.mixture.map { plan.slots($0, placement: engine.experts) } ?? 0)
    return 1 + (engine.constants.expertSkew.value - 1) / Double(max(1, placed)).squareRoot()
  }
}
