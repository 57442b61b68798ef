import Costs
import Formats
import Hardware
import Supply
import Units

/// A machine with what a search for a deployment may do on it.
public struct ServingHardware: Sendable {
  public var machine: Machine
  public var precision: Precision
  /// Most chips in one instance.
  public var largest: Int
  public var cachePlane: String?
  /// Copies of busy experts beyond one of each, in every instance.
  public var redundantExperts: Int

  public init(
    _ machine: Machine, precision: Precision, largest: Int, cachePlane: String? = nil, redundantExperts: Int = 0
  ) {
    self.machine = machine
    // A stand-in may take the place of the system's own chip.
    self.machine.system.chip = machine.chip.name
    self.precision = precision
    self.redundantExperts = redundantExperts
    self.largest = machine.system.scales == true ? largest : min(largest, machine.system.chips.value)
    self.cachePlane = cachePlane
  }

  /// What the supply world holds of a chip without a sheet.
  public struct Facts: Sendable {
    public var computePower: FLOPsPerSecond
    public var memoryBandwidth: BytesPerSecond
    public var power: Watts
    public init(computePower: FLOPsPerSecond, memoryBandwidth: BytesPerSecond, power: Watts) {
      self.computePower = computePower
      self.memoryBandwidth = memoryBandwidth
      self.power = power
    }

    /// TFLOP/s, TB/s and W, as the supply world has them.
    init(_ facts: SupplyScenario.ChipFacts) {
      self.init(
        computePower: FLOPsPerSecond(facts.computePower * 1e12),
        memoryBandwidth: BytesPerSecond(facts.memoryBandwidth * 1e12), power: Watts(facts.power))
    }

    init?(_ part: ServingPlatform.Part) {
      guard let compute = part.computePower, let bandwidth = part.memoryBandwidth, let power = part.power else {
        return nil
      }
      self.init(computePower: compute, memoryBandwidth: bandwidth, power: power)
    }
  }

  init(
    _ platform: ServingPlatform, facts: Facts?, redundantExperts: Int = 0, in catalog: Catalog
  ) throws {
    let system = try catalog.system(platform.system)
    self.init(
      Machine(
        system: system, chip: try Self.chip(of: platform, system, facts, catalog),
        engine: try catalog.engine(platform.engine)),
      precision: Precision(
        weights: platform.weights, attention: platform.attention ?? .bf16, keyValue: platform.keyValue ?? .bf16),
      largest: platform.largest, cachePlane: platform.cachePlane, redundantExperts: redundantExperts)
  }

  private static func chip(
    of platform: ServingPlatform, _ system: System, _ facts: Facts?, _ catalog: Catalog
  ) throws -> Chip {
    guard let part = platform.part else { return try catalog.chip(system.chip) }
    if let sheet = part.sheet { return try catalog.chip(sheet) }
    guard let like = part.like, let memory = part.memory, let facts = facts ?? Facts(part) else {
      throw Problem(
        "platforms.\(platform.chip)", "nothing says what this chip is",
        wayOut: "give part.sheet, or part.like and part.memory with the facts that the supply world lacks")
    }
    return try catalog.chip(like).scaled(to: facts, memory: memory, named: platform.chip)
  }
}

extension Chip {
  /// A stand-in: these facts, with the ratios between formats, the idle share of power and the efficiency of this chip.
  func scaled(to facts: ServingHardware.Facts, memory: Bytes, named name: String) -> Chip {
    var chip = inBin(facts.computePower)
    chip.name = name
    chip.memory.capacity.value = memory
    chip.memory.bandwidth.value = facts.memoryBandwidth
    let idle = chip.power.idle.value / chip.power.maximum.value
    chip.power.maximum.value = facts.power
    chip.power.idle.value = facts.power * idle
    return chip
  }
}
