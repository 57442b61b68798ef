import Dispatch
import Synchronization

/// What many draws of a world gave.
struct SupplyOutcome: Sendable {
  /// By series, then month, then level.
  var quantiles: [[[Double]]]
  /// Bands of the `banded` measures.
  var bands: [[Double]]
  /// By stored measure, then draw.
  var measures: [[Float]]
  /// By month, then constraint: in how many draws it held the leading vendor back.
  var constraints: [[UInt32]]
  /// The same of the whole market.
  var binding: [[UInt32]]
  var draws: Int
}

/// The levels of every fan chart.
let bandLevels = [0.05, 0.25, 0.5, 0.75, 0.95]

extension CompiledWorld {
  /// Draws 0 ..< `draws` over `workers` threads; the result is the same for any number of them.
  ///
  /// `measures` are kept draw by draw, `banded` ones only as quantiles.
  func run(
    draws: Int, measures: [CompiledMeasure], banded: [CompiledMeasure] = [], workers: Int, withSeries: Bool = true
  ) -> SupplyOutcome {
    let size = ColumnStore.draws
    let plan = BandPlan(banded, series: withSeries ? series.count : 0, months: horizon.count)
    let pilot = PilotDraws(quantities: plan.quantities, of: draws)
    let idle = Mutex<[DrawGatherer]>([])
    let isEnded = Atomic(false)
    /// Takes blocks of draws, in any order.
    func gather(_ blocks: Range<Int>, _ bins: [ValueBins]?) {
      let next = Atomic(blocks.lowerBound)
      DispatchQueue.concurrentPerform(iterations: max(1, min(workers, blocks.count))) { _ in
        let gatherer =
          idle.withLock { $0.popLast() }
          ?? DrawGatherer(self, measures: measures, plan, pilot)
        bins.map(gatherer.count)
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if watch?.isCancelled() == true { isEnded.store(true, ordering: .relaxed) }
          guard index < blocks.upperBound, !isEnded.load(ordering: .relaxed) else { break }
          gatherer.take(block: index, of: draws)
          watch?.advanced(min(size, draws - index * size))
        }
        idle.withLock { $0.append(gatherer) }
      }
    }
    let first = (pilot.draws + size - 1) / size
    gather(0..<first, nil)
    let isAll = draws <= pilot.draws
    if !isAll { gather(first..<(draws + size - 1) / size, pilot.bins()) }
    let gatherers = idle.withLock { $0 }
    guard !isEnded.load(ordering: .relaxed) else {
      let nothing = [[Double]](repeating: bandLevels.map { _ in 0 }, count: plan.quantities)
      return outcome(gatherers, nothing, draws: draws, measures: measures.count, plan)
    }
    // A worker may have come too late for any block.
    let counts = gatherers.compactMap(\.counts)
    for other in counts.dropFirst() { counts[0].add(other) }
    let quantiles = isAll ? pilot.quantiles(bandLevels) : counts[0].quantiles(bandLevels, with: pilot)
    return outcome(gatherers, quantiles, draws: draws, measures: measures.count, plan)
  }

  private func outcome(
    _ gatherers: [DrawGatherer], _ quantiles: [[Double]], draws: Int, measures: Int, _ plan: BandPlan
  ) -> SupplyOutcome {
    var values = [[Float]](repeating: [Float](repeating: 0, count: draws), count: measures)
    var (constraints, binding) = (gatherers[0].part.constraints, gatherers[0].part.binding)
    for gatherer in gatherers.dropFirst() {
      for index in constraints.indices {
        constraints[index] += gatherer.part.constraints[index]
        binding[index] += gatherer.part.binding[index]
      }
    }
    for gatherer in gatherers {
      for (index, numbers) in gatherer.part.blocks {
        let place = index * ColumnStore.draws
        let size = min(ColumnStore.draws, draws - place)
        for measure in 0..<measures {
          values[measure].replaceSubrange(place..<place + size, with: numbers[measure * size..<(measure + 1) * size])
        }
      }
    }
    let months = horizon.count, kinds = MonthlyModel.Constraint.allCases.count
    func byMonth(_ counts: [UInt32]) -> [[UInt32]] {
      (0..<months).map { Array(counts[$0 * kinds..<($0 + 1) * kinds]) }
    }
    let count = plan.series
    return SupplyOutcome(
      quantiles: (0..<count).map { series in (0..<months).map { quantiles[$0 * count + series] } },
      bands: plan.places.map { quantiles[$0] }, measures: values, constraints: byMonth(constraints),
      binding: byMonth(binding), draws: draws)
  }
}

