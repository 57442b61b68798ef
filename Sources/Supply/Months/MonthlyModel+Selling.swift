/// Demand, imports and domestic sales of this month, and what buyers turned to since a bar.
struct MarketColumns {
  /// By import.
  let importStock, importSold, importValue, importBarred: [Column]
  /// By import: chips that could be sold were there room, chips asked for, and their price with fee and duty.
  let importOffer, importAsked, importPrice, importGranted: [Column]
  /// By import: compute for the money.
  let importWorth: [Column]
  /// Those that share the room that mandates leave.
  let legal: [Int]
  /// By product and import.
  let sold: [Column]
  /// By vendor.
  let vendorUnits, vendorValue, vendorBooked: [Column]
  /// By city.
  let cityFloor, cityDomestic, cityImports, cityShare: [Column]
  let demand, floor, room, wanted, barred, booked, fees, tariffs, writeOffs, unmet, supply, offered, fill: Column
  let substituted, plannedValue: Column
  /// What imports leave of demand.
  let open: Column
  let domesticUnits, domesticValue, importUnits, importTotal, smuggledUnits, smuggledValue, untrainable: Column
  let valueShare, unitShare, constraint, revenueIndex: Column
  /// Domestic revenue of the index's year, a month's mean.
  let indexBase: Column
  let elsewhereDomestic, elsewhereImports: Column
  private let stocks: [Column]

  init(_ world: CompiledWorld, _ store: ColumnStore) {
    let (products, imports, vendors) = (world.products.count, world.imports.count, world.vendors.count)
    importStock = store.takeEach(imports)
    importSold = store.takeEach(imports)
    importValue = store.takeEach(imports)
    importBarred = store.takeEach(imports)
    importOffer = store.takeEach(imports)
    importAsked = store.takeEach(imports)
    importPrice = store.takeEach(imports)
    importGranted = store.takeEach(imports)
    importWorth = store.takeEach(imports)
    legal = world.imports.indices.filter { !world.imports[$0].isSmuggled }
    sold = store.takeEach(products + imports, inGroups: true)
    vendorUnits = store.takeEach(vendors)
    vendorValue = store.takeEach(vendors)
    vendorBooked = store.takeEach(vendors)
    let cities = world.cities.count
    cityFloor = store.takeEach(cities)
    cityDomestic = store.takeEach(cities)
    cityImports = store.takeEach(cities)
    cityShare = store.takeEach(cities)
    (demand, floor, room, wanted) = (store.take(), store.take(), store.take(), store.take())
    (barred, booked, fees, tariffs) = (store.take(), store.take(), store.take(), store.take())
    (writeOffs, unmet, supply) = (store.take(), store.take(), store.take())
    (offered, substituted, fill) = (store.take(), store.take(), store.take())
    (plannedValue, open) = (store.take(), store.take())
    (domesticUnits, domesticValue, importUnits) = (store.take(), store.take(), store.take())
    (importTotal, smuggledUnits, smuggledValue) = (store.take(), store.take(), store.take())
    (untrainable, valueShare, unitShare) = (store.take(), store.take(), store.take())
    (constraint, revenueIndex, indexBase) = (store.take(), store.take(), store.take())
    (elsewhereDomestic, elsewhereImports) = (store.take(), store.take())
    stocks = importStock + [offered, substituted, indexBase]
  }

  func begin() { for column in stocks { column.fill(0) } }
}

extension MonthlyModel {
  /// Imports: what is wanted, as far as law, buyers' guidance, stock and the mandates' floor let it.
  func importChips() {
    for column in market.vendorUnits + market.vendorValue + market.vendorBooked { column.fill(0) }
    for column in [
      market.importUnits, market.importTotal, market.barred, market.booked, market.fees, market.tariffs,
      market.writeOffs, market.smuggledUnits, market.smuggledValue, market.wanted,
    ] { column.fill(0) }
    raiseFloor()
    for index in world.imports.indices { offerImport(index, world.imports[index]) }
    grantRoom()
    for index in world.imports.indices { sellImport(index, world.imports[index]) }
    leaveOpen()
    limitBarred()
  }

