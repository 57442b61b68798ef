/// What runs: installed chips, systems, power and tokens; and how long output would last without imports.
struct FleetColumns {
  /// By product and import.
  let installed: [Column]
  /// By vendor: compute of this month's sales.
  let vendorCompute: [Column]
  /// By system, then what it takes: chips that wait for a site.
  let waiting: [[Column]]
  /// By system.
  let added, systems, waitingChips: [Column]
  /// By product: chips that wait in any system.
  let held: [Column]
  let servers: Column
  let domesticCompute, domesticBandwidth, importCompute, importBandwidth, smuggledCompute, computeShare: Column
  let domesticUnits, units, retired, fleetDomesticCompute, fleetCompute, fleetBandwidth: Column
  let power, powered, gridShare, h100byCompute, h100byBandwidth: Column
  let domesticTokens, importedTokens, tokens, served, tokensWanted, energy, servingPower, powerCost: Column
  let lastingMonths, lastingShare, pace: Column
  /// Chip life in months: the history's row of what ends, less the month; and the part that ends a month later.
  let lifeRow: UnsafeMutablePointer<Int>
  let lifeRest: UnsafeMutablePointer<Double>
  /// Chips sold by draw, then month, behind two of zeros, then chip in groups of four.
  let history: Column
  let groups: Int
  /// The first month of this block in which something retires.
  let firstEnd: Column
  let booked: Column
  /// By die family and memory: months that its stock lasts without imports, and what domestic inflow carries.
  let familyMonths, familyShare, memoryMonths, memoryShare: [Column]
  private let stocks: [Column]

  init(_ world: CompiledWorld, _ store: ColumnStore) {
    let chips = world.products.count + world.imports.count
    installed = store.takeEach(chips, inGroups: true)
    vendorCompute = store.takeEach(world.vendors.count)
    waiting = world.fleet.systems.map { store.takeEach($0.takes.count) }
    added = store.takeEach(world.fleet.systems.count)
    systems = store.takeEach(world.fleet.systems.count)
    waitingChips = store.takeEach(world.fleet.systems.count)
    held = store.takeEach(world.products.count)
    servers = store.take()
    (domesticCompute, domesticBandwidth, importCompute) = (store.take(), store.take(), store.take())
    (importBandwidth, smuggledCompute, computeShare) = (store.take(), store.take(), store.take())
    (domesticUnits, units, retired) = (store.take(), store.take(), store.take())
    (fleetDomesticCompute, fleetCompute, fleetBandwidth) = (store.take(), store.take(), store.take())
    (power, powered, gridShare) = (store.take(), store.take(), store.take())
    (h100byCompute, h100byBandwidth) = (store.take(), store.take())
    (domesticTokens, importedTokens, tokens) = (store.take(), store.take(), store.take())
    (served, tokensWanted, energy) = (store.take(), store.take(), store.take())
    (servingPower, powerCost) = (store.take(), store.take())
    (lastingMonths, lastingShare, pace) = (store.take(), store.take(), store.take())
    booked = store.take()
    lifeRow = UnsafeMutableRawPointer(store.take()).bindMemory(to: Int.self, capacity: ColumnStore.draws)
    lifeRest = store.take().draws
    firstEnd = store.take()
    groups = (chips + Lanes.scalarCount - 1) / Lanes.scalarCount
    history = store.take(groups * Lanes.scalarCount * (world.horizon.count + 2))
    familyMonths = store.takeEach(world.families.count)
    familyShare = store.takeEach(world.families.count)
    memoryMonths = store.takeEach(world.memories.count)
    memoryShare = store.takeEach(world.memories.count)
    stocks = installed + waiting.flatMap(\.self) + systems
  }

  func begin(life: Column) {
    for column in stocks { column.fill(0) }
    var first = Double.infinity
    for draw in 0..<ColumnStore.draws {
      let months = min(max(life.draws[draw] * 12, 1), 1e4)
      lifeRow[draw] = 2 - Int(months)
      lifeRest[draw] = months - Double(Int(months))
      first = min(first, months)
    }
    firstEnd.fill(first.rounded(.down))
  }
}

