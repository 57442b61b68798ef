import Formats
import Simulation
import Units

/// Published training jobs against the model of a training step.
public struct TrainingValidation: Sendable {
  public var outcomes: [TrainingOutcome]
  /// What other tools reach on rows of the same file.
  public var otherTools: [RunValidation.OtherTool]
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String] = []

  /// Predicts the rows of the built-in file and of `files`, each on any of `workers` threads with the same result.
  public init(catalog: Catalog, files: [String] = [], every: Int = 1, workers: Int) throws {
    let builtIn = try ["training", "training-ascend"].flatMap { name in
      try catalog.resourcePath("catalog/published/\(name).csv").map { try TrainingRow.read(path: $0) } ?? []
    }
    let own = try files.flatMap { path in
      try TrainingRow.read(path: path).map { row in
        var row = row
        row.isOwn = true
        return row
      }
    }
    let rows = stride(from: 0, to: builtIn.count, by: every).map { builtIn[$0] } + own
    let predictor = try TrainingPredictor(catalog: catalog)
    outcomes = concurrentMap(rows, workers: workers) { predictor.predict($0) }
    otherTools =
      try catalog.resourcePath("catalog/published/other-training-tools.yaml")
      .map { try Node.read(path: $0).decode([RunValidation.OtherTool].self) } ?? []
  }

  public var published: [TrainingOutcome] { outcomes.filter { !$0.row.isOwn } }
  public var own: [TrainingOutcome] { outcomes.filter(\.row.isOwn) }

  public func summary(
    role: TrainingRow.Role = .validate, where condition: (TrainingOutcome) -> Bool = { _ in true }
  ) -> TrainingSummary {
    TrainingSummary(published.filter(condition), role: role)
  }

  /// Groups by a key, sorted, of rows that can be scored.
  public func groups(
    by key: (TrainingOutcome) -> String, role: TrainingRow.Role = .validate,
    where condition: (TrainingOutcome) -> Bool = { _ in true }
  ) -> [(name: String, summary: TrainingSummary)] {
    let mine = published.filter { $0.row.role == role && $0.row.isScored && condition($0) }
    let names = Set(mine.map(key)).sorted()
    return names.map { name in (name, TrainingSummary(mine.filter { key($0) == name }, role: role)) }
  }

  /// Spearman's rank correlation of predicted and published rates over different plans for one batch of work; nil of
  /// fewer than three.
  public func rankCorrelation(where condition: (TrainingOutcome) -> Bool) -> (value: Double, plans: Int)? {
    let mine = published.filter { condition($0) && $0.row.metric == "hardware TFLOP/s per GPU" && $0.predicted != nil }
    guard mine.count > 2 else { return nil }
    let left = ranks(mine.map(\.row.value)), right = ranks(mine.map { $0.predicted ?? 0 })
    return (correlation(left, right), mine.count)
  }

  private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
      start = end + 1
    }
    return ranks
  }

  private func correlation(_ left: [Double], _ right: [Double]) -> Double {
    let count = Double(left.count)
    let middle = (left.reduce(0, +) / count, right.reduce(0, +) / count)
    var cross = 0.0, own = 0.0, other = 0.0
    for index in left.indices {
      let x = left[index] - middle.0, y = right[index] - middle.1
      cross += x * y
      own += x * x
      other += y * y
    }
    return own * other > 0 ? cross / (own * other).squareRoot() : 0
  }
}

/// Errors of a group of training rows.
public struct TrainingSummary: Sendable, Hashable {
  public var role: String
  /// Rows of the role that can be scored, and of these those with a prediction.
  public var rows: Int
  public var covered: Int
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  public var worstAbsoluteError: Double?
  /// Median signed error.
  public var bias: Double?

  public init(_ outcomes: [TrainingOutcome], role: TrainingRow.Role = .validate) {
    self.role = role.rawValue
    let mine = outcomes.filter { $0.row.role == role && $0.row.isScored }
    let errors = mine.compactMap(\.signedError)
    rows = mine.count
    covered = errors.count
    let figures = ErrorFigures(errors)
    medianAbsoluteError = figures.median
    p90AbsoluteError = figures.p90
    worstAbsoluteError = figures.worst
    bias = figures.bias
  }

  public var coverage: Double? { rows > 0 ? Double(covered) / Double(rows) : nil }
}
