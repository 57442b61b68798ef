import Units

/// The collectives of one fabric as numbers alone, worked out once for the many that a step asks for.
///
/// A size is what a rank holds before, a time that of one collective among so many dies, placed on as few nodes as hold
/// them. Ignored: what else is on the planes.
public struct CollectiveRates: Sendable {
  private let hasInner: Bool
  private let hasOuter: Bool
  /// Ranks that reach each other without leaving the scale-up plane, and those of a node.
  private let domain: Int
  private let ranksPerNode: Int
  /// Of the scale-up plane, and of the one that pairs beyond its domain use, within a node and between nodes.
  private let inner: (node: Path, across: Path)
  private let outer: (node: Path, across: Path)
  /// Share of the scale-up plane that is in service, within a node and between nodes.
  private let open: (node: Double, across: Double)
  /// Measured kernels: of the sums that the engine has, of gathers, of exchanges; nil where none were measured.
  private let sums: [(kernel: CollectiveKernel, law: Law)]?
  private let gathers: [Law]
  private let exchanges: [Law]

  private struct Path {
    var rate = BytesPerSecond(0)
    var latency = Seconds.zero
  }

  private struct Law {
    var startup: Seconds
    var perRank: Seconds
    var bandwidth: BytesPerSecond

    init(_ kernel: CollectiveConstants.Kernel) {
      startup = kernel.startup.value
      perRank = kernel.perRank.value
      bandwidth = kernel.bandwidth.value
    }

    func time(sending bytes: Bytes, ranks: Int, open: Double) -> Seconds {
      let start = startup + perRank * Double(ranks - 1)
      return start + bytes / (bandwidth * open)
    }
  }

  /// - Parameter kernels: of all-reduces, those that the engine has.
  public init(_ fabric: Fabric, kernels: [CollectiveKernel] = []) {
    let (near, far) = (fabric.system.scaleUp, fabric.system.scaleOut)
    hasInner = near != nil
    hasOuter = far != nil
    domain = near.map(fabric.innerDomain) ?? 0
    ranksPerNode = fabric.ranksPerNode
    func paths(_ plane: Plane?) -> (node: Path, across: Path) {
      guard let plane else { return (Path(), Path()) }
      func path(_ scope: Plane.Scope) -> Path {
        Path(rate: fabric.bandwidth(on: plane, scope: scope), latency: fabric.latency(on: plane, scope: scope))
      }
      return (path(.intraNode), path(.interNode))
    }
    inner = paths(near)
    outer = paths(far ?? near)
    open =
      near.map {
        (fabric.availability(of: $0, scope: .intraNode), fabric.availability(of: $0, scope: .interNode))
      } ?? (1, 1)
    let constants = near?.collectives
    sums = constants.map { constants in
      kernels.flatMap { kernel in constants.allReduce(kernel).map { (kernel, Law($0)) } }
    }
    gathers = [constants?.gather, constants?.bulkGather].compactMap { $0.map(Law.init) }
    exchanges = [constants?.allToAll, constants?.bulkAllToAll].compactMap { $0.map(Law.init) }
  }

  private func isOnNode(_ ranks: Int) -> Bool { ranks <= ranksPerNode }
  private func isMeasured(_ ranks: Int) -> Bool { sums != nil && ranks > 1 && ranks <= domain }
  private func open(_ ranks: Int) -> Double { isOnNode(ranks) ? open.node : open.across }
}

// MARK: measured kernels

extension CollectiveRates {
  /// The fastest of the kernels that the plane has constants of; nil where it has none, or the ranks leave its domain.
  public func measuredAllReduce(_ size: Bytes, ranks: Int) -> Seconds? {
    guard let sums, isMeasured(ranks) else { return nil }
    let open = open(ranks)
    var best: Seconds?
    for sum in sums {
      let time = sum.law.time(sending: sum.kernel.sent(size, ranks: ranks), ranks: ranks, open: open)
      if best.map({ time < $0 }) ?? true { best = time }
    }
    return best
  }

  /// All-gather (or its mirror image): every rank ends with `total`.
  public func measuredGather(_ total: Bytes, ranks: Int) -> Seconds? { fastest(gathers, total, ranks) }

  /// All-to-all of `size` a rank.
  public func measuredAllToAll(_ size: Bytes, ranks: Int) -> Seconds? { fastest(exchanges, size, ranks) }

  /// All but a rank's own part is sent.
  private func fastest(_ laws: [Law], _ size: Bytes, _ ranks: Int) -> Seconds? {
    guard isMeasured(ranks) else { return nil }
    let sent = size * (Double(ranks - 1) / Double(ranks))
    let open = open(ranks)
    var best: Seconds?
    for law in laws {
      let time = law.time(sending: sent, ranks: ranks, open: open)
      if best.map({ time < $0 }) ?? true { best = time }
    }
    return best
  }
}

// MARK: the general law

extension CollectiveRates {
  /// Every rank ends with the `size` of every other: (n − 1) · size / bandwidth + latency · log₂ n.
  public func allGather(_ size: Bytes, ranks: Int) -> Seconds { staged(size * Double(ranks), ranks: ranks) }

  /// The mirror image of `allGather`: `size` is what each rank holds before.
  public func reduceScatter(_ size: Bytes, ranks: Int) -> Seconds { staged(size, ranks: ranks) }

  /// Reduce-scatter, then all-gather: 2 (n − 1)/n · size / bandwidth.
  public func allReduce(_ size: Bytes, ranks: Int) -> Seconds { staged(size, ranks: ranks) * 2 }

  /// Each rank sends an equal part of `size` to every rank, its own part staying where it is.
  public func allToAll(_ size: Bytes, ranks: Int) -> Seconds {
    guard ranks > 1, hasInner else { return .zero }
    let local = Double(min(ranks, domain)) / Double(ranks)
    let share = 1 / Double(ranks)
    let near = isOnNode(ranks) ? inner.node : inner.across
    guard ranks > domain, hasOuter else { return near.latency + size * (1 - share) / near.rate }
    let within = size * max(0, local - share) / inner.node.rate
    let across = size * (1 - local) / outer.across.rate
    return (isOnNode(ranks) ? outer.node : outer.across).latency + max(within, across)
  }

  /// Time to move (n − 1)/n of `total` through each rank: first inside the inner domain, then between domains on the
  /// outer plane.
  private func staged(_ total: Bytes, ranks: Int) -> Seconds {
    guard ranks > 1, hasInner else { return .zero }
    let domain = min(ranks, domain)
    var time = Seconds.zero
    if domain > 1 {
      let steps = Double(domain - 1) / Double(domain)
      let path = isOnNode(domain) ? inner.node : inner.across
      time = time + total * steps / path.rate
      time = time + path.latency * hops(domain)
    }
    if ranks > domain, hasOuter {
      let domains = (ranks + domain - 1) / domain
      let part = total / Double(domain)
      let steps = Double(domains - 1) / Double(domains)
      time = time + part * steps / outer.across.rate + outer.across.latency * hops(domains)
    }
    return time
  }

  private func hops(_ count: Int) -> Double {
    var doublings = 0.0
    var reach = 1
    while reach < count {
      reach *= 2
      doublings += 1
    }
    return doublings
  }
}
