import Hardware
import Units
import Workloads

/// How long a step takes on one instance of one phase; made once, asked many times.
public struct StepModel: Sendable {
  public let architecture: Architecture
  public let system: System
  public let engine: Engine
  public let plan: EnginePlan
  public let precision: Precision
  let chip: Chip
  let fabric: Fabric
  let builder: OperatorBuilder
  /// Where cached prefixes come from before a prefill step; nil where they lie in the chips' memory.
  let cachePlane: Plane?

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
    builder = OperatorBuilder(chip: chip, engine: engine, precision: precision)
    self.cachePlane = try cachePlane.map { try system.requiredPlane($0) }
    if plan.expertParallel > 1,
      fabric.exchange(.dispatch, tokens: 1, hidden: 1, expertsPerToken: 1, ranks: plan.expertParallel) == nil
    {
      throw Problem(
        "system", "\(system.name) has no measured expert-parallel exchange over \(plan.expertParallel) dies",
        wayOut: "use fewer chips, or add 'expertParallel' to one of its planes")
    }
  }

  /// Groups of dies with their own requests in decode; one pooled set in sequence-parallel prefill.
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

  /// Dispatch or combine of a rank's tokens.
  func exchange(_ kind: Fabric.Exchange, _ mixture: MixtureOfExperts, tokens: Double) -> OperatorDemand? {
    guard plan.expertParallel > 1, let time = exchangeTime(kind, mixture, tokens: tokens) else { return nil }
    let isDispatch = kind == .dispatch
    var demand = OperatorDemand(name: isDispatch ? "dispatch" : "combine", kind: isDispatch ? .dispatch : .combine)
    demand.messages = time.bytes.value
    demand.wire = time.wire.value
    // A few vector cores keep the links busy, so the split of the cores between two streams does not divide this.
    demand.fixed = (time.startup + time.messageWork).value
    return demand
  }

  private func exchangeTime(_ kind: Fabric.Exchange, _ mixture: MixtureOfExperts, tokens: Double) -> ExchangeTime? {
    let experts = mixture.expertsPerToken
    let ranks = plan.expertParallel
    switch plan.phase {
    case .decode:
      return fabric.exchange(kind, tokens: tokens, hidden: hidden, expertsPerToken: experts, ranks: ranks)
    case .prefill:
      // Group-limited routing keeps half of the groups (DeepSeek: 4 of 8), one group to a board.
      let limit = mixture.routingGroups > 1 ? mixture.routingGroups / 2 : Int.max
      return fabric.bulkExchange(
        kind, tokens: tokens, hidden: hidden, expertsPerToken: experts, ranks: ranks, boardLimit: limit)
    }
  }

  /// The feed-forward half of a layer; `rows` are tokens of one rank, all of which its experts see the equal of.
  func feedForward(_ feedForward: FeedForward, rows: Double) -> [OperatorDemand] {
    switch feedForward {
    case .dense(let intermediate):
      let tensor = plan.dataParallel > 1 || ranks == 1 && plan.phase == .prefill && plan.expertParallel > 1
      let width = tensor ? 1 : plan.tensorParallel
      return builder.denseFeedForward(intermediate: intermediate, rows: rows, hidden: hidden, tensorParallel: width)
    case .mixture(let mixture):
      let slots = max(1, plan.expertsPerRank)
      let total = rows * Double(plan.expertParallel)
      let activated = OperatorBuilder.activatedSlots(mixture, slots: slots, tokens: total)
      var list = builder.experts(mixture, rows: rows, hidden: hidden, slots: slots, activated: activated)
      if let dispatch = exchange(.dispatch, mixture, tokens: rows) { list.append(dispatch) }
      if let combine = exchange(.combine, mixture, tokens: rows) { list.append(combine) }
      return list
    }
  }

  /// Two all-reduces of a tensor-parallel layer; none with one die.
  func tensorCollective(rows: Double) -> [OperatorDemand] {
    guard plan.tensorParallel > 1 else { return [] }
    let size = Bytes(rows * Double(hidden) * 2)
    let time = fabric.allReduce(size, ranks: plan.tensorParallel)
    return [builder.collective("all-reduce", time, bytes: size.value)]
  }
}
