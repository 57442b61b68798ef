import Simulation

/// One worker's memory for the monthly model, and a block of draws walking through the months side by side.
///
/// Every quantity is a column of draws; nothing is allocated between blocks. Equations: Documentation/Models/Supply.md.
final class MonthlyModel {
  let world: CompiledWorld
  let months: Int
  let store = ColumnStore()
  /// A column for each slot.
  let values: Column
  let paths: [PathColumns]
  let levers: [LeverColumns]
  let making: MakingColumns
  let market: MarketColumns
  let fleet: FleetColumns
  /// The quantities of `CompiledWorld.series`, in their order; they hold the month last run.
  private(set) var series: [Column] = []
  /// By turn of policy: its day in months from the start; the first of them; and 1 while none has come, else 0.
  let turns: [Column]
  private let firstTurn: Column
  let policyStays: Column
  private let normals: Column
  private let members: UnsafeMutablePointer<UInt8>
  private let varying: [Int]
  private let growths: GrowthColumns
  /// Those that differ from month to month.
  private let movingPaths: [PathColumns]
  private let movingLevers: [LeverColumns]

  /// What keeps the largest maker from building more, or the market from being served.
  enum Constraint: Int, CaseIterable, Sendable { case plan, demand, logic, memory, packaging, policy }

  init(_ world: CompiledWorld) {
    self.world = world
    months = world.horizon.count
    let store = store
    let values = store.take(world.slots.slots.count)
    self.values = values
    let growths = GrowthColumns(store)
    self.growths = growths
    paths = world.trajectories.map { PathColumns($0, values: values, growths: growths, store: store) }
    let turns = store.takeEach(world.risks.count)
    self.turns = turns
    firstTurn = store.take()
    policyStays = store.take()
    levers = world.levers.map {
      LeverColumns($0, values: values, turns: turns, known: world.knownTo, months: world.horizon.count, store: store)
    }
    making = MakingColumns(world, store)
    market = MarketColumns(world, store)
    fleet = FleetColumns(world, store)
    normals = store.take(world.slots.factors.count)
    members = .allocate(capacity: world.slots.schools.count * ColumnStore.draws + 1)
    members.initialize(repeating: 0, count: world.slots.schools.count * ColumnStore.draws + 1)
    varying = world.slots.varying
    movingPaths = paths.filter { !$0.trajectory.isConstant }
    movingLevers = levers.filter { !$0.lever.changes.isEmpty }
    world.slots.fillFixed(values)
    series = world.seriesList.map { $0.column(self) }
  }

  deinit { members.deallocate() }

  /// Runs the draws from `first` on, as many as a block holds; `visit` comes after each of the first `count` months.
  func run(first: UInt64, months count: Int? = nil, visit: (_ month: Int) -> Void) {
    world.slots.fill(first: first, values, varying: varying, normals: normals, members: members)
    growths.begin()
    for path in paths { path.begin(start: world.horizon.start.months) }
    making.begin()
    for (index, family) in world.families.enumerated() { making.diePipeline[index].begin(lag: slot(family.lag)) }
    for (index, product) in world.products.enumerated() { making.chipPipeline[index].begin(lag: slot(product.lag)) }
    market.begin()
    fleet.begin(life: slot(world.fleet.chipLife))
    prepareShares()
    drawTurns()
    for month in 0..<min(count ?? months, months) {
      for path in movingPaths { path.advance(to: month) }
      for lever in movingLevers { lever.advance(to: month, of: months) }
      for lane in lanes {
        policyStays[lane] = Lanes.zero.replacing(with: 1, where: firstTurn[lane] .>= Double(month + 1))
      }
      startWafers(month)
      receiveMemory()
      buildPackages(month)
      importChips()
      sellDomestic(month)
      serveCities()
      runFleet(month)
      visit(month)
    }
  }

  /// The day of each turn of policy: after all that is known, at a constant hazard h of which 1 − e^(−h) is the chance
  /// of a year.
  private func drawTurns() {
    firstTurn.fill(.infinity)
    for (index, risk) in world.risks.enumerated() {
      let (chance, wait, day) = (slot(risk.perYear).draws, slot(risk.wait).draws, turns[index].draws)
      for draw in 0..<ColumnStore.draws {
        let hazard = -logarithm(1 - min(max(chance[draw], 0), 0.999))
        day[draw] = hazard > 0 ? world.knownTo + wait[draw] / hazard : .infinity
      }
      for lane in lanes { firstTurn[lane] = least(firstTurn[lane], turns[index][lane]) }
    }
  }

  @inline(__always) var lanes: Range<Int> { 0..<ColumnStore.lanes }
  @inline(__always) func slot(_ index: Int) -> Column { values + index * ColumnStore.lanes }
  @inline(__always) func path(_ index: Int) -> Column { paths[index].now }
  @inline(__always) func lever(_ index: Int) -> Column { levers[index].now }

  func sum(_ columns: [Column], into total: Column) {
    total.fill(0)
    for column in columns {
      for lane in lanes { total[lane] += column[lane] }
    }
  }
}

/// Amounts on their way: what is put in comes out a number of months later.
final class Delay {
  /// Months of the longest ring; the longest delay is less.
  private static let longestRing = 128
  static let longest = 72.0
  /// Months of the ring, a power of two; as few as the delays of the block allow, so that they stay in the cache.
  private var ring = longestRing
  private let rows: Column
  /// What came out in the month last asked for.
  let arrived: Column
  /// By draw: whole months, and the share that takes one more.
  private let whole: UnsafeMutablePointer<Int>
  private let late: UnsafeMutablePointer<Double>
  private var isEmpty = true

  init(_ store: ColumnStore) {
    rows = store.take(Self.longestRing)
    arrived = store.take()
    whole = UnsafeMutableRawPointer(store.take()).bindMemory(to: Int.self, capacity: ColumnStore.draws)
    late = store.take().draws
  }

  func begin(lag: Column) {
    if !isEmpty { rows.update(repeating: .zero, count: ring * ColumnStore.lanes) }
    isEmpty = true
    arrived.fill(0)
    var longest = 0
    for draw in 0..<ColumnStore.draws {
      let bounded = min(max(lag.draws[draw], 0), Self.longest)
      whole[draw] = Int(bounded)
      late[draw] = bounded - Double(Int(bounded))
      longest = max(longest, whole[draw])
    }
    ring = 2
    while ring < longest + 2 { ring *= 2 }
  }

  /// An amount whose delay is no whole number of months is split over the two between which it falls.
  func put(_ amounts: Column, month: Int) {
    guard !amounts.isZero else { return }
    isEmpty = false
    let (amounts, rows, mask) = (amounts.draws, rows.draws, ring - 1)
    for draw in 0..<ColumnStore.draws {
      let (amount, row) = (amounts[draw], month + whole[draw])
      let delayed = amount * late[draw]
      rows[(row & mask) * ColumnStore.draws + draw] += amount - delayed
      rows[((row + 1) & mask) * ColumnStore.draws + draw] += delayed
    }
  }

  /// Takes this month's amounts out.
  func take(month: Int) {
    guard !isEmpty else { return }
    let row = rows + (month & (ring - 1)) * ColumnStore.lanes
    arrived.copy(row)
    row.fill(0)
  }
}
