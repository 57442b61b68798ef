extension MonthlyModel {
  /// Imports: what is wanted, as far as law, buyers' guidance, stock and the mandates' floor let it.
  func importChips(_ month: Int) {
    for vendor in world.vendors.indices {
      state[layout.vendorUnits + vendor] = 0
      state[layout.vendorValue + vendor] = 0
    }
    for single in [
      layout.importUnits, layout.importValue, layout.barred, layout.booked, layout.fees, layout.writeOffs,
      layout.smuggledUnits, layout.smuggledValue, layout.wanted,
    ] { state[single] = 0 }
    let demand = path(world.demand.valuePath, month) * lever(world.demand.valueLever, month)
    let stateShare = values[world.demand.stateShare]
    let national = lever(world.demand.nationalMandateLever, month)
    let mandate = max(lever(world.demand.stateMandateLever, month), national)
    let mandated = demand * min(1, stateShare * mandate + (1 - stateShare) * national)
    let loyal = demand * stateShare * (world.demand.loyalty.map { values[$0] } ?? 0)
    let floor = max(mandated, min(loyal, state[layout.offered]))
    state[layout.demand] = demand
    state[layout.floor] = floor
    var room = demand - floor
    for index in world.imports.indices { importChip(index, month, &room) }
  }

  @inline(__always) private func importChip(_ index: Int, _ month: Int, _ room: inout Double) {
    let chip = world.imports[index]
    let wanted = path(chip.wantedPath, month)
    let ahead = chip.stockpilePath.map { path($0, month) } ?? 0
    let ordered = chip.productionPath.map { path($0, month) } ?? wanted
    let produced = (ordered + ahead) * lever(chip.productionLever, month)
    let fee = lever(chip.feeLever, month)
    let price = path(chip.pricePath, month) * (1 + fee * (chip.feePassedOn.map { values[$0] } ?? 0))
    let allowed = max(0, min(1, lever(chip.exportLever, month))) * max(0, lever(chip.purchaseLever, month))
    let stock = state[layout.importStock + index] + produced
    var units = min(stock, wanted * allowed)
    if !chip.isSmuggled, price > 0 { units = min(units, max(0, room) / price) }
    let value = units * price
    state[layout.importStock + index] = stock - units
    state[layout.importSold + index] = units
    state[layout.importValues + index] = value
    sold[(world.products.count + index) * months + month] = units
    state[layout.vendorUnits + chip.vendor] += units
    state[layout.vendorValue + chip.vendor] += value
    state[layout.writeOffs] += lever(chip.writeOffLever, month)
    if chip.isSmuggled {
      state[layout.smuggledUnits] += units
      state[layout.smuggledValue] += value
      return
    }
    room -= value
    state[layout.wanted] += wanted * price
    state[layout.barred] += max(0, wanted * price - value)
    state[layout.importUnits] += units
    state[layout.importValue] += value
    state[layout.fees] += fee * value
    state[layout.booked] += value * (chip.bookedShare.map { values[$0] } ?? 1)
  }

  /// Domestic chips: demand that no import was to meet, the floor of the mandates, and what turned to them since a bar.
  func sellDomestic(_ month: Int) {
    let demand = state[layout.demand]
    let pull = values[world.demand.substitution] * state[layout.barred]
    let pace = 1 / max(1, values[world.demand.substitutionMonths])
    state[layout.substituted] += pace * (pull - state[layout.substituted])
    let open = demand - state[layout.importValue]
    let asked = min(open, max(state[layout.floor], demand - state[layout.wanted]) + state[layout.substituted])
    let wanted = max(0, asked)
    var offered = 0.0
    for index in world.products.indices {
      let arrived = chipArrivals[index * arrivalLength + month]
      state[layout.completed + index] = arrived
      state[layout.inventory + index] += arrived
      offered += state[layout.inventory + index] * path(world.products[index].pricePath, month)
    }
    state[layout.offered] = offered
    let fill = offered > 0 ? min(1, wanted / offered) : 0
    var units = 0.0, value = 0.0
    for index in world.products.indices {
      let product = world.products[index]
      let sale = state[layout.inventory + index] * fill
      let revenue = sale * path(product.pricePath, month)
      state[layout.inventory + index] -= sale
      state[layout.recentSales + index] += (sale - state[layout.recentSales + index]) / 3
      sold[index * months + month] = sale
      state[layout.vendorUnits + product.vendor] += sale
      state[layout.vendorValue + product.vendor] += revenue
      units += sale
      value += revenue
    }
    state[layout.domesticUnits] = units
    state[layout.domesticValue] = value
    state[layout.supply] = offered + state[layout.importValue]
    state[layout.unmet] = max(0, demand - state[layout.importValue] - value)
  }
}
