import Units

extension Validity {
  /// Between which times nine of ten measured runs lie that were predicted as this one: of means over all requests, for
  /// these were measured; nothing is said of percentiles.
  public struct Intervals: Codable, Sendable, Hashable {
    /// Of the mean time per output token.
    public var timePerOutputToken: Interval?
    /// Of the mean time to the first token.
    public var timeToFirstToken: Interval?
    /// Whose runs they rest on.
    public var basis: Basis
    /// The engine or the model of these runs; nil where they are of a group or of all engines.
    public var name: String?
    /// Kinds of chips in these runs.
    public var chips: Int
    /// Whether constants were fitted to these runs.
    public var isFitted: Bool
    /// True where the answer lies beyond what was measured: the doubt is at least this wide.
    public var isLowerBound: Bool

    /// The nearest runs of which there are enough.
    public enum Basis: String, Codable, Sendable, CaseIterable {
      /// This model on this chip by this engine.
      case model
      /// Models of this class on this chip by this engine.
      case group
      /// All chips that this engine was measured on.
      case engine
      /// All engines and chips.
      case all
    }
  }

  /// A predicted time, and the ends of its interval: the prediction times quantiles of measured over predicted times.
  public struct Interval: Codable, Sendable, Hashable {
    /// By the simulation.
    public var predicted: Seconds
    /// One run in twenty lies below.
    public var low: Seconds
    /// Half of the runs lie below.
    public var median: Seconds
    /// One run in twenty lies above.
    public var high: Seconds
    /// Measured runs that it rests on.
    public var runs: Int

    /// The ends times two factors: what an assumed input adds to the doubt.
    mutating func widen(by lower: Double, _ upper: Double) {
      low = low * min(1, lower)
      high = high * max(1, upper)
    }

    /// The same around another prediction.
    func around(_ other: Seconds) -> Interval {
      var moved = self
      let factor = other / predicted
      moved.predicted = other
      moved.low = low * factor
      moved.median = median * factor
      moved.high = high * factor
      return moved
    }
  }

  /// - Parameters:
  ///   - each: the mean time per output token; zero where no request had a second token.
  ///   - first: the mean time to the first token.
  mutating func addIntervals(each: Seconds, first: Seconds, by compared: ComparedFile) {
    guard var found = basis(in: compared) else { return }
    found.intervals.timePerOutputToken = Interval(each, found.ratios.timePerOutputToken)
    found.intervals.timeToFirstToken = Interval(first, found.ratios.timeToFirstToken)
    guard found.intervals.timePerOutputToken != nil || found.intervals.timeToFirstToken != nil else { return }
    intervals = found.intervals
  }

  /// Runs of the model, else of the group, else of the engine, else all: the first that are enough. An entry of the
  /// user's is in no group.
  private func basis(in compared: ComparedFile) -> (intervals: Intervals, ratios: MeasuredRatios)? {
    func intervals(_ basis: Intervals.Basis, _ name: String?, chips: Int, isFitted: Bool = false) -> Intervals {
      Intervals(basis: basis, name: name, chips: chips, isFitted: isFitted, isLowerBound: isBeyond)
    }
    if grade != .neverCompared, let own = compared.groups.first(where: { $0.group == group }) {
      let model = nearest?.model.flatMap { name in own.models.first { $0.model == name } }
      if let model, let ratios = model.ratios {
        return (intervals(.model, model.model, chips: 1, isFitted: model.fitted == true), ratios)
      }
      if let ratios = own.ratios { return (intervals(.group, nil, chips: 1), ratios) }
    }
    guard let pool = compared.pool(of: group.engine) else { return nil }
    return (intervals(pool.engine == nil ? .all : .engine, pool.engine, chips: pool.chips), pool.ratios)
  }

  private var isBeyond: Bool { grade == .outsideRange || grade == .neverCompared }
}

extension Validity.Intervals {
  /// The same around other predictions of a like run, such as means over several seeds.
  public func around(each: Seconds, first: Seconds) -> Self {
    var moved = self
    moved.timePerOutputToken = timePerOutputToken?.around(each)
    moved.timeToFirstToken = timeToFirstToken?.around(first)
    return moved
  }
}

extension Validity.Interval {
  init?(_ predicted: Seconds, _ ratios: MeasuredRatios.Quantiles?) {
    guard let ratios, predicted > .zero else { return nil }
    self.init(
      predicted: predicted, low: predicted * ratios.low, median: predicted * ratios.median,
      high: predicted * ratios.high, runs: ratios.runs)
  }
}
