import Hardware
import Units

/// Transfers of a training step over the planes of one system, in seconds; ranks are dies.
///
/// Groups of neighbours stay in the scale-up domain as far as they fit; the rest goes over the scale-out plane, on
/// which all members of a group that share a domain send at once.
struct TrainingFabric: Sendable {
  /// Ranks of one scale-up domain that a job uses.
  let domain: Int
  /// Of the scale-up plane: libraries change their protocol with the size, and the faster counts.
  private let gathers: [Line]
  private let exchanges: [Line]
  /// With nothing to send, and what the fastest protocol sends.
  private let startup: Double
  private let gather: Double
  private let allToAll: Double
  /// Bytes per second of a rank over the scale-out plane, as sheets and its utilisation say.
  private let outer: Double
  private let latency: Double
  private let network: TrainingPlatform.Network

  /// - Parameter scaleOut: bandwidth of one rank, where a system's is not the catalog's.
  init(_ fabric: Fabric, ranks: Int, network: TrainingPlatform.Network, scaleOut: BytesPerSecond? = nil) {
    self.network = network
    let inner = fabric.system.scaleUp
    let dies = fabric.chip.dies.value
    let whole = inner.map { ($0.domain?.value ?? fabric.system.chips.value) * dies } ?? 1
    domain = ranks <= whole ? whole : Self.powerOfTwo(atMost: whole)
    let plain = inner.map { fabric.bandwidth(on: $0, scope: .interNode).value } ?? 0
    let known = inner?.collectives
    let plainLine = Line(startup: inner?.latency.value.value ?? 0, perRank: 0, bandwidth: plain)
    let gathers = [known?.gather, known?.bulkGather].compactMap { $0.map(Line.init) }
    let exchanges = [known?.allToAll, known?.bulkAllToAll].compactMap { $0.map(Line.init) }
    self.gathers = gathers.isEmpty ? [plainLine] : gathers
    self.exchanges = exchanges.isEmpty ? self.gathers : exchanges
    startup = self.gathers.map(\.startup).min() ?? 0
    gather = self.gathers.map(\.bandwidth).max() ?? plain
    allToAll = self.exchanges.map(\.bandwidth).max() ?? gather
    let plane = fabric.system.scaleOut
    outer = scaleOut?.value ?? plane.map { fabric.nameplate(of: $0).value * $0.utilisation.value } ?? plain
    latency = plane?.latency.value.value ?? startup
  }

  /// One protocol: a start-up, what a rank adds, and bytes per second that a rank sends.
  fileprivate struct Line: Sendable {
    var startup: Double
    var perRank: Double
    var bandwidth: Double

    func time(_ bytes: Double, ranks: Int, share: Double = 1) -> Double {
      startup + perRank * Double(ranks - 1) + bytes / (bandwidth * share)
    }
  }

  /// The faster of the protocols.
  private func fastest(_ lines: [Line], _ bytes: Double, ranks: Int, share: Double = 1) -> Double {
    lines.map { $0.time(bytes, ranks: ranks, share: share) }.min() ?? 0
  }

  static func powerOfTwo(atMost limit: Int) -> Int {
    var power = 1
    while power * 2 <= limit { power *= 2 }
    return power
  }

  /// Members of a group in one domain; `stride` is the distance between two of them.
  private func local(_ ranks: Int, _ stride: Int) -> Int {
    stride < domain ? max(1, min(ranks, domain / stride)) : 1
  }

  /// All-gather or reduce-scatter: `total` bytes lie on every rank afterwards, or before.
  func ring(_ total: Double, ranks: Int, stride: Int) -> Double {
    guard ranks > 1, total > 0 else { return 0 }
    let near = local(ranks, stride)
    let sent = total * Double(ranks - 1) / Double(ranks)
    if near >= ranks { return fastest(gathers, sent, ranks: ranks) }
    let rate = min(gather, Double(near) * outer * network.scaleOut.value)
    return startup + latency * hops((ranks + near - 1) / near) + sent / rate
  }

  /// Four latencies for each doubling of the domains.
  private func hops(_ domains: Int) -> Double {
    var doublings = 0.0
    var count = 1
    while count < domains {
      count *= 2
      doublings += 1
    }
    return 8 * max(1, doublings)
  }

  /// Hidden values to the next stage.
  func send(_ bytes: Double, stride: Int) -> Double {
    let time = stride >= domain ? latency + bytes / outer : fastest(gathers, bytes, ranks: 1)
    return time * network.send.value
  }

  /// One way of an exchange between tokens and experts.
  ///
  /// - Parameters:
  ///   - copy: bytes of the rank's tokens, each once.
  ///   - choices: experts of a token.
  ///   - deduplicates: whether a rank, or a domain, is sent a token once whatever the experts it has.
  func exchange(copy: Double, choices: Double, ranks: Int, deduplicates: Bool) -> Double {
    guard ranks > 1, copy > 0 else { return 0 }
    let near = local(ranks, 1)
    let share = deduplicates ? network.deduplicated.value : network.allToAll.value
    let rate = allToAll * share
    func others(_ count: Int) -> Double { Double(count - 1) / Double(count) }
    let copies = deduplicates ? Self.distinct(ranks, choices) : choices
    if near >= ranks { return fastest(exchanges, copy * copies * others(ranks), ranks: ranks, share: share) }
    let domains = max(1, ranks / near)
    let away = outer * network.expertScaleOut.value
    let across = (deduplicates ? Self.distinct(domains, choices) : choices) * others(domains)
    let within = deduplicates ? copies * others(near) : copies
    return startup + 2 * latency + max(copy * across / away, copy * within / rate)
  }

  /// Different bins that uniform draws reach.
  static func distinct(_ bins: Int, _ draws: Double) -> Double {
    var missed = 1.0
    for _ in 0..<Int(draws.rounded()) { missed *= 1 - 1 / Double(bins) }
    return Double(bins) * (1 - missed)
  }
}

extension TrainingFabric.Line {
  fileprivate init(_ kernel: CollectiveConstants.Kernel) {
    self.init(
      startup: kernel.startup.value.value, perRank: kernel.perRank.value.value, bandwidth: kernel.bandwidth.value.value)
  }
}
