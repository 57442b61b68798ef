import Synchronization
import Units

/// Orders of interleaved steps that were built before.
final class PipelineOrders: Sendable {
  private struct Key: Hashable {
    var ranks: Int
    var virtual: Int
    var rounds: Int
  }
  private let built = Mutex<[Key: InterleavedOrder]>([:])

  private func order(_ key: Key) throws -> InterleavedOrder {
    if let known = built.withLock({ $0[key] }) { return known }
    let order = try InterleavedOrder(ranks: key.ranks, virtual: key.virtual, rounds: key.rounds)
    built.withLock { $0[key] = order }
    return order
  }

  /// Seconds of an interleaved pipeline: so many rounds as its steady state needs to show, and the others at its pace;
  /// all of them where it does not.
  func interleaved(
    _ forward: [Double], _ backward: [Double], transfer: Double, ranks: Int, virtual: Int, microbatches: Int
  ) throws -> Double {
    let all = microbatches / ranks
    var rounds = min(all, 4)
    while true {
      let time = try order(Key(ranks: ranks, virtual: virtual, rounds: rounds))
        .time(forward, backward, transfer: transfer)
      if rounds == all { return time.whole }
      if let further = time.further { return time.whole + further * Double(all - rounds) }
      rounds = min(all, 2 * rounds)
    }
  }

  /// A schedule whose optimizer waits for no other rank counts from its own first step to its last.
  static func span(_ timeline: PipelineTimeline) -> Double {
    switch timeline.schedule.kind {
    case .zeroBubbleH2, .zeroBubbleV:
      return timeline.spans.map { ($0.last?.end.value ?? 0) - ($0.first?.start.value ?? 0) }.max() ?? 0
    default: return timeline.duration.value
    }
  }
}
