import Simulation

/// The first requests of a source: at most so many, and of those the ones that arrive before `end`.
public struct LimitedSource: RequestSource {
  private var base: any RequestSource
  private var left: Int
  private let end: Instant
  private var isOver = false

  public init(_ base: any RequestSource, requests: Int? = nil, end: Instant = .never) {
    self.base = base
    left = requests ?? .max
    self.end = end
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    guard !isOver, left > 0, try base.read(into: &batch) else {
      batch.removeAll()
      return false
    }
    if let last = batch.arrivals.last, last >= end {
      batch.keepFirst(batch.arrivals.firstIndex { $0 >= end } ?? batch.count)
      isOver = true
    }
    batch.keepFirst(left)
    left -= batch.count
    return batch.count > 0
  }
}
