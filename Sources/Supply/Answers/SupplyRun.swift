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
    let blocks = (draws + ColumnStore.draws - 1) / ColumnStore.draws
    let next = Atomic(0)
    let collected = Mutex<[SupplyPart]>([])
    let totals = SharedHistograms(series: withSeries ? series.count * horizon.count : 0, bands: banded.count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, blocks))) { _ in
      let gatherer = DrawGatherer(self, measures: measures, banded: banded, withSeries: withSeries, totals)
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < blocks, watch?.isCancelled() != true else { break }
        gatherer.take(block: index, of: draws)
        watch?.advanced(min(ColumnStore.draws, draws - index * ColumnStore.draws))
      }
      gatherer.finish()
      collected.withLock { $0.append(gatherer.part) }
    }
    let parts = collected.withLock { parts in
      defer { parts = [] }
      return parts
    }
    return outcome(parts, totals, draws: draws, measures: measures.count, banded: banded.count, withSeries: withSeries)
  }

  private func outcome(
    _ parts: [SupplyPart], _ totals: SharedHistograms, draws: Int, measures: Int, banded: Int, withSeries: Bool
  ) -> SupplyOutcome {
    var values = [[Float]](repeating: [Float](repeating: 0, count: draws), count: measures)
    var (constraints, binding) = (parts[0].constraints, parts[0].binding)
    for part in parts.dropFirst() {
      for index in constraints.indices {
        constraints[index] += part.constraints[index]
        binding[index] += part.binding[index]
      }
    }
    for part in parts {
      for (index, numbers) in part.blocks {
        let place = index * ColumnStore.draws
        let size = min(ColumnStore.draws, draws - place)
        for measure in 0..<measures {
          values[measure].replaceSubrange(place..<place + size, with: numbers[measure * size..<(measure + 1) * size])
        }
      }
    }
    let months = horizon.count, kinds = MonthlyModel.Constraint.allCases.count
    let count = withSeries ? series.count : 0
    let total = totals.series.withLock { $0 }
    let quantiles = concurrentMap(count) { series in
      (0..<months).map { total.quantiles($0 * count + series, bandLevels) }
    }
    let bandQuantiles = totals.bands.withLock { bands in (0..<banded).map { bands.quantiles($0, bandLevels) } }
    func byMonth(_ counts: [UInt32]) -> [[UInt32]] {
      (0..<months).map { Array(counts[$0 * kinds..<($0 + 1) * kinds]) }
    }
    return SupplyOutcome(
      quantiles: quantiles, bands: bandQuantiles, measures: values,
      constraints: byMonth(constraints), binding: byMonth(binding), draws: draws)
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

/// What all workers count together.
private final class SharedHistograms: Sendable {
  let series: Mutex<QuantileHistograms>
  let bands: Mutex<QuantileHistograms>

  init(series: Int, bands: Int) {
    self.series = Mutex(QuantileHistograms(quantities: series))
    self.bands = Mutex(QuantileHistograms(quantities: bands))
  }
}

private struct SupplyPart: Sendable {
  /// Number of the block and its measures, by measure, then draw.
  var blocks: [(index: Int, values: [Float])] = []
  var constraints: [UInt32]
  var binding: [UInt32]
}

/// What one worker gathers from the blocks that it takes.
private final class DrawGatherer {
  private(set) var part: SupplyPart
  private let model: MonthlyModel
  private let measures: [MeasureColumns]
  private let banded: [MeasureColumns]
  /// By month: which of the measures and of the banded ones it changes.
  private let active: [[Int]]
  private let activeBands: [[Int]]
  /// By month: what it adds to banded measures of one quantity.
  private let steps: [[BandStep]]
  private let withSeries: Bool
  private let lastMonth: Int
  private let totals: SharedHistograms
  private let seriesCounts: BinCounts
  private let bandCounts: BinCounts

  init(
    _ world: CompiledWorld, measures: [CompiledMeasure], banded: [CompiledMeasure], withSeries: Bool,
    _ totals: SharedHistograms
  ) {
    self.totals = totals
    let model = MonthlyModel(world)
    self.model = model
    self.withSeries = withSeries
    self.measures = measures.map { MeasureColumns($0, model.store) }
    self.banded = banded.map { MeasureColumns($0, model.store) }
    let (kept, bands) = (self.measures, self.banded)
    active = (0..<model.months).map { month in kept.indices.filter { kept[$0].needs(month) } }
    activeBands = (0..<model.months).map { month in
      bands.indices.filter { bands[$0].needs(month) && BandStep(bands[$0], $0, month, model) == nil }
    }
    steps = (0..<model.months).map { month in
      bands.indices.compactMap { bands[$0].needs(month) ? BandStep(bands[$0], $0, month, model) : nil }
    }
    lastMonth = withSeries ? model.months - 1 : (measures + banded).map(\.lastMonth).max() ?? 0
    let counters = [UInt32](repeating: 0, count: model.months * MonthlyModel.Constraint.allCases.count)
    part = SupplyPart(constraints: counters, binding: counters)
    seriesCounts = BinCounts(quantities: withSeries ? model.series.count * model.months : 0)
    bandCounts = BinCounts(quantities: banded.count)
  }

  func take(block: Int, of draws: Int) {
    let first = block * ColumnStore.draws
    let count = min(ColumnStore.draws, draws - first)
    model.run(first: UInt64(first), months: lastMonth + 1) { month in gather(month, count) }
    seriesCounts.end(count, totals.series)
    bandCounts.end(count, totals.bands)
    var values: [Float] = []
    values.reserveCapacity(measures.count * count)
    for measure in measures {
      for draw in 0..<count { values.append(Float(measure.value.draws[draw])) }
    }
    part.blocks.append((block, values))
  }

  /// Hands on what was counted.
  func finish() {
    seriesCounts.empty(into: totals.series)
    bandCounts.empty(into: totals.bands)
  }

  private func gather(_ month: Int, _ count: Int) {
    for index in active[month] { measures[index].add(month, model.series) }
    for step in steps[month] {
      step.add()
      if step.isLast { bandCounts.keep(step.total, of: step.quantity, count) }
    }
    for index in activeBands[month] {
      banded[index].add(month, model.series)
      if month == banded[index].measure.lastMonth {
        bandCounts.keep(banded[index].value, of: index, count)
      }
    }
    guard withSeries else { return }
    for (index, column) in model.series.enumerated() {
      seriesCounts.keep(column, of: month * model.series.count + index, count)
    }
    add(model.making.constraint, to: &part.constraints, month, count)
    add(model.market.constraint, to: &part.binding, month, count)
  }

  private func add(_ constraint: Column, to counts: inout [UInt32], _ month: Int, _ count: Int) {
    let kinds = MonthlyModel.Constraint.allCases.count
    counts.withUnsafeMutableBufferPointer { counts in
      for draw in 0..<count { counts[month * kinds + Int(constraint.draws[draw])] &+= 1 }
    }
  }
}

/// A month of a sum over one quantity: plain values, so that the many of them cost no counting of references.
private struct BandStep {
  let quantity: Int
  let total: Column
  let isLast: Bool
  private let column: Column
  private let isFirst: Bool

  /// Nil for any other measure.
  init?(_ measure: MeasureColumns, _ quantity: Int, _ month: Int, _ model: MonthlyModel) {
    let part = measure.measure.top
    guard measure.measure.bottom == nil, measure.measure.scale == 1, part.series.count == 1,
      part.aggregate == .sum || part.aggregate == .end
    else { return nil }
    self.quantity = quantity
    total = measure.value
    column = model.series[part.series[0]]
    isFirst = part.aggregate == .end || month == part.months.lowerBound
    isLast = month == measure.measure.lastMonth
  }

  @inline(__always) func add() {
    guard !isFirst else { return total.copy(column) }
    for lane in 0..<ColumnStore.lanes { total[lane] += column[lane] }
  }
}
