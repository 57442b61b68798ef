import Simulation
import Units

/// The requests of a trace in their order, at times of another process.
public struct RetimedSource: RequestSource {
  private var base: any RequestSource
  private var clock: ArrivalClock

  public init(_ base: any RequestSource, arrivals: ArrivalProcess, seed: Seed) {
    self.base = base
    clock = ArrivalClock(arrivals, seed: seed)
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    guard try base.read(into: &batch) else { return false }
    for index in batch.arrivals.indices {
      guard let arrival = clock.next() else {
        throw Problem("requestRate", "stretches the arrivals beyond 106 days", wayOut: "take a higher one")
      }
      batch.arrivals[index] = arrival
    }
    return true
  }
}
