import Hardware
import Units

/// Input power of the share of a system that an instance uses.
public struct PowerModel: Sendable {
  public let power: SystemPower
  /// Weight of busy matrix cores against busy memory in a chip's power above idle.
  public static let computeWeight = 0.6

  public init(_ system: System, chip: Chip) { power = SystemPower(system, chip: chip) }

  /// Idle + (maximum − idle) · (0.6 · compute + 0.4 · memory busy), and the share of hosts, switches, losses.
  public func watts(chips: Int, computeUtilisation: Double, memoryUtilisation: Double) -> Watts {
    let load = PowerModel.computeWeight * computeUtilisation + (1 - PowerModel.computeWeight) * memoryUtilisation
    return power.watts(utilisation: load, chips: chips)
  }

  /// The same for a step; 0 utilisation where an instance waits.
  public func watts(chips: Int, during step: StepEstimate) -> Watts {
    watts(
      chips: chips, computeUtilisation: step.computeUtilisation, memoryUtilisation: step.memoryUtilisation)
  }
}
