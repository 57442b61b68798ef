/// One worker's memory for the monthly model, and one draw's walk through the months.
///
/// Structure of arrays of raw doubles; nothing is allocated between draws. Equations: `Documentation/Models/Supply.md`.
final class MonthlyModel {
  let world: CompiledWorld
  let months: Int
  let seriesCount: Int
  /// Longest delay, months.
  static let longestLag = 72

  let values, paths, levers: UnsafeMutablePointer<Double>
  let dieArrivals, chipArrivals, sold: UnsafeMutablePointer<Double>
  /// Small per-draw arrays, cut from one block.
  let state: UnsafeMutablePointer<Double>
  private let normals: UnsafeMutablePointer<Double>
  private let members: UnsafeMutablePointer<Int>
  private let varyingSlots, varyingPaths, varyingLevers: [Int]
  private let sizes: (arrivals: Int, chips: Int, sold: Int, state: Int)
  /// By month: which of `Constraint` held the leading vendor back in this draw.
  let constraints: UnsafeMutablePointer<UInt8>

  /// What keeps a vendor from building more, by the order of `Constraint.allCases`.
  enum Constraint: UInt8, CaseIterable, Sendable { case plan, demand, logic, memory, packaging }

  var arrivalLength: Int { months + Self.longestLag + 2 }

  init(_ world: CompiledWorld) {
    self.world = world
    months = world.horizon.count
    seriesCount = world.series.count
    let chips = world.products.count + world.imports.count
    let length = months + Self.longestLag + 2
    sizes = (
      world.families.count * length, world.products.count * length, chips * months,
      StateLayout(world).count
    )
    layout = StateLayout(world)
    values = .allocate(capacity: world.slots.slots.count + 1)
    paths = .allocate(capacity: world.trajectories.count * months + 1)
    levers = .allocate(capacity: world.levers.count * months + 1)
    dieArrivals = .allocate(capacity: sizes.arrivals + 1)
    chipArrivals = .allocate(capacity: sizes.chips + 1)
    sold = .allocate(capacity: sizes.sold + 1)
    state = .allocate(capacity: sizes.state + 1)
    normals = .allocate(capacity: world.slots.factors.count + 1)
    members = .allocate(capacity: world.slots.schools.count + 1)
    constraints = .allocate(capacity: months)
    let varying = world.slots.varying
    let isVarying = Set(varying).union(world.slots.pinned.map(\.slot))
    varyingSlots = varying
    varyingPaths = world.trajectories.indices.filter { !isVarying.isDisjoint(with: world.trajectories[$0].slots) }
    varyingLevers = world.levers.indices.filter { !isVarying.isDisjoint(with: world.levers[$0].slots) }
    world.slots.fillFixed(values)
    for index in world.trajectories.indices { fillPath(index) }
    for index in world.levers.indices { fillLever(index) }
  }

  let layout: StateLayout

  deinit {
    for block in [values, paths, levers, dieArrivals, chipArrivals, sold, state, normals] { block.deallocate() }
    members.deallocate()
    constraints.deallocate()
  }

  private func fillPath(_ index: Int) {
    world.trajectories[index].fill(
      paths + index * months, months: months, values: values, start: world.horizon.start.months)
  }

  private func fillLever(_ index: Int) {
    world.levers[index].fill(levers + index * months, months: months, values: values)
  }

  /// Runs draw number `draw`; `output[month · seriesCount + series]` receives every quantity.
  func run(draw: UInt64, output: UnsafeMutablePointer<Float>) {
    world.slots.fill(draw: draw, values, varying: varyingSlots, normals: normals, members: members)
    for index in varyingPaths { fillPath(index) }
    for index in varyingLevers { fillLever(index) }
    dieArrivals.update(repeating: 0, count: sizes.arrivals)
    chipArrivals.update(repeating: 0, count: sizes.chips)
    state.update(repeating: 0, count: sizes.state)
    prepareShares()
    prepareYields()
    for month in 0..<months {
      startWafers(month)
      receiveMemory(month)
      buildPackages(month)
      importChips(month)
      sellDomestic(month)
      report(month, output + month * seriesCount)
    }
  }

  @inline(__always) func path(_ index: Int, _ month: Int) -> Double { paths[index * months + month] }
  @inline(__always) func lever(_ index: Int, _ month: Int) -> Double { levers[index * months + month] }

  /// Splits an amount that arrives `lag` months after `month` over the two months that it falls between.
  @inline(__always) func deliver(
    _ amount: Double, to arrivals: UnsafeMutablePointer<Double>, month: Int, lag: Double
  ) {
    let bounded = min(max(lag, 0), Double(Self.longestLag))
    let whole = Int(bounded)
    let late = amount * (bounded - Double(whole))
    arrivals[month + whole] += amount - late
    arrivals[month + whole + 1] += late
  }
}

/// Where each small array of a draw begins in `MonthlyModel.state`.
struct StateLayout: Sendable {
  var fabShares: [Int] = []
  var sourceShares: [Int] = []
  /// This month, by fab, family, memory, line, product, import, vendor.
  var wafers, capacity, diesMade, diesUsed, dieStock, stacks, stacksUsed, stackStock, lineLeft: Int
  var inventory, recentSales, started, packaged, completed: Int
  var importStock, importSold, importValues, vendorUnits, vendorValue, vendorCompute: Int
  /// Single numbers.
  var unmet, substituted, demand, supply, domesticValue, domesticUnits, importUnits, importValue, barred: Int
  var booked, fees, writeOffs, smuggledUnits, smuggledValue, floor, offered, wanted: Int
  /// Installed, by chip; and what has retired.
  var installed, retired: Int
  var count = 0

  init(_ world: CompiledWorld) {
    var next = 0
    func take(_ count: Int) -> Int {
      defer { next += count }
      return next
    }
    fabShares = world.fabs.map { take($0.shares.count) }
    sourceShares = world.memorySources.map { take($0.shares.count) }
    wafers = take(world.fabs.count)
    capacity = take(world.fabs.count)
    diesMade = take(world.families.count)
    diesUsed = take(world.families.count)
    dieStock = take(world.families.count)
    stacks = take(world.memories.count)
    stacksUsed = take(world.memories.count)
    stackStock = take(world.memories.count)
    lineLeft = take(world.packaging.count)
    inventory = take(world.products.count)
    recentSales = take(world.products.count)
    started = take(world.products.count)
    packaged = take(world.products.count)
    completed = take(world.products.count)
    importStock = take(world.imports.count)
    importSold = take(world.imports.count)
    importValues = take(world.imports.count)
    vendorUnits = take(world.vendors.count)
    vendorValue = take(world.vendors.count)
    vendorCompute = take(world.vendors.count)
    let singles = take(17)
    (unmet, substituted, demand, supply) = (singles, singles + 1, singles + 2, singles + 3)
    (domesticValue, domesticUnits, importUnits) = (singles + 4, singles + 5, singles + 6)
    (importValue, barred, booked, fees) = (singles + 7, singles + 8, singles + 9, singles + 10)
    (writeOffs, smuggledUnits, smuggledValue) = (singles + 11, singles + 12, singles + 13)
    (floor, offered, wanted) = (singles + 14, singles + 15, singles + 16)
    installed = take(world.products.count + world.imports.count)
    retired = take(world.products.count + world.imports.count)
    count = next
  }
}
