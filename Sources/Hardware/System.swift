import Units

/// A machine as sold: chips in nodes, the planes between them, their hosts, and what feeds them.
public struct System: Decodable, Sendable {
  /// By which scenarios and `--system` find it, in any case.
  public var name: String
  /// The catalog's name of the chip.
  public var chip: String
  /// Packages; for a board that scales to a cluster, those of one board.
  public var chips: Sourced<Int>
  /// Packages that share a host.
  public var chipsPerNode: Sourced<Int>
  /// Whether more than `chips` packages may be used, by adding boards (a cluster over the scale-out plane).
  public var scales: Bool?
  /// What each node has besides chips.
  public var host: Host
  /// Its networks: one that joins the chips of an instance, and usually one that joins instances.
  public var planes: [Plane]
  /// Parts of which its power is built up.
  public var power: PowerParts
  /// Of all `chips` with all that is around them; hardware is left out of costs where absent.
  public var price: Sourced<Dollars>?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, chip, chips, chipsPerNode, scales, host, planes, power, price
  }

  /// What each node has besides chips.
  public struct Host: Decodable, Sendable {
    /// Host processors of a node.
    public var processors: Sourced<Int>
    /// Host memory of a node, where prefixes may be kept.
    public var memory: Sourced<Bytes>
    enum CodingKeys: String, CodingKey, CaseIterable { case processors, memory }
  }

  public var nodes: Int { (chips.value + chipsPerNode.value - 1) / chipsPerNode.value }

  public func plane(_ name: String) -> Plane? { planes.first { $0.name == name } }
  /// A plane that a scenario names.
  public func requiredPlane(_ name: String) throws -> Plane {
    if let plane = plane(name) { return plane }
    let names = planes.map(\.name).joined(separator: " or ")
    throw Problem("plane", "\(self.name) has no plane '\(name)'", wayOut: "use \(names)")
  }
  /// The plane on which ranks of one instance talk.
  public var scaleUp: Plane? { planes.first { $0.role == .scaleUp } }
  public var scaleOut: Plane? { planes.first { $0.role == .scaleOut } }
}

/// One network of a system.
public struct Plane: Decodable, Sendable {
  /// As reports and scenarios call it.
  public var name: String
  /// What it is for: talk inside an instance, between instances, or storage.
  public var role: Role
  /// All to all, or through switches.
  public var topology: Topology
  /// Packages that reach each other on this plane without leaving it; absent where it spans any number.
  public var domain: Sourced<Int>?
  /// Nameplate of an endpoint, one direction.
  public var bandwidth: Sourced<BytesPerSecond>
  /// Whether that is of a chip or of a node.
  public var endpoint: Endpoint
  /// Nameplate of a host processor's port, one direction, where hosts are on this plane.
  public var hostBandwidth: Sourced<BytesPerSecond>?
  /// Between the two dies of a package, one direction.
  public var dieToDie: Sourced<BytesPerSecond>?
  /// Levels of switch chips, the one next to the chips first.
  public var switches: [SwitchLevel]?
  /// Measured point-to-point transfers; the endpoint's nameplate and `latency` stand in where there are none.
  public var paths: [Path]?
  /// Of a small message between two endpoints, software included.
  public var latency: Sourced<Seconds>
  /// Share of the nameplate that large transfers and collectives reach where no path was measured.
  public var utilisation: Calibrated<Double>
  /// Kernels that send tokens to their experts over this plane.
  public var expertParallel: ExpertParallelConstants?
  /// Measured kernels of collectives inside the plane's domain; `latency` and `utilisation` stand in where there are
  /// none.
  public var collectives: CollectiveConstants?
  /// Optical modules at each endpoint's own ports, both ends counted, where its switches are not described.
  public var opticsPerEndpoint: Sourced<Int>?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, role, topology, domain, bandwidth, endpoint, hostBandwidth, dieToDie, switches, paths, latency
    case utilisation, expertParallel, collectives, opticsPerEndpoint
  }

  public enum Role: String, Decodable, Sendable, CaseIterable { case scaleUp, scaleOut, storage }
  public enum Topology: String, Decodable, Sendable, CaseIterable { case switched, fullMesh }
  /// What `bandwidth` belongs to.
  public enum Endpoint: String, Decodable, Sendable, CaseIterable { case chip, node }

  /// One level of switch chips.
  public struct SwitchLevel: Decodable, Sendable {
    /// As failures of a scenario call it.
    public var name: String
    /// Switch chips in each node, or in the whole system where `perNode` is false.
    public var chips: Sourced<Int>
    /// Whether each node has them, or they stand once in the system.
    public var perNode: Bool
    /// Ports that lead up (level 1) or down (level 2) from one switch chip.
    public var ports: Sourced<Int>
    /// Of one port, one direction.
    public var portBandwidth: Sourced<BytesPerSecond>
    /// Optical modules at each of those ports' two ends together.
    public var opticsPerPort: Sourced<Int>?
    enum CodingKeys: String, CodingKey, CaseIterable { case name, chips, perNode, ports, portBandwidth, opticsPerPort }
  }

  /// A measured transfer between two endpoints of a plane.
  public struct Path: Decodable, Sendable {
    /// The far end.
    public var peer: Peer
    /// Read or write.
    public var operation: Operation
    /// Inside a node or between nodes.
    public var scope: Scope
    /// Of a rank, for large transfers.
    public var bandwidth: Calibrated<BytesPerSecond>
    /// Of small ones.
    public var latency: Calibrated<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case peer, operation, scope, bandwidth, latency }
  }
  /// The far end: another chip's die, or a host's memory.
  public enum Peer: String, Decodable, Sendable, CaseIterable { case chip, host }
  public enum Operation: String, Decodable, Sendable, CaseIterable { case read, write }
  public enum Scope: String, Decodable, Sendable, CaseIterable { case intraNode, interNode }
}

