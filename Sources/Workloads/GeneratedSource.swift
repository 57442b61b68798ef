import Simulation
import Units

/// Requests drawn from distributions.
///
/// Arrivals, prompt lengths, answer lengths and prefixes each have a stream of their own, so that the n-th request's
/// lengths do not depend on how it arrives.
public struct GeneratedSource: RequestSource {
  public let tokensPerBlock: Int
  private let promptLength: LengthDistribution
  private let outputLength: LengthDistribution
  private let prefixes: SharedPrefixes
  private let sessions: GeneratedSessions?
  private var arrivals: ArrivalClock
  private var promptStream: RandomStream
  private var outputStream: RandomStream
  private var prefixStream: RandomStream
  private var sessionStream: RandomStream
  private let blocks: RandomStream
  private var index: UInt64 = 0
  private let requests: UInt64
  private var session = OpenSession()

  /// The conversation whose turns are being drawn.
  private struct OpenSession {
    var number: UInt64 = 0
    var arrival = Instant.zero
    var turnsLeft: Int32 = 0
    /// Prompt and answer of the turn before, and the shared prefix's group and tokens.
    var context = 0
    var group: UInt64 = 0
    var shared = 0
  }

  /// `tokensPerBlock` 0 makes no hashes; else each block of a prompt has one, its own where no prefix is shared.
  public init(
    requests: Int, arrivals: ArrivalProcess, promptTokens: LengthDistribution, outputTokens: LengthDistribution,
    tokensPerBlock: Int = 0, prefixes: SharedPrefixes? = nil, sessions: GeneratedSessions? = nil, seed: Seed
  ) {
    self.requests = UInt64(max(0, requests))
    self.arrivals = ArrivalClock(arrivals, seed: seed)
    promptLength = promptTokens
    outputLength = outputTokens
    self.tokensPerBlock = tokensPerBlock
    self.prefixes = prefixes ?? SharedPrefixes(groups: 1)
    self.sessions = sessions
    promptStream = seed.stream("promptTokens")
    outputStream = seed.stream("outputTokens")
    prefixStream = seed.stream("prefixes")
    sessionStream = seed.stream("sessions")
    blocks = seed.stream("blocks")
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    while index < requests, !batch.isFull {
      if let sessions {
        try appendTurn(of: sessions, to: &batch)
      } else {
        let arrival = try nextArrival()
        let prompt = lengthened(promptLength.sample(&promptStream), by: prefixes.tokens)
        let output = outputLength.sample(&outputStream)
        try checkBlocks(of: prompt)
        if tokensPerBlock > 0 { appendHashes(promptTokens: Int(prompt), to: &batch.blockHashes) }
        batch.append(arrival: arrival, promptTokens: prompt, outputTokens: output)
      }
      index += 1
    }
    return batch.count > 0
  }

  private mutating func nextArrival() throws -> Instant {
    if let arrival = arrivals.next() { return arrival }
    throw Problem(
      "workload", "request \(index + 1) would arrive after more than 106 days",
      wayOut: "generate fewer prompts or a higher requestRate")
  }

  private func lengthened(_ tokens: Int32, by more: Int) -> Int32 { Int32(clamping: Int(tokens) + more) }

  /// A batch of hashes stays in memory.
  private func checkBlocks(of prompt: Int32) throws {
    guard tokensPerBlock > 0, Int(prompt) / tokensPerBlock > 1 << 24 else { return }
    throw Problem(
      "workload.blockTokens", "a prompt of \(prompt) tokens has more than 2^24 blocks of \(tokensPerBlock)",
      wayOut: "give larger blocks or shorter prompts")
  }

  /// Tokens of the prefix in whole blocks.
  private func sharedBlocks(of promptTokens: Int, _ count: Int) -> Int {
    let tokens = prefixes.tokens > 0 ? prefixes.tokens : Int(Double(promptTokens) * prefixes.share)
    return min(count, tokens / tokensPerBlock)
  }

