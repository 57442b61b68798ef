import Hardware
import Units

/// Input power of the share of a system that an instance uses.
public struct PowerModel: Sendable {
  public let power: SystemPower
  /// Weight of busy matrix cores against busy memory in a chip's power above idle.
  private let computeWeight: Double

  public init(_ system: System, chip: Chip) {
    power = SystemPower(system, chip: chip)
    computeWeight = chip.power.computeWeight?.value ?? 0.6
  }

  /// Idle + (maximum − idle) · (w · compute + (1 − w) · memory busy), and the share of hosts, switches, losses.
  public func watts(chips: Int, computeUtilisation: Double, memoryUtilisation: Double) -> Watts {
    let load = computeWeight * computeUtilisation + (1 - computeWeight) * memoryUtilisation
    return power.watts(utilisation: load, chips: chips)
  }

  /// The same for a step; 0 utilisation where an instance waits.
  ///
  /// - Parameter batches: that are under way at once, each in its own stage of a pipeline.
  public func watts(chips: Int, during step: StepEstimate, batches: Int = 1) -> Watts {
    let several = Double(batches)
    return watts(
      chips: chips, computeUtilisation: min(1, step.computeUtilisation * several),
      memoryUtilisation: min(1, step.memoryUtilisation * several))
  }
}
