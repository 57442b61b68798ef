import Formats
import Hardware
import Simulation
import Units

/// The scored runs of a chip, a model, an engine's version or an engine, predicted with engines' constants that were
/// found without any run of it.
///
/// Times of the runs that calibrate are taken as linear in the constants around the priors' means
/// (`ConstantFit.Expansion`), which no measurement moves; the constants of the full fit, told beside, come from the
/// same lines. Only runs with prompts and answers together. A chip's kernels are those of its file.
public struct LeaveOut: Codable, Sendable, Hashable {
  /// What a group of runs has in common.
  public enum Kind: String, Codable, Sendable, CaseIterable { case chip, model, version, engine }

  public var kind: Kind
  /// Only the first of every so many runs that calibrate was taken, and of every so many that are scored.
  public var every: Int
  public var groups: [Group]
  /// Of all scored runs, each with its own group left out; with the full fit; with the constants of the catalog.
  public var leftOut: Errors
  public var full: Errors
  public var catalog: Errors
  /// The first two of the groups that had a run in the full fit: of all others nothing was left out.
  public var seenLeftOut: Errors
  public var seenFull: Errors

  /// Runs of one chip, model, version or engine.
  public struct Group: Codable, Sendable, Hashable {
    public var name: String
    /// Runs of it that calibrate, and were left out.
    public var calibrating: Int
    /// Of its scored runs.
    public var leftOut: Errors
    public var full: Errors
    /// The constant that moved most, as it moves times, from what to what; nil where nothing was left out.
    public var moved: Moved?
  }

  /// A constant of the full fit and without a group.
  public struct Moved: Codable, Sendable, Hashable {
    public var constant: RunConstant
    public var unit: String
    public var full: Double
    public var leftOut: Double
  }

  /// Over scored runs.
  public struct Errors: Codable, Sendable, Hashable {
    public var timePerOutputToken: Metric
    public var timeToFirstToken: Metric
    /// Per chip.
    public var throughput: Metric
  }

  /// Of one metric, as shares of the measured value; nil of no run.
  public struct Metric: Codable, Sendable, Hashable {
    public var runs: Int
    public var median: Double?
    public var p90: Double?
    /// Median signed error.
    public var bias: Double?
  }
}

extension LeaveOut {
  /// What all kinds share: the lines of the runs that calibrate, and the scored runs with nothing left out.
  public struct Study: Sendable {
    let refit: Refit
    let calibrating: [ServingRun]
    let scored: [ServingRun]
    let every: Int
    let workers: Int
    let values: [Double]
    let withCatalog: [[RunOutcome]]
    let withAll: [[RunOutcome]]

    public init(catalog: Catalog, every: Int = 1, workers: Int) throws {
      try self.init(
        Self.runs(.calibrate, catalog, every), scored: Self.runs(.validate, catalog, every), catalog: catalog,
        every: every, workers: workers)
    }

    private static func runs(_ role: ServingRun.Role, _ catalog: Catalog, _ every: Int) throws -> [ServingRun] {
      let published = try RunFit.published(catalog).filter { $0.mode == .aggregated && $0.reading.isScored }
      let runs = published.filter { $0.role == role }
      return stride(from: 0, to: runs.count, by: every).map { runs[$0] }
    }

    /// Refuses a group that no scored run is of, before anything is computed.
    public static func check(_ name: String, _ kind: Kind, catalog: Catalog, every: Int = 1) throws {
      let scored = try runs(.validate, catalog, every)
      let predictor = try RunPredictor(catalog: catalog, for: scored)
      _ = try kind.resolve(name, among: Array(Set(scored.map { kind.name(of: $0, predictor) })).sorted())
    }

    init(
      _ calibrating: [ServingRun], scored: [ServingRun], catalog: Catalog, every: Int = 1, workers: Int
    ) throws {
      let predictor = try RunPredictor(catalog: catalog, for: calibrating + scored)
      refit = Refit(try RunProblem(calibrating, predictor, EnginePriors.read(catalog), workers))
      (self.calibrating, self.scored, self.every, self.workers) = (calibrating, scored, every, workers)
      values = refit.values(omitting: [])
      let whole = predictor.with(values, refit.problem.slots)
      withCatalog = Self.outcomes(scored, workers) { _ in predictor }
      withAll = Self.outcomes(scored, workers) { _ in whole }
    }

    fileprivate static func outcomes(
      _ runs: [ServingRun], _ workers: Int, _ predictor: @Sendable (ServingRun) -> RunPredictor
    ) -> [[RunOutcome]] {
      concurrentMap(runs, workers: workers) { run in
        RunOutcome.all(run, predictor(run).predict(run), chip: run.system, isDense: false)
      }
    }
  }

