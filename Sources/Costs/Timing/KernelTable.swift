import Formats
import Units

/// Measured times of kernels on one chip: a file that a user has, in whatever measure its kernels were timed.
///
///     { name: H100, chip: NVIDIA H100, source: ..., curves: [
///       { operation: product, format: fp8, depth: 8192, columns: 10240, points: [ { size: 1, time: 9 us }, ... ] } ] }
public struct KernelTable: Decodable, Sendable {
  public var name: String
  public var chip: String
  public var source: String
  /// One for each kernel and shape.
  public var curves: [Curve]

  enum CodingKeys: String, CodingKey, CaseIterable { case name, chip, source, curves }

  /// Times of one kernel over one size, rising.
  public struct Curve: Decodable, Sendable {
    public var operation: Kind
    /// Of weights, or of attention.
    public var format: NumberFormat?
    /// Of a product.
    public var depth: Int?
    /// Columns of a product's output.
    public var columns: Int?
    /// Of a collective.
    public var ranks: Int?
    /// At rising sizes.
    public var points: [Point]
    enum CodingKeys: String, CodingKey, CaseIterable { case operation, format, depth, columns, ranks, points }
  }

  /// What `size` counts: rows of a product, bytes of a collective, bytes read by decode attention.
  public enum Kind: String, Decodable, Sendable, CaseIterable {
    case product, decodeAttention, allReduce, allGather, reduceScatter, allToAll
  }

  public struct Point: Decodable, Sendable {
    /// What the kind of operation counts.
    public var size: Double
    /// Of one call.
    public var time: Seconds
    enum CodingKeys: String, CodingKey, CaseIterable { case size, time }
  }
}

/// Times from a table where it has the shape, from the roofline elsewhere.
///
/// The roofline says what a time is made of, so that overlap and divided cores still work; the table says how long it
/// is. Between two sizes the time is linear; outside the measured sizes the roofline holds.
public struct MeasuredTimes: OperationTimes {
  public let table: KernelTable
  public let roofline: RooflineTimes

  public init(_ table: KernelTable, falling roofline: RooflineTimes) {
    self.table = table
    self.roofline = roofline
  }

  public func demand(of operation: Operation, isCaptured: Bool) -> OperatorDemand {
    var demand = roofline.demand(of: operation, isCaptured: isCaptured)
    guard let measured = time(of: operation) else { return demand }
    let modelled = demand.time(share: 1)
    guard modelled > 0 else { return demand }
    demand.scale(by: measured * operation.times / modelled)
    demand.basis = .measured
    return demand
  }

  private func time(of operation: Operation) -> Double? {
    switch operation.shape {
    case .product(let shape):
      guard shape.copies == 1 else { return nil }
      return interpolate(shape.rows) {
        $0.operation == .product && $0.format == shape.format && $0.depth == shape.depth && $0.columns == shape.columns
      }
    case .attention(let core):
      guard core.isDecode else { return nil }
      return interpolate(core.bytes) { $0.operation == .decodeAttention && $0.format == core.format }
    case .collective(let shape):
      guard let kind = KernelTable.Kind(rawValue: shape.kind.rawValue) else { return nil }
      return interpolate(shape.size.value) { $0.operation == kind && $0.ranks == shape.ranks }
    case .elementwise, .fixed, .exchange, .cacheRead, .host: return nil
    }
  }

  private func interpolate(_ size: Double, where matches: (KernelTable.Curve) -> Bool) -> Double? {
    guard let points = table.curves.first(where: matches)?.points, let first = points.first, let last = points.last,
      size >= first.size, size <= last.size
    else { return nil }
    guard let upper = points.firstIndex(where: { $0.size >= size }), upper > 0 else { return first.time.value }
    let low = points[upper - 1]
    let high = points[upper]
    guard high.size > low.size else { return high.time.value }
    return low.time.value + (high.time.value - low.time.value) * (size - low.size) / (high.size - low.size)
  }
}
