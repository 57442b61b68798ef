import Formats
import Hardware
import Simulation
import Units

/// Engines' constants found again on the runs whose role is `calibrate` and whose prompts and answers are together.
///
/// All constants move at once, from what was believed of them before (`ConstantFit`). A run counts for the root of its
/// group's runs (engine, machine, model) over them: runs of a group err alike.
public struct RunFit: Codable, Sendable, Hashable {
  /// One constant before and after.
  public struct Value: Codable, Sendable, Hashable {
    public var constant: RunConstant
    /// The engines that have it, by their names in the catalog.
    public var engines: [String]
    /// `us`, `ms`, or nothing for shares and factors.
    public var unit: String
    /// In the catalog's files now.
    public var catalog: Double
    /// What was believed before any run: the middle, and the ends of nine in ten.
    public var prior: Range
    /// Why.
    public var reason: String
    /// What the runs say, and between which values it lies with nine chances in ten.
    public var posterior: Range
    /// Deviation of the posterior over that of the prior: 1 where the runs say nothing.
    public var left: Double
    /// Runs whose times move by a hundredth or more with a tenth of the constant.
    public var runs: Int
    /// Groups of these runs: engine, model, machine.
    public var groups: [String]
  }

  /// A value between two others.
  public struct Range: Codable, Sendable, Hashable {
    public var value: Double
    public var low: Double
    public var high: Double
  }

  /// Medians of absolute errors over the runs that calibrate.
  public struct Errors: Codable, Sendable, Hashable {
    /// What `ConstantFit` makes as small as it can.
    public var loss: Double
    public var timePerOutputToken: Double
    public var timeToFirstToken: Double
  }

  public var values: [Value]
  /// With the catalog's constants, and with those found.
  public var before: Errors
  public var after: Errors
  public var runs: Int
  /// Only the first of every so many runs was taken.
  public var every: Int

  /// By how much a good model misses TPOT and TTFT, as logarithms.
  static let scales = [0.1, 0.25]
  /// Slopes are taken anew at the optimum so often, at most.
  private static let rounds = 3

  public init(catalog: Catalog, every: Int = 1, workers: Int) throws {
    let mine = try Self.calibrating(catalog, every: every)
    let problem = try RunProblem(mine, RunPredictor(catalog: catalog, for: mine), EnginePriors.read(catalog), workers)
    self.init(problem, every: every)
  }

  init(_ problem: RunProblem, every: Int = 1) {
    let fit = problem.fit
    let (solution, expansion) = fit.fit(from: fit.priors.map(\.mean), rounds: Self.rounds)
    let now = fit.expansion(at: problem.slots.map(\.catalog), onlyTimes: true)
    let found = fit.expansion(at: solution.values, onlyTimes: true)
    before = Self.errors(fit, now)
    after = Self.errors(fit, found)
    runs = fit.cases.count
    self.every = every
    values = problem.slots.indices.map { index in
      let (slot, prior) = (problem.slots[index], fit.priors[index])
      let deviation = solution.deviations[index]
      let posterior = ConstantPrior(mean: solution.values[index], deviation: deviation, range: prior.range)
      let moving = problem.runs.indices.filter { fit.share(of: index, in: $0, expansion, solution.values) >= 0.1 }
      var groups: [String] = []
      for group in moving.map({ problem.runs[$0].groupWords }) where !groups.contains(group) { groups.append(group) }
      return Value(
        constant: slot.constant, engines: slot.engines, unit: slot.constant.unit, catalog: slot.catalog,
        prior: Range(prior), reason: slot.reason, posterior: Range(posterior), left: deviation / prior.deviation,
        runs: moving.count, groups: groups)
    }
  }

  /// Runs that calibrate. Where prefill and decode are apart, routers and the balance between workers move times as
  /// much as any constant.
  static func calibrating(_ catalog: Catalog, every: Int) throws -> [ServingRun] {
    let all = try published(catalog).filter {
      $0.role == .calibrate && $0.mode == .aggregated && $0.reading.isScored
    }
    return stride(from: 0, to: all.count, by: every).map { all[$0] }
  }

  static func published(_ catalog: Catalog) throws -> [ServingRun] {
    guard let path = catalog.resourcePath("catalog/published/serving-runs-gpu.csv") else {
      throw Problem("catalog/published", "the program's data is not beside it", wayOut: "install it anew")
    }
    return try ServingRun.read(path: path)
  }

