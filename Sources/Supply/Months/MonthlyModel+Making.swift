/// Wafers, dies, stacks and packages: this month's amounts and the stocks.
struct MakingColumns {
  /// By plant.
  let capacity, wafers: [Column]
  /// By plant or memory source, then by what it is shared among.
  let fabShares, sourceShares: [[Column]]
  /// By die family.
  let dieYield, diesMade, diesForeign, dies, diesUsed, dieStock: [Column]
  /// By die family: what makers could use a month (mean of some three months), what is in process, and the share of the
  /// starts that its stock leaves.
  let dieNeed, diesInProcess, dieStarts: [Column]
  let diePipeline: [Delay]
  /// By memory.
  let stacks, stacksForeign, stacksUsed, stackStock: [Column]
  let lineLeft: [Column]
  /// By product.
  /// By product: packages for a die, a stack and a unit of the line; 0 where it takes none.
  let perDie, perStack, perWeight: [Column]
  let planned, wanted, started, packaged, completed, inventory, recentSales, recentStarts: [Column]
  /// By die family, memory and line: what is asked for, then the share of it that there is.
  let dieClaims, stackClaims, lineClaims: [Column]
  let chipPipeline: [Delay]
  let totalCapacity, totalWafers, totalGross, totalDies, totalStarted, totalPackaged: Column
  let totalCompleted, totalUnsold: Column
  let worst, constraint, more: Column
  private let stocks: [Column]

  init(_ world: CompiledWorld, _ store: ColumnStore) {
    let (fabs, families, memories) = (world.fabs.count, world.families.count, world.memories.count)
    let products = world.products.count
    capacity = store.takeEach(fabs)
    wafers = store.takeEach(fabs)
    fabShares = world.fabs.map { store.takeEach($0.shares.count) }
    sourceShares = world.memorySources.map { store.takeEach($0.shares.count) }
    dieYield = store.takeEach(families)
    diesMade = store.takeEach(families)
    diesForeign = store.takeEach(families)
    dies = store.takeEach(families)
    diesUsed = store.takeEach(families)
    dieStock = store.takeEach(families)
    dieNeed = store.takeEach(families)
    diesInProcess = store.takeEach(families)
    dieStarts = store.takeEach(families)
    diePipeline = (0..<families).map { _ in Delay(store) }
    stacks = store.takeEach(memories)
    stacksForeign = store.takeEach(memories)
    stacksUsed = store.takeEach(memories)
    stackStock = store.takeEach(memories)
    lineLeft = store.takeEach(world.packaging.count)
    planned = store.takeEach(products)
    wanted = store.takeEach(products)
    perDie = store.takeEach(products)
    perStack = store.takeEach(products)
    perWeight = store.takeEach(products)
    dieClaims = store.takeEach(families)
    stackClaims = store.takeEach(memories)
    lineClaims = store.takeEach(world.packaging.count)
    started = store.takeEach(products)
    packaged = store.takeEach(products)
    completed = store.takeEach(products)
    inventory = store.takeEach(products)
    recentSales = store.takeEach(products)
    recentStarts = store.takeEach(products)
    chipPipeline = (0..<products).map { _ in Delay(store) }
    (totalCapacity, totalWafers, totalDies) = (store.take(), store.take(), store.take())
    totalGross = store.take()
    (totalStarted, totalPackaged) = (store.take(), store.take())
    (totalCompleted, totalUnsold) = (store.take(), store.take())
    (worst, constraint, more) = (store.take(), store.take(), store.take())
    stocks = dieStock + dieNeed + diesInProcess + stackStock + inventory + recentSales + recentStarts
  }

  func begin() { for column in stocks { column.fill(0) } }
}

extension MonthlyModel {
  /// Shares that sum to more than one are scaled down; `rest` takes what is left.
  func prepareShares() {
    for (index, fab) in world.fabs.enumerated() { prepare(fab.shares, making.fabShares[index]) }
    for (index, source) in world.memorySources.enumerated() { prepare(source.shares, making.sourceShares[index]) }
    for (index, product) in world.products.enumerated() {
      let (dies, stacks, weights) = (slot(product.diesPerChip), slot(product.stacksPerChip), slot(product.weight))
      for lane in lanes {
        making.perDie[index][lane] = ratio(.one, dies[lane])
        making.perStack[index][lane] = ratio(.one, stacks[lane])
        making.perWeight[index][lane] = ratio(.one, weights[lane])
      }
    }
  }

  private func prepare(_ shares: [CompiledWorld.Share], _ columns: [Column]) {
    for lane in lanes {
      var sum = Lanes.zero
      for share in shares { if let index = share.slot { sum += positive(slot(index)[lane]) } }
      let scale = 1 / greatest(sum, .one)
      for (index, share) in shares.enumerated() {
        columns[index][lane] = share.slot.map { positive(slot($0)[lane]) * scale } ?? positive(1 - sum)
      }
    }
  }

