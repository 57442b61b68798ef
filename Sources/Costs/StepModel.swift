import Hardware
import Units
import Models

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
  private let dispatchOfOneToken: ExchangeTime?
  private let combineOfOneToken: ExchangeTime?

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
    dispatchOfOneToken = try Self.exchangeOfOneToken(.dispatch, fabric, plan, architecture)
    combineOfOneToken = try Self.exchangeOfOneToken(.combine, fabric, plan, architecture)
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

  /// Dispatch or combine of a rank's tokens: all but the start-up grows with them.
  func exchange(_ kind: OperatorKind, tokens: Double) -> OperatorDemand? {
    guard let time = kind == .dispatch ? dispatchOfOneToken : combineOfOneToken else { return nil }
    var demand = OperatorDemand(name: kind == .dispatch ? "dispatch" : "combine", kind: kind)
    demand.messages = time.bytes.value * tokens
    demand.wire = time.wire.value * tokens
    // A few vector cores keep the links busy, so the split of the cores between two streams does not divide this.
    demand.fixed = time.startup.value + time.messageWork.value * tokens
    return demand
  }

  private static func exchangeOfOneToken(
    _ kind: Fabric.Exchange, _ fabric: Fabric, _ plan: EnginePlan, _ architecture: Architecture
  ) throws -> ExchangeTime? {
    guard plan.expertParallel > 1, let mixture = architecture.mixture else { return nil }
    let experts = mixture.expertsPerToken
    let ranks = plan.expertParallel
    let hidden = architecture.hiddenSize
    // Group-limited routing keeps half of the groups (DeepSeek: 4 of 8), one group to a board.
    let limit = mixture.routingGroups > 1 ? mixture.routingGroups / 2 : Int.max
    let time =
      switch plan.phase {
      case .decode: fabric.exchange(kind, tokens: 1, hidden: hidden, expertsPerToken: experts, ranks: ranks)
      case .prefill:
        fabric.bulkExchange(
          kind, tokens: 1, hidden: hidden, expertsPerToken: experts, ranks: ranks, boardLimit: limit)
      }
    guard let time else {
      throw Problem(
        "system", "\(fabric.system.name) has no measured expert-parallel exchange over \(ranks) dies",
        wayOut: "use fewer chips, or add 'expertParallel' to one of its planes")
    }
    return time
  }

  /// The feed-forward half of a layer; `rows` are tokens of one attention rank (of one die in pooled prefill).
  func feedForward(_ feedForward: FeedForward, rows: Double) -> [OperatorDemand] {
    let pooled = plan.phase == .prefill && engine.prefill.attention == .sequenceTensorSequence
    let tensor = pooled ? 1 : plan.tensorParallel
    switch feedForward {
    case .dense(let intermediate):
      return builder.denseFeedForward(intermediate: intermediate, rows: rows, hidden: hidden, tensorParallel: tensor)
    case .mixture(let mixture):
      // The dies that share a request's heads share its tokens among their experts too.
      let rows = rows / Double(plan.expertParallel > 1 ? tensor : 1)
      let slots = max(1, plan.expertsPerRank)
      let total = rows * Double(plan.expertParallel)
      let activated = OperatorBuilder.activatedSlots(mixture, slots: slots, tokens: total)
      var list = builder.experts(mixture, rows: rows, hidden: hidden, slots: slots, activated: activated)
      if let dispatch = exchange(.dispatch, tokens: rows) { list.append(dispatch) }
      if let combine = exchange(.combine, tokens: rows) { list.append(combine) }
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
