import Formats
import Simulation
import Training
import Units

/// Constants of training found again on the published rows whose role is `calibrate`.
///
/// All move at once, each from what was believed of it before (`ConstantFit`); no row of role `validate` is read. A row
/// counts for the root of its group's rows (source, chip, model) over them: rows of a group err alike.
public struct TrainingFit: Codable, Sendable {
  /// One constant before and after, in its unit.
  public struct Value: Codable, Sendable {
    public var constant: TrainingConstant
    /// Whose file has it: a family of chips, or `generic` for all.
    public var platform: String
    public var catalog: Double
    public var prior: RunFit.Range
    public var reason: String
    public var posterior: RunFit.Range
    /// Deviation of the posterior over that of the prior: 1 where no row tells.
    public var left: Double
    /// Rows that move by a hundredth or more with a tenth of the constant.
    public var rows: Int
    /// Groups of these rows.
    public var groups: [String]
  }

  /// Over the rows that calibrate: what the fit makes small, and absolute errors of times.
  public struct Errors: Codable, Sendable {
    public var loss: Double
    public var median: Double
    public var p90: Double
  }

  /// A group predicted by constants that never saw it.
  public struct LeftOut: Codable, Sendable {
    /// `chip` or `model`.
    public var kind: String
    public var name: String
    public var rows: Int
    /// Medians of absolute errors: with all rows in the fit, and without the group.
    public var within: Double
    public var without: Double
  }

  public var values: [Value]
  public var before: Errors
  public var after: Errors
  public var rows: Int
  public var leftOut: [LeftOut]

  /// By how much a good model misses, as a logarithm.
  static let scale = 0.1
  private static let rounds = 12

  public init(catalog: Catalog, workers: Int) throws {
    let problem = try TrainingFitProblem(catalog: catalog, workers: workers)
    let fit = problem.fit
    let now = problem.slots.map(\.catalog)
    let (solution, expansion) = fit.fit(from: now, rounds: Self.rounds)
    before = Self.errors(fit, fit.expansion(at: now, onlyTimes: true))
    after = Self.errors(fit, fit.expansion(at: solution.values, onlyTimes: true))
    rows = fit.cases.count
    values = problem.slots.indices.map { index in
      let (slot, prior) = (problem.slots[index], fit.priors[index])
      let deviation = solution.deviations[index]
      let posterior = ConstantPrior(mean: solution.values[index], deviation: deviation, range: prior.range)
      let moving = problem.rows.indices.filter { fit.share(of: index, in: $0, expansion, solution.values) >= 0.1 }
      return Value(
        constant: slot.constant, platform: slot.platform, catalog: slot.catalog, prior: RunFit.Range(prior),
        reason: slot.reason, posterior: RunFit.Range(posterior), left: deviation / prior.deviation,
        rows: moving.count, groups: Self.unique(moving.map { problem.rows[$0].fitGroup }))
    }
    leftOut =
      Self.leaving("chip", problem, solution, expansion) { $0.chip }
      + Self.leaving("model", problem, solution, expansion) { $0.model }
  }

  /// Each group in turn, on the lines of the fit with all rows.
  private static func leaving(
    _ kind: String, _ problem: TrainingFitProblem, _ whole: ConstantFit.Solution,
    _ expansion: ConstantFit.Expansion, by key: (TrainingRow) -> String
  ) -> [LeftOut] {
    unique(problem.rows.map(key)).sorted().map { name in
      let group = problem.rows.indices.filter { key(problem.rows[$0]) == name }
      let without = problem.fit.solve(expansion, omitting: Set(group))
      func median(_ values: [Double]) -> Double {
        let errors = group.compactMap { row -> Double? in
          guard let time = expansion.time(row, 0, values), let measured = problem.fit.cases[row].measured[0] else {
            return nil
          }
          return abs(time / measured - 1)
        }
        return quantile(errors.sorted(), 0.5) ?? 0
      }
      return LeftOut(
        kind: kind, name: name, rows: group.count, within: median(whole.values), without: median(without.values))
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: [String] = []
    for name in names where !seen.contains(name) { seen.append(name) }
    return seen
  }

  private static func errors(_ fit: ConstantFit, _ times: ConstantFit.Expansion) -> Errors {
    let errors = fit.cases.indices.compactMap { row -> Double? in
      guard let measured = fit.cases[row].measured[0], let time = times.base[row][0] else { return nil }
      return abs(time / measured - 1)
    }.sorted()
    return Errors(
      loss: fit.loss(times, times.centre, []), median: quantile(errors, 0.5) ?? 0, p90: quantile(errors, 0.9) ?? 0)
  }

  /// Files of the platforms with the values found, each whole and under its own name, for a folder of `--catalog`.
  public func files(catalog: Catalog, version: String) throws -> [CalibratedFile] {
    let source =
      "supernode calibrate --kind training of supernode \(version): \(rows) rows of role calibrate of training.csv; "
      + "nine in ten of the posterior"
    return try Self.unique(values.map(\.platform)).sorted().map { name in
      // The entry without what it is based on, so that it stays based on it.
      guard let path = catalog.path(of: name, kind: "training") else {
        throw Problem("training/\(name)", "there is no such file", wayOut: "see supernode catalog list training")
      }
      var node = try Node.read(path: path)
      let platform = try catalog.trainingPlatform(named: name)
      for value in values where value.platform == name {
        for (field, share) in value.constant.fields(in: platform) {
          let range = RunFit.Range(
            value: value.posterior.value * share, low: value.posterior.low * share, high: value.posterior.high * share)
          let fact = CalibratedFact(
            range, unit: value.constant.unit, identifiedBy: value.groups, source: source)
          node = try node.setting(field, to: fact.text)
        }
      }
      return CalibratedFile(path: "training/\(Catalog.slug(name)).yaml", text: node.yamlText)
    }
  }
}

extension TrainingRow {
  /// Rows that err alike.
  var fitGroup: String { "\(model) on \(chip)" }
}
