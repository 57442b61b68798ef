/// Which quantities a run takes quantiles of: each series by month, and banded measures, of which a stock at a month's
/// end is the series itself.
struct BandPlan: Sendable {
  let banded: [CompiledMeasure]
  /// Series of which each month counts.
  let series: Int
  private(set) var quantities: Int
  /// By banded measure: its quantity.
  private(set) var places: [Int] = []
  /// Sums of one series over some months, by their quantity.
  private(set) var sums: [(quantity: Int, series: Int, months: Range<Int>)] = []
  private(set) var others: [(quantity: Int, measure: CompiledMeasure)] = []

  init(_ banded: [CompiledMeasure], series: Int, months: Int) {
    self.banded = banded
    self.series = series
    quantities = series * months
    for measure in banded {
      let (top, isPlain) = (measure.top, measure.bottom == nil && measure.scale == 1 && measure.top.series.count == 1)
      if isPlain, top.aggregate == .end, series > 0 {
        places.append((top.months.upperBound - 1) * series + top.series[0])
        continue
      }
      if isPlain, top.aggregate == .sum {
        sums.append((quantities, top.series[0], top.months))
      } else {
        others.append((quantities, measure))
      }
      places.append(quantities)
      quantities += 1
    }
  }
}

/// A month of a sum over one quantity: plain values, so that the many of them cost no counting of references.
struct BandStep {
  let series, quantity: Int
  let total: Column
  let isLast: Bool
  private let isFirst: Bool

  /// In the order of the series; sums of one series that follow each other share a column.
  static func byMonth(
    _ sums: [(quantity: Int, series: Int, months: Range<Int>)], _ model: MonthlyModel
  ) -> [[BandStep]] {
    var steps = [[BandStep]](repeating: [], count: model.months)
    var totals = [[(column: Column, until: Int)]](repeating: [], count: model.series.count)
    for sum in sums {
      let free = totals[sum.series].firstIndex { $0.until <= sum.months.lowerBound }
      let column = free.map { totals[sum.series][$0].column } ?? model.store.take()
      if let free { totals[sum.series].remove(at: free) }
      totals[sum.series].append((column, sum.months.upperBound))
      for month in sum.months {
        steps[month].append(
          BandStep(
            series: sum.series, quantity: sum.quantity, total: column, isLast: month + 1 == sum.months.upperBound,
            isFirst: month == sum.months.lowerBound))
      }
    }
    return steps.map { $0.sorted { ($0.series, $0.quantity) < ($1.series, $1.quantity) } }
  }

  @inline(__always) func add(_ column: Column) {
    guard !isFirst else { return total.copy(column) }
    for lane in 0..<ColumnStore.lanes { total[lane] += column[lane] }
  }
}
