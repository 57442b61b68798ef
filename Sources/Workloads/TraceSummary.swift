import Formats
import Simulation
import Units

/// What `trace inspect` tells of a workload, gathered in one pass.
///
/// Memory: two histograms, and eight to sixteen bytes for each different block and conversation.
public struct TraceSummary: Codable, Sendable {
  public var requests: Int
  /// From the first arrival to the last.
  public var span: Seconds
  /// Requests per second over the span; 0 for a span of zero.
  public var meanRate: Double
  /// The most requests per second in any whole second, and in any whole minute, counted from the first arrival.
  public var peakRatePerSecond: Double
  public var peakRatePerMinute: Double
  public var promptTokens: Tokens
  public var outputTokens: Tokens
  /// Nil where the requests have no hashes.
  public var prefixes: Prefixes?
  /// Mean over the requests of the token pairs that prefill attends to, with an endless prefix cache, and with none.
  public var meanAttentionPairsCached: Double
  public var meanAttentionPairs: Double
  public var clock: Clock
  /// How the trace was read; nil for generated requests.
  public var reading: TraceDescription?
  /// Conversations, and requests that are turns of one; nil where there are none.
  public var conversations: Conversations?
  public var skipped: Int
  /// The first damaged lines, as sentences.
  public var skippedExamples: [String]

  /// Over the requests.
  public struct Tokens: Codable, Sendable, Hashable {
    public var total: Int
    public var mean: Double
    public var minimum, p50, p90, p99, maximum: Int
  }

  /// Blocks of prompts, and how often they come again.
  public struct Prefixes: Codable, Sendable, Hashable {
    public var tokensPerBlock: Int
    public var blocks: Int
    public var differentBlocks: Int
    /// Leading blocks that some earlier request had, over all blocks: the hit rate of an endless cache.
    public var bestHitRate: Double
    /// Prompt tokens that an endless cache would hold, over all prompt tokens; at least one token of each prompt is
    /// computed.
    public var bestTokenHitRate: Double
  }

  /// Requests that belong together.
  public struct Conversations: Codable, Sendable, Hashable {
    /// With at least one turn.
    public var count: Int
    public var turns: Int
  }

  /// How fine the log's clock is.
  public struct Clock: Codable, Sendable, Hashable {
    public var differentArrivals: Int
    /// Share of the requests that arrive at the same instant as another.
    public var sharedFraction: Double
    /// The most common interval between different arrivals, of the logarithmic bucket (2% wide) that holds most.
    public var usualInterval: Seconds
    /// What to do about it, if anything.
    public var advice: String?
  }
}

extension TraceSummary {
  /// Reads a trace of the catalog, a file or standard input (`-`) to its end.
  public static func read(_ trace: String, catalog: Catalog, skipBad: Bool = false) throws -> TraceSummary {
    var workload = WorkloadSpecification(trace: trace)
    workload.skipBad = skipBad
    return try TraceSummary(of: workload.makeSource(catalog: catalog, seed: Seed(0)))
  }

  /// Reads `source` to its end.
  public init(of source: any RequestSource) throws {
    var source = source
    var batch = RequestBatch()
    var survey = Survey()
    while try source.read(into: &batch) { survey.add(batch, tokensPerBlock: source.tokensPerBlock) }
    self = survey.summary(tokensPerBlock: source.tokensPerBlock, reading: source.reading, skipped: source.skipped)
  }
}

/// What is kept while the requests go by.
private struct Survey {
  private var prompts = TokenHistogram()
  private var outputs = TokenHistogram()
  private var last = Instant.zero
  private var first: Instant?
  private var seconds = WindowPeak(width: 1_000_000_000_000)
  private var minutes = WindowPeak(width: 60_000_000_000_000)
  private var ticks = TickSurvey()
  private var blocks = 0
  private var hits = 0
  private var known = Set<UInt64>()
  private var sessions = Set<UInt64>()
  private var turns = 0
  private var cachedTokens = 0
  private var pairs = 0.0
  private var pairsCached = 0.0

  mutating func add(_ batch: RequestBatch, tokensPerBlock: Int) {
    for index in 0..<batch.count {
      let arrival = batch.arrivals[index]
      let start = first ?? arrival
      first = start
      last = arrival
      seconds.add((arrival - start).picoseconds)
      minutes.add((arrival - start).picoseconds)
      ticks.add(arrival)
      if !batch.sessions.isEmpty, batch.sessions[index] != 0 {
        sessions.insert(batch.sessions[index])
        turns += 1
      }
      prompts.add(batch.promptTokens[index])
      outputs.add(batch.outputTokens[index])
      let prompt = Int(batch.promptTokens[index])
      let leading = addBlocks(batch.blockHashes[batch.blocks(of: index)])
      let cached = min(prompt - 1, leading * tokensPerBlock)
      cachedTokens += cached
      let (whole, held) = (Double(prompt), Double(cached))
      pairs += whole * (whole + 1) / 2
      pairsCached += (whole - held) * (held + (whole - held + 1) / 2)
    }
  }

