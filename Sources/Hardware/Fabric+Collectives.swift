import Units

/// Collectives among `ranks` dies, placed on as few nodes as hold them; sizes are per rank.
extension Fabric {
  /// Every rank ends with the `size` of every other: (n − 1) · size / bandwidth + latency · log₂ n.
  public func allGather(_ size: Bytes, ranks: Int) -> Seconds { staged(size * Double(ranks), ranks: ranks) }

  /// The mirror image of `allGather`: `size` is what each rank holds before.
  public func reduceScatter(_ size: Bytes, ranks: Int) -> Seconds { staged(size, ranks: ranks) }

  /// Reduce-scatter, then all-gather: 2 (n − 1)/n · size / bandwidth.
  public func allReduce(_ size: Bytes, ranks: Int) -> Seconds { staged(size, ranks: ranks) * 2 }

  /// Each rank sends an equal part of `size` to every rank, its own part staying where it is.
  public func allToAll(_ size: Bytes, ranks: Int) -> Seconds {
    guard ranks > 1 else { return .zero }
    let plane = widestPlane(for: ranks)
    guard let inner = system.scaleUp, let plane else { return .zero }
    let local = Double(min(ranks, innerDomain(inner))) / Double(ranks)
    let share = 1 / Double(ranks)
    let hops = latency(on: plane, scope: scope(of: ranks))
    if plane.name == inner.name {
      return hops + size * (1 - share) / bandwidth(on: inner, scope: scope(of: ranks))
    }
    let within = size * max(0, local - share) / bandwidth(on: inner, scope: .intraNode)
    let across = size * (1 - local) / bandwidth(on: plane, scope: .interNode)
    return hops + max(within, across)
  }

  /// Time to move (n − 1)/n of `total` through each rank: first inside the inner domain, then between domains on the
  /// outer plane.
  private func staged(_ total: Bytes, ranks: Int) -> Seconds {
    guard ranks > 1, let inner = system.scaleUp else { return .zero }
    let domain = min(ranks, innerDomain(inner))
    var time = Seconds.zero
    if domain > 1 {
      let steps = Double(domain - 1) / Double(domain)
      let scope = scope(of: domain)
      time = time + total * steps / bandwidth(on: inner, scope: scope)
      time = time + latency(on: inner, scope: scope) * hops(domain)
    }
    if ranks > domain, let outer = system.scaleOut {
      let domains = (ranks + domain - 1) / domain
      let part = total / Double(domain)
      let steps = Double(domains - 1) / Double(domains)
      time = time + part * steps / bandwidth(on: outer) + latency(on: outer) * hops(domains)
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

  /// Ranks that reach each other without leaving the scale-up plane.
  public func innerDomain(_ plane: Plane) -> Int {
    plane.domain.map { $0.value * chip.dies.value } ?? Int.max
  }

  public func scope(of ranks: Int) -> Plane.Scope { ranks <= ranksPerNode ? .intraNode : .interNode }

  /// The plane that the farthest pair among `ranks` must use.
  func widestPlane(for ranks: Int) -> Plane? {
    guard let inner = system.scaleUp else { return system.scaleOut }
    return ranks <= innerDomain(inner) ? inner : (system.scaleOut ?? inner)
  }
}
