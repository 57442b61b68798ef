/// Four draws at a time.
typealias Lanes = SIMD4<Double>

/// One number of every draw of a block; draw d stands in lane d % 4 of element d / 4.
typealias Column = UnsafeMutablePointer<Lanes>

/// The columns of one worker, cut from blocks of memory that live as long as it does.
final class ColumnStore {
  /// Draws of a block: few enough that a month's columns stay in the second-level cache. No result depends on it; tests
  /// without optimisation ask for a draw or a few.
  #if DEBUG
    static let draws = 8
  #else
    static let draws = 256
  #endif
  static let lanes = draws / Lanes.scalarCount
  private var blocks: [Column] = []

  /// Columns of zeros, one behind the other.
  func take(_ count: Int = 1) -> Column {
    let block = Column.allocate(capacity: max(1, count * Self.lanes))
    block.initialize(repeating: .zero, count: max(1, count * Self.lanes))
    blocks.append(block)
    return block
  }

  /// Columns one behind the other; `inGroups` as many more behind them as make full groups of lanes.
  func takeEach(_ count: Int, inGroups: Bool = false) -> [Column] {
    let width = Lanes.scalarCount
    let first = take(inGroups ? (count + width - 1) / width * width : count)
    return (0..<count).map { first + $0 * Self.lanes }
  }

  deinit {
    for block in blocks { block.deallocate() }
  }
}

extension UnsafeMutablePointer<Lanes> {
  /// The column as plain numbers, one a draw.
  @inline(__always) var draws: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Double.self)
  }

  @inline(__always) func fill(_ value: Double) { update(repeating: Lanes(repeating: value), count: ColumnStore.lanes) }

  /// Whether no draw has anything of it.
  @inline(__always) var isZero: Bool {
    guard draws[0] == 0, draws[ColumnStore.draws - 1] == 0 else { return false }
    var any = SIMDMask<Lanes.MaskStorage>(repeating: false)
    for lane in 0..<ColumnStore.lanes { any .|= self[lane] .!= .zero }
    return any == SIMDMask(repeating: false)
  }

  @inline(__always) func copy(_ other: Column) { update(from: other, count: ColumnStore.lanes) }
}

@inline(__always) func least(_ one: Lanes, _ other: Lanes) -> Lanes {
  one.replacing(with: other, where: other .< one)
}

@inline(__always) func greatest(_ one: Lanes, _ other: Lanes) -> Lanes {
  one.replacing(with: other, where: one .< other)
}

/// A division takes as long as several multiplications.
let third = 1.0 / 3

/// What is above zero.
@inline(__always) func positive(_ value: Lanes) -> Lanes { greatest(value, .zero) }

@inline(__always) func clamped(_ value: Lanes, _ low: Double, _ high: Double) -> Lanes {
  least(greatest(value, Lanes(repeating: low)), Lanes(repeating: high))
}

/// one / other, and `otherwise` where the divisor is not above zero.
@inline(__always) func ratio(_ one: Lanes, _ other: Lanes, otherwise: Double = 0) -> Lanes {
  (one / other).replacing(with: Lanes(repeating: otherwise), where: other .<= .zero)
}