  /// Demand, and what of it is kept for domestic chips: mandates, or loyalty as far as makers plan to build. What they
  /// have in stock does not count, so that chips bought abroad today do not narrow tomorrow's room.
  private func raiseFloor() {
    market.plannedValue.fill(0)
    for product in world.products {
      let (plans, factor, price) = (path(product.planPath), lever(product.planLever), path(product.pricePath))
      for lane in lanes { market.plannedValue[lane] += plans[lane] * factor[lane] * price[lane] }
    }
    let (value, factor, stateShare) = (
      path(world.demand.valuePath), lever(world.demand.valueLever), slot(world.demand.stateShare)
    )
    let (state, nation) = (lever(world.demand.stateMandateLever), lever(world.demand.nationalMandateLever))
    let loyalty = world.demand.loyalty.map(slot)
    for lane in lanes {
      let demand = value[lane] * factor[lane]
      let national = least(nation[lane], .one), funded = greatest(state[lane], national)
      var elsewhere = Lanes.one
      var mandated = Lanes.zero
      for (index, city) in world.cities.enumerated() {
        let target = lever(city.mandateLever)[lane] * slot(city.compliance)[lane]
        let share = slot(city.demandShare)[lane]
        let floor = stateShare[lane] * least(greatest(funded, target), .one)
        market.cityFloor[index][lane] = least(
          floor + (1 - stateShare[lane]) * greatest(national, target), .one)
        mandated += share * market.cityFloor[index][lane]
        elsewhere -= share
      }
      mandated +=
        positive(elsewhere)
        * least(
          stateShare[lane] * funded + (1 - stateShare[lane]) * national, .one)
      let loyal = demand * stateShare[lane] * (loyalty?[lane] ?? .zero)
      let floor = greatest(demand * least(mandated, .one), least(loyal, market.plannedValue[lane]))
      market.demand[lane] = demand
      market.floor[lane] = floor
      market.room[lane] = demand - floor
    }
  }

  /// What of an import could be sold this month, were there room for it, and at which price.
  private func offerImport(_ index: Int, _ chip: CompiledWorld.ImportedProduct) {
    let (wanted, ordered, ahead) = (
      path(chip.wantedPath), chip.productionPath.map(path) ?? path(chip.wantedPath), chip.stockpilePath.map(path)
    )
    let (exports, purchases) = (lever(chip.exportLever), lever(chip.purchaseLever))
    let (production, arrivals) = (lever(chip.productionLever), lever(chip.arrivalsLever))
    let (prices, fees, tariffs) = (path(chip.pricePath), lever(chip.feeLever), lever(chip.tariffLever))
    let (passed, elasticity) = (chip.feePassedOn.map(slot), world.demand.priceElasticity.map(slot))
    let (stocks, offers, asks, paid) = (
      market.importStock[index], market.importOffer[index], market.importAsked[index], market.importPrice[index]
    )
    let granted = market.importGranted[index]
    if wanted.isZero, stocks.isZero, ordered.isZero, arrivals.isZero, ahead?.isZero ?? true {
      for column in [offers, asks, granted] { column.fill(0) }
      return paid.copy(prices)
    }
    for lane in lanes {
      let rise = fees[lane] * (passed?[lane] ?? .zero) + tariffs[lane]
      var asked = wanted[lane]
      if any(rise .!= .zero) { asked /= 1 + rise * (elasticity?[lane] ?? .zero) }
      let allowed = clamped(exports[lane], 0, 1) * positive(purchases[lane])
      stocks[lane] += (ordered[lane] + (ahead?[lane] ?? .zero)) * production[lane] + arrivals[lane]
      asks[lane] = asked
      paid[lane] = prices[lane] * (1 + rise)
      offers[lane] = least(stocks[lane], asked * allowed)
      granted[lane] = offers[lane]
    }
  }

  /// Where mandates leave less room than is offered, buyers take first what gives most compute for the money, so that
  /// one licence more takes room only from chips that give less. Of equals the first in the file comes first.
  private func grantRoom() {
    for lane in lanes {
      let room = positive(market.room[lane])
      var total = Lanes.zero
      for index in market.legal { total += market.importOffer[index][lane] * market.importPrice[index][lane] }
      if all(total .<= room) { continue }
      for index in market.legal {
        let price = market.importPrice[index][lane]
        market.importWorth[index][lane] = slot(world.imports[index].specification.compute)[lane] / price
      }
      for index in market.legal {
        let offer = market.importOffer[index][lane]
        let value = offer * market.importPrice[index][lane]
        guard any(value .> .zero) else { continue }
        let worth = market.importWorth[index][lane]
        var before = Lanes.zero
        for other in market.legal where other != index {
          let rival = market.importWorth[other][lane]
          let isFirst = other < index ? rival .>= worth : rival .> worth
          before += (market.importOffer[other][lane] * market.importPrice[other][lane])
            .replacing(with: 0, where: .!isFirst)
        }
        let granted = least(positive(room - before), value)
        market.importGranted[index][lane] = offer * ratio(granted, value, otherwise: 1)
      }
    }
  }

