/// Demand, imports and domestic sales of this month, and what buyers turned to since a bar.
struct MarketColumns {
  /// By import.
  let importStock, importSold, importValue, importBarred: [Column]
  /// By product and import.
  let sold: [Column]
  /// By vendor.
  let vendorUnits, vendorValue: [Column]
  /// By city.
  let cityFloor, cityDomestic, cityImports, cityShare: [Column]
  let demand, floor, room, wanted, barred, booked, fees, tariffs, writeOffs, unmet, supply, offered, fill: Column
  let substituted: Column
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
    sold = store.takeEach(products + imports)
    vendorUnits = store.takeEach(vendors)
    vendorValue = store.takeEach(vendors)
    let cities = world.cities.count
    cityFloor = store.takeEach(cities)
    cityDomestic = store.takeEach(cities)
    cityImports = store.takeEach(cities)
    cityShare = store.takeEach(cities)
    (demand, floor, room, wanted) = (store.take(), store.take(), store.take(), store.take())
    (barred, booked, fees, tariffs) = (store.take(), store.take(), store.take(), store.take())
    (writeOffs, unmet, supply) = (store.take(), store.take(), store.take())
    (offered, substituted, fill) = (store.take(), store.take(), store.take())
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
    for column in market.vendorUnits + market.vendorValue { column.fill(0) }
    for column in [
      market.importUnits, market.importTotal, market.barred, market.booked, market.fees, market.tariffs,
      market.writeOffs, market.smuggledUnits, market.smuggledValue, market.wanted,
    ] { column.fill(0) }
    raiseFloor()
    for index in world.imports.indices { importChip(index, world.imports[index]) }
  }

  /// Demand, and what of it is kept for domestic chips: mandates, or loyalty as far as chips were offered last month.
  private func raiseFloor() {
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
      let floor = greatest(demand * least(mandated, .one), least(loyal, market.offered[lane]))
      market.demand[lane] = demand
      market.floor[lane] = floor
      market.room[lane] = demand - floor
    }
  }

  private func importChip(_ index: Int, _ chip: CompiledWorld.ImportedProduct) {
    let (wanted, ordered, ahead) = (
      path(chip.wantedPath), chip.productionPath.map(path) ?? path(chip.wantedPath), chip.stockpilePath.map(path)
    )
    let (exports, purchases) = (lever(chip.exportLever), lever(chip.purchaseLever))
    let (production, arrivals) = (lever(chip.productionLever), lever(chip.arrivalsLever))
    let (prices, fees, tariffs, charges) = (
      path(chip.pricePath), lever(chip.feeLever), lever(chip.tariffLever), lever(chip.writeOffLever)
    )
    let (passed, elasticity) = (chip.feePassedOn.map(slot), world.demand.priceElasticity.map(slot))
    let (stocks, sold, values, bars) = (
      market.importStock[index], market.importSold[index], market.importValue[index], market.importBarred[index]
    )
    if wanted.isZero, stocks.isZero, ordered.isZero, arrivals.isZero, charges.isZero, ahead?.isZero ?? true {
      for column in [sold, values, bars, market.sold[world.products.count + index]] { column.fill(0) }
      return
    }
    let (vendorUnits, vendorValue) = (market.vendorUnits[chip.vendor], market.vendorValue[chip.vendor])
    let (units, value) =
      chip.isSmuggled
      ? (market.smuggledUnits, market.smuggledValue) : (market.importUnits, market.importTotal)
    let booked = chip.bookedShare.map(slot)
    for lane in lanes {
      let rise = fees[lane] * (passed?[lane] ?? .zero) + tariffs[lane]
      let price = prices[lane] * (1 + rise)
      let asked = wanted[lane] / (1 + rise * (elasticity?[lane] ?? .zero))
      let allowed = clamped(exports[lane], 0, 1) * positive(purchases[lane])
      let made = (ordered[lane] + (ahead?[lane] ?? .zero)) * production[lane] + arrivals[lane]
      let stock = stocks[lane] + made
      var sale = least(stock, asked * allowed)
      if !chip.isSmuggled {
        sale = least(sale, ratio(positive(market.room[lane]), price, otherwise: .infinity))
      }
      let paid = sale * price
      stocks[lane] = stock - sale
      sold[lane] = sale
      values[lane] = paid
      vendorUnits[lane] += sale
      vendorValue[lane] += paid
      units[lane] += sale
      value[lane] += paid
      bars[lane] = chip.isSmuggled ? .zero : positive(asked * price - paid)
      market.writeOffs[lane] += charges[lane]
      guard !chip.isSmuggled else { continue }
      market.room[lane] -= paid
      market.wanted[lane] += asked * price
      market.barred[lane] += bars[lane]
      market.fees[lane] += fees[lane] * paid
      market.tariffs[lane] += tariffs[lane] * prices[lane] * sale
      market.booked[lane] += paid * (booked?[lane] ?? .one)
    }
    market.sold[world.products.count + index].copy(sold)
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
      let open = demand - market.importTotal[lane]
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
    let (units, value) = (market.domesticUnits, market.domesticValue)
    for lane in lanes {
      let sale = inventory[lane] * fill[lane]
      let revenue = sale * prices[lane]
      inventory[lane] -= sale
      recent[lane] += (sale - recent[lane]) / 3
      sold[lane] = sale
      vendorUnits[lane] += sale
      vendorValue[lane] += revenue
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
      let open = demand - imported
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
