import Units

/// DeepSeek V4's attention: every query sees a window, and entries that each stand for `ratio` earlier tokens.
///
/// One head of `headDimension` is key and value at once. With a ratio of 4 an indexer chooses `topK` entries
/// (compressed sparse attention); with 128 all entries are read (heavily compressed); 0 is the window alone.
public struct CompressedAttention: Hashable, Sendable {
  public var heads: Int
  public var headDimension: Int
  /// The last elements of a head, which are turned by position.
  public var ropeDimension: Int
  public var queryRank: Int
  /// The output projection works in so many groups of heads, each through this rank.
  public var outputGroups: Int
  public var outputRank: Int
  public var window: Int
  /// Tokens that one entry stands for; 0 without entries.
  public var ratio: Int
  /// Chooses entries; nil where all are read.
  public var indexer: Indexer?
  /// Entries that the indexer chooses.
  public var topK: Int

  public init(
    heads: Int, headDimension: Int, ropeDimension: Int, queryRank: Int, outputGroups: Int, outputRank: Int,
    window: Int, ratio: Int, indexer: Indexer? = nil, topK: Int = 0
  ) {
    self.heads = heads
    self.headDimension = headDimension
    self.ropeDimension = ropeDimension
    self.queryRank = queryRank
    self.outputGroups = outputGroups
    self.outputRank = outputRank
    self.window = window
    self.ratio = ratio
    self.indexer = indexer
    self.topK = topK
  }

  public var queryWidth: Int { heads * headDimension }

  /// Windows of compression that overlap (with an indexer) keep two entries in the making.
  private var overlap: Int { indexer == nil ? 1 : 2 }

  public var contextKinds: [ContextKind] { ratio == 0 ? [.window(window)] : [.window(window), .full] }

  func projectionParameters(hiddenSize: Int) -> Int {
    let query = hiddenSize * queryRank + queryRank * queryWidth
    let output = queryWidth * outputRank + outputGroups * outputRank * hiddenSize
    return query + hiddenSize * headDimension + heads + output + compressor(headDimension, hiddenSize: hiddenSize)
  }

  func indexerParameters(hiddenSize: Int) -> Int {
    guard let indexer else { return 0 }
    return compressor(indexer.dimension, hiddenSize: hiddenSize) + indexer.dimension
      + queryRank * indexer.heads * indexer.dimension + hiddenSize * indexer.heads
  }

  var normParameters: Int { queryRank + headDimension + (ratio == 0 ? 0 : headDimension) }

  /// Values and gates, and a table of positions.
  private func compressor(_ width: Int, hiddenSize: Int) -> Int {
    guard ratio > 0 else { return 0 }
    return overlap * width * (2 * hiddenSize + ratio)
  }

  /// Entries of all tokens at 1/`ratio` each, a window, and in FP32 the values and gates of entries in the making.
  func cacheFootprint(_ formats: CacheFormats) -> CacheFootprint {
    let entry = formats.bytes(compressed: headDimension, rotary: ropeDimension)
    var footprint = CacheFootprint(parts: [.init(bytesPerToken: Bytes(entry), kind: .window(window))])
    guard ratio > 0 else { return footprint }
    let key = indexer.map { formats.bytes(indexKey: $0.dimension) } ?? 0
    footprint.parts.insert(.init(bytesPerToken: Bytes((entry + key) / Double(ratio)), kind: .full), at: 0)
    let widths = overlap * (headDimension + (indexer?.dimension ?? 0))
    footprint.fixed = Bytes(Double(ratio * overlap * 2 * widths * 4))
    return footprint
  }
}
