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
    let blocks = (draws + DrawBlock.size - 1) / DrawBlock.size
    let next = Atomic(0)
    let collected = Mutex<[SupplyPart]>([])
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, blocks))) { _ in
      let part = self.part(of: draws, measures: measures, banded: banded, withSeries: withSeries) {
        let taken = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return taken < blocks ? taken : nil
      }
      collected.withLock { $0.append(part) }
    }
    let parts = collected.withLock { parts in
      defer { parts = [] }
      return parts
    }
    return outcome(parts, draws: draws, measures: measures.count, banded: banded.count)
  }

  /// What one worker gathers from the blocks that it takes.
  private func part(
    of draws: Int, measures: [CompiledMeasure], banded: [CompiledMeasure], withSeries: Bool, next: () -> Int?
  ) -> SupplyPart {
    let block = DrawBlock(self)
    let months = horizon.count, kinds = MonthlyModel.Constraint.allCases.count
    var part = SupplyPart(
      histograms: QuantileHistograms(quantities: withSeries ? block.quantities : 0),
      bands: QuantileHistograms(quantities: banded.count), blocks: [],
      constraints: [UInt32](repeating: 0, count: months * kinds))
    while let index = next() {
      let first = index * DrawBlock.size
      let size = min(DrawBlock.size, draws - first)
      block.fill(first: first, count: size) { month, constraint in
        part.constraints[month * kinds + Int(constraint)] += 1
      }
      if withSeries { part.histograms.add(block.columns, stride: DrawBlock.stride, draws: size) }
      for (number, measure) in banded.enumerated() {
        let values = block.values(of: measure, count: size)
        part.bands.add(values, to: number)
      }
      part.blocks.append((index, measures.flatMap { block.values(of: $0, count: size) }))
    }
    return part
  }

  private func outcome(_ parts: [SupplyPart], draws: Int, measures: Int, banded: Int) -> SupplyOutcome {
    var values = [[Float]](repeating: [Float](repeating: 0, count: draws), count: measures)
    var total = parts[0].histograms, bands = parts[0].bands
    var constraints = parts[0].constraints
    for part in parts.dropFirst() {
      total.add(part.histograms)
      bands.add(part.bands)
      for index in constraints.indices { constraints[index] += part.constraints[index] }
    }
    for part in parts {
      for (index, numbers) in part.blocks {
        let size = min(DrawBlock.size, draws - index * DrawBlock.size)
        for measure in 0..<measures {
          let place = index * DrawBlock.size
          values[measure].replaceSubrange(place..<place + size, with: numbers[measure * size..<(measure + 1) * size])
        }
      }
    }
    let months = horizon.count, kinds = MonthlyModel.Constraint.allCases.count
    let count = total.quantities / months
    let quantiles = (0..<count).map { series in
      (0..<months).map { total.quantiles($0 * count + series, bandLevels) }
    }
    return SupplyOutcome(
      quantiles: quantiles, bands: (0..<banded).map { bands.quantiles($0, bandLevels) }, measures: values,
      constraints: (0..<months).map { Array(constraints[$0 * kinds..<($0 + 1) * kinds]) }, draws: draws)
  }
}

private struct SupplyPart: Sendable {
  var histograms: QuantileHistograms
  var bands: QuantileHistograms
  /// Number of the block and its measures, by measure, then draw.
  var blocks: [(index: Int, values: [Float])]
  var constraints: [UInt32]
}

/// The quantities of a few hundred draws, column by column.
///
/// The model writes a draw as one row; sixteen rows at a time are turned into columns, a cache line each.
private final class DrawBlock {
  static let size = 256
  /// A cache line more than the draws, so that columns do not fall on each other in the cache.
  static let stride = 272
  private static let tile = 16
  let model: MonthlyModel
  let months: Int
  let quantities: Int
  /// `columns[(month · seriesCount + series) · stride + draw]`.
  let columns: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<Float>

  init(_ world: CompiledWorld) {
    model = MonthlyModel(world)
    months = model.months
    quantities = model.seriesCount * months
    columns = .allocate(capacity: quantities * Self.stride)
    columns.initialize(repeating: 0, count: quantities * Self.stride)
    rows = .allocate(capacity: quantities * Self.tile)
    rows.initialize(repeating: 0, count: quantities * Self.tile)
  }

  deinit {
    columns.deallocate()
    rows.deallocate()
  }

  func fill(first: Int, count: Int, constrained: (Int, UInt8) -> Void) {
    var start = 0
    while start < count {
      let tile = min(Self.tile, count - start)
      for draw in 0..<tile {
        model.run(draw: UInt64(first + start + draw), output: rows + draw * quantities)
        for month in 0..<months { constrained(month, model.constraints[month]) }
      }
      turn(tile, at: start)
      start += tile
    }
  }

  private func turn(_ tile: Int, at start: Int) {
    var quantity = 0
    while quantity < quantities {
      let width = min(Self.tile, quantities - quantity)
      for draw in 0..<tile {
        let row = rows + draw * quantities + quantity
        let column = columns + quantity * Self.stride + start + draw
        for index in 0..<width { column[index * Self.stride] = row[index] }
      }
      quantity += width
    }
  }

  func values(of measure: CompiledMeasure, count: Int) -> [Float] {
    measure.values(columns, seriesCount: model.seriesCount, stride: Self.stride, count: count)
  }
}
