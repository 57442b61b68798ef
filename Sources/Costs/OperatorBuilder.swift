import Hardware
import Units
import Models

/// Turns shapes into demands on one rank of a chip; holds the chip's rates as raw numbers.
struct OperatorBuilder: Sendable {
  let matrixEfficiency: Double
  let halfDepth: Double
  let attentionEfficiency: Double
  /// Bytes per second of one die, as kernels bound by memory and vector work reach them.
  let memoryRate: Double
  let vectorRate: Double
  let tileRows: Double
  let tileColumns: Double
  let launch: Double
  let precision: Precision
  /// Peaks of one die by format.
  let weightPeak: Double
  let halfPeak: Double
  let attentionPeak: Double

  init(chip: Chip, engine: Engine, precision: Precision) {
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
    self.precision = precision
    weightPeak = chip.peakRate(of: precision.weights).value / dies
    halfPeak = chip.peakRate(of: .bf16).value / dies
    attentionPeak = chip.peakRate(of: precision.attention).value / dies
  }

  /// rows × depth times depth × columns, `copies` times (heads, experts); weights are read once, whatever the rows.
  ///
  /// Compute: 2 · padded rows · depth · padded columns / (peak · matrix · depth/(depth + halfDepth)).
  func product(
    _ name: StaticString, _ kind: OperatorKind, rows: Double, depth: Int, columns: Int, copies: Double = 1,
    weightsRead: Double? = nil, format: NumberFormat? = nil, launches: Double = 1
  ) -> OperatorDemand {
    let format = format ?? precision.weights
    let peak = format == .bf16 ? halfPeak : weightPeak
    let k = Double(depth)
    let n = Double(columns)
    let padded = (rows / tileRows).rounded(.up) * tileRows
    let paddedColumns = n < tileColumns ? n : (n / tileColumns).rounded(.up) * tileColumns
    let efficiency = matrixEfficiency * k / (k + halfDepth)
    let weights = k * n * format.bytes * (weightsRead ?? copies)
    let activations = rows * (k * format.bytes + 2 * n) * copies
    var demand = OperatorDemand(name: name, kind: kind)
    demand.flops = 2 * rows * k * n * copies
    demand.bytes = weights + activations
    demand.compute = 2 * padded * k * paddedColumns * copies / (peak * efficiency)
    demand.memory = demand.bytes / memoryRate
    demand.fixed = launch * launches
    return demand
  }

  func vector(_ name: StaticString, bytes: Double, launches: Double) -> OperatorDemand {
    var demand = OperatorDemand(name: name, kind: .vector)
    demand.bytes = bytes
    demand.vector = bytes / vectorRate
    demand.fixed = launch * launches
    return demand
  }

  /// Scores and weighted values: compute-bound at the attention kernel's share of the peak, or bound by reading keys
  /// and values.
  func attentionCore(_ name: StaticString, flops: Double, bytes: Double) -> OperatorDemand {
    var demand = OperatorDemand(name: name, kind: .attention)
    demand.flops = flops
    demand.bytes = bytes
    demand.compute = flops / (attentionPeak * attentionEfficiency)
    demand.memory = bytes / memoryRate
    demand.fixed = launch
    return demand
  }

  func collective(_ name: StaticString, _ time: Seconds, bytes: Double) -> OperatorDemand {
    var demand = OperatorDemand(name: name, kind: .collective)
    demand.messages = bytes
    demand.fixed = time.value
    return demand
  }
}