  private static func errors(_ fit: ConstantFit, _ times: ConstantFit.Expansion) -> Errors {
    func median(_ metric: Int) -> Double {
      let errors = fit.cases.indices.compactMap { row -> Double? in
        guard let measured = fit.cases[row].measured[metric], let time = times.base[row][metric] else { return nil }
        return abs(time / measured - 1)
      }
      return quantile(errors.sorted(), 0.5) ?? 0
    }
    return Errors(
      loss: fit.loss(times, times.centre, []), timePerOutputToken: median(0), timeToFirstToken: median(1))
  }
}

extension RunFit.Range {
  init(_ prior: ConstantPrior) { self.init(value: prior.mean, low: prior.low, high: prior.high) }
}

extension ServingRun {
  fileprivate var groupWords: String { "\(engine) \(modelName) \(system)" }
}

/// Engines' constants as slots of a fit, and the runs to find them on.
struct RunProblem {
  /// A constant that engines share, or that one has alone.
  struct Slot: Sendable {
    var constant: RunConstant
    var engines: [String]
    var catalog: Double
    var reason: String
  }

  let runs: [ServingRun]
  let predictor: RunPredictor
  let slots: [Slot]
  let fit: ConstantFit

  init(_ runs: [ServingRun], _ predictor: RunPredictor, _ priors: EnginePriors, _ workers: Int) throws {
    let slots = try Self.slots(predictor, runs, priors)
    let engines = runs.map { (try? predictor.engine(of: $0).name) ?? "" }
    var sizes: [String: Double] = [:]
    for run in runs { sizes["\(run.engine) \(run.system) \(run.model)", default: 0] += 1 }
    let cases = runs.indices.map { index in
      let run = runs[index]
      return ConstantFit.Case(
        measured: [
          run.timePerOutputToken?.value.value, run.isComplete ? run.timeToFirstToken?.value.value : nil,
        ], weight: 1 / (sizes["\(run.engine) \(run.system) \(run.model)"] ?? 1).squareRoot(),
        touches: slots.map { $0.engines.contains(engines[index]) })
    }
    (self.runs, self.predictor, self.slots) = (runs, predictor, slots)
    fit = ConstantFit(
      cases: cases, priors: try slots.map { try priors.prior(of: $0.constant).ofEngines }, scales: RunFit.scales,
      workers: workers
    ) { row, values in
      Self.times(predictor.with(values, slots).predict(runs[row]))
    }
  }

  static func times(_ prediction: RunPrediction) -> [Double?] {
    guard case .times(let first, let each, _) = prediction else { return [nil, nil] }
    return [each.value, first?.value]
  }

  /// Every constant, once for the engines whose files have one value of it, or once for each engine that has runs.
  ///
  /// An engine whose file has another value than those with runs keeps it: nothing measured speaks of it.
  private static func slots(
    _ predictor: RunPredictor, _ runs: [ServingRun], _ priors: EnginePriors
  ) throws -> [Slot] {
    let served = Set(runs.compactMap { try? predictor.engine(of: $0).name })
    let names = predictor.engines.keys.sorted()
    return try RunConstant.allCases.flatMap { constant -> [Slot] in
      let reason = try priors.prior(of: constant).reason
      let own = names.compactMap { name in
        predictor.engines[name].flatMap(constant.value(in:)).map { (name: name, value: $0) }
      }.filter { $0.value > 0 }
      guard let first = own.first(where: { served.contains($0.name) }) else { return [] }
      guard constant.isOfOneEngine else {
        let sharing = own.filter { served.contains($0.name) || $0.value == first.value }.map(\.name)
        return [Slot(constant: constant, engines: sharing, catalog: first.value, reason: reason)]
      }
      return own.filter { served.contains($0.name) }.map {
        Slot(constant: constant, engines: [$0.name], catalog: $0.value, reason: reason)
      }
    }
  }
}

extension RunPredictor {
  /// The same with other values of engines' constants.
  func with(_ values: [Double], _ slots: [RunProblem.Slot]) -> RunPredictor {
    var changed = self
    for (value, slot) in zip(values, slots) {
      for name in slot.engines {
        guard var engine = changed.engines[name] else { continue }
        slot.constant.set(value, in: &engine)
        changed.engines[name] = engine
      }
    }
    return changed
  }
}