/// Start-up and slopes of the kernels that send tokens to their experts and bring them back.
public struct ExpertParallelConstants: Decodable, Sendable {
  /// Tokens to their experts.
  public var dispatch: Exchange
  /// Results back to the tokens.
  public var combine: Exchange
  /// Whether large exchanges (prefill) send a token once to each board that has experts of it, which forwards inside.
  public var forwardsWithinBoards: Bool?

  enum CodingKeys: String, CodingKey, CaseIterable { case dispatch, combine, forwardsWithinBoards }

  public struct Exchange: Decodable, Sendable {
    /// Launch, flags and the first message.
    public var startup: Calibrated<Seconds>
    /// Work of a rank's vector cores for each message (one token to one expert) among eight ranks: quantising,
    /// addressing, reducing.
    public var perMessage: Calibrated<Seconds>
    /// Added to each message for each doubling of the ranks beyond eight, up to `saturation` ranks: messages travel
    /// farther.
    public var perDoubling: Calibrated<Seconds>
    /// Ranks beyond which a message costs no more.
    public var saturation: Calibrated<Int>
    /// Payload over time on the wire, per rank.
    public var bandwidth: Calibrated<BytesPerSecond>
    /// Format of the hidden values on the wire.
    public var format: NumberFormat
    /// Bytes that a message carries beside them: scales, source, padding.
    public var messageOverhead: Sourced<Bytes>
    enum CodingKeys: String, CodingKey, CaseIterable {
      case startup, perMessage, perDoubling, saturation, bandwidth, format, messageOverhead
    }
  }
}

/// Parts from which the power of a system is built up.
public struct PowerParts: Decodable, Sendable {
  /// One host processor with its memory channels.
  public var processor: Sourced<Watts>
  /// Memory, network cards, fans, pumps and boards of a node.
  public var node: Sourced<Watts>
  /// One switch chip with its share of its box.
  public var switchChip: Sourced<Watts>?
  /// One optical module.
  public var optic: Sourced<Watts>?
  /// Optical modules in the whole system, where they do not follow from its planes.
  public var optics: Sourced<Int>?
  /// Power out over power in of the supplies.
  public var supplyEfficiency: Sourced<Double>
  enum CodingKeys: String, CodingKey, CaseIterable { case processor, node, switchChip, optic, optics, supplyEfficiency }
}
