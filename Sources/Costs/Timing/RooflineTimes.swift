import Hardware
import Units

/// Times from shapes by peaks, efficiencies, start-ups and the fabric's constants.
///
/// A reference, as the chip and its kernels are large and every operation asks.
public final class RooflineTimes: OperationTimes {
  let chip: Chip
  let engine: Engine
  let fabric: Fabric
  /// Bytes per second of one die, as kernels bound by memory and vector work reach them.
  let memoryRate: Double
  private let vectorRate: Double
  /// What products, those of experts, and attention reach.
  private let products: KernelRates
  private let experts: KernelRates
  private let attention: KernelRates
  private let latentAttention: KernelRates
  private let tiles: ProductTiles
  private let launch: Double
  /// Share of a kernel's start-up that is left in a graph, of experts by themselves, and what a launch outside of one
  /// adds; nil where the engine does not tell them apart.
  private let launchRule: (startupShare: Double, ofExperts: Double, eager: Double)?
  private let sampling: Double
  private let stepGap: Double
  private let hostPerRequest: Double
  private let attentionFactor: Double
  let collectives: CollectiveRates
  /// Whether the engine's collectives are those that were measured, where there are any.
  let usesMeasured: Bool
  let collectiveWait: Seconds
  /// Peaks of one die, in the order of `NumberFormat.allCases`.
  private let peaks: [Double]
  /// Dispatches and combines of one token.
  private let exchanges: [(shape: Operation.Exchange, time: ExchangeTime)]
  let bases: Bases

  /// - Parameter exchanges: those of one token that steps will hold; times grow with the tokens but for the start-up.
  init(chip: Chip, engine: Engine, fabric: Fabric, exchanges: [Operation.Exchange]) throws {
    self.chip = chip
    self.engine = engine
    self.fabric = fabric
    let dies = Double(chip.dies.value)
    let efficiency = chip.efficiency
    let bandwidth = chip.memory.bandwidth.value.value / dies
    memoryRate = bandwidth * efficiency.memory.value
    vectorRate = bandwidth * efficiency.vector.value
    tiles = ProductTiles(efficiency)
    launch = engine.constants.operatorLaunch.value.value
    launchRule = engine.execution.map { execution in
      let rule = execution.launch
      let ofTriton = execution.expertBackend == .triton ? rule.tritonStartupShare : nil
      return (rule.startupShare.value, (ofTriton ?? rule.startupShare).value, rule.eager.value.value)
    }
    sampling = engine.constants.sampling.value.value
    stepGap = engine.constants.stepGap.value.value
    hostPerRequest = engine.execution?.hostPerRequest.value.value ?? 0
    collectives = CollectiveRates(fabric, kernels: engine.execution?.collectives.kernels ?? [])
    usesMeasured = engine.execution != nil
    attentionFactor = engine.execution?.attentionInService.value ?? 1
    collectiveWait = engine.execution?.collectives.wait.value ?? .zero
    peaks = NumberFormat.allCases.map { chip.peakRate(of: $0).value / dies }
    let kernels = engine.kernels(of: chip)
    let general = KernelRates.general(efficiency)
    products = KernelRates(kernels?.products, chip, else: general.products)
    experts = KernelRates(kernels?.experts, chip, else: general.experts)
    attention = KernelRates(kernels?.attention, chip, else: general.attention)
    latentAttention = KernelRates(kernels?.latentAttention, chip, else: general.latent)
    self.exchanges = try exchanges.map { ($0, try Self.time(of: $0, on: fabric)) }
    bases = Bases(chip: chip, engine: engine, fabric: fabric)
  }

  public func demand(of operation: Operation, isCaptured: Bool) -> OperatorDemand {
    var demand = OperatorDemand(name: operation.name, kind: operation.kind)
    switch operation.shape {
    case .product(let shape): product(shape, isExpert: operation.kind == .expertFeedForward, &demand)
    case .elementwise(let bytes):
      demand.bytes = bytes
      demand.vector = bytes / vectorRate
    case .fixed(let time): demand.fixed = time.value
    case .attention(let core): attention(core, &demand)
    case .collective(let shape):
      demand.messages = shape.sent
      demand.fixed = inService(shape).value
    case .exchange(let shape): exchange(shape, &demand)
    case .cacheRead(let read):
      demand.messages = read.size.value
      demand.fixed = time(of: read).value
    case .host(.sampling): demand.fixed = sampling
    case .host(.gap(let requests)): demand.fixed = stepGap + hostPerRequest * requests
    }
    if operation.launches > 0 {
      demand.fixed =
        start(operation.shape, isExpert: operation.kind == .expertFeedForward, isCaptured) * operation.launches
    }
    demand.repeatTimes(operation.times)
    demand.basis = bases.of(operation, demand)
    return demand
  }

  /// That of one token, of those made in advance.
  func oneToken(_ shape: Operation.Exchange) -> ExchangeTime? {
    exchanges.first { $0.shape.isDispatch == shape.isDispatch && $0.shape.method == shape.method }?.time
  }

  /// Of one die.
  func peak(_ format: NumberFormat) -> Double { peaks[format.place] }

  /// What one kernel costs beside its work: the launch, and the part of its start-up that is left in a graph.
  private func start(_ shape: Operation.Shape, isExpert: Bool, _ isCaptured: Bool) -> Double {
    guard let rule = launchRule else { return launch }
    let own: Double
    switch shape {
    case .product(let product): own = (isExpert ? experts : products).reach(product).startup
    case .attention(let core): own = reach(core).startup
    default: own = 0
    }
    if isCaptured { return max(launch, own * (isExpert ? rule.ofExperts : rule.startupShare)) }
    return max(launch, own) + rule.eager
  }

  private func attention(_ core: Operation.AttentionCore, _ demand: inout OperatorDemand) {
    let factor = core.isDecode ? attentionFactor : 1
    demand.flops = core.flops
    demand.bytes = core.bytes
    let read = reach(core)
    let share = core.isLatent ? read.share : attention.reach(keyValue: core.format).share
    demand.compute = core.flops / (peak(core.format) * share) * factor
    demand.memory = core.bytes / read.rate * factor
    if let squarings = read.squarings { demand.join(squarings: squarings) }
  }

  private func reach(_ core: Operation.AttentionCore) -> KernelRates.Reach {
    (core.isLatent ? latentAttention : attention).reach(keyValue: core.keyValue)
  }

  private func product(_ shape: Operation.Product, isExpert: Bool, _ demand: inout OperatorDemand) {
    let kernels = isExpert ? experts : products
    let reach = kernels.reach(shape)
    let compute = kernels.computed(shape)
    tiles.product(shape, reach, computing: compute, peak: peak(compute), &demand)
  }
}
