import Hardware
import Units

/// Transfers of a training step over the planes of one system, in seconds; ranks are dies.
///
/// Groups of neighbours stay in the scale-up domain as far as they fit; the rest goes over the scale-out plane, on
/// which all members of a group that share a domain send at once.
struct TrainingFabric: Sendable {
  /// Ranks of one scale-up domain that a job uses.
  let domain: Int
  private let gather: Double
  private let allToAll: Double
  private let startup: Double
  private let perRank: Double
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
    gather = inner?.collectives?.gather?.bandwidth.value.value ?? plain
    allToAll = inner?.collectives?.allToAll?.bandwidth.value.value ?? gather
    startup = inner?.collectives?.gather?.startup.value.value ?? inner?.latency.value.value ?? 0
    perRank = inner?.collectives?.gather?.perRank.value.value ?? 0
    let plane = fabric.system.scaleOut
    outer = scaleOut?.value ?? plane.map { fabric.nameplate(of: $0).value * $0.utilisation.value } ?? plain
    latency = plane?.latency.value.value ?? startup
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
    if near >= ranks { return startup + perRank * Double(ranks - 1) + sent / gather }
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
    let time = stride >= domain ? latency + bytes / outer : startup + bytes / gather
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
    let rate = allToAll * (deduplicates ? network.deduplicated.value : network.allToAll.value)
    func others(_ count: Int) -> Double { Double(count - 1) / Double(count) }
    let copies = deduplicates ? Self.distinct(ranks, choices) : choices
    if near >= ranks { return startup + copy * copies * others(ranks) / rate }
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
