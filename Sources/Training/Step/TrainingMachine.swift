import Costs
import Hardware
import Simulation
import Units

/// A system with what training reaches on it: read once, and shared by all estimates.
public final class TrainingMachine: Sendable {
  public let system: System
  public let chip: Chip
  public let platform: TrainingPlatform
  let kernels: KernelTimes
  /// What a power limit leaves of the shares.
  let power: Double
  let watts: PowerModel
  let lost: MemoryCounter.Lost
  private let fabric: Fabric
  private let facts: TrainingEstimator.Facts

  public init(
    _ system: System, chip: Chip, platform: TrainingPlatform,
    facts: TrainingEstimator.Facts = TrainingEstimator.Facts()
  ) throws {
    self.system = system
    self.chip = chip
    self.platform = platform
    self.facts = facts
    fabric = try Fabric(system, chip: chip)
    kernels = KernelTimes(chip, fill: platform.products.fill?.value)
    lost = MemoryCounter.Lost(platform.memory)
    watts = PowerModel(system, chip: chip)
    let limit = facts.powerLimit ?? chip.power.maximum.value
    power =
      platform.products.power.map { full in
        exponential(platform.products.powerExponent.value * logarithm(limit / full.value))
      } ?? 1
  }

  /// Transfers of a job on so many ranks.
  func fabric(ranks: Int) -> TrainingFabric {
    TrainingFabric(fabric, ranks: ranks, network: platform.network, scaleOut: facts.scaleOut)
  }

  /// Of one rank.
  var capacity: Bytes { chip.memory.capacity.value / Double(chip.dies.value) }
  /// Dies that one scale-up domain joins.
  var domain: Int { (system.scaleUp?.domain?.value ?? system.chips.value) * chip.dies.value }
  /// The most that a job can use; nil where the system scales.
  var mostRanks: Int? { system.scales == true ? nil : system.chips.value * chip.dies.value }
}
