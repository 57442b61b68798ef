import Simulation

/// Requests of which at most so many are in flight; what the limit means is at `RequestSource.maximumConcurrency`.
public struct ConcurrencyLimitedSource: RequestSource {
  private var base: any RequestSource
  private let limit: Int

  public init(_ base: any RequestSource, limit: Int) {
    self.base = base
    self.limit = limit
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var skipped: SkippedLines { base.skipped }
  public var maximumConcurrency: Int? { limit }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool { try base.read(into: &batch) }
}
