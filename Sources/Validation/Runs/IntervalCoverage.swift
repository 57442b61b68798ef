import Formats
import Serving

/// How many measured runs lie within the intervals that an answer tells, when the interval is of other runs.
public struct IntervalCoverage: Sendable, Hashable {
  /// What the interval rests on, and what it is tried on.
  public enum Split: Sendable, Hashable, CaseIterable {
    /// Runs of the model, else of the group, in one half by the hash of the id; tried on the other half, both ways.
    case halves
    /// All runs of the engine on other chips; tried on the chip that was left out.
    case otherChips
  }

  public var split: Split
  public var metric: RunOutcome.Metric
  /// Runs that an interval could be made for.
  public var runs: Int
  /// Of these, within it.
  public var within: Int

  public var share: Double? { runs > 0 ? Double(within) / Double(runs) : nil }
}

extension RunValidation {
  /// Of the scored runs, both ways of splitting them, for both times.
  public var intervalCoverage: [IntervalCoverage] { IntervalCoverage.all(measurements) }
}

extension IntervalCoverage {
  static func all(_ measurements: [ComparedMeasurement]) -> [IntervalCoverage] {
    let scored = measurements.filter { !$0.isFitted && $0.ratio != nil }
    return Split.allCases.flatMap { split in
      let tried = split == .halves ? halves(scored) : otherChips(scored)
      return [RunOutcome.Metric.timePerOutputToken, .timeToFirstToken].map { metric in
        let mine = tried.filter { $0.metric == metric }
        return IntervalCoverage(
          split: split, metric: metric, runs: mine.count, within: mine.filter(\.isWithin).count)
      }
    }
  }

  private struct Trial {
    var metric: RunOutcome.Metric
    var isWithin: Bool

    init?(_ measurement: ComparedMeasurement, _ ratios: MeasuredRatios?) {
      let quantiles: MeasuredRatios.Quantiles?
      switch measurement.metric {
      case .timePerOutputToken: (metric, quantiles) = (.timePerOutputToken, ratios?.timePerOutputToken)
      case .timeToFirstToken: (metric, quantiles) = (.timeToFirstToken, ratios?.timeToFirstToken)
      case .prefillThroughput: return nil
      }
      guard let quantiles, let ratio = measurement.ratio else { return nil }
      isWithin = ratio >= quantiles.low && ratio <= quantiles.high
    }
  }

  private static func halves(_ scored: [ComparedMeasurement]) -> [Trial] {
    let halves = Dictionary(grouping: scored) { isInFirstHalf($0.id) }
    return [true, false].flatMap { half -> [Trial] in
      let compared = ComparedFile(halves[half] ?? [])
      return (halves[!half] ?? []).compactMap { measurement -> Trial? in
        guard let group = compared.groups.first(where: { $0.group == measurement.group }) else { return nil }
        let own = group.models.first { $0.model == measurement.model }?.ratios
        return Trial(measurement, own ?? group.ratios)
      }
    }
  }

  private static func otherChips(_ scored: [ComparedMeasurement]) -> [Trial] {
    let places = Dictionary(grouping: scored) { Place(engine: $0.group.engine, chip: $0.group.chip) }
    return places.sorted { ($0.key.engine, $0.key.chip) < ($1.key.engine, $1.key.chip) }.flatMap {
      place, mine -> [Trial] in
      let others = scored.filter { $0.group.engine == place.engine && $0.group.chip != place.chip }
      let ratios = MeasuredRatios(others)
      return mine.compactMap { Trial($0, ratios) }
    }
  }

  private struct Place: Hashable {
    var engine: String
    var chip: String
  }

  /// By the last digit of the id's hash.
  static func isInFirstHalf(_ id: String) -> Bool {
    contentHash(Array(id.utf8)).last?.hexDigitValue.map { $0 % 2 == 0 } ?? true
  }
}
