import Simulation
import Units

/// A part of a source: of the requests that arrive from `start` until before `end` at most so many, their times counted
/// from `start`.
public struct LimitedSource: RequestSource {
  private var base: any RequestSource
  private var left: Int
  private let start: Instant
  private let end: Instant
  private var isOver = false

  public init(_ base: any RequestSource, requests: Int? = nil, start: Instant = .zero, end: Instant = .never) {
    self.base = base
    left = requests ?? .max
    self.start = start
    self.end = end
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    repeat {
      guard !isOver, left > 0, try base.read(into: &batch) else {
        batch.removeAll()
        return false
      }
      if let last = batch.arrivals.last, last >= end {
        batch.keepFirst(batch.arrivals.firstIndex { $0 >= end } ?? batch.count)
        isOver = true
      }
      if start > .zero { skipToStart(&batch) }
    } while batch.count == 0 && !isOver
    batch.keepFirst(left)
    left -= batch.count
    return batch.count > 0
  }

  private func skipToStart(_ batch: inout RequestBatch) {
    let first = batch.arrivals.firstIndex { $0 >= start } ?? batch.count
    if first > 0 {
      var rest = RequestBatch()
      rest.append(batch, first..<batch.count)
      batch = rest
    }
    for index in batch.arrivals.indices { batch.arrivals[index].picoseconds -= start.picoseconds }
  }
}
