import Formats
import Simulation
import Units

/// Measured runs of serving engines against the simulation of the same engines.
public struct RunValidation: Sendable {
  public var outcomes: [RunOutcome]
  /// Runs behind the published outcomes.
  public var runs: Int
  public var otherTools: [OtherTool]
  /// Errors with a group left out of the fit, as `calibrate --leave-out each` found them; nil where nobody did.
  public var leftOut: LeftOutFile?
  let predictor: RunPredictor
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String] = []

  /// What another tool reaches on rows of the same file.
  public struct OtherTool: Decodable, Sendable, Hashable {
    public var tool: String
    public var rows: String
    public var metric: String
    public var medianAbsoluteError: Double
    public var coverage: Double?
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case tool, rows, metric, medianAbsoluteError, coverage, source }
  }

  /// Predicts the runs of the built-in file and of `files`, each on any of `workers` threads with the same result.
  ///
  /// `every` n takes only the first of each n runs of the built-in file, for a quick look.
  public init(catalog: Catalog, files: [String] = [], every: Int = 1, workers: Int) throws {
    try self.init(Self.runs(catalog: catalog, files: files, every: every), catalog: catalog, workers: workers)
  }

  /// Of the built-in file the first of every so many, and all of `files`.
  static func runs(catalog: Catalog, files: [String], every: Int) throws -> [ServingRun] {
    let builtIn = catalog.resourcePath("catalog/published/serving-runs-gpu.csv")
    let published = try builtIn.map { try ServingRun.read(path: $0) } ?? []
    return try stride(from: 0, to: published.count, by: every).map { published[$0] }
      + files.flatMap { path in
        try ServingRun.read(path: path).map { run in
          var own = run
          own.isOwn = true
          return own
        }
      }
  }

  public init(_ runs: [ServingRun], catalog: Catalog, workers: Int) throws {
    let predictor = try RunPredictor(catalog: catalog, for: runs)
    self.predictor = predictor
    outcomes = concurrentMap(runs, workers: workers) { run in
      let identity = predictor.identity(of: run)
      return RunOutcome.all(run, predictor.predict(run), chip: identity.chip, isDense: identity.isDense)
    }.flatMap { $0 }
    self.runs = runs.count { !$0.isOwn }
    leftOut = try LeftOutFile.read(catalog)
    otherTools =
      try catalog.resourcePath("catalog/published/other-tools.yaml")
      .map { try Node.read(path: $0).decode([OtherTool].self) } ?? []
  }

  /// Those of the catalog's own file, which figures and budgets are of: what a user adds stands apart.
  public var published: [RunOutcome] { outcomes.filter { !$0.run.isOwn } }
  /// Those that came by `--rows`.
  public var own: [RunOutcome] { outcomes.filter(\.run.isOwn) }

  /// Published outcomes of one metric that satisfy a condition, as one group.
  public func summary(
    _ metric: RunOutcome.Metric, role: ServingRun.Role = .validate,
    where condition: (RunOutcome) -> Bool = { _ in true }
  ) -> RunSummary {
    RunSummary(published.filter { $0.metric == metric && condition($0) }, role: role)
  }

  /// Groups of one metric by a key, in the order in which keys first come.
  func groups(
    by key: (RunOutcome) -> String, role: ServingRun.Role = .validate
  ) -> [(name: String, summaries: [RunSummary])] {
    var order: [String] = []
    var members: [String: [RunOutcome]] = [:]
    for outcome in published {
      let name = key(outcome)
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(outcome)
    }
    return order.sorted().map { name in
      let mine = members[name] ?? []
      return (
        name,
        RunOutcome.Metric.allCases.map { metric in
          RunSummary(mine.filter { $0.metric == metric }, role: role)
        }
      )
    }
  }

  /// Every group that the result lists: all, by chip, engine, model and mode; the rows that calibrate apart.
  public var summaries: [RunSummary] {
    var list = RunOutcome.Metric.allCases.map { summary($0) }
    list += groups(by: \.groupName).flatMap(\.summaries)
    list += RunOutcome.Metric.allCases.map { summary($0, role: .calibrate) }
    list += groups(by: \.groupName, role: .calibrate).flatMap(\.summaries)
    return list.filter { $0.rows > 0 || ($0.role == "validate" && $0.fileRows > 0) }
  }

  /// Rows with a prediction of any kind, as a share of the file.
  public var coverageOfFile: Double {
    let all = published
    return all.isEmpty ? 0 : Double(all.count { $0.predicted != nil }) / Double(all.count)
  }
}

extension RunOutcome {
  /// Chip, engine, model, mode.
  package var groupName: String { "\(chip), \(run.engine), \(run.modelName), \(run.mode.rawValue)" }
}

extension ServingRun {
  /// The model without its publisher.
  public var modelName: String { model.split(separator: "/").last.map(String.init) ?? model }
}
