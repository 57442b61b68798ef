import Units

/// The parts of one exchange of tokens with their experts, for the rank that has the mean load.
public struct ExchangeTime: Hashable, Sendable {
  public var startup: Seconds
  /// On the vector cores, for each message.
  public var messageWork: Seconds
  /// On the wire, where another microbatch can hide it.
  public var wire: Seconds
  public var bytes: Bytes
  public var total: Seconds { startup + messageWork + wire }
}

extension Fabric {
  public enum Exchange: Sendable { case dispatch, combine }

  /// Sends `tokens` of each rank to `expertsPerToken` experts spread over `ranks`, or brings the results back.
  ///
  /// startup + messages · (perMessage + perDoubling · log₂(min(ranks, saturation)/8)) + payload / bandwidth.
  public func exchange(
    _ kind: Exchange, tokens: Double, hidden: Int, expertsPerToken: Int, ranks: Int, format: NumberFormat? = nil
  ) -> ExchangeTime? {
    guard ranks > 1 else { return ExchangeTime(startup: .zero, messageWork: .zero, wire: .zero, bytes: .zero) }
    let candidates = [widestPlane(for: ranks), system.scaleUp, system.scaleOut]
    guard let plane = candidates.lazy.compactMap({ $0 }).first(where: { $0.expertParallel != nil }),
      let constants = plane.expertParallel
    else { return nil }
    let part = kind == .dispatch ? constants.dispatch : constants.combine
    let messages = tokens * Double(expertsPerToken)
    let size = Bytes(Double(hidden) * (format ?? part.format).bytes) + part.messageOverhead.value
    let doublings = Fabric.doublings(from: 8, to: min(ranks, part.saturation.value))
    let work = part.perMessage.value + part.perDoubling.value * doublings
    let open = availability(of: plane, scope: scope(of: ranks))
    let payload = size * messages
    return ExchangeTime(
      startup: part.startup.value, messageWork: work * messages, wire: payload / (part.bandwidth.value * open),
      bytes: payload)
  }

  /// The same for thousands of tokens: where boards forward, a token crosses the outer plane once per board, at its
  /// nameplate.
  ///
  /// Boards reached beside its own: (n − 1)(1 − (1 − 1/n)^experts), at most `boardLimit`.
  public func bulkExchange(
    _ kind: Exchange, tokens: Double, hidden: Int, expertsPerToken: Int, ranks: Int, boardLimit: Int,
    format: NumberFormat? = nil
  ) -> ExchangeTime? {
    let small = exchange(
      kind, tokens: tokens, hidden: hidden, expertsPerToken: expertsPerToken, ranks: ranks, format: format)
    guard let inner = system.scaleUp, let outer = system.scaleOut, let constants = outer.expertParallel,
      constants.forwardsWithinBoards == true, small != nil
    else { return small }
    let part = kind == .dispatch ? constants.dispatch : constants.combine
    let size = Bytes(Double(hidden) * (format ?? part.format).bytes) + part.messageOverhead.value
    let domain = innerDomain(inner)
    let boards = max(1, (ranks + domain - 1) / domain)
    let reached = Fabric.otherBins(boards, draws: expertsPerToken)
    let remote = min(reached, Double(boardLimit))
    let across = size * (tokens * remote) / (nameplate(of: outer) * availability(of: outer, scope: .interNode))
    let local = Fabric.otherBins(min(ranks, domain), draws: expertsPerToken)
    let within = size * (tokens * local) / bandwidth(on: inner, scope: .intraNode)
    let bytes = size * (tokens * (boards > 1 ? remote : local))
    return ExchangeTime(startup: part.startup.value, messageWork: .zero, wire: max(across, within), bytes: bytes)
  }

  /// An exchange on the scale-up plane alone, where no kernel of it was measured: start-up and payload by the plane's
  /// all-to-all, without the part that stays on its own die.
  public func localExchange(
    _ kind: Exchange, tokens: Double, hidden: Int, expertsPerToken: Int, ranks: Int, format: NumberFormat
  ) -> ExchangeTime? {
    guard let plane = system.scaleUp, ranks <= innerDomain(plane), ranks > 1 else { return nil }
    let payload = Bytes(Double(hidden) * format.bytes) * (tokens * Double(expertsPerToken))
    let remote = payload * (Double(ranks - 1) / Double(ranks))
    let start = plane.collectives?.allToAll.map { $0.startup.value + $0.perRank.value * Double(ranks - 1) }
    let rate = plane.collectives?.allToAll?.bandwidth.value ?? bandwidth(on: plane, scope: scope(of: ranks))
    return ExchangeTime(
      startup: start ?? latency(on: plane, scope: scope(of: ranks)), messageWork: .zero, wire: remote / rate,
      bytes: remote)
  }

  /// Hidden values to the dies of the next pipeline stage: inside the scale-up domain where both stages fit it.
  public func toNextStage(_ size: Bytes, stageDies: Int) -> Seconds {
    guard let inner = system.scaleUp else { return .zero }
    let plane = 2 * stageDies <= innerDomain(inner) ? inner : system.scaleOut ?? inner
    return transfer(size, on: plane)
  }

  /// Expected bins other than one's own that `draws` uniform draws reach.
  static func otherBins(_ bins: Int, draws: Int) -> Double {
    var missed = 1.0
    for _ in 0..<max(0, draws) { missed *= 1 - 1 / Double(bins) }
    return Double(bins - 1) * (1 - missed)
  }

  /// log₂(to / from), exact on powers of two and linear between them; zero below `from`.
  static func doublings(from: Int, to: Int) -> Double {
    guard to > from else { return 0 }
    var low = from
    var count = 0.0
    while low * 2 <= to {
      low *= 2
      count += 1
    }
    return count + Double(to - low) / Double(low)
  }
}
