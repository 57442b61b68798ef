import Dispatch
import Synchronization

/// What many draws of a world gave.
struct SupplyOutcome: Sendable {
  /// By series, then month, then level.
  var quantiles: [[[Double]]]
  /// By measure, then draw.
  var measures: [[Float]]
  /// By month, then constraint: in how many draws it held the leading vendor back.
  var constraints: [[UInt32]]
  var draws: Int
}

/// The levels of every fan chart.
let bandLevels = [0.05, 0.25, 0.5, 0.75, 0.95]

extension CompiledWorld {
  /// Draws 0 ..< `draws` over `workers` threads; the result is the same for any number of them.
  func run(draws: Int, measures: [CompiledMeasure], workers: Int, withSeries: Bool = true) -> SupplyOutcome {
    let block = 32
    let blocks = (draws + block - 1) / block
    let next = Atomic(0)
    let collected = Mutex<[SupplyPart]>([])
    let count = max(1, min(workers, blocks))
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      let part = self.part(of: draws, block: block, measures: measures, withSeries: withSeries) {
        let taken = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return taken < blocks ? taken : nil
      }
      collected.withLock { $0.append(part) }
    }
    return collected.withLock { outcome($0, draws: draws, block: block, measures: measures.count) }
  }

  /// What one worker gathers from the blocks that it takes.
  private func part(
    of draws: Int, block: Int, measures: [CompiledMeasure], withSeries: Bool, next: () -> Int?
  ) -> SupplyPart {
    let model = MonthlyModel(self)
    let months = horizon.count
    let quantities = model.seriesCount * months
    let columns = UnsafeMutablePointer<Float>.allocate(capacity: quantities * block)
    columns.initialize(repeating: 0, count: quantities * block)
    defer { columns.deallocate() }
    var part = SupplyPart(
      histograms: QuantileHistograms(quantities: withSeries ? quantities : 0), blocks: [],
      constraints: [UInt32](repeating: 0, count: months * MonthlyModel.Constraint.allCases.count))
    while let index = next() {
      let first = index * block
      let size = min(block, draws - first)
      for draw in 0..<size {
        model.run(draw: UInt64(first + draw), output: columns + draw, stride: block)
        for month in 0..<months {
          part.constraints[month * MonthlyModel.Constraint.allCases.count + Int(model.constraints[month])] += 1
        }
      }
      if withSeries { part.histograms.add(columns, stride: block, draws: size) }
      var values = [Float](repeating: 0, count: measures.count * size)
      for (number, measure) in measures.enumerated() {
        for draw in 0..<size {
          values[number * size + draw] = Float(measure.value(columns, months: months, stride: block, draw: draw))
        }
      }
      part.blocks.append((index, values))
    }
    return part
  }

  private func outcome(_ parts: [SupplyPart], draws: Int, block: Int, measures: Int) -> SupplyOutcome {
    var values = [[Float]](repeating: [Float](repeating: 0, count: draws), count: measures)
    var total = parts[0].histograms
    var constraints = parts[0].constraints
    for part in parts.dropFirst() {
      total.add(part.histograms)
      for index in constraints.indices { constraints[index] += part.constraints[index] }
    }
    for part in parts {
      for (index, numbers) in part.blocks {
        let size = min(block, draws - index * block)
        for measure in 0..<measures {
          for draw in 0..<size { values[measure][index * block + draw] = numbers[measure * size + draw] }
        }
      }
    }
    let months = horizon.count, kinds = MonthlyModel.Constraint.allCases.count
    let quantiles = (0..<(total.quantities / months)).map { series in
      (0..<months).map { total.quantiles(series * months + $0, bandLevels) }
    }
    return SupplyOutcome(
      quantiles: quantiles, measures: values,
      constraints: (0..<months).map { Array(constraints[$0 * kinds..<($0 + 1) * kinds]) }, draws: draws)
  }
}

private struct SupplyPart: Sendable {
  var histograms: QuantileHistograms
  /// Number of the block and its measures, by measure, then draw.
  var blocks: [(index: Int, values: [Float])]
  var constraints: [UInt32]
}
