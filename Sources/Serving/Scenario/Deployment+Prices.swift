import Reports
import Units

extension Deployment {
  /// The scenario's prices; what it leaves out has a default, which the assumptions name.
  var prices: ServingPrices {
    let cost = scenario.cost ?? Scenario.CostAssumptions()
    let rate = cost.exchangeRate ?? 7.15
    var assumptions: [String] = []
    var hardware = DollarsPerSecond(0)
    if let rent = cost.rent?.dollars(rate) {
      hardware = rent * Double(chipsInUse)
      assumptions.append(
        "\(Text.counted(chipsInUse, "chip")) rented at \(Text.dollars(rent.value * 3600)) an hour each")
    } else {
      for used in systems { hardware += bought(used, cost, rate, &assumptions) }
    }
    let effectiveness = cost.powerUsageEffectiveness ?? Scenario.CostAssumptions.usualEffectiveness
    let electricity: DollarsPerJoule
    let usual = cost.rent == nil ? Scenario.CostAssumptions.usualElectricity : nil
    if let given = cost.electricity?.dollars(rate) ?? usual {
      electricity = given * effectiveness
      assumptions.insert(
        "electricity at \(Text.round(given.value * 3.6e6)) USD/kWh and a power usage effectiveness of "
          + Text.round(effectiveness), at: 0)
    } else {
      electricity = DollarsPerJoule(0)
      assumptions.append("electricity is in the rent")
    }
    if cost.currency == .cny || cost.usesYuan {
      let date = cost.exchangeDate ?? (cost.exchangeRate == nil ? "2025" : "as given")
      assumptions.append("\(Text.round(rate)) yuan for a dollar (\(date))")
    }
    return ServingPrices(
      hardware: hardware, electricity: electricity, yuanPerDollar: cost.currency == .cny ? rate : nil,
      costAssumptions: assumptions,
      energyAssumptions: [
        "input power of the chips in use and of their share of the system as described in the catalog: chips between "
          + "idle and maximum by how busy matrix cores and memory are, hosts, switches, optics and supply losses; what "
          + "the rest of the system draws is not counted, as it is not charged",
        "no published measurement of the power of this machine in service is known; the sum is held against press "
          + "estimates of the whole",
      ])
  }
}

extension Deployment {
  /// The share of a system's price that its chips in use carry, each second. A price that the scenario gives is of its
  /// own system.
  private func bought(
    _ used: SystemInUse, _ cost: Scenario.CostAssumptions, _ yuanPerDollar: Double, _ assumptions: inout [String]
  ) -> DollarsPerSecond {
    let system = used.machine.system
    let given = system.name == machine.system.name ? cost.systemPrice?.dollars(yuanPerDollar) : nil
    guard let whole = given ?? system.price?.value else {
      assumptions.append(
        "no price of \(system.name) is known: hardware is left out; give cost.systemPrice, or cost.rent")
      return DollarsPerSecond(0)
    }
    let amortization = cost.amortization ?? Scenario.CostAssumptions.usualAmortization
    assumptions.append(
      "\(system.name) at \(Text.dollars(whole.value)), written off over "
        + "\(Text.round(amortization.value / 31_557_600)) years; "
        + "\(used.chips) of \(system.chips.value) chips are charged")
    return whole * (Double(used.chips) / Double(system.chips.value)) / amortization
  }
}

extension Scenario.CostAssumptions {
  fileprivate var usesYuan: Bool {
    [electricity?.currency, systemPrice?.currency, rent?.currency].contains(.cny)
  }
}
