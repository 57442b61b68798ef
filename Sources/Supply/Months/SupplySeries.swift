/// A quantity that a run reports for every month.
public struct SupplySeries: Hashable, Sendable {
  public var name: String
  public var unit: String
  /// What a period's value is: the sum of its months, or the value of its last.
  public var isStock: Bool
}

/// A quantity and where the model keeps it.
struct ListedSeries {
  var series: SupplySeries
  var column: (MonthlyModel) -> Column

  init(_ name: String, _ unit: String, isStock: Bool = false, _ column: @escaping (MonthlyModel) -> Column) {
    series = SupplySeries(name: name, unit: unit, isStock: isStock)
    self.column = column
  }
}

extension CompiledWorld {
  /// The quantities in the order of `MonthlyModel.series`.
  var series: [SupplySeries] { seriesList.map(\.series) }

  var seriesList: [ListedSeries] { chipSeries + makingSeries + totals + marketSeries + citySeries + fleetSeries }

  /// Makers at home, each once.
  private var domesticVendors: [String] {
    let indices = Set(products.map(\.vendor))
    return vendors.indices.filter(indices.contains).map { vendors[$0] }
  }

  private var chipSeries: [ListedSeries] {
    var list: [ListedSeries] = []
    let count = products.count
    for (index, product) in products.enumerated() {
      list.append(.init("sold.\(product.name)", "chips") { $0.market.sold[index] })
    }
    for (index, chip) in imports.enumerated() {
      list.append(.init("sold.\(chip.name)", "chips") { $0.market.sold[count + index] })
    }
    for (index, vendor) in vendors.enumerated() {
      list.append(.init("units.\(vendor)", "chips") { $0.market.vendorUnits[index] })
    }
    for (index, vendor) in vendors.enumerated() {
      list.append(.init("revenue.\(vendor)", "USD") { $0.market.vendorValue[index] })
    }
    for vendor in domesticVendors {
      guard let index = vendors.firstIndex(of: vendor) else { continue }
      list.append(.init("booked.\(vendor)", "USD") { $0.market.vendorBooked[index] })
    }
    for (index, vendor) in vendors.enumerated() {
      list.append(.init("compute.\(vendor)", "PFLOP/s") { $0.fleet.vendorCompute[index] })
    }
    for (index, chip) in imports.enumerated() where !vendors.contains(chip.name) {
      list.append(.init("revenue.\(chip.name)", "USD") { $0.market.importValue[index] })
    }
    for (index, chip) in imports.enumerated() where !chip.isSmuggled {
      list.append(.init("barred.\(chip.name)", "USD") { $0.market.importBarred[index] })
    }
    return list
  }

  private var makingSeries: [ListedSeries] {
    var list: [ListedSeries] = []
    for (index, fab) in fabs.enumerated() {
      list.append(.init("wafers.\(fab.name)", "wafers") { $0.making.wafers[index] })
    }
    for (index, fab) in fabs.enumerated() {
      list.append(.init("capacity.\(fab.name)", "wafers/month", isStock: true) { $0.making.capacity[index] })
    }
    for (index, family) in families.enumerated() {
      list.append(.init("dies.\(family.name)", "good dies") { $0.making.dies[index] })
      list.append(.init("diesUsed.\(family.name)", "dies") { $0.making.diesUsed[index] })
      list.append(.init("dieStock.\(family.name)", "dies", isStock: true) { $0.making.dieStock[index] })
    }
    for (index, memory) in memories.enumerated() {
      list.append(.init("stacks.\(memory)", "stacks") { $0.making.stacks[index] })
      list.append(.init("stacksUsed.\(memory)", "stacks") { $0.making.stacksUsed[index] })
      list.append(.init("stackStock.\(memory)", "stacks", isStock: true) { $0.making.stackStock[index] })
    }
    return list
  }

  private var totals: [ListedSeries] {
    [
      .init("domestic.capacity", "wafers/month", isStock: true) { $0.making.totalCapacity },
      .init("domestic.wafers", "wafers") { $0.making.totalWafers },
      .init("domestic.grossDies", "dies") { $0.making.totalGross },
      .init("domestic.dies", "good dies") { $0.making.totalDies },
      .init("domestic.packagesStarted", "packages") { $0.making.totalStarted },
      .init("domestic.packages", "chips") { $0.making.totalPackaged },
      .init("domestic.completed", "chips") { $0.making.totalCompleted },
      .init("domestic.unsold", "chips", isStock: true) { $0.making.totalUnsold },
      .init("domestic.units", "chips") { $0.market.domesticUnits },
      .init("domestic.value", "USD") { $0.market.domesticValue },
      .init("domestic.compute", "PFLOP/s") { $0.fleet.domesticCompute },
      .init("domestic.bandwidth", "TB/s") { $0.fleet.domesticBandwidth },
      .init("domestic.revenueIndex", "index", isStock: true) { $0.market.revenueIndex },
      .init("imports.units", "chips") { $0.market.importUnits },
      .init("imports.value", "USD") { $0.market.importTotal },
      .init("imports.compute", "PFLOP/s") { $0.fleet.importCompute },
      .init("imports.bandwidth", "TB/s") { $0.fleet.importBandwidth },
      .init("smuggled.units", "chips") { $0.market.smuggledUnits },
      .init("smuggled.value", "USD") { $0.market.smuggledValue },
      .init("smuggled.compute", "PFLOP/s") { $0.fleet.smuggledCompute },
    ]
  }

