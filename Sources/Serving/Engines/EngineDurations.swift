import Simulation
import Units

/// How long a step of an engine lasts, in whole picoseconds, as an integer function of integer state.
///
/// Engines without overlap between microbatches spend the sum of their parts:
///
///     pure decode   max(decodeBase[n] + core, decodeFloor[n])
///     with chunks   base(t, T) + head(s) + host(r) + core + Σ chunks
///     core          Σ over context kinds κ of α[κ][n] + β[κ][n] · S[κ]
///
/// n requests that decode on the fullest rank, t new tokens on it and T on all ranks, s tokens that are sampled, r
/// requests in the step, S the context that is seen in quanta of 1/64 token. All ranks wait for the slowest. Sampled
/// once from a continuous model; what lies between samples is interpolated.
public struct EngineDurations: Sendable {
  /// What the continuous model is asked for.
  public struct Model {
    /// Everything of a pure decode step with `requests` on every rank but attention cores.
    public var decode: (_ requests: Int) -> Seconds
    /// What a pure decode step takes at least, because the host launches it.
    public var floor: (_ requests: Int) -> Seconds
    /// Everything of a step with prompts that grows with its tokens: new tokens of the fullest rank and of all ranks.
    public var shared: (_ tokens: Int, _ instanceTokens: Int) -> Seconds
    /// Head and sampling of so many tokens on a rank.
    public var head: (_ sampled: Int) -> Seconds
    /// The host's part of a step with so many requests on a rank.
    public var host: (_ requests: Int) -> Seconds
    /// The attention core of decode for each context kind: requests, and the sum of the contexts that they see.
    public var core: (_ kind: Int, _ requests: Int, _ context: Int) -> Seconds
    /// A chunk of a prompt: new tokens, tokens before them.
    public var chunk: (_ kind: Int, _ newTokens: Int, _ cachedTokens: Int) -> Seconds
    /// Of the whole instance in a pure decode step.
    public var decodePower: (_ requests: Int) -> Watts
    /// Of the whole instance in a step with so many new tokens on each rank.
    public var mixedPower: (_ tokens: Int) -> Watts

    public init(
      decode: @escaping (_ requests: Int) -> Seconds,
      floor: @escaping (_ requests: Int) -> Seconds = { _ in .zero },
      shared: @escaping (_ tokens: Int, _ instanceTokens: Int) -> Seconds,
      head: @escaping (_ sampled: Int) -> Seconds = { _ in .zero },
      host: @escaping (_ requests: Int) -> Seconds = { _ in .zero },
      core: @escaping (_ kind: Int, _ requests: Int, _ context: Int) -> Seconds,
      chunk: @escaping (_ kind: Int, _ newTokens: Int, _ cachedTokens: Int) -> Seconds,
      decodePower: @escaping (_ requests: Int) -> Watts = { _ in .zero },
      mixedPower: @escaping (_ tokens: Int) -> Watts = { _ in .zero }
    ) {
      self.decode = decode
      self.floor = floor
      self.shared = shared
      self.head = head
      self.host = host
      self.core = core
      self.chunk = chunk
      self.decodePower = decodePower
      self.mixedPower = mixedPower
    }
  }

  public let kinds: Int
  public let requestLimit: Int
  public let tokenLimit: Int
  /// By requests on the fullest rank.
  let decodeBase: [Int64]
  /// By requests on the fullest rank; nil where no host binds.
  let decodeFloor: [Int64]?
  /// `base` where only the fullest rank has tokens, and where every rank has as many.
  let alone: SampledLine
  let level: SampledLine
  let head: SampledLine
  let host: SampledLine
  let cores: [DecodeDurations]
  let chunks: [ChunkCost]
  let decodeMilliwatts: [Int64]
  let mixedMilliwatts: SampledLine
  let ranks: Int

  /// - Parameters:
  ///   - ranks: ranks of an instance that step together.
  ///   - requestLimit: requests on a rank at most.
  ///   - tokenLimit: new tokens of a step on a rank at most; beyond it (a prompt that is not cut, decode without a
  ///     budget) the last line goes on.
  ///   - contextLimit: tokens of context on a rank at most, over all of its requests; beyond it the last line goes on.
  ///   - widths: what each kind sees of a chunk's context; all of it where there are fewer.
  public init(
    kinds: Int, ranks: Int, requestLimit: Int, tokenLimit: Int, contextLimit: Int, widths: [ContextWidth] = [],
    segmentCount: Int = 16, sampling: Int = 16, _ model: Model
  ) {
    precondition(kinds >= 0 && ranks > 0 && requestLimit > 0 && tokenLimit > 0, "engine durations need a range")
    self.kinds = kinds
    self.ranks = ranks
    self.requestLimit = requestLimit
    self.tokenLimit = tokenLimit
    let requests = SampledLine(limit: requestLimit, perOctave: sampling) { model.decode($0).value * 1e12 }
    decodeBase = (0...requestLimit).map { max(1, requests.value($0)) }
    let floor = SampledLine(limit: requestLimit, perOctave: sampling) { model.floor($0).value * 1e12 }
    decodeFloor = floor.value(1) > 0 ? (0...requestLimit).map { floor.value($0) } : nil
    alone = SampledLine(limit: tokenLimit, perOctave: sampling) { model.shared(max(1, $0), max(1, $0)).value * 1e12 }
    level = SampledLine(limit: tokenLimit, perOctave: sampling) {
      model.shared(max(1, $0), max(1, $0) * ranks).value * 1e12
    }
    head = SampledLine(limit: requestLimit, perOctave: sampling) { $0 == 0 ? 0 : model.head($0).value * 1e12 }
    host = SampledLine(limit: requestLimit, perOctave: sampling) { model.host($0).value * 1e12 }
    let samples = SampledLine.places(upTo: requestLimit, perOctave: sampling)
    cores = (0..<kinds).map { kind in
      DecodeDurations(
        requestLimit: requestLimit, contextLimit: max(1, contextLimit), segmentCount: segmentCount, sampledAt: samples,
        least: 0
      ) { $0 == 0 ? .zero : model.core(kind, $0, $1) }
    }
    chunks = (0..<kinds).map { kind in
      ChunkCost(kind < widths.count ? widths[kind] : .full) { model.chunk(kind, $0, $1) }
    }
    let power = SampledLine(limit: requestLimit, perOctave: 4) { model.decodePower($0).value * 1000 }
    decodeMilliwatts = (0...requestLimit).map { power.value($0) }
    mixedMilliwatts = SampledLine(limit: tokenLimit, perOctave: 4) { model.mixedPower($0).value * 1000 }
  }