extension MonthlyModel {
  func runFleet(_ month: Int) {
    addUp()
    buildSystems()
    for column in [
      fleet.domesticUnits, fleet.units, fleet.retired, fleet.fleetDomesticCompute, fleet.fleetCompute,
      fleet.fleetBandwidth, fleet.power, fleet.domesticTokens, fleet.importedTokens, fleet.energy,
    ] { column.fill(0) }
    retire(month)
    let products = world.products.count
    for chip in 0..<products + world.imports.count {
      let isDomestic = chip < products
      let specification = isDomestic ? world.products[chip].specification : world.imports[chip - products].specification
      runChip(
        chip, specification, held: isDomestic ? fleet.held[chip] : nil,
        running: isDomestic ? nil : lever(world.imports[chip - products].runningLever))
    }
    power()
    lasting()
  }

  /// Compute (PFLOP/s) and memory bandwidth (TB/s) of the chips sold this month.
  private func addUp() {
    for column in fleet.vendorCompute + [
      fleet.domesticCompute, fleet.domesticBandwidth, fleet.importCompute, fleet.importBandwidth, fleet.smuggledCompute,
    ] { column.fill(0) }
    func add(_ chip: Int, _ vendor: Int, _ given: CompiledWorld.Specification, _ compute: Column, _ bandwidth: Column?)
    {
      let (units, each, speed) = (market.sold[chip], slot(given.compute), slot(given.bandwidth))
      guard !units.isZero else { return }
      let byVendor = fleet.vendorCompute[vendor]
      for lane in lanes {
        let amount = units[lane] * each[lane] * 1e-3
        compute[lane] += amount
        byVendor[lane] += amount
        if let bandwidth { bandwidth[lane] += units[lane] * speed[lane] }
      }
    }
    for (index, product) in world.products.enumerated() {
      add(index, product.vendor, product.specification, fleet.domesticCompute, fleet.domesticBandwidth)
    }
    for (index, chip) in world.imports.enumerated() {
      add(
        world.products.count + index, chip.vendor, chip.specification,
        chip.isSmuggled ? fleet.smuggledCompute : fleet.importCompute, chip.isSmuggled ? nil : fleet.importBandwidth)
    }
    for lane in lanes {
      fleet.computeShare[lane] = ratio(
        fleet.domesticCompute[lane], fleet.domesticCompute[lane] + fleet.importCompute[lane])
      fleet.booked[lane] = market.booked[lane] + path(world.fleet.otherSalesPath)[lane]
    }
  }

  /// Chips for supernodes wait until a site can take the whole system; all others go into servers of eight.
  private func buildSystems() {
    for column in fleet.held { column.fill(0) }
    sum(market.sold, into: fleet.servers)
    for (index, system) in world.fleet.systems.enumerated() {
      let (total, added, stock) = (fleet.waitingChips[index], fleet.added[index], fleet.systems[index])
      total.fill(0)
      for (number, take) in system.takes.enumerated() {
        let (waiting, sold, share) = (fleet.waiting[index][number], market.sold[take.target], take.slot.map(slot))
        for lane in lanes {
          let inflow = sold[lane] * clamped(share?[lane] ?? .one, 0, 1)
          waiting[lane] += inflow
          total[lane] += waiting[lane]
          fleet.servers[lane] -= inflow
        }
      }
      let sites = system.sitesPath.map(path), factor = lever(system.sitesLever)
      for lane in lanes {
        let built = total[lane] / system.chips
        added[lane] = least(built, (sites?[lane] ?? Lanes(repeating: .infinity)) * factor[lane])
        stock[lane] += added[lane]
      }
      for (number, take) in system.takes.enumerated() {
        let (waiting, held) = (fleet.waiting[index][number], fleet.held[take.target])
        for lane in lanes {
          waiting[lane] *= 1 - ratio(added[lane] * system.chips, total[lane])
          held[lane] += waiting[lane]
        }
      }
      for lane in lanes { total[lane] -= added[lane] * system.chips }
    }
    for lane in lanes { fleet.servers[lane] = positive(fleet.servers[lane]) / 8 }
  }

