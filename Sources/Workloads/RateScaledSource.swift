import Simulation
import Units

/// Requests that arrive `factor` times as fast: every arrival divided by it, to the nearest picosecond.
public struct RateScaledSource: RequestSource {
  private var base: any RequestSource
  private let ratio: DecimalRatio

  public init(_ base: any RequestSource, by factor: Double) throws {
    guard let ratio = DecimalRatio(factor) else {
      throw Problem("rateScale", "\(factor) is not between 10^-9 and 10^9", wayOut: "give a factor such as 4")
    }
    self.base = base
    self.ratio = ratio
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    guard try base.read(into: &batch) else { return false }
    for index in batch.arrivals.indices {
      guard let scaled = ratio.dividing(batch.arrivals[index].picoseconds) else {
        throw Problem("rateScale", "stretches the arrivals beyond 106 days", wayOut: "take a greater one")
      }
      batch.arrivals[index].picoseconds = scaled
    }
    return true
  }
}
