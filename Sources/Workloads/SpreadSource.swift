import Simulation

/// Requests that share one tick of a log's coarse clock, spread over the time until its next tick.
///
/// The requests of one arrival get uniform draws, in order, over the interval to the next different arrival, or over
/// the shortest such interval so far if that is less, so that idle time is not filled; the last group takes the
/// shortest. Lengths and hashes stay in their order. Memory is that of one group and one batch.
public struct SpreadSource: RequestSource {
  private var base: any RequestSource
  private var stream: RandomStream
  /// Read and not yet handed out: whole groups first, then the group that may go on in the next batch.
  private var held = RequestBatch()
  private var incoming = RequestBatch()
  private var shortest: Int64?
  private var isBaseOver = false
  private var draws: [Int64] = []

  public init(_ base: any RequestSource, stream: RandomStream) {
    self.base = base
    self.stream = stream
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    while !isBaseOver, batch.count == 0 {
      if try base.read(into: &incoming) {
        held.append(incoming, 0..<incoming.count)
      } else {
        isBaseOver = true
      }
      release(into: &batch)
    }
    return batch.count > 0
  }

  /// Moves the groups that are complete to `batch`.
  private mutating func release(into batch: inout RequestBatch) {
    guard let last = held.arrivals.last else { return }
    let complete = isBaseOver ? held.count : held.arrivals.firstIndex(of: last) ?? 0
    guard complete > 0 else { return }
    batch.append(held, 0..<complete)
    var start = 0
    while start < complete {
      let tick = held.arrivals[start]
      var end = start + 1
      while end < held.count, held.arrivals[end] == tick { end += 1 }
      if end < held.count {
        let gap = (held.arrivals[end] - tick).picoseconds
        shortest = min(gap, shortest ?? gap)
      }
      spread(&batch, start..<end, over: shortest ?? 0)
      start = end
    }
    var rest = RequestBatch()
    rest.append(held, complete..<held.count)
    held = rest
  }

  private mutating func spread(_ batch: inout RequestBatch, _ group: Range<Int>, over interval: Int64) {
    guard interval > 0 else { return }
    draws.removeAll(keepingCapacity: true)
    for _ in group { draws.append(Int64(stream.next().multipliedFullWidth(by: UInt64(interval)).high)) }
    draws.sort()
    for (index, offset) in zip(group, draws) { batch.arrivals[index].picoseconds += offset }
  }
}