  /// The leading blocks that were known.
  private mutating func addBlocks(_ hashes: ArraySlice<UInt64>) -> Int {
    var isLeading = true
    var leading = 0
    for hash in hashes {
      let isNew = known.insert(hash).inserted
      isLeading = isLeading && !isNew
      leading += isLeading ? 1 : 0
    }
    hits += leading
    blocks += hashes.count
    return leading
  }

  func summary(
    tokensPerBlock: Int, reading: TraceDescription?, skipped: SkippedLines
  ) -> TraceSummary {
    let span = (last - (first ?? .zero)).seconds
    let prefixes = TraceSummary.Prefixes(
      tokensPerBlock: tokensPerBlock, blocks: blocks, differentBlocks: known.count,
      bestHitRate: Double(hits) / Double(max(1, blocks)),
      bestTokenHitRate: Double(cachedTokens) / Double(max(1, prompts.sum)))
    let count = Double(max(1, prompts.count))
    return TraceSummary(
      requests: prompts.count, span: span, meanRate: span > .zero ? Double(prompts.count) / span.value : 0,
      peakRatePerSecond: Double(seconds.peak), peakRatePerMinute: Double(minutes.peak) / 60,
      promptTokens: Self.tokens(prompts), outputTokens: Self.tokens(outputs),
      prefixes: blocks > 0 ? prefixes : nil, meanAttentionPairsCached: pairsCached / count,
      meanAttentionPairs: pairs / count, clock: ticks.clock(requests: prompts.count), reading: reading,
      conversations: turns > 0 ? .init(count: sessions.count, turns: turns) : nil, skipped: skipped.count,
      skippedExamples: skipped.examples.map(\.description))
  }

  private static func tokens(_ histogram: TokenHistogram) -> TraceSummary.Tokens {
    TraceSummary.Tokens(
      total: histogram.sum, mean: histogram.mean, minimum: histogram.minimum, p50: histogram.quantile(0.5),
      p90: histogram.quantile(0.9), p99: histogram.quantile(0.99), maximum: histogram.maximum)
  }
}

/// The most events in any window of this width, windows side by side from zero on.
private struct WindowPeak {
  let width: Int64
  private(set) var peak = 0
  private var window: Int64 = 0
  private var count = 0

  init(width: Int64) { self.width = width }

  mutating func add(_ time: Int64) {
    let window = time / width
    count = window == self.window ? count + 1 : 1
    self.window = window
    peak = max(peak, count)
  }
}

/// Whether arrivals share the ticks of a coarse clock, and how far apart the ticks are.
private struct TickSurvey {
  private var last: Instant?
  private var group = 0
  private var differentArrivals = 0
  private var shared = 0
  /// Intervals by the logarithm of their length: number and sum.
  private var counts: [Int: (count: Int, sum: Double)] = [:]

  mutating func add(_ arrival: Instant) {
    if let last, arrival == last {
      shared += group == 1 ? 2 : 1
      group += 1
      return
    }
    if let last {
      let interval = (arrival - last).picoseconds
      counts[Self.bucket(interval), default: (0, 0)].count += 1
      counts[Self.bucket(interval), default: (0, 0)].sum += Double(interval)
    }
    last = arrival
    group = 1
    differentArrivals += 1
  }

  /// 36 buckets an octave of 2, so that a bucket is 2% wide.
  private static func bucket(_ interval: Int64) -> Int {
    Int((logarithm(Double(max(1, interval))) / logarithm(2) * 36).rounded())
  }

  func clock(requests: Int) -> TraceSummary.Clock {
    // The order of the dictionary does not matter: ties go to the shorter interval.
    let usual = counts.max { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }
    let interval = usual.map { Seconds($0.value.sum / Double($0.value.count) * 1e-12) } ?? .zero
    let fraction = Double(shared) / Double(max(1, requests))
    let isCoarse = fraction > 0.5 && interval >= .milliseconds(10)
    let length = (interval.value * 100).rounded() / 100
    let advice = isCoarse ? "arrivals share a clock that ticks every \(length) s; spread them with --spread" : nil
    return TraceSummary.Clock(
      differentArrivals: differentArrivals, sharedFraction: fraction, usualInterval: interval, advice: advice)
  }
}