  /// Adds this month's chips and takes away those whose life ends: of each draw four chips side by side at a time.
  private func retire(_ month: Int) {
    guard !fleet.installed.isEmpty else { return }
    let (groups, width) = (fleet.groups, Lanes.scalarCount), row = groups * (months + 2)
    let isEnding = Double(month) >= fleet.firstEnd.draws[0]
    let (sold, installed) = (market.sold[0], fleet.installed[0])
    for lane in lanes {
      let today = fleet.history + lane * width * row + (month + 2) * groups
      for group in 0..<groups {
        let chips = FourColumns(sold + group * width * ColumnStore.lanes, lane).turned
        (today[group], today[group + row]) = (chips.a, chips.b)
        (today[group + 2 * row], today[group + 3 * row]) = (chips.c, chips.d)
      }
      guard isEnding else { continue }
      var gone = Lanes.zero
      let draw = lane * width
      for group in 0..<groups {
        let ending = FourColumns(
          leaving(draw, month, group), leaving(draw + 1, month, group), leaving(draw + 2, month, group),
          leaving(draw + 3, month, group)
        ).turned
        gone += (ending.a + ending.b) + (ending.c + ending.d)
        ending.subtract(from: installed + group * width * ColumnStore.lanes, lane)
      }
      fleet.retired[lane] = gone
    }
    for chip in fleet.installed.indices {
      let (stock, arrived) = (fleet.installed[chip], market.sold[chip])
      for lane in lanes { stock[lane] = positive(stock[lane] + arrived[lane]) }
    }
  }

  /// What ends this month of a draw's group of chips. Months 0 and 1 of the history are empty and stand for all that
  /// was before.
  @inline(__always) private func leaving(_ draw: Int, _ month: Int, _ group: Int) -> Lanes {
    let row = draw * (months + 2) + max(1, month + fleet.lifeRow[draw])
    let (ends, rest) = (fleet.history + row * fleet.groups + group, fleet.lifeRest[draw])
    return ends[0] * (1 - rest) + ends[-fleet.groups] * rest
  }

  private func runChip(_ chip: Int, _ given: CompiledWorld.Specification, held: Column?, running: Column?) {
    let isDomestic = running == nil
    let installed = fleet.installed[chip]
    guard !installed.isZero else { return }
    let (each, speed, watts, rate) = (slot(given.compute), slot(given.bandwidth), slot(given.power), slot(given.tokens))
    let energy = given.energy.map(slot)
    let tokens = isDomestic ? fleet.domesticTokens : fleet.importedTokens
    for lane in lanes {
      let units = installed[lane]
      fleet.units[lane] += units
      let active = positive(units - (held?[lane] ?? .zero)) * (running?[lane] ?? .one)
      let compute = active * each[lane] * 1e-3
      fleet.fleetCompute[lane] += compute
      fleet.fleetBandwidth[lane] += active * speed[lane]
      fleet.power[lane] += active * watts[lane]
      tokens[lane] += active * rate[lane]
      fleet.energy[lane] += active * rate[lane] * (energy?[lane] ?? .zero)
      guard isDomestic else { continue }
      fleet.domesticUnits[lane] += units
      fleet.fleetDomesticCompute[lane] += compute
    }
  }

  /// Power and tokens; where the sites' power is short all chips run for less of the time.
  private func power() {
    let world = world.fleet
    let (effectiveness, system, use) = (slot(world.effectiveness), slot(world.systemPower), slot(world.utilisation))
    let (sites, grid) = (world.sitePowerPath.map(path), world.gridPowerPath.map(path))
    let (price, subsidy) = (world.powerPricePath.map(path), lever(world.subsidyLever))
    let (wanted, factor, supply) = (path(world.tokensPath), lever(world.tokensLever), lever(world.sitePowerLever))
    let (compute, bandwidth) = (slot(world.referenceCompute), slot(world.referenceBandwidth))
    for lane in lanes {
      let needed = fleet.power[lane] * system[lane] * effectiveness[lane] * 1e-6
      let limit = (sites?[lane] ?? Lanes(repeating: .infinity)) * supply[lane]
      let share = least(ratio(limit, needed, otherwise: 1), .one)
      fleet.powered[lane] = share
      fleet.power[lane] = needed * share
      fleet.gridShare[lane] = ratio(needed * share, (grid?[lane] ?? .zero) * 1000)
      fleet.h100byCompute[lane] = ratio(fleet.fleetCompute[lane] * 1000, compute[lane])
      fleet.h100byBandwidth[lane] = ratio(fleet.fleetBandwidth[lane], bandwidth[lane])
      let full = fleet.domesticTokens[lane] + fleet.importedTokens[lane]
      let perToken = ratio(fleet.energy[lane], full)
      let daily = use[lane] * share * (86_400 * 1e-9)
      fleet.domesticTokens[lane] *= daily
      fleet.importedTokens[lane] *= daily
      let tokens = full * daily
      fleet.tokens[lane] = tokens
      fleet.tokensWanted[lane] = wanted[lane] * factor[lane] * 1e-9
      fleet.served[lane] = least(tokens, fleet.tokensWanted[lane])
      fleet.energy[lane] = perToken
      fleet.servingPower[lane] = fleet.served[lane] * 1e9 / 86_400 * perToken * effectiveness[lane] * 1e-6
      // A month of 730.5 hours; the subsidy is paid for domestic chips only.
      let rebate = subsidy[lane] * ratio(fleet.domesticTokens[lane], tokens)
      fleet.powerCost[lane] = fleet.servingPower[lane] * 730_500 * (price?[lane] ?? .zero) * positive(1 - rebate)
    }
  }

