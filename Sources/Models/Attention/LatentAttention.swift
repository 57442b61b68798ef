/// DeepSeek's multi-head latent attention: one latent vector and a shared rotary key per token are kept.
public struct LatentAttention: Hashable, Sendable {
  public var heads: Int
  /// Rank of the query's down-projection; nil where the query is projected at once.
  public var queryRank: Int?
  public var keyValueRank: Int
  public var nopeDimension: Int
  public var ropeDimension: Int
  public var valueDimension: Int
  /// Columns of a sigmoid gate on the output: one a head (Ling V3) or one an element (Kimi K3).
  public var gateWidth: Int
  /// `.topK` in DeepSeek V3.2 and GLM-5, else `.full`.
  public var visibility: Visibility
  public init(
    heads: Int, queryRank: Int?, keyValueRank: Int, nopeDimension: Int, ropeDimension: Int, valueDimension: Int,
    gateWidth: Int = 0, visibility: Visibility = .full
  ) {
    self.heads = heads
    self.queryRank = queryRank
    self.keyValueRank = keyValueRank
    self.nopeDimension = nopeDimension
    self.ropeDimension = ropeDimension
    self.valueDimension = valueDimension
    self.gateWidth = gateWidth
    self.visibility = visibility
  }

  /// Elements of the queries of all heads.
  public var queryWidth: Int { heads * (nopeDimension + ropeDimension) }

  /// The latent vector and the shared rotary key; an indexer's keys come on top.
  public var keyValueElementsPerToken: Int { keyValueRank + ropeDimension }

  func projectionParameters(hiddenSize: Int) -> Int {
    let query = queryRank.map { $0 * (hiddenSize + queryWidth) } ?? hiddenSize * queryWidth
    let down = hiddenSize * (keyValueRank + ropeDimension + gateWidth)
    let up = keyValueRank * heads * (nopeDimension + valueDimension)
    return query + down + up + heads * valueDimension * hiddenSize
  }

  func indexerParameters(hiddenSize: Int) -> Int {
    visibility.indexer?.parameters(hiddenSize: hiddenSize, queryWidth: queryRank ?? hiddenSize) ?? 0
  }

  var normParameters: Int { (queryRank ?? 0) + keyValueRank }

  func cacheFootprint(_ formats: CacheFormats) -> CacheFootprint {
    let latent = formats.bytes(latent: keyValueRank, rotary: ropeDimension)
    let key = visibility.indexer.map { formats.bytes(indexKey: $0.dimension) } ?? 0
    return CacheFootprint(parts: [.init(bytesPerToken: .init(latent + key), kind: visibility.kept)])
  }
}