  /// Wafers by plant, good dies by family; dies become ready `lag` months later.
  func startWafers(_ month: Int) {
    for (index, family) in world.families.enumerated() {
      making.diesMade[index].fill(0)
      fillYield(family, making.dieYield[index])
    }
    for (index, fab) in world.fabs.enumerated() {
      let (capacity, wafers) = (making.capacity[index], making.wafers[index])
      let (most, factor) = (path(fab.capacityPath), lever(fab.lever))
      for lane in lanes { capacity[lane] = most[lane] * factor[lane] }
      wafers.copy(capacity)
      if let wanted = fab.wafersPath.map(path) {
        for lane in lanes { wafers[lane] = least(capacity[lane], wanted[lane]) }
      }
      for (number, share) in fab.shares.enumerated() {
        let (made, part) = (making.diesMade[share.target], making.fabShares[index][number])
        let (gross, yield) = (slot(world.families[share.target].gross), making.dieYield[share.target])
        for lane in lanes { made[lane] += wafers[lane] * part[lane] * gross[lane] * yield[lane] }
      }
    }
    for (index, family) in world.families.enumerated() { holdStarts(index, family, month) }
    making.totalGross.fill(0)
    for (index, fab) in world.fabs.enumerated() { startWafers(index, fab) }
    for (index, family) in world.families.enumerated() { receiveDies(index, family, month) }
    sum(making.capacity, into: making.totalCapacity)
    sum(making.wafers, into: making.totalWafers)
    sum(making.diesMade, into: making.totalDies)
  }

  /// Where more dies lie in stock and in process than the months that makers keep, starts fall to what is needed now.
  private func holdStarts(_ index: Int, _ family: CompiledWorld.Family, _ month: Int) {
    let (starts, made, foreign) = (making.dieStarts[index], making.diesMade[index], making.diesForeign[index])
    if let inflow = family.inflowPath.map(path) {
      let factor = lever(family.inflowLever)
      for lane in lanes { foreign[lane] = inflow[lane] * factor[lane] }
    }
    guard let months = family.stockMonths.map(slot), month > 0 else { return starts.fill(1) }
    let (need, lag) = (making.dieNeed[index], slot(family.lag))
    let (stock, process) = (making.dieStock[index], making.diesInProcess[index])
    for lane in lanes {
      let target = (months[lane] + lag[lane]) * need[lane]
      let allowed = greatest(need[lane], target - stock[lane] - process[lane])
      let coming = made[lane] + (family.isStockpiled ? .zero : foreign[lane])
      starts[lane] = least(ratio(allowed, coming, otherwise: 1), .one)
      made[lane] *= starts[lane]
      if !family.isStockpiled { foreign[lane] *= starts[lane] }
    }
  }

  /// The wafers that are left when each family's starts are held back.
  private func startWafers(_ index: Int, _ fab: CompiledWorld.Fab) {
    let (wafers, held, total) = (making.wafers[index], making.more, making.totalGross)
    held.fill(0)
    for (number, share) in fab.shares.enumerated() {
      let (part, starts) = (making.fabShares[index][number], making.dieStarts[share.target])
      let gross = slot(world.families[share.target].gross)
      for lane in lanes {
        held[lane] += part[lane] * (1 - starts[lane])
        total[lane] += wafers[lane] * part[lane] * starts[lane] * gross[lane]
      }
    }
    for lane in lanes { wafers[lane] *= positive(1 - held[lane]) }
  }

  /// A curve as it stands, or a yield from the density of defects.
  private func fillYield(_ family: CompiledWorld.Family, _ yield: Column) {
    let given = path(family.yieldPath)
    guard family.yieldForm != .curve else {
      for lane in lanes { yield[lane] = clamped(given[lane], 0, 1) }
      return
    }
    let area = family.area.map { slot($0).draws }, clustering = family.clustering.map { slot($0).draws }
    for draw in 0..<ColumnStore.draws {
      let defects = (area?[draw] ?? 0) / 100 * given.draws[draw]
      let share = YieldModel.share(family.yieldForm, defectsPerDie: defects, clustering: clustering?[draw] ?? 1)
      yield.draws[draw] = min(max(share, 0), 1)
    }
  }

  private func receiveDies(_ index: Int, _ family: CompiledWorld.Family, _ month: Int) {
    let pipeline = making.diePipeline[index]
    pipeline.put(making.diesMade[index], month: month)
    pipeline.take(month: month)
    let (dies, foreign, stock) = (making.dies[index], making.diesForeign[index], making.dieStock[index])
    let (process, made) = (making.diesInProcess[index], making.diesMade[index])
    for lane in lanes {
      process[lane] = positive(process[lane] + made[lane] - pipeline.arrived[lane])
      dies[lane] = pipeline.arrived[lane] + foreign[lane]
      stock[lane] += dies[lane]
    }
    making.diesUsed[index].fill(0)
  }

