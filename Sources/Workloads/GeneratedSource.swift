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
  private var arrivals: ArrivalClock
  private var promptStream: RandomStream
  private var outputStream: RandomStream
  private var prefixStream: RandomStream
  private let blocks: RandomStream
  private var index: UInt64 = 0
  private let requests: UInt64

  /// `tokensPerBlock` 0 makes no hashes; else each block of a prompt has one, its own where no prefix is shared.
  public init(
    requests: Int, arrivals: ArrivalProcess, promptTokens: LengthDistribution, outputTokens: LengthDistribution,
    tokensPerBlock: Int = 0, prefixes: SharedPrefixes? = nil, seed: Seed
  ) {
    self.requests = UInt64(max(0, requests))
    self.arrivals = ArrivalClock(arrivals, seed: seed)
    promptLength = promptTokens
    outputLength = outputTokens
    self.tokensPerBlock = tokensPerBlock
    self.prefixes = prefixes ?? SharedPrefixes(groups: 1, share: 0)
    promptStream = seed.stream("promptTokens")
    outputStream = seed.stream("outputTokens")
    prefixStream = seed.stream("prefixes")
    blocks = seed.stream("blocks")
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    while index < requests, !batch.isFull {
      guard let arrival = arrivals.next() else {
        throw Problem(
          "workload", "request \(index + 1) would arrive after more than 106 days",
          wayOut: "generate fewer prompts or a higher requestRate")
      }
      let prompt = promptLength.sample(&promptStream)
      let output = outputLength.sample(&outputStream)
      if tokensPerBlock > 0 { appendHashes(promptTokens: Int(prompt), to: &batch.blockHashes) }
      batch.append(arrival: arrival, promptTokens: prompt, outputTokens: output)
      index += 1
    }
    return batch.count > 0
  }

  /// Groups take the even streams, requests the odd ones.
  private mutating func appendHashes(promptTokens: Int, to hashes: inout [UInt64]) {
    let count = (promptTokens + tokensPerBlock - 1) / tokensPerBlock
    let shared = min(count, Int(Double(promptTokens) * prefixes.share) / tokensPerBlock)
    if shared > 0 {
      let draw = prefixStream.next().multipliedFullWidth(by: UInt64(prefixes.groups)).high
      let group = blocks.substream(2 &* draw)
      for block in 0..<shared { hashes.append(group.number(UInt64(block))) }
    }
    let own = blocks.substream(2 &* index &+ 1)
    for block in shared..<count { hashes.append(own.number(UInt64(block))) }
  }
}
