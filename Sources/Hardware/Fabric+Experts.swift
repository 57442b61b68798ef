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
    _ kind: Exchange, tokens: Double, hidden: Int, expertsPerToken: Int, ranks: Int
  ) -> ExchangeTime? {
    guard ranks > 1 else { return ExchangeTime(startup: .zero, messageWork: .zero, wire: .zero, bytes: .zero) }
    let candidates = [widestPlane(for: ranks), system.scaleUp, system.scaleOut]
    guard let plane = candidates.lazy.compactMap({ $0 }).first(where: { $0.expertParallel != nil }),
      let constants = plane.expertParallel
    else { return nil }
    let part = kind == .dispatch ? constants.dispatch : constants.combine
    let messages = tokens * Double(expertsPerToken)
    let size = Bytes(Double(hidden) * part.format.bytes) + part.messageOverhead.value
    let doublings = Fabric.doublings(from: 8, to: min(ranks, part.saturation.value))
    let work = part.perMessage.value + part.perDoubling.value * doublings
    let open = availability(of: plane, scope: scope(of: ranks))
    let payload = size * messages
    return ExchangeTime(
      startup: part.startup.value, messageWork: work * messages, wire: payload / (part.bandwidth.value * open),
      bytes: payload)
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