  private func sellImport(_ index: Int, _ chip: CompiledWorld.ImportedProduct) {
    let (sales, asks, paidEach) = (market.importGranted[index], market.importAsked[index], market.importPrice[index])
    let (stocks, sold, values, bars) = (
      market.importStock[index], market.importSold[index], market.importValue[index], market.importBarred[index]
    )
    let charges = lever(chip.writeOffLever)
    for lane in lanes { market.writeOffs[lane] += charges[lane] }
    if asks.isZero, sales.isZero {
      for column in [sold, values, bars, market.sold[world.products.count + index]] { column.fill(0) }
      return
    }
    let (prices, fees, tariffs) = (path(chip.pricePath), lever(chip.feeLever), lever(chip.tariffLever))
    let (vendorUnits, vendorValue) = (market.vendorUnits[chip.vendor], market.vendorValue[chip.vendor])
    let (units, value) =
      chip.isSmuggled
      ? (market.smuggledUnits, market.smuggledValue) : (market.importUnits, market.importTotal)
    let booked = chip.bookedShare.map(slot)
    for lane in lanes {
      let sale = sales[lane]
      let paid = sale * paidEach[lane]
      stocks[lane] = positive(stocks[lane] - sale)
      sold[lane] = sale
      values[lane] = paid
      vendorUnits[lane] += sale
      vendorValue[lane] += paid
      units[lane] += sale
      value[lane] += paid
      bars[lane] = chip.isSmuggled ? .zero : positive(asks[lane] * paidEach[lane] - paid)
      guard !chip.isSmuggled else { continue }
      market.wanted[lane] += asks[lane] * paidEach[lane]
      market.barred[lane] += bars[lane]
      market.fees[lane] += fees[lane] * paid
      market.tariffs[lane] += tariffs[lane] * prices[lane] * sale
      market.booked[lane] += paid * (booked?[lane] ?? .one)
    }
    market.sold[world.products.count + index].copy(sold)
  }

  /// Demand that no import met. Where imports took all of it, what rounding leaves is none: else it would buy a part of
  /// a chip in 10^14, and more demand fewer of these.
  private func leaveOpen() {
    for lane in lanes {
      let (demand, left) = (market.demand[lane], positive(market.demand[lane] - market.importTotal[lane]))
      market.open[lane] = left.replacing(with: 0, where: left .<= 1e-12 * demand)
    }
  }

  /// Buyers ask for more kinds than they have money for: what is barred is at most what imports left of demand.
  private func limitBarred() {
    for lane in lanes {
      let left = market.open[lane]
      guard any(market.barred[lane] .> left) else { continue }
      let part = least(ratio(left, market.barred[lane]), .one)
      market.barred[lane] *= part
      for index in market.legal { market.importBarred[index][lane] *= part }
    }
  }

  /// Domestic chips: demand that no import was to meet, the floor of the mandates, and what turned to them since a bar;
  /// of the demand for training only what their software can take.
  func sellDomestic(_ month: Int) {
    offerChips(month)
    let (substitution, ease, pace) = (
      slot(world.demand.substitution), lever(world.demand.substitutionLever), slot(world.demand.substitutionMonths)
    )
    let training = world.demand.trainingShare.map(slot), usable = world.demand.trainablePath.map(path)
    let trainable = lever(world.demand.trainableLever)
    for lane in lanes {
      let demand = market.demand[lane]
      let pull = least(substitution[lane] * ease[lane], .one) * market.barred[lane]
      market.substituted[lane] += (pull - market.substituted[lane]) / greatest(pace[lane], .one)
      let open = market.open[lane]
      let contested = positive(
        least(open, greatest(market.floor[lane], demand - market.wanted[lane]) + market.substituted[lane]))
      let share = least((usable?[lane] ?? .one) * trainable[lane], .one)
      let servable = demand * (1 - (training?[lane] ?? .zero) * (1 - share))
      let asked = least(contested, greatest(servable, least(market.floor[lane], open)))
      market.untrainable[lane] = contested - asked
      market.fill[lane] = least(ratio(asked, market.offered[lane]), .one)
      market.supply[lane] = market.offered[lane] + market.importTotal[lane]
    }
    market.domesticUnits.fill(0)
    market.domesticValue.fill(0)
    for (index, product) in world.products.enumerated() { sell(index, product) }
    sum(making.inventory, into: making.totalUnsold)
    settle(month)
  }

