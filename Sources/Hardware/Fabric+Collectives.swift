import Units

/// Collectives among `ranks` dies, placed on as few nodes as hold them; sizes are per rank.
extension Fabric {
  /// Worked out anew; who asks often keeps them.
  var rates: CollectiveRates { CollectiveRates(self) }

  /// As `CollectiveRates` has it.
  public func allGather(_ size: Bytes, ranks: Int) -> Seconds { rates.allGather(size, ranks: ranks) }

  /// As `CollectiveRates` has it.
  public func reduceScatter(_ size: Bytes, ranks: Int) -> Seconds { rates.reduceScatter(size, ranks: ranks) }

  /// As `CollectiveRates` has it.
  public func allReduce(_ size: Bytes, ranks: Int) -> Seconds { rates.allReduce(size, ranks: ranks) }

  /// As `CollectiveRates` has it.
  public func allToAll(_ size: Bytes, ranks: Int) -> Seconds { rates.allToAll(size, ranks: ranks) }

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
