import Simulation
import Units

/// A source played several times in a row, each time from its start.
///
/// A round begins one mean gap after the last arrival of the one before. From the second round on block hashes are
/// mixed with the round's number, so that a round finds nothing of an earlier one in a prefix cache.
public struct RepeatedSource: RequestSource {
  private let make: (_ round: Int) throws -> any RequestSource
  private var base: any RequestSource
  private let rounds: Int
  private var round = 0
  private var start = Instant.zero
  private var latest = Instant.zero
  private var countInRound = 0
  private var skippedBefore = SkippedLines()

  /// `make` opens the source anew for the round of that number; standard input cannot be opened twice.
  public init(rounds: Int, _ make: @escaping (_ round: Int) throws -> any RequestSource) throws {
    self.make = make
    self.rounds = rounds
    base = try make(0)
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  /// Of one round.
  public var skipped: SkippedLines { round == 0 ? base.skipped : skippedBefore }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    while try !base.read(into: &batch) {
      guard round + 1 < rounds, countInRound > 0 else { return false }
      try startNextRound()
    }
    countInRound += batch.count
    if round > 0 { try shift(&batch) }
    latest = batch.arrivals.last ?? latest
    return true
  }

  private mutating func startNextRound() throws {
    if round == 0 { skippedBefore = base.skipped }
    let span = (latest - start).picoseconds
    let gap = countInRound > 1 ? span / Int64(countInRound - 1) : 1_000_000_000_000
    let (next, overflow) = latest.picoseconds.addingReportingOverflow(gap)
    if overflow { throw Self.tooLong }
    start = Instant(picoseconds: next)
    round += 1
    countInRound = 0
    base = try make(round)
  }

  private func shift(_ batch: inout RequestBatch) throws {
    for index in batch.arrivals.indices {
      let (sum, overflow) = batch.arrivals[index].picoseconds.addingReportingOverflow(start.picoseconds)
      if overflow { throw Self.tooLong }
      batch.arrivals[index].picoseconds = sum
    }
    let salt = Seed(UInt64(round)).stream("repeat")
    for index in batch.sessions.indices where batch.sessions[index] != 0 {
      batch.sessions[index] = salt.number(batch.sessions[index]) | 1
    }
    for index in batch.blockHashes.indices { batch.blockHashes[index] = salt.number(batch.blockHashes[index]) }
  }

  private static let tooLong = Problem("repeat", "carries the arrivals beyond 106 days", wayOut: "repeat less often")
}
