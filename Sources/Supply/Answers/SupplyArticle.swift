import Formats
import Units

/// The news behind this project, statement by statement, each with what the model says of it.
public struct SupplyArticle: Codable, Sendable {
  public var lines: [Line]
  public var draws: Int

  /// A statement, what is counted for it, and the answer.
  public struct Line: Codable, Sendable {
    public var statement, meaning, definition, unit: String
    public var note: String?
    /// The value, or the difference of two worlds draw by draw; nil where what it is about was not known then.
    public var value: SupplyReport.Band?
    public var isDifference: Bool
    /// The share of draws in which it is true, and of those in which policy stays; nil for what has no bound.
    public var probability, ifPolicyStays: Double?
    /// The command that gives it.
    public var run: String
  }

  /// As `catalog/supply/article.yaml` has it.
  package struct Statement: Decodable {
    var statement: String
    /// In words, what is counted.
    var meaning: String
    var definition: SupplyMeasure?
    /// An arithmetic of the data's own numbers instead.
    var parameters: SupplyCheck.ParameterRatio?
    var atLeast: Double?
    /// Events that the world told lacks.
    var without: [String]?
    /// Events that the world lacks from which it is taken; nil where there is no other.
    var beside: [String]?
    /// Numbers replaced in the world told.
    var values: NamedValues<Uncertainty>?
    var asOf: CalendarDay?
    /// The event, or group of events, that it is about: before its day there is nothing to say.
    var about: String?
    var run: String?
    var note: String?
  }

  /// Some ten worlds, each over the same draws; the scenario's `path` and `options` are those of the command that
  /// asked, for the runs.
  public init(
    _ scenario: SupplyScenario, catalog: Catalog, _ question: SupplyQuestion, path: String = "base",
    options: [String] = []
  ) throws {
    struct File: Decodable { var article: [Statement] }
    guard scenario.tellsArticle else {
      throw Problem(
        scenario.name, "it lacks what the article is about: the H20, the plant 'Huawei-3' and the years 2024 to 2028",
        wayOut: "leave out --article, or give a scenario that keeps them, such as base")
    }
    let statements = try catalog.node("supply", "article").decode(File.self).article
    draws = question.draws
    lines = try statements.map { statement in
      var line =
        try Self.unknown(statement, scenario, question)
        ?? Self.line(statement, scenario, question)
      let date = Self.date(statement, question).map { ["--as-of \($0.dayText)"] } ?? []
      line.run = ([Self.placed(line.run, path)] + date + options).joined(separator: " ")
      return line
    }
  }

  /// The day up to which a statement's world may know.
  private static func date(_ statement: Statement, _ question: SupplyQuestion) -> CalendarDay? {
    [statement.asOf, question.asOf].compactMap(\.self).min()
  }

  /// A run of another scenario than base, where it names none of its own.
  private static func placed(_ run: String, _ path: String) -> String {
    let start = "supernode supply --"
    return path == "base" || !run.hasPrefix(start) ? run : "supernode supply \(path) --" + run.dropFirst(start.count)
  }

  /// What became known after the day that is asked about, told as such.
  private static func unknown(
    _ statement: Statement, _ scenario: SupplyScenario, _ question: SupplyQuestion
  ) -> Line? {
    guard let date = question.asOf, let about = statement.about,
      let first = scenario.events.filter({ $0.id == about || $0.group == about }).map(\.date).min(), date < first
    else { return nil }
    let definition = statement.definition
    return Line(
      statement: statement.statement, meaning: statement.meaning, definition: definition?.text ?? "", unit: "",
      note: "not known on \(date.dayText): it became known on \(first.dayText)", value: nil,
      isDifference: statement.beside != nil, run: statement.run ?? definition.map { command($0, statement) } ?? "")
  }

  private static func line(
    _ statement: Statement, _ scenario: SupplyScenario, _ question: SupplyQuestion
  ) throws -> Line {
    var question = question
    question.asOf = date(statement, question)
    if let ratio = statement.parameters {
      let date = question.asOf ?? scenario.knownTo ?? scenario.horizon.start
      let draws = try scenario.draws(of: ratio, asOf: date, count: question.draws, seed: question.seed)
      let definition = (ratio.product + (ratio.by ?? []).map { "1/\($0)" }).joined(separator: " × ")
      return Line(
        statement: statement.statement, meaning: statement.meaning, definition: definition, unit: "ratio",
        note: statement.note, value: .init(of: draws), isDifference: false, run: statement.run ?? "")
    }
    guard let definition = statement.definition else {
      throw Problem("article.yaml", "'\(statement.statement)' counts nothing", wayOut: "give definition or parameters")
    }
    func draws(without names: [String], _ values: NamedValues<Uncertainty>?) throws -> (values: [Float], stays: [Float])
    {
      var other = scenario
      for (name, value) in values?.list ?? [] { try other.replace(name, by: value) }
      let world = try other.compiled(question, without: names)
      let measure = try CompiledMeasure(definition, series: world.series, horizon: world.horizon)
      let policy = world.series.firstIndex { $0.name == "policy.stays" } ?? 0
      let stays = CompiledMeasure(
        series: policy, months: measure.lastMonth..<measure.lastMonth + 1, isStock: true)
      let outcome = world.run(
        draws: question.draws, measures: [measure, stays], workers: question.workers, withSeries: false)
      try question.checkWanted()
      return (outcome.measures[0], outcome.measures[1])
    }
    var told = try draws(without: statement.without ?? [], statement.values)
    if let beside = statement.beside {
      let other = try draws(without: beside, nil)
      told.values = zip(told.values, other.values).map { $0 - $1 }
    }
    let claim = statement.atLeast.map { bound in told.values.map { Double($0) >= bound } }
    let kept = zip(claim ?? [], told.stays).filter { $0.1 > 0.5 }
    let series = try scenario.compiled(question).series.first { $0.name == definition.quantity.list[0] }
    return Line(
      statement: statement.statement, meaning: statement.meaning, definition: definition.text,
      unit: definition.by == nil ? series?.unit ?? "" : (statement.atLeast ?? 1) < 1 ? "fraction" : "ratio",
      note: statement.note, value: .init(of: told.values), isDifference: statement.beside != nil,
      probability: claim.map { share($0) }, ifPolicyStays: kept.isEmpty ? nil : share(kept.map(\.0)),
      run: statement.run ?? command(definition, statement))
  }

  private static func share(_ held: [Bool]) -> Double {
    Double(held.filter { $0 }.count) / Double(max(held.count, 1))
  }

  /// What a reader types for the same number.
  private static func command(_ definition: SupplyMeasure, _ statement: Statement) -> String {
    func side(_ names: SupplyMeasure.Names, _ over: Period) -> String {
      "\(names.list.joined(separator: " + "))@\(over)"
    }
    var claim = side(definition.quantity, definition.over)
    if let by = definition.by { claim += " / \(side(by, definition.byOver ?? definition.over))" }
    return "supernode supply --claim '\(claim) >= \(CSVText.number(statement.atLeast ?? 0))'"
  }
}
