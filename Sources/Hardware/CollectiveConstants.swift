import Units

/// Start-ups and bandwidths of a plane's collective kernels.
public struct CollectiveConstants: Decodable, Sendable {
  /// All-reduce in which each rank sends all to all others.
  public var oneShot: Kernel?
  /// All-reduce by reduce-scatter and all-gather, all to all.
  public var twoShot: Kernel?
  /// All-reduce round a ring.
  public var ring: Kernel?
  /// `ring` as libraries send large sizes: a longer start-up, and more bandwidth; the faster of the two counts.
  public var bulkRing: Kernel?
  /// All-reduce that the switches sum.
  public var inSwitch: Kernel?
  /// All-gather and reduce-scatter.
  public var gather: Kernel?
  /// `gather` of large sizes, as `bulkRing`.
  public var bulkGather: Kernel?
  /// A part from each to each.
  public var allToAll: Kernel?
  /// `allToAll` of large sizes, as `bulkRing`.
  public var bulkAllToAll: Kernel?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case oneShot, twoShot, ring, bulkRing, inSwitch, gather, bulkGather, allToAll, bulkAllToAll
  }

  public struct Kernel: Decodable, Sendable {
    /// With nothing to send.
    public var startup: Calibrated<Seconds>
    /// Added for each rank but the first.
    public var perRank: Calibrated<Seconds>
    /// Bytes that a rank sends over time on the wire.
    public var bandwidth: Calibrated<BytesPerSecond>
    enum CodingKeys: String, CodingKey, CaseIterable { case startup, perRank, bandwidth }
  }

  func allReduce(_ kernel: CollectiveKernel) -> [Kernel] {
    switch kernel {
    case .oneShot: [oneShot].compactMap { $0 }
    case .twoShot: [twoShot].compactMap { $0 }
    case .ring: [ring, bulkRing].compactMap { $0 }
    case .inSwitch: [inSwitch].compactMap { $0 }
    }
  }
}

extension CollectiveKernel {
  /// Bytes that each of `ranks` sends to sum `size`.
  func sent(_ size: Bytes, ranks: Int) -> Bytes {
    let count = Double(ranks)
    switch self {
    case .oneShot: return size * (count - 1)
    case .twoShot, .ring: return size * (2 * (count - 1) / count)
    // What a rank adds in the switch, and the part that it hands to all.
    case .inSwitch: return size * ((count + 1) / count)
    }
  }
}

extension Fabric {
  /// The fastest of the kernels that the plane has constants of; nil where it has none, or the ranks leave its domain.
  public func allReduce(_ size: Bytes, ranks: Int, kernels: [CollectiveKernel]) -> Seconds? {
    CollectiveRates(self, kernels: kernels).measuredAllReduce(size, ranks: ranks)
  }

  /// All-gather (or its mirror image): every rank ends with `total`; all-to-all of `total` a rank.
  public func measuredGather(_ total: Bytes, ranks: Int) -> Seconds? { rates.measuredGather(total, ranks: ranks) }

  public func measuredAllToAll(_ size: Bytes, ranks: Int) -> Seconds? { rates.measuredAllToAll(size, ranks: ranks) }
}
