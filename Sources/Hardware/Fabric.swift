import Units

/// The planes of one machine as they stand, with what has failed, ready to cost transfers; a rank is a die.
public struct Fabric: Sendable {
  public var system: System
  public var chip: Chip
  public var failures: [Failure]

  /// Switch chips or links of a level that are out of service; traffic spreads over what is left.
  public struct Failure: Hashable, Sendable {
    public var plane: String
    public var level: String
    public var count: Int
    public init(plane: String, level: String, count: Int) {
      self.plane = plane
      self.level = level
      self.count = count
    }
  }

  public init(_ system: System, chip: Chip, failures: [Failure] = []) throws {
    var problems: [Problem] = []
    for failure in failures {
      let level = system.plane(failure.plane)?.switches?.first { $0.name == failure.level }
      guard let level else {
        problems.append(
          Problem(
            "failures", "\(system.name) has no switches '\(failure.level)' on a plane '\(failure.plane)'",
            wayOut: "use one of \(system.planes.flatMap { p in (p.switches ?? []).map { "\(p.name)/\($0.name)" } })"))
        continue
      }
      let total = level.chips.value
      if failure.count < 0 || failure.count >= total {
        problems.append(
          Problem("failures", "\(failure.count) of \(total) switch chips cannot fail", wayOut: "leave at least one"))
      }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    self.system = system
    self.chip = chip
    self.failures = failures
  }

  public var ranksPerNode: Int { system.chipsPerNode.value * chip.dies.value }

  /// Share of a plane's bandwidth that is left on a path; the first level serves one node, later levels serve paths
  /// between nodes.
  public func availability(of plane: Plane, scope: Plane.Scope) -> Double {
    var share = 1.0
    for failure in failures where failure.plane == plane.name {
      guard let level = plane.switches?.first(where: { $0.name == failure.level }) else { continue }
      if level.perNode || scope == .interNode {
        share = min(share, 1 - Double(failure.count) / Double(level.chips.value))
      }
    }
    return share
  }

  /// Nameplate of one rank on a plane, one direction.
  public func nameplate(of plane: Plane) -> BytesPerSecond {
    switch plane.endpoint {
    case .chip: plane.bandwidth.value / Double(chip.dies.value)
    case .node: plane.bandwidth.value / Double(ranksPerNode)
    }
  }

  /// What one rank sends or receives at best on a plane: the measured path where there is one, else a share of the
  /// nameplate.
  public func bandwidth(
    on plane: Plane, peer: Plane.Peer = .chip, operation: Plane.Operation = .read, scope: Plane.Scope = .interNode
  ) -> BytesPerSecond {
    let open = availability(of: plane, scope: scope)
    if let path = path(on: plane, peer: peer, operation: operation, scope: scope) { return path.bandwidth.value * open }
    return nameplate(of: plane) * plane.utilisation.value * open
  }

  public func latency(
    on plane: Plane, peer: Plane.Peer = .chip, operation: Plane.Operation = .read, scope: Plane.Scope = .interNode
  ) -> Seconds {
    path(on: plane, peer: peer, operation: operation, scope: scope)?.latency.value ?? plane.latency.value
  }

  private func path(
    on plane: Plane, peer: Plane.Peer, operation: Plane.Operation, scope: Plane.Scope
  ) -> Plane.Path? {
    plane.paths?.first { $0.peer == peer && $0.operation == operation && $0.scope == scope }
  }

  /// Latency + size / bandwidth between one pair of ranks, or a rank and a host; on a full mesh a pair has one link.
  public func transfer(
    _ size: Bytes, on plane: Plane, peer: Plane.Peer = .chip, operation: Plane.Operation = .read,
    scope: Plane.Scope = .interNode
  ) -> Seconds {
    var rate = bandwidth(on: plane, peer: peer, operation: operation, scope: scope)
    if plane.topology == .fullMesh { rate = rate / Double(max(1, ranksPerNode - 1)) }
    return latency(on: plane, peer: peer, operation: operation, scope: scope) + size / rate
  }
}
