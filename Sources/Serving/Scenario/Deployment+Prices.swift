import Reports
import Units

extension Deployment {
  /// The scenario's prices; what it leaves out has a default, which the assumptions name.
  var prices: ServingPrices {
    let cost = scenario.cost ?? Scenario.CostAssumptions()
    let rate = cost.exchangeRate ?? 7.15
    let system = machine.system
    var assumptions: [String] = []
    let hardware: DollarsPerSecond
    if let rent = cost.rent?.dollars(rate) {
      hardware = rent * Double(chipsInUse)
      assumptions.append(
        "\(Text.counted(chipsInUse, "chip")) rented at \(Text.dollars(rent.value * 3600)) an hour each")
    } else if let whole = cost.systemPrice?.dollars(rate) ?? system.price?.value {
      let amortization = cost.amortization ?? Scenario.CostAssumptions.usualAmortization
      hardware = whole * (Double(chipsInUse) / Double(system.chips.value)) / amortization
      assumptions.append(
        "\(system.name) at \(Text.dollars(whole.value)), written off over "
          + "\(Text.round(amortization.value / 31_557_600)) years; "
          + "\(chipsInUse) of \(system.chips.value) chips are charged")
    } else {
      hardware = DollarsPerSecond(0)
      assumptions.append(
        "no price of \(system.name) is known: hardware is left out; give cost.systemPrice, or cost.rent")
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

extension Scenario.CostAssumptions {
  fileprivate var usesYuan: Bool {
    [electricity?.currency, systemPrice?.currency, rent?.currency].contains(.cny)
  }
}
