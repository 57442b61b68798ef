import Hardware
import Units

/// Times from shapes by peaks, efficiencies, start-ups and the fabric's constants.
public struct RooflineTimes: OperationTimes {
  let chip: Chip
  let engine: Engine
  let fabric: Fabric
  private let matrixEfficiency: Double
  private let halfDepth: Double
  private let attentionEfficiency: Double
  /// Bytes per second of one die, as kernels bound by memory and vector work reach them.
  let memoryRate: Double
  private let vectorRate: Double
  private let tileRows: Double
  private let tileColumns: Double
  private let launch: Double
  /// Peaks of one die, in the order of `NumberFormat.allCases`.
  private let peaks: [Double]
  /// Dispatches and combines of one token.
  private let exchanges: [(shape: Operation.Exchange, time: ExchangeTime)]

  /// - Parameter exchanges: those of one token that steps will hold; times grow with the tokens but for the start-up.
  init(chip: Chip, engine: Engine, fabric: Fabric, exchanges: [Operation.Exchange]) throws {
    self.chip = chip
    self.engine = engine
    self.fabric = fabric
    let dies = Double(chip.dies.value)
    let efficiency = chip.efficiency
    matrixEfficiency = efficiency.matrix.value
    halfDepth = efficiency.matrixHalfDepth.value
    attentionEfficiency = efficiency.attention.value
    let bandwidth = chip.memory.bandwidth.value.value / dies
    memoryRate = bandwidth * efficiency.memory.value
    vectorRate = bandwidth * efficiency.vector.value
    tileRows = Double(efficiency.tileRows.value)
    tileColumns = Double(efficiency.tileColumns.value)
    launch = engine.constants.operatorLaunch.value.value
    peaks = NumberFormat.allCases.map { chip.peakRate(of: $0).value / dies }
    self.exchanges = try exchanges.map { ($0, try Self.time(of: $0, on: fabric)) }
  }

  public func demand(of operation: Operation) -> OperatorDemand {
    var demand = OperatorDemand(name: operation.name, kind: operation.kind)
    switch operation.shape {
    case .product(let shape): product(shape, &demand)
    case .elementwise(let bytes):
      demand.bytes = bytes
      demand.vector = bytes / vectorRate
    case .attention(let core):
      demand.flops = core.flops
      demand.bytes = core.bytes
      demand.compute = core.flops / (peak(core.format) * attentionEfficiency)
      demand.memory = core.bytes / memoryRate
    case .collective(let shape):
      demand.messages = shape.sent
      demand.fixed = time(of: shape).value
    case .exchange(let shape): exchange(shape, &demand)
    case .cacheRead(let read):
      demand.messages = read.size.value
      demand.fixed = time(of: read).value
    case .host(.sampling): demand.fixed = engine.constants.sampling.value.value
    case .host(.gap): demand.fixed = engine.constants.stepGap.value.value
    }
    if operation.launches > 0 { demand.fixed = launch * operation.launches }
    demand.repeatTimes(operation.times)
    return demand
  }

  /// That of one token, of those made in advance.
  func oneToken(_ shape: Operation.Exchange) -> ExchangeTime? {
    exchanges.first { $0.shape.isDispatch == shape.isDispatch && $0.shape.method == shape.method }?.time
  }

  /// Of one die.
  func peak(_ format: NumberFormat) -> Double {
    peaks[NumberFormat.allCases.firstIndex(of: format) ?? 0]
  }

  /// Weights are read once, whatever the rows; 2 · padded rows · depth · padded columns over
  /// peak · matrix · depth/(depth + halfDepth).
  private func product(_ shape: Operation.Product, _ demand: inout OperatorDemand) {
    let k = Double(shape.depth)
    let n = Double(shape.columns)
    let padded = (shape.rows / tileRows).rounded(.up) * tileRows
    let paddedColumns = n < tileColumns ? n : (n / tileColumns).rounded(.up) * tileColumns
    let efficiency = matrixEfficiency * k / (k + halfDepth)
    let weights = k * n * shape.format.bytes * shape.copies
    let activations = shape.rows * (k * shape.format.bytes + 2 * n) * shape.copies
    demand.flops = 2 * shape.rows * k * n * shape.copies
    demand.bytes = weights + activations
    demand.compute = 2 * padded * k * paddedColumns * shape.copies / (peak(shape.compute) * efficiency)
    demand.memory = demand.bytes / memoryRate
  }
}
