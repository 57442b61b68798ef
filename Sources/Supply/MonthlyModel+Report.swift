extension MonthlyModel {
  /// Writes the month's quantities, in the order of `CompiledWorld.series`.
  func report(_ month: Int, _ output: UnsafeMutablePointer<Float>) {
    var place = output
    func emit(_ value: Double) {
      place.pointee = Float(value)
      place += 1
    }
    func emitAll(_ start: Int, _ count: Int) {
      for index in 0..<count { emit(state[start + index]) }
    }
    let chips = world.products.count + world.imports.count
    for chip in 0..<chips { emit(sold[chip * months + month]) }
    emitAll(layout.vendorUnits, world.vendors.count)
    emitAll(layout.vendorValue, world.vendors.count)
    emitAll(layout.importValues, world.imports.count)
    let flow = flows(month)
    emitAll(layout.vendorCompute, world.vendors.count)
    emitAll(layout.wafers, world.fabs.count)
    emitAll(layout.capacity, world.fabs.count)
    for family in world.families.indices { emit(dieArrivals[family * arrivalLength + month]) }
    emitAll(layout.diesUsed, world.families.count)
    emitAll(layout.dieStock, world.families.count)
    emitAll(layout.stacks, world.memories.count)
    emitAll(layout.stacksUsed, world.memories.count)
    emitAll(layout.stackStock, world.memories.count)
    reportTotals(month, flow, place)
  }

  /// The quantities of `CompiledWorld.totals`, in their order.
  @inline(__always) private func reportTotals(_ month: Int, _ flow: Flows, _ output: UnsafeMutablePointer<Float>) {
    var place = output
    func emit(_ value: Double) {
      place.pointee = Float(value)
      place += 1
    }
    let fabs = world.fabs.count, products = world.products.count
    emit(sum(layout.capacity, fabs))
    emit(sum(layout.wafers, fabs))
    emit(sum(layout.diesMade, world.families.count))
    emit(sum(layout.started, products))
    emit(sum(layout.packaged, products))
    emit(sum(layout.completed, products))
    emit(sum(layout.inventory, products))
    emit(state[layout.domesticUnits])
    emit(state[layout.domesticValue])
    emit(flow.domesticCompute)
    emit(flow.domesticBandwidth)
    emit(state[layout.importUnits])
    emit(state[layout.importValue])
    emit(flow.importCompute)
    emit(flow.importBandwidth)
    emit(state[layout.smuggledUnits])
    emit(state[layout.smuggledValue])
    emit(flow.smuggledCompute)
    emit(state[layout.barred])
    emit(state[layout.booked] + path(world.fleet.otherSalesPath, month))
    emit(state[layout.fees])
    emit(state[layout.writeOffs])
    emit(state[layout.demand])
    emit(state[layout.unmet])
    emit(state[layout.supply])
    emit(share(state[layout.domesticValue], state[layout.importValue]))
    emit(share(state[layout.domesticUnits], state[layout.importUnits]))
    emit(share(flow.domesticCompute, flow.importCompute))
    let fleet = fleet(month)
    emit(fleet.domesticUnits)
    emit(fleet.units)
    emit(fleet.retired)
    emit(fleet.domesticCompute)
    emit(fleet.compute)
    emit(fleet.power)
    emit(fleet.compute * 1e3 / values[world.fleet.referenceCompute])
    let supernodes = sold[world.fleet.supernodeProduct * months + month] * values[world.fleet.supernodeShare]
    emit(supernodes / world.fleet.chipsPerSupernode)
    let wanted = path(world.fleet.tokensPath, month) * 1e-9
    emit(fleet.tokens)
    emit(min(fleet.tokens, wanted))
    emit(wanted)
  }

  @inline(__always) private func sum(_ start: Int, _ count: Int) -> Double {
    var total = 0.0
    for index in 0..<count { total += state[start + index] }
    return total
  }

  @inline(__always) private func share(_ part: Double, _ other: Double) -> Double {
    part > 0 ? part / (part + other) : 0
  }

  private struct Flows {
    var domesticCompute = 0.0, domesticBandwidth = 0.0, importCompute = 0.0, importBandwidth = 0.0
    var smuggledCompute = 0.0
  }

  /// Compute (PFLOP/s) and memory bandwidth (TB/s) of the chips sold this month.
  @inline(__always) private func flows(_ month: Int) -> Flows {
    var result = Flows()
    for vendor in world.vendors.indices { state[layout.vendorCompute + vendor] = 0 }
    for index in world.products.indices {
      let specification = world.products[index].specification
      let units = sold[index * months + month]
      let compute = units * values[specification.compute] * 1e-3
      state[layout.vendorCompute + world.products[index].vendor] += compute
      result.domesticCompute += compute
      result.domesticBandwidth += units * values[specification.bandwidth]
    }
    for index in world.imports.indices {
      let chip = world.imports[index]
      let units = state[layout.importSold + index]
      let compute = units * values[chip.specification.compute] * 1e-3
      state[layout.vendorCompute + chip.vendor] += compute
      if chip.isSmuggled {
        result.smuggledCompute += compute
      } else {
        result.importCompute += compute
        result.importBandwidth += units * values[chip.specification.bandwidth]
      }
    }
    return result
  }

  private struct FleetTotals {
    var domesticUnits = 0.0, units = 0.0, retired = 0.0, domesticCompute = 0.0, compute = 0.0, power = 0.0, tokens = 0.0
  }

  /// What runs at the month's end: sold, not yet retired, not disabled from afar.
  @inline(__always) private func fleet(_ month: Int) -> FleetTotals {
    var totals = FleetTotals()
    let life = min(max(values[world.fleet.chipLife] * 12, 1), 1e4)
    let whole = Int(life)
    let late = life - Double(whole)
    let products = world.products.count
    for chip in 0..<(products + world.imports.count) {
      let history = sold + chip * months
      var leaving = 0.0
      if month >= whole { leaving += history[month - whole] * (1 - late) }
      if month > whole { leaving += history[month - whole - 1] * late }
      state[layout.installed + chip] += history[month] - leaving
      totals.retired += leaving
      let isDomestic = chip < products
      let specification =
        isDomestic ? world.products[chip].specification : world.imports[chip - products].specification
      let running = isDomestic ? 1 : lever(world.imports[chip - products].runningLever, month)
      let units = state[layout.installed + chip]
      let compute = units * running * values[specification.compute] * 1e-3
      totals.units += units
      totals.compute += compute
      if isDomestic {
        totals.domesticUnits += units
        totals.domesticCompute += compute
      }
      totals.power += units * running * values[specification.power]
      totals.tokens += units * running * values[specification.tokens]
    }
    totals.power *= values[world.fleet.systemPower] * values[world.fleet.effectiveness] * 1e-6
    totals.tokens *= values[world.fleet.utilisation] * 86_400 * 1e-9
    return totals
  }
}