  /// - Parameters:
  ///   - name: one group alone; nil for each.
  ///   - chip: what a chip that is left out is predicted with; its own file's kernels where it is not given.
  public init(
    _ kind: Kind, name: String? = nil, of study: Study, chip: @Sendable (Chip) -> Chip = { $0 }
  ) throws {
    let (refit, predictor) = (study.refit, study.refit.problem.predictor)
    let names = study.scored.map { kind.name(of: $0, predictor) }
    let known = Array(Set(names)).sorted()
    let wanted = try name.map { [try kind.resolve($0, among: known)] } ?? known
    let mine = study.scored.indices.filter { wanted.contains(names[$0]) }
    var fits: [String: (predictor: RunPredictor, values: [Double], count: Int)] = [:]
    for group in wanted {
      let omitted = Set(study.calibrating.indices.filter { kind.name(of: study.calibrating[$0], predictor) == group })
      let values = refit.values(omitting: omitted)
      var own = predictor.with(values, refit.problem.slots)
      if kind == .chip { own = own.with(chip: group, chip) }
      fits[group] = (own, values, omitted.count)
    }
    let found = fits
    let without = Study.outcomes(mine.map { study.scored[$0] }, study.workers) {
      found[kind.name(of: $0, predictor)]?.predictor ?? predictor
    }
    func errors(_ outcomes: [[RunOutcome]], _ isWanted: (String) -> Bool = { _ in true }) -> Errors {
      Errors(zip(mine, outcomes).filter { isWanted(names[$0.0]) }.flatMap(\.1))
    }
    let (full, before) = (mine.map { study.withAll[$0] }, mine.map { study.withCatalog[$0] })
    groups = wanted.map { group in
      let fit = found[group]
      return Group(
        name: group, calibrating: fit?.count ?? 0, leftOut: errors(without) { $0 == group },
        full: errors(full) { $0 == group },
        moved: fit.flatMap { $0.count > 0 ? refit.moved(from: study.values, to: $0.values) : nil })
    }
    let seen = Set(groups.filter { $0.calibrating > 0 }.map(\.name))
    (self.kind, every) = (kind, study.every)
    (leftOut, self.full, catalog) = (errors(without), errors(full), errors(before))
    (seenLeftOut, seenFull) = (errors(without, seen.contains), errors(full, seen.contains))
  }
}

/// Constants found again without some of the runs, on lines that no measurement moves.
struct Refit: Sendable {
  let problem: RunProblem
  let expansion: ConstantFit.Expansion

  init(_ problem: RunProblem) {
    self.problem = problem
    expansion = problem.fit.expansion(at: problem.fit.priors.map(\.mean))
  }

  func values(omitting omitted: Set<Int>) -> [Double] {
    problem.fit.solve(expansion, omitting: omitted).values
  }

  /// The constant whose change moves the times of the runs most, in the mean.
  func moved(from full: [Double], to other: [Double]) -> LeaveOut.Moved? {
    let fit = problem.fit
    func effect(_ index: Int) -> Double {
      let share = fit.cases.indices.reduce(0) { $0 + fit.share(of: index, in: $1, expansion, full) }
      return share * abs(other[index] / full[index] - 1)
    }
    guard let index = full.indices.max(by: { effect($0) < effect($1) }) else { return nil }
    let constant = problem.slots[index].constant
    return LeaveOut.Moved(constant: constant, unit: constant.unit, full: full[index], leftOut: other[index])
  }
}

extension LeaveOut.Kind {
  func name(of run: ServingRun, _ predictor: RunPredictor) -> String {
    switch self {
    case .chip: predictor.identity(of: run).chip
    case .model: run.modelName
    case .version: "\(run.engine) \(run.engineVersion.isEmpty ? "(not given)" : run.engineVersion)"
    case .engine: run.engine
    }
  }

  /// The group that a word means: its name in any case, or any part that leaves one.
  func resolve(_ word: String, among names: [String]) throws -> String {
    let wanted = word.lowercased()
    if let exact = names.first(where: { $0.lowercased() == wanted }) { return exact }
    let near = names.filter { $0.lowercased().contains(wanted) }
    guard near.count != 1 else { return near[0] }
    throw Problem(
      "--leave-out \(rawValue)", "'\(word)' \(near.isEmpty ? "is none that has scored runs" : "could be several")",
      wayOut: "use one of \((near.isEmpty ? names : near).joined(separator: ", "))")
  }
}

extension RunPredictor {
  /// The same with another chip in the machines of one.
  func with(chip name: String, _ change: (Chip) -> Chip) -> RunPredictor {
    var changed = self
    changed.machines = machines.mapValues { machine in
      machine.map { system, chip in (system, chip.name == name ? change(chip) : chip) }
    }
    return changed
  }
}

extension LeaveOut.Errors {
  fileprivate init(_ outcomes: [RunOutcome]) {
    func metric(_ metric: RunOutcome.Metric) -> LeaveOut.Metric {
      let errors = outcomes.filter { $0.metric == metric && $0.status == .scored }.compactMap(\.signedError)
      let absolute = errors.map(abs).sorted()
      return LeaveOut.Metric(
        runs: errors.count, median: quantile(absolute, 0.5), p90: quantile(absolute, 0.9),
        bias: quantile(errors.sorted(), 0.5))
    }
    self.init(
      timePerOutputToken: metric(.timePerOutputToken), timeToFirstToken: metric(.timeToFirstToken),
      throughput: metric(.throughput))
  }
}
