import Hardware
import Units

extension Predictor {
  /// Power built up from the parts of a system at full load.
  func power(_ row: PublishedRow) throws -> Prediction {
    if row.metric.contains("ratio") || row.chip.contains("GB200") {
      throw unsupported("GB200 NVL72 is not in the catalog yet")
    }
    if row.metric == "heat removed by liquid" { throw unsupported("cooling is not modelled") }
    let system = row.chip.isEmpty ? try catalog.system("CloudMatrix 384") : try system(of: row)
    let power = SystemPower(system, chip: try catalog.chip(system.chip))
    switch row.metric {
    case "system power", "system maximum input power": return .value(power.watts(utilisation: 1).value / 1e3)
    case "optical transceivers": return .value(Double(power.opticalModules))
    case "power conversion efficiency": return .value(100 * system.power.supplyEfficiency.value)
    case "maximum chip power": return .value(try catalog.chip(system.chip).power.maximum.value.value)
    case "maximum input power": return try cabinet(row, system, power)
    case "maximum power": return .value((system.power.switchChip?.value.value ?? 0) * 2)
    default: throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }

  private func cabinet(_ row: PublishedRow, _ system: System, _ power: SystemPower) throws -> Prediction {
    let efficiency = system.power.supplyEfficiency.value
    if let boxes = row.number("switch_boxes") {
      guard let chip = system.power.switchChip?.value else { throw unsupported("the power of a switch is not known") }
      return .value(chip.value * boxes * 2 / efficiency / 1e3)
    }
    // A cabinet of chips without the switches that stand in cabinets of their own.
    guard let chips = row["NPUs"].flatMap(Int.init) ?? row.chipCount.map({ Int($0) }) else {
      throw unsupported("the chips are missing")
    }
    let inside = power.parts(utilisation: 1, chips: chips).filter {
      !["switches", "optics", "supplies"].contains($0.name)
    }
    return .value(inside.reduce(Watts.zero) { $0 + $1.power }.value / efficiency / 1e3)
  }
}