  func receiveMemory() {
    for memory in world.memories.indices {
      for column in [making.stacks[memory], making.stacksForeign[memory], making.stacksUsed[memory]] { column.fill(0) }
    }
    for (index, source) in world.memorySources.enumerated() {
      let (inflow, factor) = (path(source.stacksPath), lever(source.lever))
      for (number, share) in source.shares.enumerated() {
        let part = making.sourceShares[index][number]
        let (stacks, stock) = (making.stacks[share.target], making.stackStock[share.target])
        let foreign = making.stacksForeign[share.target]
        let imported = source.isImported ? 1.0 : 0
        for lane in lanes {
          let amount = inflow[lane] * factor[lane] * part[lane]
          stacks[lane] += amount
          stock[lane] += amount
          foreign[lane] += amount * imported
        }
      }
    }
  }

  /// Packages started: what is planned, as far as dies, stacks and the line allow. Makers that ask for more than there
  /// is get the same share of what they asked for; what one of them cannot use goes to the others in the file's order.
  func buildPackages(_ month: Int) {
    for (index, line) in world.packaging.enumerated() {
      let (left, most, factor) = (making.lineLeft[index], path(line.capacityPath), lever(line.lever))
      for lane in lanes { left[lane] = most[lane] * factor[lane] }
    }
    making.worst.fill(0)
    making.constraint.fill(Double(Constraint.plan.rawValue))
    for column in making.dieClaims + making.stackClaims + making.lineClaims { column.fill(0) }
    for (index, product) in world.products.enumerated() { ask(index, product) }
    for (claims, stocks) in [
      (making.dieClaims, making.dieStock), (making.stackClaims, making.stackStock),
      (making.lineClaims, making.lineLeft),
    ] {
      for (claim, stock) in zip(claims, stocks) {
        for lane in lanes { claim[lane] = least(ratio(positive(stock[lane]), claim[lane], otherwise: 1), .one) }
      }
    }
    noteNeeds()
    for (index, product) in world.products.enumerated() { start(index, product) }
    for (index, product) in world.products.enumerated() {
      finish(index, product)
      making.chipPipeline[index].put(making.packaged[index], month: month)
    }
    sum(making.started, into: making.totalStarted)
    sum(making.packaged, into: making.totalPackaged)
  }

  /// Dies that makers could use this month as far as stacks and lines go, smoothed over some three months.
  private func noteNeeds() {
    for (index, family) in world.families.enumerated() where family.stockMonths != nil {
      let (need, now) = (making.dieNeed[index], making.more)
      now.fill(0)
      for (number, product) in world.products.enumerated() where product.die == index {
        let (wanted, diesEach) = (making.wanted[number], slot(product.diesPerChip))
        let (stacks, line) = (making.stackClaims[product.memory], making.lineClaims[product.packaging])
        let (stacksEach, weights) = (slot(product.stacksPerChip), slot(product.weight))
        for lane in lanes {
          let byStacks = stacks[lane].replacing(with: 1, where: stacksEach[lane] .<= .zero)
          let byLine = line[lane].replacing(with: 1, where: weights[lane] .<= .zero)
          now[lane] += wanted[lane] * diesEach[lane] * least(byStacks, byLine)
        }
      }
      for lane in lanes { need[lane] += (now[lane] - need[lane]) * third }
    }
  }

  /// Packages that a maker would start, and what it asks for of dies, stacks and the line.
  private func ask(_ index: Int, _ product: CompiledWorld.Product) {
    let (yields, plans, factor) = (path(product.yieldPath), path(product.planPath), lever(product.planLever))
    let (planned, wanted) = (making.planned[index], making.wanted[index])
    guard !plans.isZero else {
      planned.fill(0)
      return wanted.fill(0)
    }
    let (weights, diesEach, stacksEach) = (
      slot(product.weight), slot(product.diesPerChip), slot(product.stacksPerChip)
    )
    let (dies, stacks, line) = (
      making.dieClaims[product.die], making.stackClaims[product.memory], making.lineClaims[product.packaging]
    )
    let (inventory, sales, patience) = (
      making.inventory[index], making.recentSales[index], slot(world.demand.patience)
    )
    for lane in lanes {
      let perGood = 1 / clamped(yields[lane], 0.01, 1)
      planned[lane] = plans[lane] * factor[lane] * perGood
      // A maker with too much unsold stock builds no more than it sells.
      let stock = inventory[lane]
      let isSelling = (stock .<= patience[lane] * sales[lane]) .| (stock .< 1)
      let bound = least(planned[lane], sales[lane] * perGood).replacing(with: planned[lane], where: isSelling)
      wanted[lane] = bound
      dies[lane] += bound * diesEach[lane]
      stacks[lane] += bound * stacksEach[lane]
      line[lane] += bound * weights[lane]
    }
  }

