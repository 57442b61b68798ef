import Simulation
import Units

/// Requests with other lengths: prompts and answers times a factor, or answers drawn anew.
///
/// Hashes stay those of the leading blocks; what a longer prompt has beyond them is its own.
public struct LengthsSource: RequestSource {
  private var base: any RequestSource
  private let promptFactor: Double
  private let outputFactor: Double
  private let outputs: LengthDistribution?
  private var stream: RandomStream

  public init(
    _ base: any RequestSource, promptFactor: Double = 1, outputFactor: Double = 1, outputs: LengthDistribution? = nil,
    seed: Seed
  ) {
    self.base = base
    self.promptFactor = promptFactor
    self.outputFactor = outputFactor
    self.outputs = outputs
    stream = seed.stream("outputTokens")
  }

  public var tokensPerBlock: Int { base.tokensPerBlock }
  public var reading: TraceDescription? { base.reading }
  public var skipped: SkippedLines { base.skipped }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    guard try base.read(into: &batch) else { return false }
    for index in 0..<batch.count {
      batch.promptTokens[index] = Self.scaled(batch.promptTokens[index], promptFactor)
      let output = outputs?.sample(&stream) ?? batch.outputTokens[index]
      batch.outputTokens[index] = Self.scaled(output, outputFactor)
    }
    if promptFactor < 1, base.tokensPerBlock > 0 { batch.dropHashesBeyondPrompts(tokensPerBlock: base.tokensPerBlock) }
    return true
  }

  /// At least one token.
  private static func scaled(_ tokens: Int32, _ factor: Double) -> Int32 {
    factor == 1 ? tokens : Int32(max(1, min(Double(Int32.max), (Double(tokens) * factor).rounded())))
  }
}

extension RequestBatch {
  /// A shorter prompt keeps the hashes of its whole blocks.
  mutating func dropHashesBeyondPrompts(tokensPerBlock: Int) {
    guard !blockHashes.isEmpty else { return }
    var kept: [UInt64] = []
    let ends = (0..<count).map { index in
      kept += blockHashes[blocks(of: index)].prefix(Int(promptTokens[index]) / tokensPerBlock)
      return Int32(truncatingIfNeeded: kept.count)
    }
    blockHashes = kept
    blockEnds = ends
  }
}