  /// Months for which makers could go on at their recent pace if no die or stack came from abroad any more, and the
  /// share of that pace which domestic dies and stacks alone would carry on; means by packages started.
  private func lasting() {
    for index in world.families.indices {
      lasting(
        making.dieStock[index], making.diesUsed[index], making.dies[index], making.diesForeign[index],
        fleet.familyMonths[index], fleet.familyShare[index])
    }
    for index in world.memories.indices {
      lasting(
        making.stackStock[index], making.stacksUsed[index], making.stacks[index], making.stacksForeign[index],
        fleet.memoryMonths[index], fleet.memoryShare[index])
    }
    let (months, share, pace) = (fleet.lastingMonths, fleet.lastingShare, fleet.pace)
    for column in [months, share, pace] { column.fill(0) }
    for index in world.products.indices {
      let (die, memory) = (world.products[index].die, world.products[index].memory)
      let (starts, byDies, byStacks) = (making.recentStarts[index], fleet.familyMonths[die], fleet.memoryMonths[memory])
      let (dieShare, stackShare) = (fleet.familyShare[die], fleet.memoryShare[memory])
      for lane in lanes {
        pace[lane] += starts[lane]
        months[lane] += starts[lane] * least(byDies[lane], byStacks[lane])
        share[lane] += starts[lane] * least(dieShare[lane], stackShare[lane])
      }
    }
    for lane in lanes {
      months[lane] = ratio(months[lane], pace[lane])
      share[lane] = ratio(share[lane], pace[lane])
    }
  }

  /// At most sixty months. Where all that came from home was used, rounding decides the sign of what is used beyond it:
  /// a billionth is nothing.
  private func lasting(
    _ stock: Column, _ used: Column, _ came: Column, _ foreign: Column, _ months: Column, _ share: Column
  ) {
    for lane in lanes {
      let own = positive(came[lane] - foreign[lane])
      let beyond = (used[lane] - own).replacing(with: 0, where: used[lane] - own .<= 1e-9 * used[lane])
      months[lane] = least(ratio(positive(stock[lane]), beyond, otherwise: 60), Lanes(repeating: 60))
      share[lane] = least(ratio(own, used[lane], otherwise: 1), .one)
    }
  }
}

/// Four draws of four columns that stand one behind the other, or four columns' worth of four draws.
private struct FourColumns {
  var a, b, c, d: Lanes

  @inline(__always) init(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes) {
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  @inline(__always) init(_ first: Column, _ lane: Int) {
    let step = ColumnStore.lanes
    self.init(first[lane], first[lane + step], first[lane + 2 * step], first[lane + 3 * step])
  }

  /// Rows for columns.
  @inline(__always) var turned: FourColumns {
    FourColumns(
      Lanes(a[0], b[0], c[0], d[0]), Lanes(a[1], b[1], c[1], d[1]), Lanes(a[2], b[2], c[2], d[2]),
      Lanes(a[3], b[3], c[3], d[3]))
  }

  @inline(__always) func subtract(from first: Column, _ lane: Int) {
    let step = ColumnStore.lanes
    first[lane] -= a
    first[lane + step] -= b
    first[lane + 2 * step] -= c
    first[lane + 3 * step] -= d
  }
}
