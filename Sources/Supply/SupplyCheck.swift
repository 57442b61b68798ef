import Formats
import Simulation
import Units

/// What a source says of one quantity, held against the model at the date on which it said so.
public struct SupplyCheck: Decodable, Sendable {
  public var id, title, unit: String
  public var asOf: CalendarDay
  public var measure: SupplyMeasure
  public var estimate: Estimate
  public var source: String
  public var note: String?
  /// Sources differ by a factor: the row counts for the band, not for the median.
  public var disputed: Bool?
  /// What the source assumes, laid over the base.
  public var values: NamedValues<Uncertainty>?
  public var set: NamedValues<Node>?
  public var schools: NamedValues<String>?
  public var without: [String]?

  public struct Estimate: Decodable, Sendable { public var low, mid, high: Double }
}

/// How the model stands against the checks.
public struct SupplyValidation: Encodable, Sendable {
  public var rows: [Row]
  /// Share of the rows whose middle lies in the model's 90% band.
  public var insideShare: Double
  /// Median over undisputed rows of |model median / middle − 1|.
  public var medianError: Double
  /// Share of undisputed rows whose median lies within 20% of the middle.
  public var closeShare: Double
  /// Mean over the rows of the continuous ranked probability score by the middle.
  public var score: Double
  public var run: SupplyReport.Run

  public struct Row: Encodable, Sendable {
    public var id, title, unit, asOf, source: String
    public var low, mid, high: Double
    public var model: SupplyReport.Band
    public var isInside: Bool
    public var isDisputed: Bool
    /// Relative error of the median; nil where the middle is zero.
    public var error: Double?
    /// Continuous ranked probability score, in the row's unit.
    public var score: Double
  }

  /// Runs the base once for each information date and set of assumptions.
  public init(catalog: Catalog, draws: Int, seed: UInt64, workers: Int, version: String) throws {
    struct File: Decodable { var checks: [SupplyCheck] }
    let checks = try catalog.node("supply", "checks").decode(File.self).checks
    let base = try SupplyScenario("base", catalog: catalog)
    var question = SupplyQuestion(draws: draws, seed: seed, workers: workers)
    rows = []
    // Checks of one date and without assumptions of their own share a run.
    var plain: [(date: CalendarDay, checks: [SupplyCheck])] = []
    var order: [[SupplyCheck]] = []
    for check in checks {
      if check.values != nil || check.set != nil || check.schools != nil || check.without != nil {
        order.append([check])
      } else if let index = plain.firstIndex(where: { $0.date == check.asOf }) {
        plain[index].checks.append(check)
      } else {
        plain.append((check.asOf, [check]))
      }
    }
    for group in plain.map(\.checks) + order {
      guard let first = group.first else { continue }
      question.asOf = first.asOf
      let world = try base.assuming(first).compiled(question)
      let measures = try group.map { try CompiledMeasure($0.measure, series: world.series, horizon: world.horizon) }
      let outcome = world.run(draws: draws, measures: measures, workers: workers, withSeries: false)
      for (index, check) in group.enumerated() { rows.append(Row(check, outcome.measures[index])) }
    }
    let position = Dictionary(checks.enumerated().map { ($1.id, $0) }) { first, _ in first }
    rows.sort { (position[$0.id] ?? 0) < (position[$1.id] ?? 0) }
    let count = Double(max(rows.count, 1))
    insideShare = Double(rows.filter(\.isInside).count) / count
    let errors = rows.filter { !$0.isDisputed }.compactMap(\.error).map(abs).sorted()
    medianError = errors.isEmpty ? 0 : errors[errors.count / 2]
    closeShare = Double(errors.filter { $0 <= 0.2 }.count) / Double(max(errors.count, 1))
    score = rows.reduce(0) { $0 + ($1.mid > 0 ? $1.score / $1.mid : $1.score) } / count
    run = .init(
      version: version, seed: seed, draws: draws,
      months: Horizon(firstYear: base.world.firstYear, lastYear: base.world.lastYear).count,
      asOf: nil, inputHash: base.inputHash)
  }
}

extension SupplyValidation.Row {
  init(_ check: SupplyCheck, _ values: [Float]) {
    id = check.id
    title = check.title
    unit = check.unit
    asOf = check.asOf.description
    source = check.source
    (low, mid, high) = (check.estimate.low, check.estimate.mid, check.estimate.high)
    model = .init(of: values)
    let slack = 1e-6 * abs(mid)
    isInside = model.p05 - slack <= mid && mid <= model.p95 + slack
    isDisputed = check.disputed ?? false
    error = mid > 0 ? model.p50 / mid - 1 : nil
    score = rankedProbabilityScore(values, mid)
  }
}

/// E|X − y| − ½ E|X − X'| over the draws: 0 for a certain and right forecast, |X − y| for a certain one.
func rankedProbabilityScore(_ draws: [Float], _ outcome: Double) -> Double {
  let sorted = draws.sorted()
  let count = Double(sorted.count)
  var distance = 0.0, spread = 0.0
  for (index, value) in sorted.enumerated() {
    distance += abs(Double(value) - outcome)
    spread += Double(value) * (2 * Double(index) - count + 1)
  }
  return distance / count - spread / (count * count)
}

extension SupplyScenario {
  fileprivate func assuming(_ check: SupplyCheck) throws -> SupplyScenario {
    var scenario = self
    for (path, value) in check.set?.list ?? [] { try scenario.set(path, to: value) }
    for (name, value) in check.values?.list ?? [] { try scenario.replace(name, by: value) }
    scenario.without += check.without ?? []
    scenario.schools += (check.schools?.list ?? []).map { ($0.name, $0.value) }
    return scenario
  }
}
