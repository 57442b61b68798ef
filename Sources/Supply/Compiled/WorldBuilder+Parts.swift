import Formats
import Units

extension WorldBuilder {
  mutating func addDies() {
    for family in world.dies {
      let what = "dies.\(family.name)"
      compiled.families.append(
        .init(
          name: family.name, gross: slot(family.grossPerWafer, "\(what) per wafer"),
          lag: slot(family.lag, "\(what) lag"),
          yieldForm: family.yield.model, yieldPath: path(family.yield.value, "\(what) yield"),
          area: family.yield.area.map { slot($0, "\(what) area") },
          clustering: family.yield.clustering.map { slot($0, "\(what) clustering") },
          inflowPath: family.inflow.map { path($0, "\(what) inflow") },
          inflowLever: lever("\(what).inflow", initially: 1), isStockpiled: family.isStockpiled ?? false,
          stockMonths: family.stockMonths.map { slot($0, "\(what) stock") }))
    }
    let names = world.dies.map(\.name)
    for (number, fab) in world.fabs.enumerated() {
      let what = "fab.\(fab.name)"
      compiled.fabs.append(
        .init(
          name: fab.name, owner: fab.owner, capacityPath: path(fab.capacity, "\(what) capacity"),
          wafersPath: fab.wafers.map { path($0, "\(what) wafers") }, lever: lever("\(what).wafers", initially: 1),
          shares: shares(fab.dies, in: names, what, at: "fabs[\(number)].dies")))
    }
  }

  mutating func addMemories() {
    compiled.memories = world.memories
    for (number, source) in world.memorySources.enumerated() {
      let what = "memory.\(source.name)"
      compiled.memorySources.append(
        .init(
          name: source.name, stacksPath: path(source.stacks, "\(what) stacks"),
          lever: lever("\(what).inflow", initially: source.initially ?? 1),
          shares: shares(source.memories, in: world.memories, what, at: "memorySources[\(number)].memories"),
          isImported: source.isImported ?? false))
    }
    for line in world.packaging {
      compiled.packaging.append(
        .init(
          name: line.name, capacityPath: path(line.capacity, "packaging.\(line.name) capacity"),
          lever: lever("packaging.\(line.name).capacity", initially: 1)))
    }
  }

  private mutating func vendor(_ name: String) -> Int {
    if let index = compiled.vendors.firstIndex(of: name) { return index }
    compiled.vendors.append(name)
    return compiled.vendors.count - 1
  }

  private mutating func specification(_ given: SupplyWorld.Specification, _ what: String) -> CompiledWorld.Specification
  {
    .init(
      compute: slot(given.computePower, "\(what) compute"), bandwidth: slot(given.memoryBandwidth, "\(what) bandwidth"),
      power: slot(given.power, "\(what) power"), tokens: slot(given.tokensPerSecond, "\(what) tokens"),
      energy: given.joulesPerToken.map { slot($0, "\(what) energy of a token") })
  }

  mutating func addProducts() {
    let dies = world.dies.map(\.name), lines = world.packaging.map(\.name)
    for (number, product) in world.products.enumerated() {
      let what = "product.\(product.name)", path = "products[\(number)]"
      compiled.products.append(
        .init(
          name: product.name, vendor: vendor(product.vendor),
          die: index(of: product.die, in: dies, at: place(path, "die")),
          diesPerChip: slot(product.diesPerChip, "\(what) dies"),
          memory: index(of: product.memory, in: world.memories, at: place(path, "memory")),
          stacksPerChip: slot(product.stacksPerChip, "\(what) stacks"),
          packaging: index(of: product.packaging, in: lines, at: place(path, "packaging")),
          weight: slot(product.packagingWeight, "\(what) packaging weight"),
          yieldPath: self.path(product.packagingYield, "\(what) packaging yield"),
          lag: slot(product.lag, "\(what) lag"),
          planPath: self.path(product.plan, "\(what) plan"), planLever: lever("\(what).plan", initially: 1),
          pricePath: self.path(product.price, "\(what) price"),
          makerShare: product.makerShare.map { slot($0, "\(what) maker's share") },
          specification: specification(product.specification, what)))
    }
  }

