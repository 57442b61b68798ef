import Formats

/// How measured times lie to predicted ones over runs: quantiles of measured over predicted.
public struct MeasuredRatios: Codable, Sendable, Hashable {
  /// Of means over a run's requests; nil where fewer than `fewest` runs measured it.
  public var timePerOutputToken: Quantiles?
  /// As `timePerOutputToken`.
  public var timeToFirstToken: Quantiles?

  /// Runs from which quantiles are told.
  public static let fewest = 10

  public init(timePerOutputToken: Quantiles? = nil, timeToFirstToken: Quantiles? = nil) {
    self.timePerOutputToken = timePerOutputToken
    self.timeToFirstToken = timeToFirstToken
  }

  /// Between the lowest and the highest the next run lies with a chance of nine in ten.
  public struct Quantiles: Codable, Sendable, Hashable {
    /// That were counted.
    public var runs: Int
    /// The 5% quantile, the median, the 95% quantile.
    public var low: Double
    public var median: Double
    public var high: Double

    /// Of ratios in any order; nil of fewer than `fewest`.
    ///
    /// The quantile p of n values stands at the place p (n + 1), between its neighbours by their distance: a further
    /// value of the same kind lies below the k-th with the chance k/(n + 1). Below 19 values the least and the greatest
    /// stand for the 5% and 95%, and the chance that a further one lies between them is (n − 1)/(n + 1).
    public init?(_ ratios: [Double]) {
      guard ratios.count >= MeasuredRatios.fewest else { return nil }
      let sorted = ratios.sorted()
      func quantile(_ share: Double) -> Double {
        let place = min(max(share * Double(sorted.count + 1) - 1, 0), Double(sorted.count - 1))
        let lower = Int(place)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
      }
      runs = sorted.count
      low = quantile(0.05)
      median = quantile(0.5)
      high = quantile(0.95)
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case runs, low, median, high }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case timePerOutputToken, timeToFirstToken }
}

/// `catalog/published/compared.yaml`: the measurements by group, and ratios over several groups.
public struct ComparedFile: Codable, Sendable, Hashable {
  public var groups: [ComparedRuns]
  /// Of engines that were measured on two chips or more, then of all runs.
  public var pools: [Pool]

  public init(groups: [ComparedRuns] = [], pools: [Pool] = []) {
    self.groups = groups
    self.pools = pools
  }

  /// What stands in for a chip that was never compared: ratios over all groups of an engine, or over all.
  public struct Pool: Codable, Sendable, Hashable {
    /// Of the catalog; nil of all engines.
    public var engine: String?
    /// Kinds of chips that were measured.
    public var chips: Int
    public var ratios: MeasuredRatios
    public init(engine: String? = nil, chips: Int, ratios: MeasuredRatios) {
      self.engine = engine
      self.chips = chips
      self.ratios = ratios
    }
    enum CodingKeys: String, CodingKey, CaseIterable { case engine, chips, ratios }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case groups, pools }

  /// That of the catalog; empty where it is not beside the program.
  public static func read(_ catalog: Catalog) throws -> ComparedFile {
    guard let path = catalog.resourcePath("catalog/published/compared.yaml") else { return ComparedFile() }
    return try Node.read(path: path).decode(ComparedFile.self)
  }

  /// Of the engine where it has a pool, else of all.
  public func pool(of engine: String) -> Pool? {
    pools.first { $0.engine == engine } ?? pools.first { $0.engine == nil }
  }
}
