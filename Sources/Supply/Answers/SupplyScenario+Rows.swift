import Formats
import Units

/// Rows of the catalog and of files as read, with the model's draws of what each is about.
public struct SupplyRows: Sendable {
  /// What the model gives for a row: draws, or why it cannot say.
  public enum Answer: Sendable {
    case draws([Float])
    case unsupported(String)
  }
  public struct Row: Sendable {
    public var check: SupplyCheck
    public var file: String
    public var answer: Answer
    /// What stood a year or more before its period, as far as it was known; nil where nothing did.
    public var naive: Naive?
  }

  /// Forecasts that need no model.
  public struct Naive: Sendable {
    /// The last value known, and it grown on as in the year before.
    public var last, grown: Double
  }

  /// Rows answered as one would who had not seen them.
  public struct Fold: Sendable {
    /// How they were left out: by maker, by quantity, by date.
    public var kind: String
    public var name: String
    public var rows: [Row]
    /// Numbers of ours that were set with these rows in sight and so were held at least twofold either way.
    public var freed: [String]
  }
  /// In their order: the built-in ones, then those of each file.
  public var rows: [Row]
  /// Numbers of ours that were set with built-in rows in sight, with these rows.
  public var fits: [(parameter: Parameter?, name: String, rows: [String])]
  public var run: SupplyReport.Run
  /// The built-in rows again, each left out with its like.
  public var folds: [Fold] = []
  /// Draws of these.
  public var leftOutDraws: Int
  /// Statements whose date has passed, with the chance that the model gave them before.
  public var forecasts: [Forecast] = []

  /// The file of the built-in rows.
  public static let builtInFile = "checks.yaml"

  /// A run for each information date and each set of assumptions.
  ///
  /// Rows left out are some 150 worlds, of which shares and scores are asked: half of the draws, at most 300, unless
  /// told otherwise. Without `leavesOut` there are only the rows as they are.
  public init(
    catalog: Catalog, files: [String], draws: Int, leftOutDraws: Int? = nil, leavesOut: Bool = true, seed: UInt64,
    workers: Int, version: String
  ) throws {
    struct File: Decodable { var checks: [SupplyCheck] }
    self.leftOutDraws = leftOutDraws ?? min((draws + 1) / 2, 300)
    let builtIn = try catalog.node("supply", "checks").decode(File.self).checks
    let base = try SupplyScenario("base", catalog: catalog)
    var readings = builtIn.map { SupplyRowFile.Reading(check: $0, file: Self.builtInFile, reason: "") }
    if !files.isEmpty {
      let vocabulary = try SupplyVocabulary(catalog: catalog)
      for file in files { readings += try SupplyRowFile.read(path: file, vocabulary, known: builtIn) }
    }
    let question = SupplyQuestion(draws: draws, seed: seed, workers: workers)
    let answers = try base.answers(readings, question)
    rows = zip(readings, answers).map { Row(check: $0.check, file: $0.file, answer: $1) }
    var names: [String] = []
    for name in builtIn.flatMap({ $0.fits ?? [] }) where !names.contains(name) { names.append(name) }
    fits = names.map { name in
      (
        base.parameters.last { $0.name == name }, name,
        builtIn.filter { $0.fits?.contains(name) ?? false }.map(\.id)
      )
    }
    run = .init(
      version: version, seed: seed, draws: draws,
      months: Horizon(firstYear: base.world.firstYear, lastYear: base.world.lastYear).count,
      asOf: nil, inputHash: base.inputHash)
    guard leavesOut else { return }
    var apart = question
    apart.draws = self.leftOutDraws
    try addNaive(base, apart)
    folds = try base.folds(builtIn, rows, apart)
    forecasts = try base.forecasts(catalog, question)
  }
}

extension SupplyScenario {
  /// In the rows' order; those of one date and without assumptions of their own share a run.
  func answers(
    _ readings: [SupplyRowFile.Reading], _ question: SupplyQuestion, on date: CalendarDay? = nil
  ) throws -> [SupplyRows.Answer] {
    var answers = readings.map { SupplyRows.Answer.unsupported($0.reason) }
    var groups: [(date: CalendarDay, isPlain: Bool, members: [Int])] = []
    for (index, reading) in readings.enumerated() where reading.reason.isEmpty {
      var check = reading.check
      check.asOf = date ?? check.asOf
      if let ratio = check.parameters {
        answers[index] = .draws(
          try draws(of: ratio, asOf: check.asOf, count: question.draws, seed: question.seed))
      } else if !check.hasAssumptions,
        let group = groups.firstIndex(where: { $0.isPlain && $0.date == check.asOf })
      {
        groups[group].members.append(index)
      } else {
        groups.append((check.asOf, !check.hasAssumptions, [index]))
      }
    }
    for group in groups {
      for (index, answer) in try self.answers(group.members.map { ($0, readings[$0]) }, group.date, question) {
        answers[index] = answer
      }
    }
    return answers
  }

  /// Of rows that share a run.
  private func answers(
    _ members: [(index: Int, reading: SupplyRowFile.Reading)], _ date: CalendarDay, _ question: SupplyQuestion
  ) throws -> [(Int, SupplyRows.Answer)] {
    guard let first = members.first else { return [] }
    var question = question
    question.asOf = date
    let world = try assuming(first.reading.check).compiled(question)
    var answers: [(Int, SupplyRows.Answer)] = []
    var measured: [Int] = []
    var measures: [CompiledMeasure] = []
    for (index, reading) in members {
      guard let measure = reading.check.measure else { continue }
      do {
        measures.append(try CompiledMeasure(measure, series: world.series, horizon: world.horizon))
        measured.append(index)
      } catch let problem as Problem where reading.isForeign {
        answers.append((index, .unsupported(problem.fault)))
      }
    }
    let outcome = world.run(draws: question.draws, measures: measures, workers: question.workers, withSeries: false)
    return answers + zip(measured, outcome.measures).map { ($0, .draws($1)) }
  }
}
