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
  public func watts(chips: Int, during step: StepEstimate) -> Watts {
    watts(
      chips: chips, computeUtilisation: step.computeUtilisation, memoryUtilisation: step.memoryUtilisation)
  }
}