  /// The share of what was asked for that all who asked can have.
  private func start(_ index: Int, _ product: CompiledWorld.Product) {
    let (started, wanted) = (making.started[index], making.wanted[index])
    guard !wanted.isZero else { return started.fill(0) }
    let (dies, stacks, line) = (
      making.dieClaims[product.die], making.stackClaims[product.memory], making.lineClaims[product.packaging]
    )
    let hasDies = slot(product.diesPerChip), hasStacks = slot(product.stacksPerChip), hasLine = slot(product.weight)
    for lane in lanes {
      let byDies = dies[lane].replacing(with: 1, where: hasDies[lane] .<= .zero)
      let byStacks = stacks[lane].replacing(with: 1, where: hasStacks[lane] .<= .zero)
      let byLine = line[lane].replacing(with: 1, where: hasLine[lane] .<= .zero)
      started[lane] = wanted[lane] * least(least(byDies, byStacks), byLine)
    }
    take(making.started[index], product)
  }

  private func take(_ starts: Column, _ product: CompiledWorld.Product) {
    let (weights, diesEach, stacksEach) = (
      slot(product.weight), slot(product.diesPerChip), slot(product.stacksPerChip)
    )
    let (dies, stacks, line) = (
      making.dieStock[product.die], making.stackStock[product.memory], making.lineLeft[product.packaging]
    )
    let (diesUsed, stacksUsed) = (making.diesUsed[product.die], making.stacksUsed[product.memory])
    for lane in lanes {
      let (usedDies, usedStacks) = (starts[lane] * diesEach[lane], starts[lane] * stacksEach[lane])
      dies[lane] = positive(dies[lane] - usedDies)
      diesUsed[lane] += usedDies
      stacks[lane] = positive(stacks[lane] - usedStacks)
      stacksUsed[lane] += usedStacks
      line[lane] -= starts[lane] * weights[lane]
    }
  }

  /// What others left, and the packages that come of all.
  private func finish(_ index: Int, _ product: CompiledWorld.Product) {
    let (started, packaged, recent) = (making.started[index], making.packaged[index], making.recentStarts[index])
    let (planned, wanted, more) = (making.planned[index], making.wanted[index], making.more)
    guard !planned.isZero else {
      packaged.fill(0)
      return recent.fill(0)
    }
    let weights = slot(product.weight)
    let (perDie, perStack, perWeight) = (making.perDie[index], making.perStack[index], making.perWeight[index])
    let (dies, stacks, line) = (
      making.dieStock[product.die], making.stackStock[product.memory], making.lineLeft[product.packaging]
    )
    let yields = path(product.yieldPath)
    for lane in lanes {
      let byDies = packages(dies[lane], perDie[lane])
      let byStacks = packages(stacks[lane], perStack[lane])
      let byLine = packages(line[lane], perWeight[lane])
      let open = wanted[lane] - started[lane]
      more[lane] = positive(least(open, least(least(byDies, byStacks), byLine)))
      started[lane] += more[lane]
      packaged[lane] = started[lane] * clamped(yields[lane], 0.01, 1)
      recent[lane] += (started[lane] - recent[lane]) * third
      guard product.vendor == 0 else { continue }
      note((planned[lane] - started[lane]) * weights[lane], lane, bound: open, byDies, byStacks, byLine)
    }
    take(more, product)
  }

  /// Packages for which a stock lasts; any number of what a package has none of.
  @inline(__always) private func packages(_ stock: Lanes, _ perPiece: Lanes) -> Lanes {
    (stock * perPiece).replacing(with: .infinity, where: perPiece .<= .zero)
  }

  /// Keeps the constraint of the product that falls farthest short of its plan.
  @inline(__always) private func note(
    _ short: Lanes, _ lane: Int, bound: Lanes, _ byDies: Lanes, _ byStacks: Lanes, _ byLine: Lanes
  ) {
    let isWorse = short .> making.worst[lane] + 1e-6
    let tightest = least(least(byDies, byStacks), least(byLine, bound))
    var kind = Lanes(repeating: Double(Constraint.demand.rawValue))
    kind.replace(with: Double(Constraint.packaging.rawValue), where: byLine .== tightest)
    kind.replace(with: Double(Constraint.logic.rawValue), where: byDies .== tightest)
    kind.replace(with: Double(Constraint.memory.rawValue), where: byStacks .== tightest)
    making.worst[lane].replace(with: short, where: isWorse)
    making.constraint[lane].replace(with: kind, where: isWorse)
  }
}