  private var marketSeries: [ListedSeries] {
    [
      .init("imports.barred", "USD") { $0.market.barred }, .init("imports.booked", "USD") { $0.fleet.booked },
      .init("imports.fees", "USD") { $0.market.fees }, .init("imports.tariffs", "USD") { $0.market.tariffs },
      .init("imports.writeOffs", "USD") { $0.market.writeOffs }, .init("market.demand", "USD") { $0.market.demand },
      .init("market.mandated", "USD") { $0.market.floor }, .init("market.unmet", "USD") { $0.market.unmet },
      .init("market.untrainable", "USD") { $0.market.untrainable },
      .init("market.supply", "USD") { $0.market.supply },
      .init("share.value", "fraction", isStock: true) { $0.market.valueShare },
      .init("share.units", "fraction", isStock: true) { $0.market.unitShare },
      .init("share.compute", "fraction", isStock: true) { $0.fleet.computeShare },
      .init("policy.stays", "fraction", isStock: true) { $0.policyStays },
      .init("resilience.months", "months", isStock: true) { $0.fleet.lastingMonths },
      .init("resilience.share", "fraction", isStock: true) { $0.fleet.lastingShare },
    ]
  }

  private var citySeries: [ListedSeries] {
    var list: [ListedSeries] = []
    for (index, city) in cities.enumerated() {
      list.append(.init("city.\(city.name).domestic", "USD") { $0.market.cityDomestic[index] })
      list.append(.init("city.\(city.name).imports", "USD") { $0.market.cityImports[index] })
      list.append(.init("city.\(city.name).share", "fraction", isStock: true) { $0.market.cityShare[index] })
    }
    guard !cities.isEmpty else { return [] }
    return list + [
      .init("city.elsewhere.domestic", "USD") { $0.market.elsewhereDomestic },
      .init("city.elsewhere.imports", "USD") { $0.market.elsewhereImports },
    ]
  }

  private var fleetSeries: [ListedSeries] {
    var list: [ListedSeries] = []
    for (index, system) in fleet.systems.enumerated() {
      list.append(.init("systems.\(system.name)", "systems") { $0.fleet.added[index] })
      list.append(.init("built.\(system.name)", "systems", isStock: true) { $0.fleet.systems[index] })
      list.append(.init("waiting.\(system.name)", "chips", isStock: true) { $0.fleet.waitingChips[index] })
    }
    return list + [
      .init("systems.Server-8", "systems") { $0.fleet.servers },
      .init("fleet.domesticUnits", "chips", isStock: true) { $0.fleet.domesticUnits },
      .init("fleet.units", "chips", isStock: true) { $0.fleet.units },
      .init("fleet.retired", "chips") { $0.fleet.retired },
      .init("fleet.domesticCompute", "PFLOP/s", isStock: true) { $0.fleet.fleetDomesticCompute },
      .init("fleet.compute", "PFLOP/s", isStock: true) { $0.fleet.fleetCompute },
      .init("fleet.bandwidth", "TB/s", isStock: true) { $0.fleet.fleetBandwidth },
      .init("fleet.h100byCompute", "H100", isStock: true) { $0.fleet.h100byCompute },
      .init("fleet.h100byBandwidth", "H100", isStock: true) { $0.fleet.h100byBandwidth },
      .init("fleet.power", "MW", isStock: true) { $0.fleet.power },
      .init("fleet.powered", "fraction", isStock: true) { $0.fleet.powered },
      .init("fleet.gridShare", "fraction", isStock: true) { $0.fleet.gridShare },
      .init("tokens.capacity", "billion tokens/day", isStock: true) { $0.fleet.tokens },
      .init("tokens.domestic", "billion tokens/day", isStock: true) { $0.fleet.domesticTokens },
      .init("tokens.imported", "billion tokens/day", isStock: true) { $0.fleet.importedTokens },
      .init("tokens.served", "billion tokens/day", isStock: true) { $0.fleet.served },
      .init("tokens.wanted", "billion tokens/day", isStock: true) { $0.fleet.tokensWanted },
      .init("tokens.energy", "J/token", isStock: true) { $0.fleet.energy },
      .init("tokens.power", "MW", isStock: true) { $0.fleet.servingPower },
      .init("tokens.powerCost", "USD") { $0.fleet.powerCost },
    ]
  }
}