  /// The same share of every maker's stock.
  private func sell(_ index: Int, _ product: CompiledWorld.Product) {
    let (inventory, recent, sold) = (making.inventory[index], making.recentSales[index], market.sold[index])
    let (prices, fill) = (path(product.pricePath), market.fill)
    let (vendorUnits, vendorValue) = (market.vendorUnits[product.vendor], market.vendorValue[product.vendor])
    let (units, value, booked) = (market.domesticUnits, market.domesticValue, market.vendorBooked[product.vendor])
    let makers = product.makerShare.map(slot)
    for lane in lanes {
      let sale = inventory[lane] * fill[lane]
      let revenue = sale * prices[lane]
      inventory[lane] -= sale
      recent[lane] += (sale - recent[lane]) * third
      sold[lane] = sale
      vendorUnits[lane] += sale
      vendorValue[lane] += revenue
      booked[lane] += revenue * (makers?[lane] ?? .one)
      units[lane] += sale
      value[lane] += revenue
    }
  }

  private func offerChips(_ month: Int) {
    market.offered.fill(0)
    for (index, product) in world.products.enumerated() {
      let pipeline = making.chipPipeline[index]
      pipeline.take(month: month)
      let (completed, inventory, price) = (making.completed[index], making.inventory[index], path(product.pricePath))
      completed.copy(pipeline.arrived)
      for lane in lanes {
        inventory[lane] += completed[lane]
        market.offered[lane] += inventory[lane] * price[lane]
      }
    }
    sum(making.completed, into: making.totalCompleted)
  }

  /// Shares, the index of domestic revenue and what held the market back.
  private func settle(_ month: Int) {
    let base = world.indexMonths
    for lane in lanes {
      let (domestic, imported) = (market.domesticValue[lane], market.importTotal[lane])
      let legal = domestic + imported
      market.valueShare[lane] = ratio(domestic, legal)
      market.unmet[lane] = positive(market.demand[lane] - legal)
      market.unitShare[lane] = ratio(
        market.domesticUnits[lane], market.domesticUnits[lane] + market.importUnits[lane])
      if base.contains(month) { market.indexBase[lane] += domestic / Double(base.count) }
      market.revenueIndex[lane] = month < base.upperBound ? .zero : 100 * ratio(domestic, market.indexBase[lane])
      let isServed = market.unmet[lane] .<= 0.01 * market.demand[lane]
      let isPolicy = market.barred[lane] .>= 0.5 * market.unmet[lane]
      var kind = making.constraint[lane]
      kind.replace(with: Double(Constraint.policy.rawValue), where: isPolicy)
      kind.replace(with: Double(Constraint.demand.rawValue), where: isServed)
      market.constraint[lane] = kind
    }
  }

  /// Imports go to cities by the room that their mandates leave, domestic chips by what is then open.
  func serveCities() {
    guard !world.cities.isEmpty else { return }
    for lane in lanes {
      let demand = market.demand[lane]
      let imported = market.importTotal[lane], domestic = market.domesticValue[lane]
      var (elsewhere, room) = (Lanes.one, Lanes.zero)
      for (index, city) in world.cities.enumerated() {
        let share = slot(city.demandShare)[lane]
        elsewhere -= share
        room += share * (1 - market.cityFloor[index][lane])
      }
      room += positive(elsewhere) * elsewhereRoom(lane)
      let open = market.open[lane]
      var (left, leftImports) = (domestic, imported)
      for (index, city) in world.cities.enumerated() {
        let share = slot(city.demandShare)[lane]
        let imports = imported * ratio(share * (1 - market.cityFloor[index][lane]), room)
        let own = domestic * ratio(demand * share - imports, open)
        market.cityImports[index][lane] = imports
        market.cityDomestic[index][lane] = own
        market.cityShare[index][lane] = ratio(own, own + imports)
        left -= own
        leftImports -= imports
      }
      market.elsewhereDomestic[lane] = left
      market.elsewhereImports[lane] = leftImports
    }
  }

  /// Share of demand outside the named cities that no mandate keeps for domestic chips.
  @inline(__always) private func elsewhereRoom(_ lane: Int) -> Lanes {
    let stateShare = slot(world.demand.stateShare)[lane]
    let national = least(lever(world.demand.nationalMandateLever)[lane], .one)
    let funded = greatest(lever(world.demand.stateMandateLever)[lane], national)
    return 1 - least(stateShare * funded + (1 - stateShare) * national, .one)
  }
}