  /// Groups take the even streams, requests the odd ones.
  private mutating func appendHashes(promptTokens: Int, to hashes: inout [UInt64]) {
    let count = (promptTokens + tokensPerBlock - 1) / tokensPerBlock
    let shared = sharedBlocks(of: promptTokens, count)
    if shared > 0 {
      let group = blocks.substream(2 &* drawGroup())
      for block in 0..<shared { hashes.append(group.number(UInt64(block))) }
    }
    let own = blocks.substream(2 &* index &+ 1)
    for block in shared..<count { hashes.append(own.number(UInt64(block))) }
  }

  private mutating func drawGroup() -> UInt64 {
    prefixStream.next().multipliedFullWidth(by: UInt64(prefixes.groups)).high
  }

  // MARK: Conversations

  private mutating func appendTurn(of sessions: GeneratedSessions, to batch: inout RequestBatch) throws {
    var delay: Int64 = -1
    let isFirst = session.turnsLeft == 0
    if isFirst {
      session.number += 1
      session.arrival = try nextArrival()
      session.turnsLeft = sessions.turns.sample(&sessionStream)
      session.context = 0
    } else {
      delay = sessions.thinkTime.sample(&sessionStream)
    }
    session.turnsLeft -= 1
    let new = Int(promptLength.sample(&promptStream))
    let prompt = lengthened(Int32(clamping: session.context + new), by: isFirst ? prefixes.tokens : 0)
    let output = outputLength.sample(&outputStream)
    try checkBlocks(of: prompt)
    if tokensPerBlock > 0 {
      let count = (Int(prompt) + tokensPerBlock - 1) / tokensPerBlock
      if isFirst {
        session.shared = sharedBlocks(of: Int(prompt), count)
        session.group = session.shared > 0 ? drawGroup() : 0
      }
      appendTurnHashes(promptTokens: Int(prompt), count, to: &batch.blockHashes)
    }
    session.context = Int(prompt) + Int(output)
    batch.append(
      arrival: session.arrival, promptTokens: prompt, outputTokens: output, session: session.number, delay: delay)
  }

  /// Whole blocks are those of the turn before; a block that is not full is found by no other turn.
  private func appendTurnHashes(promptTokens: Int, _ count: Int, to hashes: inout [UInt64]) {
    let group = blocks.substream(2 &* session.group)
    let own = blocks.substream(2 &* session.number &+ 1)
    let whole = promptTokens / tokensPerBlock
    for block in 0..<count {
      if block < session.shared {
        hashes.append(group.number(UInt64(block)))
      } else if block < whole {
        hashes.append(own.number(UInt64(block)))
      } else {
        hashes.append(own.substream(index).number(UInt64(block)))
      }
    }
  }
}

/// Conversations whose turns carry all that was said before, each sent a think time after the answer.
public struct GeneratedSessions: Hashable, Sendable {
  public var turns: LengthDistribution
  public var thinkTime: ThinkTime

  public init(turns: LengthDistribution, thinkTime: ThinkTime) {
    self.turns = turns
    self.thinkTime = thinkTime
  }
}

/// From an answer to the next question.
public struct ThinkTime: Hashable, Sendable {
  public var mean: Seconds
  /// Of a lognormal distribution; 0 for always the same.
  public var coefficientOfVariation: Double

  public init(mean: Seconds, coefficientOfVariation: Double = 0) {
    self.mean = mean
    self.coefficientOfVariation = coefficientOfVariation
  }

  /// In picoseconds, at most 106 days.
  func sample(_ stream: inout RandomStream) -> Int64 {
    var seconds = mean.value
    if coefficientOfVariation > 0, seconds > 0 {
      let distribution = Distribution.lognormal(mean: seconds, coefficientOfVariation: coefficientOfVariation)
      seconds = distribution.sample(&stream)
    }
    return Int64((min(seconds, 9.1e6) * 1e12).rounded())
  }
}