  /// What grows with the tokens of a step that holds prompts: `tokens` on the fullest rank, `total` on all.
  @inline(__always)
  func base(tokens: Int, total: Int) -> Int64 {
    let low = alone.value(tokens)
    if ranks == 1 || tokens == 0 { return low }
    let high = level.value(tokens)
    let (whole, isBeyond) = (high - low).multipliedReportingOverflow(by: Int64(total - tokens))
    let parts = Int64(tokens * (ranks - 1))
    return low + (isBeyond ? (high - low) / parts * Int64(total - tokens) : whole / parts)
  }
}

/// The attention core of a chunk: pairs where it is bound by compute, tokens read where it is bound by memory.
struct ChunkCost: Sendable {
  /// Picoseconds for each chunk, for 2¹⁶ pairs, for 2¹⁶ tokens read.
  let start: Int64
  let perPairs: Int64
  let perReads: Int64

  init(_ width: ContextWidth, _ seconds: (_ newTokens: Int, _ cachedTokens: Int) -> Seconds) {
    let one = seconds(1, 0).value * 1e12
    let new = 4096
    let pairs = Double(width.pairs(new: new, after: 0))
    perPairs = Int64(min(SampledLine.most, max(0, (seconds(new, 0).value * 1e12 - one) * 65536 / pairs)).rounded())
    let cached = 65536
    let reads = Double(max(1, width.reads(new: 1, after: cached) - 1))
    perReads = Int64(min(SampledLine.most, max(0, (seconds(1, cached).value * 1e12 - one) * 65536 / reads)).rounded())
    start = Int64(min(SampledLine.most, max(0, one)).rounded())
  }

  /// `pairs` seen and `reads` tokens of context read by one chunk.
  @inline(__always) func picoseconds(pairs: Int, reads: Int) -> Int64 {
    start + max(Self.share(perPairs, pairs), Self.share(perReads, reads))
  }

  /// Of 2¹⁶; no more than the longest step.
  @inline(__always) private static func share(_ cost: Int64, _ count: Int) -> Int64 {
    let (product, isBeyond) = cost.multipliedReportingOverflow(by: Int64(count))
    return isBeyond ? Int64(min(SampledLine.most, Double(cost) * Double(count) / 65536)) : product >> 16
  }
}

/// A function of a whole number: exact up to `2 · perOctave`, beyond that linear between `perOctave` samples an octave,
/// and beyond the last sample as between the last two.
struct SampledLine: Sendable {
  private let shift: Int
  private let values: [Int64]
  /// Where the last two samples lie.
  private let ends: (before: Int, last: Int)

  init(limit: Int, perOctave: Int, _ sample: (Int) -> Double) {
    var shift = 0
    while 1 << (shift + 1) <= perOctave { shift += 1 }
    self.shift = shift
    let places = Self.places(upTo: limit, perOctave: perOctave)
    values = places.map { Int64(min(sample($0), Self.most).rounded()) }
    ends = (places[places.count - 2], places[places.count - 1])
  }

  /// More than a day of picoseconds: no step is as long, and sums of a few still fit.
  static let most = 1e17

  /// Where samples lie: 0, 1, 2 … then ever wider; the last at or beyond `limit`.
  static func places(upTo limit: Int, perOctave: Int) -> [Int] {
    var shift = 0
    while 1 << (shift + 1) <= perOctave { shift += 1 }
    var places: [Int] = []
    var index = 0
    while true {
      let place = Self.place(index, shift)
      places.append(place)
      if place > limit { return places }
      index += 1
    }
  }

  private static func place(_ index: Int, _ shift: Int) -> Int {
    let exponent = max(0, index >> shift - 1)
    return (index - exponent << shift) << exponent
  }

  @inline(__always)
  func value(_ number: Int) -> Int64 {
    let exponent = max(0, Int.bitWidth - 1 - number.leadingZeroBitCount - shift)
    let index = exponent << shift + number >> exponent
    if index + 1 >= values.count { return beyond(number) }
    let low = values[index]
    let rest = number & (1 << exponent - 1)
    if rest == 0 { return low }
    return low + share(values[index + 1] - low, Int64(rest), exponent)
  }

  /// `step · rest / 2^exponent`; less exactly where the product does not fit.
  @inline(__always)
  private func share(_ step: Int64, _ rest: Int64, _ exponent: Int) -> Int64 {
    let (product, isBeyond) = step.multipliedReportingOverflow(by: rest)
    return isBeyond ? (step >> Int64(exponent)) * rest : product >> Int64(exponent)
  }

  @inline(never)
  private func beyond(_ number: Int) -> Int64 {
    let last = values[values.count - 1]
    let perNumber = Double(last - values[values.count - 2]) / Double(ends.last - ends.before)
    return Int64(min(Double(last) + perNumber * Double(number - ends.last), Self.most))
  }
}
