extension MonthlyModel {
  /// Shares that sum to more than one are scaled down; `rest` takes what is left.
  func prepareShares() {
    for (index, fab) in world.fabs.enumerated() { prepare(fab.shares, at: layout.fabShares[index]) }
    for (index, source) in world.memorySources.enumerated() { prepare(source.shares, at: layout.sourceShares[index]) }
  }

  private func prepare(_ shares: [CompiledWorld.Share], at place: Int) {
    var sum = 0.0
    for share in shares { sum += share.slot.map { max(values[$0], 0) } ?? 0 }
    let scale = sum > 1 ? 1 / sum : 1
    for (index, share) in shares.enumerated() {
      state[place + index] = share.slot.map { max(values[$0], 0) * scale } ?? max(0, 1 - sum)
    }
  }

  /// Turns defect densities into yields, in place.
  func prepareYields() {
    for family in world.families {
      let path = paths + family.yieldPath * months
      guard family.yieldForm != .curve else { continue }
      let area = family.area.map { values[$0] / 100 } ?? 0
      let clustering = family.clustering.map { values[$0] } ?? 1
      let source = world.trajectories[family.yieldPath]
      source.fill(path, months: months, values: values, start: world.horizon.start.months)
      for month in 0..<months {
        path[month] = YieldModel.share(family.yieldForm, defectsPerDie: area * path[month], clustering: clustering)
      }
    }
  }

  /// Wafers by fab, good dies by family; dies become ready `lag` months later.
  func startWafers(_ month: Int) {
    for family in world.families.indices { state[layout.diesMade + family] = 0 }
    for index in world.fabs.indices {
      let fab = world.fabs[index]
      let capacity = path(fab.capacityPath, month) * lever(fab.lever, month)
      let wanted = fab.wafersPath.map { path($0, month) } ?? capacity
      let wafers = min(capacity, wanted)
      state[layout.capacity + index] = capacity
      state[layout.wafers + index] = wafers
      for share in fab.shares.indices {
        let target = fab.shares[share].target
        let family = world.families[target]
        let yield = min(max(path(family.yieldPath, month), 0), 1)
        state[layout.diesMade + target] +=
          wafers * state[layout.fabShares[index] + share] * values[family.gross] * yield
      }
    }
    for index in world.families.indices {
      let family = world.families[index]
      let arrivals = dieArrivals + index * arrivalLength
      deliver(state[layout.diesMade + index], to: arrivals, month: month, lag: values[family.lag])
      if let inflow = family.inflowPath {
        arrivals[month] += path(inflow, month) * lever(family.inflowLever, month)
      }
      state[layout.dieStock + index] += arrivals[month]
      state[layout.diesUsed + index] = 0
    }
  }

  func receiveMemory(_ month: Int) {
    for memory in world.memories.indices {
      state[layout.stacks + memory] = 0
      state[layout.stacksUsed + memory] = 0
    }
    for index in world.memorySources.indices {
      let source = world.memorySources[index]
      let stacks = path(source.stacksPath, month) * lever(source.lever, month)
      for share in source.shares.indices {
        let amount = stacks * state[layout.sourceShares[index] + share]
        state[layout.stacks + source.shares[share].target] += amount
        state[layout.stackStock + source.shares[share].target] += amount
      }
    }
  }

  /// Packages started: the least of what is planned and what dies, stacks and the line allow, in the products' order.
  func buildPackages(_ month: Int) {
    for index in world.packaging.indices {
      let line = world.packaging[index]
      state[layout.lineLeft + index] = path(line.capacityPath, month) * lever(line.lever, month)
    }
    var worst = 0.0
    var constraint = Constraint.plan
    for index in world.products.indices {
      let product = world.products[index]
      let yield = min(max(path(product.yieldPath, month), 0.01), 1)
      let planned = path(product.planPath, month) * lever(product.planLever, month)
      let bound = saleBound(index)
      let wanted = min(planned, bound) / yield
      let weight = values[product.weight]
      let dies = values[product.diesPerChip], stacks = values[product.stacksPerChip]
      let byDies = dies > 0 ? state[layout.dieStock + product.die] / dies : .infinity
      let byStacks = stacks > 0 ? state[layout.stackStock + product.memory] / stacks : .infinity
      let byLine = weight > 0 ? state[layout.lineLeft + product.packaging] / weight : .infinity
      let started = max(0, min(min(wanted, byDies), min(byStacks, byLine)))
      state[layout.dieStock + product.die] -= started * dies
      state[layout.diesUsed + product.die] += started * dies
      state[layout.stackStock + product.memory] -= started * stacks
      state[layout.stacksUsed + product.memory] += started * stacks
      state[layout.lineLeft + product.packaging] -= started * weight
      state[layout.started + index] = started
      state[layout.packaged + index] = started * yield
      deliver(started * yield, to: chipArrivals + index * arrivalLength, month: month, lag: values[product.lag])
      guard product.vendor == 0 else { continue }
      let short = (planned / yield - started) * weight
      if short > worst + 1e-6 {
        worst = short
        constraint = binding(started, bound: bound / yield, byDies: byDies, byStacks: byStacks, byLine: byLine)
      }
    }
    constraints[month] = constraint.rawValue
  }

  /// Chips that may be built before unsold ones pile up; no bound while the maker sells what it has.
  @inline(__always) private func saleBound(_ product: Int) -> Double {
    let inventory = state[layout.inventory + product], sales = state[layout.recentSales + product]
    let allowed = values[world.demand.patience] * sales
    return inventory <= allowed || inventory < 1 ? .infinity : sales
  }

  private func binding(
    _ started: Double, bound: Double, byDies: Double, byStacks: Double, byLine: Double
  ) -> Constraint {
    let least = min(min(byDies, byStacks), min(byLine, bound))
    if least == byStacks { return .memory }
    if least == byDies { return .logic }
    return least == byLine ? .packaging : .demand
  }
}
