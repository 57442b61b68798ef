import Simulation

/// The conversations of a trace with think times where it has none, or with none of their turns waiting.
public struct SessionsSource: RequestSource {
  private var base: any RequestSource
  private let thinkTime: ThinkTime?
  private let waits: Bool
  private var stream: RandomStream

  public init(_ base: any RequestSource, thinkTime: ThinkTime?, waits: Bool, seed: Seed) {
    self.base = base
    self.thinkTime = thinkTime
    self.waits = waits
    stream = seed.stream("sessions")
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    guard try base.read(into: &batch) else { return false }
    if !waits {
      batch.sessions.removeAll()
      batch.delays.removeAll()
    } else if let thinkTime {
      for index in batch.delays.indices where batch.delays[index] < 0 && batch.sessions[index] != 0 {
        batch.delays[index] = thinkTime.sample(&stream)
      }
    }
    return true
  }
}
