import Units

/// What a machine draws, built up from its parts.
public struct SystemPower: Sendable {
  let system: System
  let chip: Chip

  public init(_ system: System, chip: Chip) {
    self.system = system
    self.chip = chip
  }

  /// One part of the sum.
  public struct Part: Hashable, Sendable {
    public var name: String
    public var power: Watts
  }

  /// Each part at a utilisation of 0 (idle) to 1 (sustained load), and the loss of the supplies.
  public func parts(utilisation: Double, chips: Int? = nil) -> [Part] {
    let count = Double(chips ?? system.chips.value)
    let share = count / Double(system.chips.value)
    let nodes = Double(system.nodes) * share
    let load = min(1, max(0, utilisation))
    let range = chip.power.maximum.value - chip.power.idle.value
    var list = [Part(name: "chips", power: (chip.power.idle.value + range * load) * count)]
    let processors = Double(system.host.processors.value) * nodes
    list.append(Part(name: "processors", power: system.power.processor.value * processors))
    list.append(Part(name: "node boards, memory, fans", power: system.power.node.value * nodes))
    if let each = system.power.switchChip?.value {
      list.append(Part(name: "switches", power: each * Double(switchChips) * share))
    }
    if let each = system.power.optic?.value, let optics = system.power.optics?.value {
      list.append(Part(name: "optics", power: each * Double(optics) * share))
    }
    let inner = list.reduce(Watts.zero) { $0 + $1.power }
    let loss = inner / system.power.supplyEfficiency.value - inner
    return list + [Part(name: "supplies", power: loss)]
  }

  /// Input power of the system, or of the share that `chips` packages have of it.
  public func watts(utilisation: Double, chips: Int? = nil) -> Watts {
    parts(utilisation: utilisation, chips: chips).reduce(.zero) { $0 + $1.power }
  }

  /// Switch chips of all planes that the description names.
  public var switchChips: Int {
    var total = 0.0
    for plane in system.planes {
      for level in plane.switches ?? [] {
        total += Double(level.chips.value) * Double(level.perNode ? system.nodes : 1)
      }
    }
    return Int(min(total, Self.mostParts))
  }

  /// Optical modules: two ends for each switched uplink, and the ends of the chips' own scale-out ports.
  public var opticalModules: Int {
    var total = 0.0
    for plane in system.planes {
      for level in plane.switches ?? [] {
        guard let perPort = level.opticsPerPort?.value else { continue }
        let switches = Double(level.chips.value) * Double(level.perNode ? system.nodes : 1)
        total += switches * Double(level.ports.value) * Double(perPort)
      }
      total += Double(plane.opticsPerEndpoint?.value ?? 0) * Double(system.chips.value)
    }
    return Int(min(total, Self.mostParts))
  }

  /// Beyond all that is counted; four factors of a system's file may have any product.
  private static let mostParts = 1e15
}

extension Plane {
  /// Ports in use over ports present at the second level: nodes · uplinks of a node / (switch chips · ports).
  public func portUtilisation(nodes: Int, logicalSwitches: Int, chipsPerLogicalSwitch: Int) -> Double? {
    guard let levels = switches, levels.count == 2 else { return nil }
    let up = Double(nodes) * Double(levels[0].chips.value) * Double(levels[0].ports.value)
    let down = Double(logicalSwitches) * Double(chipsPerLogicalSwitch) * Double(levels[1].ports.value)
    return down > 0 ? min(1, up / down) : nil
  }
}