  mutating func addImports() {
    for chip in world.imports {
      let what = "import.\(chip.name)"
      compiled.imports.append(
        .init(
          name: chip.name, vendor: vendor(chip.vendor), wantedPath: path(chip.wanted, "\(what) wanted"),
          productionPath: chip.production.map { path($0, "\(what) production") },
          stockpilePath: chip.stockpile.map { path($0, "\(what) stockpile") },
          pricePath: path(chip.price, "\(what) price"),
          feePassedOn: chip.feePassedOn.map { slot($0, "\(what) fee passed on") },
          bookedShare: chip.bookedShare.map { slot($0, "\(what) booked share") }, isSmuggled: chip.isSmuggled ?? false,
          exportLever: lever("\(what).export", initially: 1), purchaseLever: lever("\(what).purchase", initially: 1),
          productionLever: lever("\(what).production", initially: 1),
          arrivalsLever: lever("\(what).arrivals", initially: 0), feeLever: lever("\(what).fee", initially: 0),
          tariffLever: lever("\(what).tariff", initially: 0),
          writeOffLever: lever("\(what).writeOff", initially: 0), runningLever: lever("\(what).running", initially: 1),
          specification: specification(chip.specification, what)))
    }
  }

  mutating func addBuyers() {
    let demand = world.demand
    compiled.demand = .init(
      valuePath: path(demand.value, "demand"), valueLever: lever("demand.value", initially: 1),
      stateShare: slot(demand.stateShare, "demand state share"),
      loyalty: demand.loyalty.map { slot($0, "demand loyalty") },
      priceElasticity: demand.priceElasticity.map { slot($0, "demand price elasticity") },
      trainingShare: demand.trainingShare.map { slot($0, "demand training share") },
      trainablePath: demand.trainable.map { path($0, "demand trainable share") },
      substitution: slot(demand.substitution, "demand substitution"),
      substitutionLever: lever("demand.substitution", initially: 1),
      substitutionMonths: slot(demand.substitutionMonths, "demand substitution months"),
      patience: slot(demand.patience, "demand patience"), trainableLever: lever("training.usable", initially: 1),
      stateMandateLever: lever("mandate.state", initially: 0),
      nationalMandateLever: lever("mandate.national", initially: 0))
    for city in world.cities ?? [] {
      compiled.cities.append(
        .init(
          name: city.name, demandShare: slot(city.demandShare, "city.\(city.name) demand share"),
          compliance: slot(city.compliance, "city.\(city.name) compliance"),
          mandateLever: lever("mandate.\(city.name)", initially: 0)))
    }
  }

  mutating func addFleet() {
    let fleet = world.fleet
    let products = world.products.map(\.name)
    compiled.fleet = .init(
      chipLife: slot(fleet.chipLife, "chip life"),
      effectiveness: slot(fleet.powerUsageEffectiveness, "power usage effectiveness"),
      utilisation: slot(fleet.utilisation, "utilisation"), tokensPath: path(fleet.tokensWanted, "tokens wanted"),
      tokensLever: lever("tokens.wanted", initially: 1), systemPower: slot(fleet.systemPowerFactor, "system power"),
      systems: fleet.systems.enumerated().map { number, system in
        let what = "system.\(system.name)"
        return .init(
          name: system.name, chips: max(1, system.chips),
          takes: shares(system.takes, in: products, what, at: "fleet.systems[\(number)].takes"),
          sitesPath: system.sites.map { path($0, "\(what) sites") },
          sitesLever: lever("\(what).sites", initially: 1))
      },
      sitePowerPath: fleet.sitePower.map { path($0, "site power") },
      gridPowerPath: fleet.gridPower.map { path($0, "grid power") },
      powerPricePath: fleet.powerPrice.map { path($0, "power price") },
      sitePowerLever: lever("power.sites", initially: 1), subsidyLever: lever("power.subsidy", initially: 0),
      otherSalesPath: path(fleet.otherSales, "other sales"),
      otherSalesVendor: index(of: fleet.otherSalesVendor, in: compiled.vendors, at: place("fleet.otherSalesVendor")),
      referenceCompute: slot(fleet.referenceCompute, "reference compute"),
      referenceBandwidth: slot(fleet.referenceBandwidth, "reference bandwidth"))
  }
}
