import Simulation
import Units

/// How long a prefill iteration of one instance lasts, in whole picoseconds, and what it draws meanwhile.
///
/// `duration = base(n) + slope(n) · (pairs − n) / 2¹⁶ + read · cached + request · (requests − 1)`, where `base` and
/// `slope` are linear between samples `spacing` new tokens apart. Sampled once from a continuous model; each sample is
/// rounded by at most half a picosecond, so only the model's curvature between samples is lost.
public struct PrefillDurations: Sendable {
  /// New tokens between samples; a power of two.
  public let spacing: Int
  private let spacingShift: Int
  /// Picoseconds at 0, spacing, 2·spacing … new tokens that see themselves only.
  private let base: [Int64]
  /// Picoseconds for each 2¹⁶ attention pairs more.
  private let slope: [Int64]
  private let perCachedToken: Int64
  private let perRequest: Int64
  private let milliwatts: [Int64]

  /// What one iteration computes, over all the requests in it.
  public struct Work: Sendable, Hashable {
    public var newTokens: Int
    /// Σ over new tokens of the tokens that each attends to, itself among them.
    public var attentionPairs: Int
    /// Tokens read from the cache at the start of the iteration.
    public var cachedTokens: Int
    public var requests: Int
    public init(newTokens: Int, attentionPairs: Int, cachedTokens: Int, requests: Int) {
      self.newTokens = newTokens
      self.attentionPairs = attentionPairs
      self.cachedTokens = cachedTokens
      self.requests = requests
    }
  }

  /// Samples `seconds` and `power` up to `maxNewTokens` in at most `samples` places.
  /// - Parameters:
  ///   - typicalContext: the tokens that a new token sees where the slope over attention pairs is measured.
  ///   - power: of the whole instance while it computes that many new tokens.
  public init(
    maxNewTokens: Int, typicalContext: Int = 4096, samples: Int = 32,
    seconds: (Work) -> Seconds, power: (_ newTokens: Int) -> Watts = { _ in .zero }
  ) {
    precondition(maxNewTokens > 0 && samples > 0 && typicalContext > 1, "prefill durations need a range to sample")
    var shift = 0
    while (maxNewTokens + (1 << shift) - 1) >> shift > samples { shift += 1 }
    spacingShift = shift
    spacing = 1 << shift
    let count = (maxNewTokens + spacing - 1) / spacing
    func picoseconds(_ n: Int, _ pairs: Int, _ cached: Int, _ requests: Int) -> Double {
      let work = Work(newTokens: n, attentionPairs: pairs, cachedTokens: cached, requests: requests)
      return seconds(work).value * 1e12
    }
    var base: [Int64] = []
    var slope: [Int64] = []
    var milliwatts: [Int64] = []
    for index in 0...count {
      let tokens = max(1, index << shift)
      let alone = picoseconds(tokens, tokens, 0, 1)
      let pairs = tokens * typicalContext
      base.append(Int64(alone.rounded()))
      slope.append(Int64(((picoseconds(tokens, pairs, 0, 1) - alone) * 65536 / Double(pairs - tokens)).rounded()))
      milliwatts.append(Int64((power(tokens).value * 1000).rounded()))
    }
    // The first sample is at one token; the line through it and the second is what goes on to none.
    if spacing > 1 { base[0] -= (base[1] - base[0]) / Int64(spacing - 1) }
    self.base = base
    self.slope = slope
    self.milliwatts = milliwatts
    let half = max(1, maxNewTokens / 2)
    let plain = picoseconds(half, half, 0, 1)
    perCachedToken = Int64(max(0, (picoseconds(half, half, 65536, 1) - plain) / 65536).rounded())
    perRequest = Int64(max(0, picoseconds(half, half, 0, 2) - plain).rounded())
  }

  /// Never less than a picosecond.
  public func duration(of work: Work) -> Span {
    let index = min(work.newTokens >> spacingShift, base.count - 2)
    let offset = Int64(work.newTokens - index << spacingShift)
    func interpolated(_ samples: [Int64]) -> Int64 {
      samples[index] + ((samples[index + 1] - samples[index]) * offset) >> Int64(spacingShift)
    }
    let attention = (interpolated(slope) * Int64(work.attentionPairs - work.newTokens)) >> 16
    let reading = perCachedToken * Int64(work.cachedTokens) + perRequest * Int64(work.requests - 1)
    return Span(picoseconds: max(1, interpolated(base) + attention + reading))
  }

  /// Of the whole instance, at the nearest sample.
  func milliwatts(newTokens: Int) -> Int64 {
    milliwatts[min((newTokens + spacing / 2) >> spacingShift, milliwatts.count - 1)]
  }
}
