import Units

/// What one operation asks of a rank, in seconds of each resource at full cores; raw numbers, for the inner loop.
public struct OperatorDemand: Hashable, Sendable {
  public var name: Operation.Name
  public var kind: OperatorKind
  public var basis = Basis.calibrated
  public var flops = 0.0
  public var bytes = 0.0
  public var messages = 0.0
  /// On the matrix cores; divided by the stream's share of them.
  public var compute = 0.0
  public var memory = 0.0
  /// On the vector cores; divided by the stream's share of them.
  public var vector = 0.0
  /// On the network, where a second microbatch may hide it.
  public var wire = 0.0
  /// Start-ups and launches.
  public var fixed = 0.0

  public init(name: Operation.Name, kind: OperatorKind) {
    self.name = name
    self.kind = kind
  }

  /// max(compute/share, memory, vector/share) + wire + fixed.
  @inline(__always) public func time(share: Double) -> Double {
    max(compute / share, max(memory, vector / share)) + wire + fixed
  }

  public func bound(share: Double) -> Bound {
    let parts: [(Double, Bound)] = [
      (compute / share, .compute), (memory, .memory), (vector / share, .vector), (wire, .network),
      (fixed, fixedBound),
    ]
    var best = parts[0]
    for part in parts where part.0 > best.0 { best = part }
    return best.1
  }

  /// What start-ups and launches count as.
  private var fixedBound: Bound {
    switch kind {
    case .host: .host
    case .dispatch, .combine, .collective, .cacheRead: .network
    default: .latency
    }
  }

  /// Computing and reading as (compute^p + memory^p)^(1/p) instead of the longer, for p = 2^squarings; both grow alike.
  mutating func join(squarings: Int) {
    let longer = max(compute, memory)
    guard longer > 0 else { return }
    // By square roots alone, which are the same on every machine.
    var power = min(compute, memory) / longer
    for _ in 0..<squarings { power *= power }
    var factor = 1 + power
    for _ in 0..<squarings { factor = factor.squareRoot() }
    compute *= factor
    memory *= factor
  }

  mutating func repeatTimes(_ times: Double) {
    guard times != 1 else { return }
    flops *= times
    bytes *= times
    messages *= times
    scale(by: times)
  }

  /// Stretches the time, and nothing that is counted.
  mutating func scale(by factor: Double) {
    compute *= factor
    memory *= factor
    vector *= factor
    wire *= factor
    fixed *= factor
  }
}