/// The results for 0 ..< `count`, computed side by side.
func concurrentMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = body(index)
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap(\.self) }
}

private struct SupplyPart: Sendable {
  /// Number of the block and its measures, by measure, then draw.
  var blocks: [(index: Int, values: [Float])] = []
  var constraints: [UInt32]
  var binding: [UInt32]
}

/// What one worker gathers from the blocks that it takes.
///
/// Unchecked, for one worker has it at a time.
private final class DrawGatherer: @unchecked Sendable {
  private(set) var part: SupplyPart
  private let model: MonthlyModel
  private let measures: [MeasureColumns]
  private let banded: [(measure: MeasureColumns, quantity: Int)]
  /// By month: which of the measures and of the banded ones it changes.
  private let active: [[Int]]
  private let activeBands: [[Int]]
  /// By month: what it adds to banded measures of one quantity.
  private let steps: [[BandStep]]
  private let withSeries: Bool
  private let lastMonth: Int
  private let pilot: PilotDraws
  /// Where values are counted once the pilot's draws are taken.
  private(set) var counts: QuantileCounts?
  /// The first draw of the block now being run.
  private var first = 0

  init(_ world: CompiledWorld, measures: [CompiledMeasure], _ plan: BandPlan, _ pilot: PilotDraws) {
    self.pilot = pilot
    let model = MonthlyModel(world)
    self.model = model
    withSeries = plan.series > 0
    self.measures = measures.map { MeasureColumns($0, model.store) }
    banded = plan.others.map { (MeasureColumns($0.measure, model.store), $0.quantity) }
    let (kept, bands) = (self.measures, banded)
    active = (0..<model.months).map { month in kept.indices.filter { kept[$0].needs(month) } }
    activeBands = (0..<model.months).map { month in bands.indices.filter { bands[$0].measure.needs(month) } }
    steps = BandStep.byMonth(plan.sums, model)
    lastMonth = withSeries ? model.months - 1 : (measures + plan.banded).map(\.lastMonth).max() ?? 0
    let counters = [UInt32](repeating: 0, count: model.months * MonthlyModel.Constraint.allCases.count)
    part = SupplyPart(constraints: counters, binding: counters)
  }

  /// From now on counts in these bins.
  func count(in bins: [ValueBins]) { if counts == nil { counts = QuantileCounts(bins) } }

  func take(block: Int, of draws: Int) {
    first = block * ColumnStore.draws
    let count = min(ColumnStore.draws, draws - first)
    model.run(first: UInt64(first), months: lastMonth + 1) { month in gather(month, count) }
    counts?.end(count)
    var values: [Float] = []
    values.reserveCapacity(measures.count * count)
    for measure in measures {
      for draw in 0..<count { values.append(Float(measure.value.draws[draw])) }
    }
    part.blocks.append((block, values))
  }

  @inline(__always) private func keep(_ column: Column, of quantity: Int, _ count: Int) {
    if let counts { counts.keep(column, of: quantity) } else { pilot.keep(column, of: quantity, first: first, count) }
  }

  private func gather(_ month: Int, _ count: Int) {
    for index in active[month] { measures[index].add(month, model.series) }
    keepSeries(month, count)
    for index in activeBands[month] {
      let (measure, quantity) = banded[index]
      measure.add(month, model.series)
      if month == measure.measure.lastMonth { keep(measure.value, of: quantity, count) }
    }
    guard withSeries else { return }
    add(model.making.constraint, to: &part.constraints, month, count)
    add(model.market.constraint, to: &part.binding, month, count)
  }

  /// Each series and at once what is summed of it, while its column is at hand.
  private func keepSeries(_ month: Int, _ count: Int) {
    var next = 0
    let steps = steps[month]
    for (index, column) in model.series.enumerated() {
      if withSeries { keep(column, of: month * model.series.count + index, count) }
      while next < steps.count, steps[next].series == index {
        steps[next].add(column)
        if steps[next].isLast { keep(steps[next].total, of: steps[next].quantity, count) }
        next += 1
      }
    }
  }

  private func add(_ constraint: Column, to counts: inout [UInt32], _ month: Int, _ count: Int) {
    let kinds = MonthlyModel.Constraint.allCases.count
    counts.withUnsafeMutableBufferPointer { counts in
      for draw in 0..<count { counts[month * kinds + Int(constraint.draws[draw])] &+= 1 }
    }
  }
}
